//! A problem as a log density.

mod channel;
mod check;
mod coordinate;
mod evaluate;
mod experiment;
mod law;
mod noise;

pub use check::ProblemError;

use crate::problem::Problem;
use crate::solve::{Dynamics, SolveOptions};
use coordinate::Coordinate;
use experiment::{Compiled, Numbers};
use reparam_core::noise::{Noise, Stream};
use reparam_infer::{LogDensity, LogDensityError, Model, Observation, Quantity};
use std::sync::Arc;

/// The posterior of a [`Problem`]'s estimated parameters, by unconstrained coordinates.
///
/// `ln p(x) = Σ_i ln p(measurement_i | θ(x)) + ln p(θ(x)) + ln |dθ/dx|`. A parameter's coordinate is the number on its scale where that has
/// no bounds, the logarithm of the distance from the bound where it has one, the log-odds of the place between them where it has two.
/// Priors are normalised between the bounds; a flat prior between two bounds is uniform on the parameter's scale.
///
/// # Gradient
/// By forward sensitivities; its error is that of the solver's tolerances, [`SolveOptions`].
/// # Errors
/// [`ProblemError`] before anything runs; [`LogDensityError::Failed`] where the system cannot be solved.
#[derive(Clone)]
pub struct DynamicModel {
    core: Arc<Core>,
    values: Vec<f64>,
    options: SolveOptions,
}

/// What replicates of the data share.
struct Core {
    problem: Problem,
    /// Estimated parameters' places in the problem's list.
    estimated: Vec<usize>,
    coordinates: Vec<Coordinate>,
    before: Vec<Dynamics>,
    experiments: Vec<Compiled>,
}

/// Everything about one point; see [`DynamicModel::evaluate`].
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// `ln p(measurements | parameters)`, nats; on logarithmic scales the density of the measurement itself.
    pub log_likelihood: f64,
    /// Sum of the squares of the residuals.
    pub chi_square: f64,
    /// `log_likelihood` and the priors' log densities, each of the number that it is a law of, not normalised between bounds.
    pub log_posterior: f64,
    /// What the model says of each measurement, linear scale.
    pub simulations: Vec<f64>,
    /// The scale of each measurement's noise.
    pub noise: Vec<f64>,
    /// `(T(measurement) - T(simulation)) / noise`, `T` the scale of the noise.
    pub residuals: Vec<f64>,
    /// Derivatives of `log_likelihood` by the estimated parameters, each on its own scale.
    pub gradient: Vec<f64>,
}

impl DynamicModel {
    /// Checks the whole problem and compiles it.
    ///
    /// # Errors
    /// [`ProblemError`]
    pub fn new(problem: Problem) -> Result<Self, ProblemError> {
        check::check(&problem)?;
        let estimated: Vec<usize> =
            (0..problem.parameters.len()).filter(|at| problem.parameters[*at].estimated).collect();
        let mut coordinates = Vec::new();
        for at in &estimated {
            let parameter = &problem.parameters[*at];
            let coordinate = Coordinate::new(parameter).map_err(|rule| ProblemError::Parameter {
                name: parameter.name.clone(),
                rule,
                value: format!("{:?}", parameter.prior.law),
            })?;
            coordinates.push(coordinate);
        }
        let known = problem.parameters.iter().filter(|parameter| !parameter.estimated);
        let numbers = Numbers {
            unknown: estimated.iter().map(|at| problem.parameters[*at].name.clone()).collect(),
            known: known.filter_map(|parameter| Some((parameter.name.clone(), parameter.nominal?))).collect(),
        };
        let (before, experiments) = experiment::compile(&problem, &numbers)?;
        let values = problem.measurements.iter().map(|measurement| measurement.value).collect();
        let core = Arc::new(Core { problem, estimated, coordinates, before, experiments });
        Ok(Self { core, values, options: SolveOptions::default() })
    }

    /// The same with other options of the solver.
    #[must_use]
    pub const fn with_options(mut self, options: SolveOptions) -> Self {
        self.options = options;
        self
    }

    /// The problem.
    pub fn problem(&self) -> &Problem {
        &self.core.problem
    }

    /// Nominal values of the estimated parameters, linear scale; `None` where one has none.
    pub fn nominal(&self) -> Option<Vec<f64>> {
        self.core.estimated.iter().map(|at| self.core.problem.parameters[*at].nominal).collect()
    }

    /// The coordinates of linear values of the estimated parameters.
    pub fn unconstrain(&self, values: &[f64]) -> Vec<f64> {
        self.core.coordinates.iter().zip(values).map(|(coordinate, value)| coordinate.of(*value)).collect()
    }

    /// Likelihood, residuals, simulations and gradient at linear values of the estimated parameters.
    ///
    /// # Errors
    /// [`LogDensityError`]
    pub fn evaluate(&self, values: &[f64]) -> Result<Evaluation, LogDensityError> {
        let (expected, found) = (self.core.estimated.len(), values.len());
        if expected != found {
            return Err(LogDensityError::Dimension { what: "point", expected, found });
        }
        self.core.evaluate(values, &self.values, &self.options)
    }

