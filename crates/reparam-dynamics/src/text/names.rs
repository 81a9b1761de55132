//! Who is called what: every name once, every symbol known.

use super::document::{Formula, Source};
use super::{TextError, TextFault};
use crate::Expression;
use crate::formula::{RESERVED, is_name};
use crate::nearest::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// What a name can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    State,
    Constant,
    Parameter,
    Assigned,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::State, Self::Parameter, Self::Constant, Self::Assigned];

    fn with_article(self) -> &'static str {
        match self {
            Self::State => "a state",
            Self::Constant => "a constant",
            Self::Parameter => "a parameter",
            Self::Assigned => "an assigned quantity",
        }
    }

    fn bare(self) -> &'static str {
        self.with_article().split_once(' ').map_or("", |(_, name)| name)
    }
}

/// All names of a problem.
#[derive(Default)]
pub(super) struct Names {
    kinds: BTreeMap<String, Kind>,
}

impl Names {
    pub fn kind(&self, name: &str) -> Option<Kind> {
        self.kinds.get(name).copied()
    }

    /// Gives a name away. `place` is for messages.
    pub fn declare(
        &mut self,
        source: &Source<'_>,
        at: usize,
        place: &str,
        name: &str,
        kind: Kind,
    ) -> Result<(), TextError> {
        let refuse = |rule: &str| {
            let fault = TextFault::Value { name: place.into(), rule: rule.into(), value: format!("'{name}'") };
            source.error(at, fault)
        };
        if !is_name(name) {
            return Err(refuse("a name must be letters, digits and _, and not begin with a digit"));
        }
        if RESERVED.contains(&name) {
            return Err(refuse("a name must not be one that formulae have for something else"));
        }
        if let Some(first) = self.kinds.insert(name.into(), kind) {
            let fault = TextFault::Twice { name: place.into(), first: first.with_article().into() };
            return Err(source.error(at, fault));
        }
        Ok(())
    }

    /// Refuses a formula that names what is none of `allowed`, or `time` where that is not meant.
    pub fn check(&self, source: &Source<'_>, formula: &Formula, allowed: &[Kind], time: bool) -> Result<(), TextError> {
        for symbol in symbols(&formula.expression) {
            if (time && symbol == "time") || self.kind(symbol).is_some_and(|kind| allowed.contains(&kind)) {
                continue;
            }
            return Err(source.error(formula.at, self.strange(&formula.name, symbol, allowed)));
        }
        Ok(())
    }

    /// The fault that a symbol is none of what may stand there.
    pub fn strange(&self, place: &str, symbol: &str, allowed: &[Kind]) -> TextFault {
        let possible = self.kinds.iter().filter(|(_, kind)| allowed.contains(kind)).map(|(name, _)| name.as_str());
        let kinds: Vec<_> = allowed.iter().map(|kind| kind.bare()).collect();
        let allowed = kinds.split_last().map(|(last, rest)| match rest {
            [] => (*last).to_owned(),
            _ => format!("{} or {last}", rest.join(", ")),
        });
        TextFault::Symbol {
            name: place.into(),
            symbol: symbol.into(),
            found: self.kind(symbol).map(Kind::with_article),
            allowed: allowed.unwrap_or_default(),
            nearest: nearest(symbol, possible),
        }
    }
}

/// The names in an expression, each once.
pub(super) fn symbols(expression: &Expression) -> BTreeSet<&str> {
    fn collect<'a>(expression: &'a Expression, found: &mut BTreeSet<&'a str>) {
        match expression {
            Expression::Number(_) => {}
            Expression::Symbol(name) => drop(found.insert(name)),
            Expression::Apply(_, parts) => parts.iter().for_each(|part| collect(part, found)),
        }
    }
    let mut found = BTreeSet::new();
    collect(expression, &mut found);
    found
}

/// Named formulae, each after those that it names; otherwise in their own order.
///
/// # Errors
/// [`TextFault::Cycle`] where there is no such order.
pub(super) fn in_order(
    source: &Source<'_>,
    given: Vec<(String, Formula)>,
) -> Result<Vec<(String, Formula)>, TextError> {
    let mut waiting: BTreeSet<String> = given.iter().map(|(name, _)| name.clone()).collect();
    let mut rest = given;
    let mut ordered = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let before = rest.len();
        let mut later = Vec::new();
        for (name, formula) in rest {
            if symbols(&formula.expression).iter().any(|symbol| waiting.contains(*symbol)) {
                later.push((name, formula));
            } else {
                waiting.remove(&name);
                ordered.push((name, formula));
            }
        }
        if later.len() == before {
            let (_, first) = &later[0];
            return Err(source.error(first.at, TextFault::Cycle(first.name.clone())));
        }
        rest = later;
    }
    Ok(ordered)
}
