//! Problems and reports that several tests ask for.

use burn::tensor::{DType, Tensor};
use reparam::measure::{CompareConfig, Problem, Report, Row, Subject, compare};
use reparam_core::law::family;

/// Standard errors that a normal number exceeds, on either side, once in 2e6 times.
pub const LIMIT: f64 = 5.0;

/// A cost of the draws of a law of numbers.
pub fn scalar(law: &str, parameters: &[f64], cost: impl Fn(Tensor<3>) -> Tensor<3> + Send + Sync + 'static) -> Problem {
    let law = family(law).unwrap().build(parameters).unwrap();
    Problem::new(Subject::scalar(law), move |z| cost(z).squeeze_dim::<2>(2))
}

/// Coins of these probabilities.
pub fn coins(probs: &[f64], cost: impl Fn(Tensor<3>) -> Tensor<2> + Send + Sync + 'static) -> Problem {
    Problem::new(Subject::Coins(probs.iter().map(|p| (p / (1.0 - p)).ln()).collect()), cost)
}

/// 1 above `place`, else 0.
pub fn step(z: Tensor<3>, place: f64) -> Tensor<3> {
    let dtype = z.dtype();
    z.greater_scalar(place).float().cast(dtype)
}

/// The report of these estimators; none: all.
pub fn report(problem: &Problem, estimators: &[&str], draws: usize, seed: u64) -> Report {
    let estimators = estimators.iter().map(|name| (*name).to_owned()).collect();
    let config = CompareConfig { estimators, draws, seed, ..CompareConfig::default() };
    compare(problem, &config, &mut |_| {}).unwrap()
}

/// The row of this estimator and parameter.
pub fn row<'a>(report: &'a Report, estimator: &str, parameter: &str) -> &'a Row {
    let found = report.rows.iter().find(|r| r.estimator == estimator && r.parameter == parameter);
    found.unwrap_or_else(|| panic!("no row of {estimator} in {parameter}: {report:?}"))
}

/// Costs are 64-bit floats.
pub const DOUBLE: DType = DType::F64;
