//! `[[observable]]`: what was measured, and with which noise.

use super::document::{Formula, Table};
use super::names::{Kind, Names};
use super::parameter::SCALES;
use super::{TextError, TextFault};
use crate::{Expression, NoiseLaw, Scale};

/// What all measurements of a series share.
pub(super) struct Observable {
    pub name: String,
    pub formula: Formula,
    pub noise: Formula,
    pub scale: Scale,
    pub law: NoiseLaw,
    /// Empty where unknown.
    pub unit: String,
    pub at: usize,
}

/// Columns of data that are no observables.
pub(super) const COLUMNS: [&str; 4] = ["time", "experiment", "observable", "value"];

/// All observables in the order of the file.
pub(super) fn observables(root: &Table<'_>, names: &Names) -> Result<Vec<Observable>, TextError> {
    let mut found: Vec<Observable> = Vec::new();
    for table in root.tables("observable")? {
        let observable = observable(&table, names)?;
        if let Some(first) = found.iter().position(|other| other.name == observable.name) {
            let first = format!("observable {}", first + 1);
            return Err(root.source.error(observable.at, TextFault::Twice { name: observable.name, first }));
        }
        found.push(observable);
    }
    if found.is_empty() {
        let rule = "a problem needs [[observable]] with name and noise: what was measured";
        let fault = TextFault::Missing { name: "observable".into(), rule };
        return Err(TextError { line: None, ..root.source.error(0, fault) });
    }
    Ok(found)
}

fn observable(table: &Table<'_>, names: &Names) -> Result<Observable, TextError> {
    table.only(&["name", "formula", "noise", "scale", "law", "unit"])?;
    let item = table.need("name", "an observable needs one: that of its column in the data")?;
    let name = item.text()?;
    if COLUMNS.contains(&name) || name.trim() != name || name.is_empty() {
        return Err(item.wrong(format!("must be a name other than {}", COLUMNS.join(", "))));
    }
    let formula = match table.get("formula") {
        Some(item) => item.formula()?,
        None if names.kind(name).is_some() => {
            Formula { expression: Expression::Symbol(name.into()), name: item.name.clone(), at: item.at }
        }
        None => {
            let rule = "an observable needs one, unless its name is a state's or an assigned quantity's";
            return Err(table.need("formula", rule).err().unwrap_or_else(|| item.wrong(rule)));
        }
    };
    let rule = "an observable needs its standard deviation (or scale): a number, or a formula such as 'sigma'";
    let noise = table.need("noise", rule)?;
    let noise_formula = noise.formula()?;
    if matches!(noise_formula.expression, Expression::Number(x) if x <= 0.0) {
        return Err(noise.wrong("must be > 0"));
    }
    for formula in [&formula, &noise_formula] {
        names.check(table.source, formula, &Kind::ALL, true)?;
    }
    let laws = [("normal", NoiseLaw::Normal), ("laplace", NoiseLaw::Laplace)];
    Ok(Observable {
        name: name.into(),
        formula,
        noise: noise_formula,
        scale: table.get("scale").map(|scale| scale.word(&SCALES)).transpose()?.unwrap_or(Scale::Lin),
        law: table.get("law").map(|law| law.word(&laws)).transpose()?.unwrap_or(NoiseLaw::Normal),
        unit: table.get("unit").map(|unit| unit.text()).transpose()?.unwrap_or_default().into(),
        at: table.at,
    })
}
