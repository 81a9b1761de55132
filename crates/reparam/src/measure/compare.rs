//! The comparison: every estimator on one problem.

use reparam_core::law::family;

use super::candidates::{Options, applicable, candidate};
use super::exact::{Exact, exact};
use super::notes::{notes, path_disagrees};
use super::problem::Problem;
use super::report::{Report, Row, Verdict};
use super::run::{Measured, measure};
use crate::estimator::{Bias, EstimatorError};
use crate::noise::Key;

/// What is compared, and how thoroughly.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareConfig {
    /// Names of estimators; empty: all that fit.
    pub estimators: Vec<String>,
    /// Estimates of each.
    pub draws: usize,
    /// Seed of the noise.
    pub seed: u64,
    /// Options of estimators that have any.
    pub options: Options,
    /// Biased estimators that may be recommended.
    pub allowed: Vec<String>,
}

impl Default for CompareConfig {
    fn default() -> Self {
        Self { estimators: Vec::new(), draws: 100_000, seed: 0, options: Options::default(), allowed: Vec::new() }
    }
}

/// A comparison that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// A name that is no estimator of this problem.
    #[error("estimator '{name}' does not fit this law; those that do: {}", fitting.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        fitting: Vec<&'static str>,
    },
    /// A law that cannot be drawn from.
    #[error("{rule}")]
    Subject {
        /// What must hold, and what was given.
        rule: String,
    },
    /// A number outside its range.
    #[error("{name} must be {rule}, got {got}")]
    Number {
        /// Which.
        name: &'static str,
        /// Its rule.
        rule: &'static str,
        /// What it is.
        got: String,
    },
    /// What an estimator refuses.
    #[error(transparent)]
    Estimator(#[from] EstimatorError),
}

/// Chance that any verdict of bias in a report is a false alarm.
pub const FALSE_ALARM_RATE: f64 = 1e-4;
/// Fewest and most estimates of a report.
const DRAWS: [usize; 2] = [100, 100_000_000];

