//! `[[experiment]]`: how the system was set up.

use super::document::{Formula, Table};
use super::names::{Kind, Names};
use super::{TextError, TextFault};
use crate::{Experiment, Expression};

/// All experiments in the order of the file; one without settings where the file has none. With them the formulae of settings.
pub(super) fn experiments(root: &Table<'_>, names: &Names) -> Result<(Vec<Experiment>, Vec<Formula>), TextError> {
    let start = root.get("start").map(|start| start.number()).transpose()?.unwrap_or_default();
    let mut found: Vec<Experiment> = Vec::new();
    let mut formulae = Vec::new();
    for table in root.tables("experiment")? {
        table.only(&["name", "start", "set", "preequilibration"])?;
        let item = table.need("name", "an experiment needs one: that in the column 'experiment' of the data")?;
        let name = item.text()?;
        if let Some(first) = found.iter().position(|other| other.name == name) {
            let fault = TextFault::Twice { name: name.into(), first: format!("experiment {}", first + 1) };
            return Err(item.error(fault));
        }
        let mut settings = |key: &str| -> Result<Option<Vec<(String, Expression)>>, TextError> {
            let Some(table) = table.table(key)? else { return Ok(None) };
            let pairs = settings(&table, names)?;
            formulae.extend(pairs.iter().map(|(_, formula)| formula.clone()));
            Ok(Some(pairs.into_iter().map(|(name, formula)| (name, formula.expression)).collect()))
        };
        found.push(Experiment {
            name: name.into(),
            settings: settings("set")?.unwrap_or_default(),
            preequilibration: settings("preequilibration")?,
            start: table.get("start").map(|start| start.number()).transpose()?.unwrap_or(start),
        });
    }
    if found.is_empty() {
        found.push(Experiment { name: "experiment".into(), start, ..Experiment::default() });
    }
    Ok((found, formulae))
}

fn settings(table: &Table<'_>, names: &Names) -> Result<Vec<(String, Formula)>, TextError> {
    assignments(table, names, &[Kind::Parameter, Kind::Constant], false)
}

/// States and constants with formulae that may name what is `allowed`, and `time` where that is meant.
pub(super) fn assignments(
    table: &Table<'_>,
    names: &Names,
    allowed: &[Kind],
    time: bool,
) -> Result<Vec<(String, Formula)>, TextError> {
    let mut settings = Vec::new();
    for item in table.items() {
        let settable = [Kind::State, Kind::Constant];
        if !names.kind(item.key).is_some_and(|kind| settable.contains(&kind)) {
            return Err(item.error(names.strange(&table.name, item.key, &settable)));
        }
        let formula = item.formula()?;
        names.check(table.source, &formula, allowed, time)?;
        settings.push((item.key.into(), formula));
    }
    Ok(settings)
}
