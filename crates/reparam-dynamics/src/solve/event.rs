//! Events of a system, as tapes: triggers, assignments, and the crossings at which triggers change.

use super::dynamics::{Entry, append_slopes};
use super::names::{Names, SystemError, insert};
use crate::expression::{Binary, Graph, Node, Operation, Tape};
use crate::system::System;
use std::collections::{HashMap, HashSet};

/// Derivatives of some rows by states, by active numbers and by time.
#[derive(Default)]
pub(crate) struct Slopes {
    pub(crate) by_state: Vec<Entry>,
    pub(crate) by_unknown: Vec<Entry>,
    pub(crate) by_time: Vec<Entry>,
}

impl Slopes {
    fn append(graph: &mut Graph, rows: &[Node], columns: &Columns<'_>, outputs: &mut Vec<Node>) -> Self {
        Self {
            by_state: append_slopes(graph, rows, columns.states, outputs),
            by_unknown: append_slopes(graph, rows, columns.unknown, outputs),
            by_time: append_slopes(graph, rows, &[columns.time], outputs),
        }
    }
}

/// Places of inputs.
pub(crate) struct Columns<'a> {
    pub(crate) states: &'a [usize],
    pub(crate) unknown: &'a [usize],
    pub(crate) time: usize,
    pub(crate) all: usize,
}

/// The events.
#[derive(Default)]
pub(crate) struct Events {
    pub(crate) names: Vec<String>,
    triggers: Vec<Node>,
    /// Event, state.
    pub(crate) targets: Vec<(usize, usize)>,
    values: Vec<Node>,
    comparisons: Vec<Node>,
    differences: Vec<Node>,
    /// Whether a comparison becomes true where its difference grows through 0.
    pub(crate) rising: Vec<bool>,
    /// One output an event.
    pub(crate) trigger: Option<Tape>,
    /// One output a target, then derivatives.
    pub(crate) assign: Option<Tape>,
    pub(crate) assign_slopes: Slopes,
    /// Differences of the crossings, then the comparisons themselves, then derivatives of the differences.
    pub(crate) crossing: Option<Tape>,
    pub(crate) crossing_slopes: Slopes,
}

impl Events {
    pub(crate) fn read(
        graph: &mut Graph,
        system: &System,
        states: &[String],
        tables: &[&Names],
    ) -> Result<Self, SystemError> {
        let mut events = Self::default();
        for (at, event) in system.events.iter().enumerate() {
            let place = format!("event '{}'", event.name);
            events.names.push(event.name.clone());
            events.triggers.push(insert(graph, &event.trigger, &place, tables)?);
            let mut seen = HashSet::new();
            for (name, formula) in &event.assignments {
                let Some(state) = states.iter().position(|state| state == name) else {
                    let reason = "an event may set states and constants, and there is none of this name";
                    return Err(SystemError::Setting { name: name.clone(), reason });
                };
                if !seen.insert(name) {
                    return Err(SystemError::Twice(format!("{place}: {name}")));
                }
                events.targets.push((at, state));
                events.values.push(insert(graph, formula, &place, tables)?);
            }
        }
        Ok(events)
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> {
        self.triggers.iter().chain(&self.values).chain(&self.differences).copied()
    }

    pub(crate) const fn crossings(&self) -> usize {
        self.differences.len()
    }

    /// Puts inputs in place of switches, and in triggers in place of comparisons that depend on states.
    pub(crate) fn replace(
        &mut self,
        graph: &mut Graph,
        by: &HashMap<Node, Node>,
        states: usize,
        time: usize,
        first: usize,
    ) -> Result<(), SystemError> {
        self.values = graph.replace(&self.values, by);
        self.triggers = graph.replace(&self.triggers, by);
        let moving = |graph: &Graph, node| graph.inputs(&[node]).iter().any(|input| *input < states || *input == time);
        let mut crossings = HashMap::new();
        for node in graph.reachable(&self.triggers) {
            let Operation::Binary(function, x, y) = graph.operation(node) else { continue };
            if !function.compares() || !moving(graph, node) {
                continue;
            }
            crossings.insert(node, graph.input(first + self.comparisons.len()));
            self.comparisons.push(node);
            self.differences.push(graph.binary(Binary::Subtract, x, y));
            self.rising.push(matches!(function, Binary::Greater | Binary::GreaterEqual));
            if matches!(function, Binary::Equal | Binary::NotEqual) {
                let name = self.names.first().cloned().unwrap_or_default();
                let reason = "a trigger must not ask whether states are equal to a number: they seldom are".into();
                return Err(SystemError::Event { name, reason });
            }
        }
        self.triggers = graph.replace(&self.triggers, &crossings);
        for (name, trigger) in self.names.iter().zip(&self.triggers) {
            if moving(graph, *trigger) {
                let reason = "its trigger must be made of comparisons (<, <=, >, >=) and logic".into();
                return Err(SystemError::Event { name: name.clone(), reason });
            }
        }
        Ok(())
    }

    pub(crate) fn compile(&mut self, graph: &mut Graph, columns: &Columns<'_>) {
        if self.names.is_empty() {
            return;
        }
        self.trigger = Some(Tape::new(graph, &self.triggers, columns.all, &|_| true));
        let mut outputs = self.values.clone();
        self.assign_slopes = Slopes::append(graph, &self.values, columns, &mut outputs);
        self.assign = Some(Tape::new(graph, &outputs, columns.all, &|_| true));
        if self.differences.is_empty() {
            return;
        }
        let mut outputs = [self.differences.as_slice(), &self.comparisons].concat();
        self.crossing_slopes = Slopes::append(graph, &self.differences, columns, &mut outputs);
        self.crossing = Some(Tape::new(graph, &outputs, columns.all, &|_| true));
    }
}
