//! Reactions, rates, initial values, constants, assigned quantities: a system.

use super::document::{Formula, Table};
use super::names::{Kind, Names, in_order, symbols};
use super::parameter::Row;
use super::reaction::{self, Reaction};
use super::{TextError, TextFault, event};
use crate::{Constant, Expression, Function, State, System};
use std::collections::BTreeSet;

/// The right-hand side of a state, before its initial value is known.
struct Rate {
    name: String,
    formula: Formula,
    /// Whether reactions made it: then it may begin at 0 without saying so.
    species: bool,
}

/// Formulae by the names of what they give.
type Named = Vec<(String, Formula)>;

/// Reads the system; gives its names to `names`, which has those of the parameters.
pub(super) fn system(root: &Table<'_>, rows: &[Row], names: &mut Names) -> Result<System, TextError> {
    let source = root.source;
    let (mut constants, computed) = constants(root, names)?;
    let reactions = reactions(root)?;
    let rates = rates(root, &reactions, names)?;
    let mut assigned = Vec::new();
    for item in root.table("assigned")?.iter().flat_map(Table::items) {
        names.declare(source, item.at, &item.name, item.key, Kind::Assigned)?;
        assigned.push((item.key.to_owned(), item.formula()?));
    }
    let initial = initial(root, &rates)?;

    // The rate of a species is made of those of reactions, which are checked where they stand.
    let given = rates.iter().filter(|rate| !rate.species).map(|rate| &rate.formula);
    for formula in reactions.iter().map(|reaction| &reaction.rate).chain(given) {
        names.check(source, formula, &Kind::ALL, true)?;
    }
    for (_, formula) in &assigned {
        names.check(source, formula, &Kind::ALL, true)?;
    }
    for (_, formula) in &computed {
        names.check(source, formula, &[Kind::Parameter, Kind::Constant], false)?;
    }
    let (assigned, computed) = (in_order(source, assigned)?, in_order(source, computed)?);
    let still = still(&assigned, names);
    for formula in &initial {
        names.check(source, formula, &[Kind::Parameter, Kind::Constant, Kind::Assigned], false)?;
        let moves = symbols(&formula.expression)
            .into_iter()
            .find(|symbol| names.kind(symbol) == Some(Kind::Assigned) && !still.contains(*symbol));
        if let Some(symbol) = moves {
            let rule = "an initial value must not follow from states or time".into();
            let fault = TextFault::Value { name: formula.name.clone(), rule, value: format!("'{symbol}'") };
            return Err(source.error(formula.at, fault));
        }
    }

    let events = event::events(root, names)?;

    let used: BTreeSet<&str> = (rates.iter().map(|rate| &rate.formula))
        .chain(&initial)
        .chain(assigned.iter().chain(&computed).map(|(_, formula)| formula))
        .chain(events.iter().flat_map(|event| &event.formulae))
        .flat_map(|formula| symbols(&formula.expression))
        .collect();
    constants.extend(rows.iter().filter(|row| used.contains(row.parameter.name.as_str())).map(Row::constant));
    let bare = |(name, formula): (String, Formula)| (name, formula.expression);
    let states = rates.into_iter().zip(initial).map(|(rate, initial)| State {
        name: rate.name,
        initial: initial.expression,
        rate: rate.formula.expression,
    });
    Ok(System {
        states: states.collect(),
        constants,
        assigned: assigned.into_iter().map(bare).collect(),
        initial_constants: computed.into_iter().map(bare).collect(),
        events: events.into_iter().map(|written| written.event).collect(),
    })
}

/// `[constants]`: a number, a formula, or a table of `value` and `unit`. Those with a formula come a second time, with it.
fn constants(root: &Table<'_>, names: &mut Names) -> Result<(Vec<Constant>, Named), TextError> {
    let (mut constants, mut computed) = (Vec::new(), Vec::new());
    for item in root.table("constants")?.iter().flat_map(Table::items) {
        names.declare(root.source, item.at, &item.name, item.key, Kind::Constant)?;
        let (value, unit) = if item.is_table() {
            let table = item.table()?;
            table.only(&["value", "unit"])?;
            let unit = table.get("unit").map(|unit| unit.text()).transpose()?;
            (table.need("value", "a constant needs one")?.formula()?, unit.unwrap_or_default())
        } else {
            (item.formula()?, "")
        };
        // What the formula gives takes the place of the 0 before anything reads it.
        let number = if let Expression::Number(number) = value.expression { number } else { 0.0 };
        constants.push(Constant { name: item.key.into(), value: number, unit: unit.into() });
        if !matches!(value.expression, Expression::Number(_)) {
            computed.push((item.key.into(), value));
        }
    }
    Ok((constants, computed))
}