/// Runs every estimator on the problem, on the threads of the current pool; `progress` is told the name of each before it starts.
///
/// # Errors
/// An estimator that does not fit, a number outside its range, coins or categories that there are not.
///
/// ```
/// use reparam::measure::{CompareConfig, Problem, Subject, compare};
/// use reparam_core::law::family;
/// let law = family("normal").unwrap().build(&[1.0, 0.5]).unwrap();
/// let problem = Problem::new(Subject::scalar(law), |z| (z - 3.0).square().squeeze_dim::<2>(2));
/// let config = CompareConfig { draws: 2000, ..CompareConfig::default() };
/// let report = compare(&problem, &config, &mut |_| {}).unwrap();
/// assert_eq!(report.rows[0].estimator, "pathwise");
/// ```
pub fn compare(
    problem: &Problem,
    config: &CompareConfig,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, MeasureError> {
    if !(DRAWS[0]..=DRAWS[1]).contains(&config.draws) {
        let (rule, got) = ("from 100 to 100000000", config.draws.to_string());
        return Err(MeasureError::Number { name: "draws", rule, got });
    }
    problem.check().map_err(|rule| MeasureError::Subject { rule })?;
    let fitting = applicable(problem);
    if let Some(name) = config.estimators.iter().find(|name| !fitting.contains(&name.as_str())) {
        return Err(MeasureError::Unknown { name: name.clone(), fitting });
    }
    let wanted = |name: &&&str| config.estimators.is_empty() || config.estimators.iter().any(|n| n == **name);
    let names: Vec<&str> = fitting.iter().filter(wanted).copied().collect();
    let parameters = problem.parameters();
    let known = exact(problem);
    let key = Key::new(config.seed).site("compare");
    let mut rows = Vec::new();
    let mut relaxed_costs = Vec::new();
    let mut seen_cost = None;
    let mut left_out = Vec::new();
    let level = threshold(FALSE_ALARM_RATE / (names.len() * parameters.len()).max(1) as f64);
    for name in &names {
        progress(name);
        let candidate = match candidate(problem, name, &config.options, key) {
            Ok(Some(candidate)) => candidate,
            Ok(None) => continue,
            Err(error) => {
                left_out.push(error.to_string());
                continue;
            }
        };
        // What has no variance needs no more than a few estimates.
        let draws = if *name == "enumerate" { config.draws.min(100) } else { config.draws };
        let measured = match measure(&candidate, parameters.len(), draws, key) {
            Ok(measured) => measured,
            // Too large for this estimator: said, not failed, unless it was asked for by name.
            Err(error) if config.estimators.is_empty() => {
                left_out.push(error.to_string());
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(cost) = measured.cost {
            seen_cost = seen_cost.or(Some(cost.mean()));
        }
        if let Some(cost) = measured.relaxed_cost {
            relaxed_costs.push((candidate.name().to_owned(), cost.mean()));
        }
        let biased = matches!(candidate.bias(), Bias::Biased(_));
        for (k, (parameter, _)) in parameters.iter().enumerate() {
            let mut row = row(&measured, k, known.as_ref().ok(), biased, level);
            candidate.name().clone_into(&mut row.estimator);
            row.parameter.clone_from(parameter);
            row.draws_per_estimate = candidate.draws();
            rows.push(row);
        }
    }
    let path_is_out = path_disagrees(problem, &rows, level);
    let (recommended, reason) = recommend(&rows, &config.allowed, path_is_out);
    let exact_method = match &known {
        Ok(exact) => exact.method.to_owned(),
        Err(reason) => format!("none: {reason}"),
    };
    let mut notes = notes(problem, &rows, level);
    notes.extend(left_out.into_iter().map(|error| format!("left out: {error}")));
    Ok(Report {
        rows,
        recommended,
        reason,
        seed: config.seed,
        draws: config.draws,
        exact_method,
        false_alarm_rate: FALSE_ALARM_RATE,
        cost: known.ok().map(|e| e.cost).or(seen_cost),
        relaxed_costs,
        notes,
    })
}

/// The number of standard errors that a normal number exceeds, on either side, with this chance.
pub(super) fn threshold(chance: f64) -> f64 {
    family("normal").and_then(|f| f.build(&[0.0, 1.0]).ok()).map_or(6.0, |normal| normal.upper_quantile(chance / 2.0))
}

fn row(measured: &Measured, k: usize, exact: Option<&Exact>, biased_by_design: bool, level: f64) -> Row {
    let (moments, tail) = (&measured.moments[k], measured.tails[k]);
    let (mean, variance, se) = (moments.mean(), moments.variance(), moments.standard_error());
    let known = exact.map(|e| e.gradient[k]);
    // The arithmetic's own error: of the exact value, and of a mean of rounded numbers.
    let slack = exact.map_or(0.0, |e| e.errors[k] + 1e-13 * e.cost.abs()) + 1e-12 * mean.abs();
    let bias_se = se.hypot(slack);
    let bias = known.map(|e| mean - e);
    let verdict = if measured.not_finite > 0 {
        Verdict::NotFinite
    } else {
        match bias {
            None if biased_by_design => Verdict::BiasedByDesign,
            _ if tail.is_some_and(|t| t.variance_may_be_infinite()) => Verdict::VarianceMayBeInfinite,
            None => Verdict::Unchecked,
            Some(bias) if bias.abs() <= level * se + 10.0 * slack => Verdict::Unbiased,
            Some(_) => Verdict::Biased,
        }
    };
    let positive = variance > 0.0;
    Row {
        estimator: String::new(),
        parameter: String::new(),
        mean,
        standard_error: se,
        exact: known,
        bias,
        bias_standard_error: bias.map(|_| bias_se),
        verdict,
        biased_by_design,
        variance,
        variance_standard_error: moments.variance_error(),
        snr: positive.then(|| mean.abs() / variance.sqrt()),
        seconds_per_draw: measured.seconds,
        efficiency: positive.then(|| 1.0 / (variance * measured.seconds)),
        tail_index: tail.map(|t| t.index),
        draws_per_estimate: 0,
    }
}

/// The estimator with the least variance times seconds, over all parameters, among those that no row speaks against.
pub(super) fn recommend(rows: &[Row], allowed: &[String], path_is_out: bool) -> (Option<String>, String) {
    let mut best: Option<(&str, f64)> = None;
    let mut names: Vec<&str> = rows.iter().map(|r| r.estimator.as_str()).collect();
    names.dedup();
    for name in names {
        let own = || rows.iter().filter(move |r| r.estimator == name);
        let may = allowed.iter().any(|a| a == name);
        let sound = own().all(|r| match r.verdict {
            Verdict::Unbiased | Verdict::Unchecked => may || !r.biased_by_design,
            Verdict::Biased | Verdict::BiasedByDesign => may,
            Verdict::VarianceMayBeInfinite | Verdict::NotFinite => false,
        });
        // The squared bias counts where a biased one is allowed: a mean of one estimate errs by both.
        let price: f64 = own()
            .map(|r| (r.variance + may.then_some(r.bias).flatten().map_or(0.0, |b| b * b)) * r.seconds_per_draw)
            .sum();
        // Nothing is cheaper than no variance; then the time decides.
        let price = if price > 0.0 { price } else { own().map(|r| r.seconds_per_draw).sum::<f64>() * 1e-300 };
        let out = path_is_out && name == "pathwise" && !may;
        if sound && !out && price.is_finite() && best.is_none_or(|(_, least)| price < least) {
            best = Some((name, price));
        }
    }
    match best {
        None => (None, "no estimator is without objection".into()),
        Some((name, price)) => {
            let others = rows.iter().any(|r| r.estimator != name);
            let words =
                if price < 1e-200 { "no variance".to_owned() } else { "least variance times seconds".to_owned() };
            let of = match (others, allowed.is_empty()) {
                (false, _) => "",
                (true, true) => " of the unbiased estimators, all parameters together",
                (true, false) => {
                    " and squared bias of the unbiased estimators and those allowed, all parameters together"
                }
            };
            (Some(name.to_owned()), format!("{words}{of}"))
        }
    }
}
