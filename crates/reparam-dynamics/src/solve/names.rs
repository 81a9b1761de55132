//! What the names of a system are, as nodes of a graph: before the start, and during a simulation.

use crate::expression::{Expression, ExpressionError, Graph, Node};
use crate::system::System;
use std::collections::{HashMap, HashSet};

/// What can be wrong with a system.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SystemError {
    /// Two things of one name.
    #[error("'{0}' is defined twice")]
    Twice(String),
    /// A name that stands for something else.
    #[error("'{0}' is a reserved name")]
    Reserved(String),
    /// A formula that is wrong by itself.
    #[error("{place}: {error}")]
    Formula {
        /// Whose formula.
        place: String,
        /// What is wrong.
        error: ExpressionError,
    },
    /// Definitions that need each other.
    #[error("{}: definitions go round in a circle", .0.join(", "))]
    Circle(Vec<String>),
    /// A setting of something that cannot be set.
    #[error("'{name}' cannot be set: {reason}")]
    Setting {
        /// What was set.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// An event that cannot be followed.
    #[error("event '{name}': {reason}")]
    Event {
        /// The event.
        name: String,
        /// Why not.
        reason: String,
    },
}

/// Names and their nodes.
pub(crate) type Names = HashMap<String, Node>;

/// One definition: a name, and its formula with the names that formula sees.
pub(crate) struct Definition<'a> {
    pub(crate) name: &'a str,
    pub(crate) formula: Formula<'a>,
}

pub(crate) enum Formula<'a> {
    Node(Node),
    /// Sees the definitions, then the parameters.
    Inner(&'a Expression),
    /// Sees the parameters first, then the definitions.
    Outer(&'a Expression),
}

/// Resolves definitions in the order of their need: each once all that it names is known.
pub(crate) fn resolve(
    graph: &mut Graph,
    definitions: &[Definition<'_>],
    mut known: Names,
    parameters: &Names,
) -> Result<Names, SystemError> {
    let defined: HashSet<&str> = definitions.iter().map(|definition| definition.name).collect();
    let mut users: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut missing = vec![0_usize; definitions.len()];
    for (at, definition) in definitions.iter().enumerate() {
        let outer = matches!(definition.formula, Formula::Outer(_));
        let (Formula::Inner(expression) | Formula::Outer(expression)) = definition.formula else { continue };
        for name in expression.symbols() {
            if defined.contains(name) && !(outer && parameters.contains_key(name)) {
                users.entry(name).or_default().push(at);
                missing[at] += 1;
            }
        }
    }
    let mut ready: Vec<usize> = (0..definitions.len()).rev().filter(|at| missing[*at] == 0).collect();
    let mut done = vec![false; definitions.len()];
    while let Some(at) = ready.pop() {
        let definition = &definitions[at];
        let node = match definition.formula {
            Formula::Node(node) => node,
            Formula::Inner(expression) => insert(graph, expression, definition.name, &[&known, parameters])?,
            Formula::Outer(expression) => insert(graph, expression, definition.name, &[parameters, &known])?,
        };
        known.insert(definition.name.into(), node);
        done[at] = true;
        for user in users.get(definition.name).into_iter().flatten() {
            missing[*user] -= 1;
            if missing[*user] == 0 {
                ready.push(*user);
            }
        }
    }
    let circle: Vec<String> = definitions
        .iter()
        .zip(&done)
        .filter(|(_, done)| !**done)
        .map(|(definition, _)| definition.name.into())
        .collect();
    if circle.is_empty() { Ok(known) } else { Err(SystemError::Circle(circle)) }
}

/// Puts a formula into the graph; names are looked up in one table after the other.
pub(crate) fn insert(
    graph: &mut Graph,
    expression: &Expression,
    place: &str,
    tables: &[&Names],
) -> Result<Node, SystemError> {
    graph
        .insert(expression, &mut |_, name| tables.iter().find_map(|table| table.get(name).copied()))
        .map_err(|error| SystemError::Formula { place: place.into(), error })
}

/// Every name once, and none of them `time`.
pub(crate) fn check_names(system: &System) -> Result<(), SystemError> {
    let states = system.states.iter().map(|state| state.name.as_str());
    let constants = system.constants.iter().map(|constant| constant.name.as_str());
    let assigned = system.assigned.iter().map(|(name, _)| name.as_str());
    let mut seen = HashSet::new();
    for name in states.chain(constants).chain(assigned) {
        if name == "time" {
            return Err(SystemError::Reserved(name.into()));
        }
        if !seen.insert(name) {
            return Err(SystemError::Twice(name.into()));
        }
    }
    let constants: HashSet<&str> = system.constants.iter().map(|constant| constant.name.as_str()).collect();
    let mut initial = HashSet::new();
    for (name, _) in &system.initial_constants {
        if !constants.contains(name.as_str()) {
            let reason = "an initial value is of a constant, and there is none of this name";
            return Err(SystemError::Setting { name: name.clone(), reason });
        }
        if !initial.insert(name.as_str()) {
            return Err(SystemError::Twice(name.clone()));
        }
    }
    Ok(())
}
