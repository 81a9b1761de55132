//! The check: every estimator on problems whose gradient, and often whose variance, is known exactly.
//!
//! [`verify`] runs the table of this crate. The same functions check an estimator, a law or a cost of your own: [`check_gradient`] holds a sample of
//! estimates against a gradient, [`check_variance`] against a variance.

mod discrete;
mod normal;
mod other;

use serde::{Deserialize, Serialize};

use super::candidates::{Options, candidate};
use super::compare::{MeasureError, threshold};
use super::problem::Problem;
use super::run::{Measured, measure};
use crate::noise::Key;

/// Chance that any check of the whole table fails though all is right.
pub const FALSE_ALARM_RATE: f64 = 1e-6;

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// The mean of the estimates.
    Mean,
    /// The variance of one estimate.
    Variance,
}

/// One number held against its exact value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The problem, in words.
    pub problem: String,
    /// Name of the estimator.
    pub estimator: String,
    /// Name of the parameter.
    pub parameter: String,
    /// Mean or variance.
    pub quantity: Quantity,
    /// As it must be.
    pub exact: f64,
    /// As it was found.
    pub measured: f64,
    /// Standard error of `measured`.
    pub standard_error: f64,
    /// `(measured - exact) / standard_error`; none where the estimates differ by rounding alone.
    pub z: Option<f64>,
    /// Whether they agree.
    pub pass: bool,
}

/// All checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// One row a number.
    pub checks: Vec<Check>,
    /// Whether all agree.
    pub pass: bool,
    /// Estimates behind each.
    pub draws: usize,
    /// Seed of the noise.
    pub seed: u64,
    /// Standard errors within which a number must lie.
    pub limit: f64,
    /// Chance that any check fails though all is right.
    pub false_alarm_rate: f64,
}

/// What must hold of one parameter of one estimator on one problem.
#[derive(Clone, Copy, Debug)]
struct Claim {
    estimator: &'static str,
    parameter: usize,
    quantity: Quantity,
    exact: f64,
}

/// A problem with what is known of it.
struct Case {
    name: String,
    problem: Problem,
    options: Options,
    claims: Vec<Claim>,
}

/// Whether `measured` lies within `limit` standard errors of `exact`, rounding allowed for.
fn agrees(exact: f64, measured: f64, standard_error: f64, limit: f64) -> bool {
    // Sums of 10^5 numbers of either sign, of the size of the standard error's own: rounding is 1e-12 of the value and far below the error.
    (measured - exact).abs() <= limit * standard_error + 1e-10 * exact.abs() + 1e-13
}

/// The check of the mean of a sample of estimates of one parameter: does it agree with the gradient within `limit` standard errors?
#[must_use]
pub fn check_gradient(measured: &Measured, parameter: usize, exact: f64, limit: f64) -> bool {
    let moments = &measured.moments[parameter];
    measured.not_finite == 0 && agrees(exact, moments.mean(), moments.standard_error(), limit)
}

/// The check of the variance of a sample of estimates of one parameter.
#[must_use]
pub fn check_variance(measured: &Measured, parameter: usize, exact: f64, limit: f64) -> bool {
    let moments = &measured.moments[parameter];
    measured.not_finite == 0 && agrees(exact, moments.variance(), moments.variance_error(), limit)
}

/// Runs the whole table with that many estimates each, on the threads of the current pool; `progress` is told the name of each problem.
///
/// # Errors
/// A number of estimates below 1,000, too few for the normal approximation behind the limits.
///
/// ```
/// let found = reparam::measure::verify::verify(4000, 0, &mut |_| {}).unwrap();
/// assert!(found.pass && found.checks.len() > 150);
/// ```
pub fn verify(draws: usize, seed: u64, progress: &mut dyn FnMut(&str)) -> Result<Verification, MeasureError> {
    if !(1000..=100_000_000).contains(&draws) {
        let (rule, got) = ("from 1000 to 100000000", draws.to_string());
        return Err(MeasureError::Number { name: "draws", rule, got });
    }
    let cases: Vec<Case> = normal::cases().into_iter().chain(discrete::cases()).chain(other::cases()).collect();
    let total: usize = cases.iter().map(|c| c.claims.len()).sum();
    let limit = threshold(FALSE_ALARM_RATE / total.max(1) as f64);
    let mut checks = Vec::with_capacity(total);
    for (i, case) in cases.iter().enumerate() {
        progress(&case.name);
        let key = Key::new(seed).site("verify").number(i as u64);
        checks.extend(run(case, draws, limit, key)?);
    }
    let pass = checks.iter().all(|c| c.pass);
    Ok(Verification { checks, pass, draws, seed, limit, false_alarm_rate: FALSE_ALARM_RATE })
}

fn run(case: &Case, draws: usize, limit: f64, key: Key) -> Result<Vec<Check>, MeasureError> {
    let parameters = case.problem.parameters();
    let mut checks = Vec::with_capacity(case.claims.len());
    let mut last: Option<(&str, Measured)> = None;
    for claim in &case.claims {
        if last.as_ref().is_none_or(|(name, _)| *name != claim.estimator) {
            let Some(found) = candidate(&case.problem, claim.estimator, &case.options, key)? else { continue };
            last = Some((claim.estimator, measure(&found, parameters.len(), draws, key)?));
        }
        let Some((_, measured)) = &last else { continue };
        let moments = &measured.moments[claim.parameter];
        let (value, error, pass) = match claim.quantity {
            Quantity::Mean => {
                let pass = check_gradient(measured, claim.parameter, claim.exact, limit);
                (moments.mean(), moments.standard_error(), pass)
            }
            Quantity::Variance => {
                let pass = check_variance(measured, claim.parameter, claim.exact, limit);
                (moments.variance(), moments.variance_error(), pass)
            }
        };
        checks.push(Check {
            problem: case.name.clone(),
            estimator: claim.estimator.to_owned(),
            parameter: parameters[claim.parameter].0.clone(),
            quantity: claim.quantity,
            exact: claim.exact,
            measured: value,
            standard_error: error,
            // Where the estimates differ by rounding alone there is nothing to count in.
            z: (error > 1e-10 * claim.exact.abs() + 1e-13).then(|| (value - claim.exact) / error),
            pass,
        });
    }
    Ok(checks)
}

/// Claims that the means of these estimators are this gradient.
fn means(estimators: &[&'static str], gradient: &[f64]) -> Vec<Claim> {
    let claim = |estimator, (parameter, exact): (usize, &f64)| Claim {
        estimator,
        parameter,
        quantity: Quantity::Mean,
        exact: *exact,
    };
    estimators.iter().flat_map(|e| gradient.iter().enumerate().map(move |g| claim(*e, g))).collect()
}

/// Claims of the mean and of the variance of one estimator, parameter by parameter.
fn both(estimator: &'static str, gradient: &[f64], variances: &[f64]) -> Vec<Claim> {
    let variance =
        |(parameter, exact): (usize, &f64)| Claim { estimator, parameter, quantity: Quantity::Variance, exact: *exact };
    means(&[estimator], gradient).into_iter().chain(variances.iter().enumerate().map(variance)).collect()
}
