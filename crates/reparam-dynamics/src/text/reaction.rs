//! Reactions as chemists write them: `2 A + B <-> C; kf * A^2 * B; kr * C`.

use super::TextError;
use super::document::{Formula, Item, Table};
use crate::formula::is_name;
use crate::{Expression, Function};

/// A reaction with its rate.
pub(super) struct Reaction {
    /// What it makes (positive) and uses up (negative) per event, each species once, in the order of the text. What comes out
    /// as it went in has 0.
    pub species: Vec<(String, f64)>,
    /// Events per time; forward less backward.
    pub rate: Formula,
}

const ARROWS: [(&str, bool); 4] = [("<->", true), ("<=>", true), ("->", false), ("=>", false)];
const FORM: &str = "must be like 'A + 2 B -> C; rate' or 'A <-> B; rate; rate back'";

/// A reaction in one text.
pub(super) fn line(item: &Item<'_>) -> Result<Reaction, TextError> {
    let text = item.text()?;
    let mut parts = text.split(';').map(str::trim);
    let equation = parts.next().unwrap_or_default();
    let rates: Vec<&str> = parts.collect();
    let rates = rates.into_iter().map(|rate| item.parse(rate)).collect::<Result<Vec<_>, _>>();
    reaction(item, equation, rates?)
}

/// A reaction in a table: `equation`, `rate`, `reverse`.
pub(super) fn table(table: &Table<'_>) -> Result<Reaction, TextError> {
    table.only(&["equation", "rate", "reverse"])?;
    let equation = table.need("equation", "a reaction needs one, such as 'A -> B'")?;
    let mut rates = vec![table.need("rate", "a reaction needs one, such as 'k * A'")?.formula()?.expression];
    if let Some(reverse) = table.get("reverse") {
        rates.push(reverse.formula()?.expression);
    }
    reaction(&equation, equation.text()?, rates)
}

fn reaction(item: &Item<'_>, equation: &str, mut rates: Vec<Expression>) -> Result<Reaction, TextError> {
    let found = ARROWS.into_iter().find_map(|(arrow, both)| equation.split_once(arrow).map(|sides| (sides, both)));
    let ((left, right), both) = found.ok_or_else(|| item.wrong(FORM))?;
    let wanted = 1 + usize::from(both);
    if rates.len() != wanted {
        let rule = if both { "with a double arrow must have 2 rates" } else { "with a single arrow must have 1 rate" };
        return Err(item.wrong(format!("a reaction {rule}, each after a ';', not {}", rates.len())));
    }
    let mut species: Vec<(String, f64)> = Vec::new();
    for (side, sign) in [(left, -1.0), (right, 1.0)] {
        for (name, count) in terms(item, side)? {
            match species.iter_mut().find(|(known, _)| known == name) {
                Some((_, total)) => *total += sign * count,
                None => species.push((name.into(), sign * count)),
            }
        }
    }
    if species.is_empty() {
        return Err(item.wrong("a reaction must have at least one species"));
    }
    let expression = if both { Expression::Apply(Function::Subtract, rates) } else { rates.remove(0) };
    Ok(Reaction { species, rate: Formula { expression, name: item.name.clone(), at: item.at } })
}

/// `2 A + B` as names with counts; `0`, `∅` and nothing at all are no species.
fn terms<'t>(item: &Item<'_>, side: &'t str) -> Result<Vec<(&'t str, f64)>, TextError> {
    if ["", "0", "∅"].contains(&side.trim()) {
        return Ok(Vec::new());
    }
    let term = |text: &'t str| {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (count, name) = text.split_at(digits);
        let name = name.trim_start().trim_start_matches('*').trim_start();
        let count = if count.is_empty() { Some(1.0) } else { count.parse().ok() };
        let count = count.filter(|count: &f64| count.is_finite() && *count > 0.0);
        count.filter(|_| is_name(name)).map(|count| (name, count)).ok_or_else(|| {
            item.wrong(format!(
                "'{text}' must be a species, or a number > 0 and a species, or 0 alone for none; a reaction {FORM}"
            ))
        })
    };
    side.split('+').map(term).collect()
}