    /// The same at the nominal values.
    ///
    /// # Errors
    /// [`LogDensityError`], also where a nominal value is missing.
    pub fn evaluate_nominal(&self) -> Result<Evaluation, LogDensityError> {
        let missing = || LogDensityError::Failed("an estimated parameter has no nominal value".into());
        self.evaluate(&self.nominal().ok_or_else(missing)?)
    }
}

impl LogDensity for DynamicModel {
    fn dimension(&self) -> usize {
        self.core.estimated.len()
    }

    fn name(&self, index: usize) -> String {
        let place = self.core.estimated.get(index);
        place.map_or_else(|| format!("x[{index}]"), |at| self.core.problem.parameters[*at].name.clone())
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let places: Vec<_> = self.core.coordinates.iter().zip(x).map(|(coordinate, x)| coordinate.at(*x)).collect();
        let unknown: Vec<f64> = places.iter().map(|place| place.value).collect();
        gradient.fill(0.0);
        let mut value = 0.0;
        self.core.visit(&unknown, &self.options, Some(&mut *gradient), &mut |at, expected, noise| {
            let likelihood = self.core.weigh(at, self.values[at], expected, noise)?;
            value += likelihood.log;
            Ok([likelihood.by_expected, likelihood.by_noise])
        })?;
        for (slope, place) in gradient.iter_mut().zip(&places) {
            *slope = *slope * place.slope + place.prior[1];
            value += place.prior[0];
        }
        Ok(value)
    }
}

impl Model for DynamicModel {
    fn quantities(&self) -> Vec<Quantity> {
        let parameters = self.core.estimated.iter().map(|at| &self.core.problem.parameters[*at]);
        parameters
            .zip(&self.core.coordinates)
            .map(|(parameter, coordinate)| Quantity {
                name: parameter.name.clone(),
                unit: parameter.unit.clone(),
                scale: coordinate.name().into(),
            })
            .collect()
    }

    fn constrain(&self, x: &[f64], quantities: &mut [f64]) {
        for ((quantity, coordinate), x) in quantities.iter_mut().zip(&self.core.coordinates).zip(x) {
            *quantity = coordinate.at(*x).value;
        }
    }

    /// The nominal values; where there is none the prior's median, or 0 where the prior is improper.
    fn start(&self) -> Vec<f64> {
        let nominal = self.core.estimated.iter().map(|at| self.core.problem.parameters[*at].nominal);
        nominal
            .zip(&self.core.coordinates)
            .map(|(nominal, coordinate)| match nominal {
                Some(nominal) => coordinate.of(nominal),
                None => coordinate.quantile(0.5).unwrap_or(0.0),
            })
            .collect()
    }

    fn prior_log_density(&self, quantity: usize, value: f64) -> Option<f64> {
        self.core.coordinates.get(quantity)?.prior_of(value)
    }

    fn observations(&self) -> Vec<Observation> {
        let problem = &self.core.problem;
        let several = self.core.experiments.len() > 1;
        let mut steady = 0;
        problem
            .measurements
            .iter()
            .zip(&self.values)
            .map(|(measurement, value)| {
                let experiment = problem.experiments.get(measurement.experiment).map_or("", |it| it.name.as_str());
                let series = if several && !experiment.is_empty() {
                    format!("{} ({experiment})", measurement.observable)
                } else {
                    measurement.observable.clone()
                };
                // The steady state has no time.
                let at = if measurement.time.is_finite() { measurement.time } else { f64::from(steady) };
                steady += i32::from(!measurement.time.is_finite());
                Observation { series, at, value: *value }
            })
            .collect()
    }

    fn axes(&self) -> [String; 2] {
        let unit = &self.core.problem.time_unit;
        [if unit.is_empty() { "time".into() } else { format!("time ({unit})") }, "value".into()]
    }

    fn predict(
        &self,
        x: &[f64],
        noise: Stream,
        expected: &mut [f64],
        replicate: &mut [f64],
    ) -> Result<(), LogDensityError> {
        let unknown: Vec<f64> =
            self.core.coordinates.iter().zip(x).map(|(coordinate, x)| coordinate.at(*x).value).collect();
        self.core.visit(&unknown, &self.options, None, &mut |at, value, scale| {
            self.core.weigh(at, self.values[at], value, scale)?;
            let measurement = &self.core.problem.measurements[at];
            expected[at] = value;
            replicate[at] = noise::replicate(measurement.noise_law, measurement.scale, value, scale, &noise, at as u64);
            Ok([0.0; 2])
        })
    }

    fn prior_draw(&self, noise: Stream) -> Option<Vec<f64>> {
        let draws = self.core.coordinates.iter().enumerate();
        draws.map(|(at, coordinate)| coordinate.quantile(noise.draw(Noise::Uniform, at as u64))).collect()
    }

    fn with_observations(&self, values: &[f64]) -> Option<Box<dyn Model + Send>> {
        let measurements = &self.core.problem.measurements;
        let right = |(measurement, value): (&crate::Measurement, &f64)| {
            value.is_finite() && (measurement.scale == crate::Scale::Lin || *value > 0.0)
        };
        if values.len() != measurements.len() || !measurements.iter().zip(values).all(right) {
            return None;
        }
        Some(Box::new(Self { values: values.to_vec(), ..self.clone() }))
    }
}
