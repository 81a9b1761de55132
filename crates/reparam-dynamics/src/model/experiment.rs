//! One experiment, compiled: its system, the times of its measurements, what is read there.

use super::ProblemError;
use super::channel::Channel;
use crate::expression::Expression;
use crate::problem::{Measurement, Problem};
use crate::solve::{Dynamics, Setup};
use std::collections::HashMap;

/// An experiment with at least one measurement.
pub(super) struct Compiled {
    pub(super) dynamics: Dynamics,
    /// Which run to steady state comes before.
    pub(super) before: Option<usize>,
    /// States that the experiment sets after it.
    pub(super) set: Vec<bool>,
    /// Finite times, ascending, each once.
    pub(super) times: Vec<f64>,
    /// Whether the steady state is measured too.
    pub(super) steady: bool,
    pub(super) channels: Vec<Channel>,
    pub(super) reads: Vec<Read>,
}

/// A measurement: its place in the problem, the row of its time (none for the steady state), its channel.
pub(super) struct Read {
    pub(super) measurement: usize,
    pub(super) row: Option<usize>,
    pub(super) channel: usize,
}

/// Names and values that all experiments share.
pub(super) struct Numbers {
    pub(super) unknown: Vec<String>,
    pub(super) known: Vec<(String, f64)>,
}

/// Compiles all experiments that have measurements, and the runs to steady state before them, each once.
pub(super) fn compile(problem: &Problem, numbers: &Numbers) -> Result<(Vec<Dynamics>, Vec<Compiled>), ProblemError> {
    let (mut before, mut settings): (Vec<Dynamics>, Vec<&[(String, Expression)]>) = (Vec::new(), Vec::new());
    let mut compiled = Vec::new();
    for (at, experiment) in problem.experiments.iter().enumerate() {
        let measured: Vec<(usize, &Measurement)> =
            problem.measurements.iter().enumerate().filter(|(_, measurement)| measurement.experiment == at).collect();
        if measured.is_empty() {
            continue;
        }
        let dynamics = |settings: &[(String, Expression)], also: &[usize]| {
            let setup = Setup {
                system: &problem.system,
                unknown: &numbers.unknown,
                known: &numbers.known,
                settings,
                start: experiment.start,
                also,
            };
            Dynamics::new(&setup).map_err(|error| ProblemError::System { experiment: experiment.name.clone(), error })
        };
        let mut first = None;
        if let Some(wanted) = &experiment.preequilibration {
            first = settings.iter().position(|known| known == wanted);
            if first.is_none() {
                before.push(dynamics(wanted, &[])?);
                settings.push(wanted);
                first = Some(before.len() - 1);
            }
        }
        let also = first.map_or(&[][..], |first| &before[first].active);
        let dynamics = dynamics(&experiment.settings, also)?;
        let set = dynamics
            .names
            .iter()
            .enumerate()
            .map(|(state, name)| {
                // Constants that events move begin anew.
                state >= problem.system.states.len() || experiment.settings.iter().any(|(set, _)| set == name)
            })
            .collect();
        compiled.push(read(dynamics, first, set, &measured)?);
    }
    Ok((before, compiled))
}

fn read(
    dynamics: Dynamics,
    before: Option<usize>,
    set: Vec<bool>,
    measured: &[(usize, &Measurement)],
) -> Result<Compiled, ProblemError> {
    let mut times: Vec<f64> =
        measured.iter().map(|(_, measurement)| measurement.time).filter(|time| time.is_finite()).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let (mut channels, mut known): (Vec<Channel>, HashMap<String, usize>) = (Vec::new(), HashMap::new());
    let mut reads = Vec::new();
    for (at, measurement) in measured {
        let (number, observable) = (at + 1, measurement.observable.clone());
        let key = format!("{} ~ {}", measurement.formula, measurement.noise);
        let channel = if let Some(channel) = known.get(&key) {
            *channel
        } else {
            let channel = Channel::new(&dynamics, &measurement.formula, &measurement.noise)
                .map_err(|error| ProblemError::Formula { number, observable: observable.clone(), error })?;
            channels.push(channel);
            known.insert(key, channels.len() - 1);
            channels.len() - 1
        };
        if let Some(noise) = channels[channel].constant_noise
            && !(noise > 0.0 && noise.is_finite())
        {
            let rule = "the scale of its noise must be finite and > 0";
            return Err(ProblemError::Measurement { number, observable, rule, value: noise.to_string() });
        }
        let row = measurement.time.is_finite().then(|| times.partition_point(|time| *time < measurement.time));
        reads.push(Read { measurement: *at, row, channel });
    }
    let steady = reads.iter().any(|read| read.row.is_none());
    Ok(Compiled { dynamics, before, set, times, steady, channels, reads })
}
