//! What is read off a simulation: an observable with its noise, as a tape.

use crate::expression::{Expression, Node, Tape};
use crate::solve::{Dynamics, Entry, SystemError, append_slopes};

/// Outputs: the observable, the noise, then their derivatives by states and by unknown numbers.
pub(super) struct Channel {
    tape: Tape,
    by_state: Vec<Entry>,
    by_unknown: Vec<Entry>,
    /// The noise where it is a constant.
    pub(super) constant_noise: Option<f64>,
}

/// What a channel says at a point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) expected: f64,
    pub(super) noise: f64,
}

/// What is wrong with the noise where it is a constant.
impl Channel {
    pub(super) fn new(dynamics: &Dynamics, formula: &Expression, noise: &Expression) -> Result<Self, SystemError> {
        let mut graph = dynamics.graph();
        let rows: [Node; 2] =
            [dynamics.insert(&mut graph, formula, "observable")?, dynamics.insert(&mut graph, noise, "noise")?];
        let constant_noise = graph.constant(rows[1]);
        let mut outputs = rows.to_vec();
        let states: Vec<usize> = (0..dynamics.states()).collect();
        let unknown: Vec<usize> = (dynamics.states()..dynamics.time()).collect();
        let by_state = append_slopes(&mut graph, &rows, &states, &mut outputs);
        let by_unknown = append_slopes(&mut graph, &rows, &unknown, &mut outputs);
        let tape = Tape::new(&graph, &outputs, dynamics.time() + 1, &|_| true);
        Ok(Self { tape, by_state, by_unknown, constant_noise })
    }

    pub(super) fn memory(&self) -> Vec<f64> {
        self.tape.memory()
    }

    /// Evaluates at states, unknown numbers and a time.
    pub(super) fn read(&self, memory: &mut [f64], y: &[f64], unknown: &[f64], time: f64) -> Reading {
        memory[..y.len()].copy_from_slice(y);
        memory[y.len()..y.len() + unknown.len()].copy_from_slice(unknown);
        memory[y.len() + unknown.len()] = time;
        self.tape.run(memory);
        Reading { expected: self.tape.output(memory, 0), noise: self.tape.output(memory, 1) }
    }

    /// Adds `weights · d(observable, noise)/dθ` to the gradient; `s` are the sensitivities, by the active numbers.
    pub(super) fn pull(&self, memory: &[f64], weights: [f64; 2], s: &[f64], active: &[usize], gradient: &mut [f64]) {
        let n = s.len().checked_div(active.len()).unwrap_or(0);
        for (row, state, output) in &self.by_state {
            let weight = weights[*row] * self.tape.output(memory, *output);
            for (column, number) in active.iter().enumerate() {
                gradient[*number] += weight * s[column * n + state];
            }
        }
        for (row, number, output) in &self.by_unknown {
            gradient[*number] += weights[*row] * self.tape.output(memory, *output);
        }
    }
}
