//! `[[event]]`: doses, switches.

use super::TextError;
use super::document::{Formula, Table};
use super::experiment::assignments;
use super::names::{Kind, Names};
use crate::Event;

/// An event and all its formulae.
pub(super) struct Written {
    pub event: Event,
    pub formulae: Vec<Formula>,
}

/// All events in the order of the file.
pub(super) fn events(root: &Table<'_>, names: &Names) -> Result<Vec<Written>, TextError> {
    let event = |(index, table): (usize, Table<'_>)| {
        table.only(&["name", "when", "set"])?;
        let name = table.get("name").map(|name| name.text()).transpose()?;
        let rule = "an event needs the condition that makes it happen, such as 'time >= 5'";
        let when = table.need("when", rule)?.formula()?;
        names.check(table.source, &when, &Kind::ALL, true)?;
        let set = table.need("set", "an event needs what it changes, such as { A = 'A + 10' }")?.table()?;
        let assignments = assignments(&set, names, &Kind::ALL, true)?;
        Ok(Written {
            event: Event {
                name: name.map_or_else(|| format!("event {}", index + 1), str::to_owned),
                trigger: when.expression.clone(),
                assignments: assignments.iter().map(|(name, to)| (name.clone(), to.expression.clone())).collect(),
            },
            formulae: assignments.into_iter().map(|(_, formula)| formula).chain([when]).collect(),
        })
    };
    root.tables("event")?.into_iter().enumerate().map(event).collect()
}