fn reactions(root: &Table<'_>) -> Result<Vec<Reaction>, TextError> {
    let mut reactions = Vec::new();
    if let Some(lines) = root.get("reactions") {
        for item in lines.elements("texts such as 'A -> B; k * A'")? {
            reactions.push(reaction::line(&item)?);
        }
    }
    for table in root.tables("reaction")? {
        reactions.push(reaction::table(&table)?);
    }
    Ok(reactions)
}

/// Reactions' species in the order of their appearance, then the states of `[rates]`.
fn rates(root: &Table<'_>, reactions: &[Reaction], names: &mut Names) -> Result<Vec<Rate>, TextError> {
    let mut rates = species(root, reactions, names)?;
    for item in root.table("rates")?.iter().flat_map(Table::items) {
        names.declare(root.source, item.at, &item.name, item.key, Kind::State)?;
        rates.push(Rate { name: item.key.into(), formula: item.formula()?, species: false });
    }
    if rates.is_empty() {
        let rule = "a problem needs reactions = ['A -> B; k * A', …] or the right-hand sides of states under [rates]";
        let fault = TextFault::Missing { name: "reactions".into(), rule };
        return Err(TextError { line: None, ..root.source.error(0, fault) });
    }
    Ok(rates)
}

/// The rate of change of each species: the sum of what each reaction makes of it. Species that are constants are held.
fn species(root: &Table<'_>, reactions: &[Reaction], names: &mut Names) -> Result<Vec<Rate>, TextError> {
    let mut rates: Vec<Rate> = Vec::new();
    let mut terms: Vec<Vec<Expression>> = Vec::new();
    for reaction in reactions {
        for (name, count) in &reaction.species {
            if names.kind(name) == Some(Kind::Constant) {
                continue;
            }
            let index = rates.iter().position(|rate| rate.name == *name);
            let index = if let Some(index) = index {
                index
            } else {
                names.declare(root.source, reaction.rate.at, &reaction.rate.name, name, Kind::State)?;
                let formula = Formula {
                    expression: Expression::Number(0.0),
                    name: reaction.rate.name.clone(),
                    at: reaction.rate.at,
                };
                rates.push(Rate { name: name.clone(), formula, species: true });
                terms.push(Vec::new());
                rates.len() - 1
            };
            let rate = reaction.rate.expression.clone();
            terms[index].extend(match *count {
                0.0 => None,
                1.0 => Some(rate),
                -1.0 => Some(Expression::Apply(Function::Negate, vec![rate])),
                count => Some(Expression::Apply(Function::Multiply, vec![Expression::Number(count), rate])),
            });
        }
    }
    for (rate, mut terms) in rates.iter_mut().zip(terms) {
        match terms.len() {
            0 => {}
            1 => rate.formula.expression = terms.remove(0),
            _ => rate.formula.expression = Expression::Apply(Function::Add, terms),
        }
    }
    Ok(rates)
}

/// `[initial]` in the order of the states.
fn initial(root: &Table<'_>, rates: &[Rate]) -> Result<Vec<Formula>, TextError> {
    let table = root.table("initial")?;
    let known: Vec<&str> = rates.iter().map(|rate| rate.name.as_str()).collect();
    if let Some(table) = &table {
        table.only(&known)?;
    }
    rates
        .iter()
        .map(|rate| match table.as_ref().and_then(|table| table.get(&rate.name)) {
            Some(item) => item.formula(),
            None if rate.species => {
                Ok(Formula { expression: Expression::Number(0.0), name: format!("initial.{}", rate.name), at: root.at })
            }
            None => {
                let rule = "a state of [rates] needs a number or a formula to begin with";
                let fault = TextFault::Missing { name: format!("initial.{}", rate.name), rule };
                Err(root.source.error(rate.formula.at, fault))
            }
        })
        .collect()
}

/// Assigned quantities that follow from no state and no time. They come each after those that it names.
fn still(assigned: &[(String, Formula)], names: &Names) -> BTreeSet<String> {
    let mut still = BTreeSet::new();
    for (name, formula) in assigned {
        let stands = |symbol: &str| match names.kind(symbol) {
            Some(Kind::Parameter | Kind::Constant) => true,
            Some(Kind::Assigned) => still.contains(symbol),
            Some(Kind::State) | None => false,
        };
        if symbols(&formula.expression).into_iter().all(stands) {
            still.insert(name.clone());
        }
    }
    still
}
