//! Simulating all experiments and reading off all measurements.

use super::experiment::Compiled;
use super::noise::{Likelihood, likelihood};
use super::{Core, Evaluation};
use crate::problem::Scale;
use crate::solve::{Begin, Dynamics, Outputs, Point, SolveError, SolveOptions, Task, run};
use reparam_infer::LogDensityError;

/// What is done with the reading of a measurement: its index, what the model says, the noise; the weights of the gradient come back.
pub(super) type Sink<'a> = &'a mut dyn FnMut(usize, f64, f64) -> Result<[f64; 2], LogDensityError>;

impl Core {
    /// Simulates at the unknown numbers and hands every measurement's reading to `sink`. Where `gradient` is wanted, the weighted
    /// derivatives are added to it.
    pub(super) fn visit(
        &self,
        unknown: &[f64],
        options: &SolveOptions,
        mut gradient: Option<&mut [f64]>,
        sink: Sink<'_>,
    ) -> Result<(), LogDensityError> {
        let sensitivities = gradient.is_some();
        let mut rests = Vec::with_capacity(self.before.len());
        for dynamics in &self.before {
            let task = Task { dynamics, unknown, sensitivities, options, steady: true };
            rests.push(run(&task, &Begin::Initial, &mut Outputs::new(&[])).map_err(|error| failed(&error))?);
        }
        for compiled in &self.experiments {
            let first = compiled.before.map(|at| (&rests[at], &self.before[at]));
            let simulated = simulate(compiled, unknown, options, sensitivities, first);
            let (rows, end) = simulated.map_err(|error| failed(&error))?;
            self.read(compiled, unknown, (&rows, &end), gradient.as_deref_mut(), sink)?;
        }
        Ok(())
    }

    fn read(
        &self,
        compiled: &Compiled,
        unknown: &[f64],
        (rows, end): (&Outputs<'_>, &Point),
        mut gradient: Option<&mut [f64]>,
        sink: Sink<'_>,
    ) -> Result<(), LogDensityError> {
        let n = compiled.dynamics.states();
        let active = &compiled.dynamics.active;
        let width = if gradient.is_some() { n * active.len() } else { 0 };
        let mut memories: Vec<Vec<f64>> = compiled.channels.iter().map(super::channel::Channel::memory).collect();
        for read in &compiled.reads {
            let (y, s, time) = match read.row {
                Some(row) => (
                    &rows.states[row * n..(row + 1) * n],
                    &rows.sensitivities[row * width..(row + 1) * width],
                    compiled.times[row],
                ),
                None => (end.y.as_slice(), end.s.as_slice(), end.time),
            };
            let (channel, memory) = (&compiled.channels[read.channel], &mut memories[read.channel]);
            let reading = channel.read(memory, y, unknown, time);
            let weights = sink(read.measurement, reading.expected, reading.noise)?;
            if let Some(gradient) = gradient.as_deref_mut() {
                channel.pull(memory, weights, s, active, gradient);
            }
        }
        Ok(())
    }

    /// The likelihood of a measurement, if what the model says has one.
    pub(super) fn weigh(
        &self,
        at: usize,
        value: f64,
        expected: f64,
        noise: f64,
    ) -> Result<Likelihood, LogDensityError> {
        let measurement = &self.problem.measurements[at];
        let wrong = |what: &str, value: f64| {
            let (observable, time) = (&measurement.observable, measurement.time);
            Err(LogDensityError::Failed(format!("'{observable}' at time {time}: {what}, got {value}")))
        };
        if !expected.is_finite() {
            return wrong("what the model says must be finite", expected);
        }
        if measurement.scale != Scale::Lin && expected <= 0.0 {
            return wrong("what the model says must be > 0 on a logarithmic scale", expected);
        }
        if !(noise > 0.0 && noise.is_finite()) {
            return wrong("the scale of the noise must be finite and > 0", noise);
        }
        Ok(likelihood(measurement.noise_law, measurement.scale, value, expected, noise))
    }

    /// Everything about one point.
    pub(super) fn evaluate(
        &self,
        unknown: &[f64],
        values: &[f64],
        options: &SolveOptions,
    ) -> Result<Evaluation, LogDensityError> {
        let count = values.len();
        let mut evaluation = Evaluation {
            log_likelihood: 0.0,
            chi_square: 0.0,
            log_posterior: 0.0,
            simulations: vec![0.0; count],
            noise: vec![0.0; count],
            residuals: vec![0.0; count],
            gradient: Vec::new(),
        };
        let mut gradient = vec![0.0; unknown.len()];
        self.visit(unknown, options, Some(&mut gradient), &mut |at, expected, noise| {
            let likelihood = self.weigh(at, values[at], expected, noise)?;
            evaluation.log_likelihood += likelihood.log;
            evaluation.chi_square += likelihood.residual * likelihood.residual;
            (evaluation.simulations[at], evaluation.noise[at]) = (expected, noise);
            evaluation.residuals[at] = likelihood.residual;
            Ok([likelihood.by_expected, likelihood.by_noise])
        })?;
        let priors = self.coordinates.iter().zip(unknown).map(|(coordinate, value)| coordinate.plain_prior(*value));
        evaluation.log_posterior = evaluation.log_likelihood + priors.sum::<f64>();
        let on_scale = self.coordinates.iter().zip(unknown).zip(gradient);
        evaluation.gradient =
            on_scale.map(|((coordinate, value), slope)| slope * coordinate.scale.back_slope(*value)).collect();
        Ok(evaluation)
    }
}

fn failed(error: &SolveError) -> LogDensityError {
    LogDensityError::Failed(error.to_string())
}

/// Rows at the experiment's times, and its end: the steady state where that is measured.
fn simulate<'c>(
    compiled: &'c Compiled,
    unknown: &[f64],
    options: &SolveOptions,
    sensitivities: bool,
    before: Option<(&Point, &Dynamics)>,
) -> Result<(Outputs<'c>, Point), SolveError> {
    let dynamics = &compiled.dynamics;
    let task = Task { dynamics, unknown, sensitivities, options, steady: compiled.steady };
    let mut outputs = Outputs::new(&compiled.times);
    let rest = before.map(|(rest, first)| widened(rest, first, dynamics));
    let begin = rest.as_ref().map_or(Begin::Initial, |rest| Begin::After(rest, &compiled.set));
    let end = run(&task, &begin, &mut outputs)?;
    Ok((outputs, end))
}

/// Sensitivities by the active numbers of the run before, among those of the run that follows.
fn widened(point: &Point, before: &Dynamics, after: &Dynamics) -> Point {
    if point.s.is_empty() {
        return point.clone();
    }
    let n = point.y.len();
    let mut s = vec![0.0; n * after.active.len()];
    for (column, number) in before.active.iter().enumerate() {
        if let Ok(place) = after.active.binary_search(number) {
            s[place * n..(place + 1) * n].copy_from_slice(&point.s[column * n..(column + 1) * n]);
        }
    }
    Point { time: point.time, y: point.y.clone(), s }
}
