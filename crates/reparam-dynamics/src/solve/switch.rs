//! Comparisons of time with numbers: where rates jump at times known beforehand.

use super::dynamics::{Entry, append_slopes};
use super::event::Events;
use crate::expression::{Binary, Graph, Node, Operation, Tape};
use std::collections::HashMap;

/// Comparisons that are linear in time and do not depend on states: between two times of switching their values stand still, and
/// tapes see them as inputs.
#[derive(Default)]
pub(crate) struct Switches {
    comparisons: Vec<Node>,
    times: Vec<Node>,
    /// Values of the comparisons.
    pub(crate) values: Option<Tape>,
    /// Times of switching, then their derivatives: row a switch, column an active number.
    pub(crate) moments: Option<Tape>,
    pub(crate) slopes: Vec<Entry>,
}

impl Switches {
    /// Takes the comparisons of time out of rates and events, and puts inputs in their place.
    pub(crate) fn take(
        graph: &mut Graph,
        rates: &mut [Node],
        events: &mut Events,
        states: usize,
        time: usize,
    ) -> Result<Self, super::SystemError> {
        let mut switches = Self::default();
        let mut by = HashMap::new();
        let roots: Vec<Node> = rates.iter().copied().chain(events.nodes()).collect();
        for node in graph.reachable(&roots) {
            let Some(moment) = moment(graph, node, states, time) else { continue };
            by.insert(node, graph.input(time + 1 + switches.count()));
            switches.comparisons.push(node);
            switches.times.push(moment);
        }
        let replaced = graph.replace(rates, &by);
        rates.copy_from_slice(&replaced);
        events.replace(graph, &by, states, time, time + 1 + switches.count())?;
        Ok(switches)
    }

    pub(crate) const fn count(&self) -> usize {
        self.comparisons.len()
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> {
        self.times.iter().copied()
    }

    pub(crate) fn compile(&mut self, graph: &mut Graph, columns: &[usize], inputs: usize) {
        if self.comparisons.is_empty() {
            return;
        }
        self.values = Some(Tape::new(graph, &self.comparisons, inputs, &|_| true));
        let mut outputs = self.times.clone();
        self.slopes = append_slopes(graph, &self.times, columns, &mut outputs);
        self.moments = Some(Tape::new(graph, &outputs, inputs, &|_| true));
    }
}

/// When the two sides of a comparison are equal, if that is a matter of time and unknown numbers alone and happens once.
fn moment(graph: &mut Graph, node: Node, states: usize, time: usize) -> Option<Node> {
    let Operation::Binary(function, x, y) = graph.operation(node) else { return None };
    if !function.compares() {
        return None;
    }
    let difference = graph.binary(Binary::Subtract, x, y);
    let inputs = graph.inputs(&[x, y]);
    if !inputs.contains(&time) || inputs.iter().any(|input| *input < states) {
        return None;
    }
    let slope = graph.slopes(&[difference], time)[0];
    if graph.constant(slope) == Some(0.0) || graph.inputs(&[slope]).contains(&time) {
        return None;
    }
    // difference = slope time + rest
    let (zero, at) = (graph.number(0.0), graph.input(time));
    let rest = graph.replace(&[difference], &HashMap::from([(at, zero)]))[0];
    let ratio = graph.binary(Binary::Divide, rest, slope);
    let minus = graph.number(-1.0);
    Some(graph.binary(Binary::Multiply, minus, ratio))
}
