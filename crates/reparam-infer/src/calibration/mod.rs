//! Simulation-based calibration: do intervals cover the truth as often as they say?

mod replicate;
mod uniformity;

pub use replicate::{Failure, Outcome, Replicate};
pub use uniformity::{EcdfPoint, Uniformity, uniformity};

use crate::{Draws, Model, Quantity};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Options of [`calibrate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalibrationOptions {
    /// Truths that are drawn from the prior.
    pub replicates: usize,
    /// Draws of each posterior that the truth is ranked among: ranks run from 0 to this.
    pub ranked: usize,
    /// Bins of the rank histogram; a divisor of `ranked + 1` makes them equally likely.
    pub bins: usize,
    /// Seed of all noise.
    pub seed: u64,
}

/// Ranks of truths among the draws of their posteriors, and whether they are uniform.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// What was ranked, in the order of the ranks.
    pub quantities: Vec<Quantity>,
    /// All replicates, in order; the ones that failed included.
    pub replicates: Vec<Replicate>,
    /// For each quantity its histogram and tests; none where no replicate came through.
    pub uniformity: Vec<Uniformity>,
    /// Replicates that gave no ranks.
    pub failures: usize,
    /// Whether the caller stopped it before the last replicate.
    pub interrupted: bool,
}

/// What a live line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalibrationProgress {
    /// Replicates done, the ones handed in included.
    pub done: usize,
    /// Replicates in all.
    pub total: usize,
    /// Those that failed.
    pub failures: usize,
}

/// What cannot be calibrated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationError {
    /// An option out of its range.
    #[error("calibration: {option} must be {rule}, got {value}")]
    Option {
        /// Which.
        option: &'static str,
        /// Its range.
        rule: &'static str,
        /// What was given.
        value: usize,
    },
    /// A model that cannot be simulated.
    #[error("calibration: the model {0}")]
    Model(&'static str),
    /// A replicate handed in that is not of this calibration.
    #[error("calibration: replicate {index} handed in: {rule}")]
    Done {
        /// Which.
        index: usize,
        /// What is wrong with it.
        rule: &'static str,
    },
}

impl Default for CalibrationOptions {
    fn default() -> Self {
        Self { replicates: 100, ranked: 99, bins: 20, seed: 0 }
    }
}

impl CalibrationOptions {
    fn check(&self) -> Result<(), CalibrationError> {
        let wrong = |option, rule, value| Err(CalibrationError::Option { option, rule, value });
        if !(1..=100_000).contains(&self.replicates) {
            return wrong("replicates", "from 1 to 1e5", self.replicates);
        }
        if !(1..=1_000_000).contains(&self.ranked) {
            return wrong("ranked", "from 1 to 1e6", self.ranked);
        }
        if !(2..=self.ranked + 1).contains(&self.bins) {
            return wrong("bins", "from 2 to ranked + 1", self.bins);
        }
        Ok(())
    }
}

impl Calibration {
    /// The probability of ranks that look as uneven as the worst quantity's, by its ECDF test, if all were uniform: at most the smallest
    /// of the p-values times their number (Bonferroni). NaN where nothing was ranked.
    pub fn p_value(&self) -> f64 {
        let smallest = self.uniformity.iter().map(|u| u.p_ecdf).fold(f64::NAN, f64::min);
        (smallest * self.uniformity.len() as f64).min(1.0)
    }
}

/// Draws truths from the prior and data from the model, fits each, and ranks the truth among the posterior's draws.
///
/// If the fit is exact, ranks are uniform for every quantity; a rank histogram that is high at both ends says that intervals are too
/// narrow, one that is low there that they are too wide, a slope that the fit is biased.
///
/// `fit` gets the model of one replicate and a seed, and returns unconstrained draws (independent ones, or as many as make them nearly
/// so: `ranked` of them are taken, evenly spread) or why it failed. It runs on the threads of the current rayon pool. Everything
/// depends on the seed and the replicate's number alone, so `done`, replicates of an earlier run with the same options, are taken as
/// they are. `progress` is called after every few replicates, with those that are new.
///
/// # Source
/// Talts, Betancourt, Simpson, Vehtari and Gelman (2018), Validating Bayesian inference algorithms with simulation-based calibration.
///
/// # Errors
/// [`CalibrationError`]: an option out of range, a model without data, replicates that are not of this calibration. What goes wrong
/// within a replicate (no draw from the prior, an unsolvable model, a failed fit) is counted among its failures.
pub fn calibrate(
    model: &dyn Model,
    options: &CalibrationOptions,
    fit: &(dyn Fn(&dyn Model, u64) -> Result<Draws, String> + Sync),
    done: &[Replicate],
    progress: &mut dyn FnMut(CalibrationProgress, &[Replicate]) -> ControlFlow<()>,
) -> Result<Calibration, CalibrationError> {
    options.check()?;
    let quantities = model.quantities();
    if quantities.is_empty() {
        return Err(CalibrationError::Model("has no quantities"));
    }
    if model.observations().is_empty() {
        return Err(CalibrationError::Model("has no data"));
    }
    let mut replicates = known(done, options, quantities.len())?;
    let missing: Vec<usize> =
        (0..options.replicates).filter(|i| replicates.binary_search_by_key(i, |r| r.index).is_err()).collect();
    let mut interrupted = false;
    // A few for each thread, so that the caller hears of them and the last ones of a batch do not wait for long.
    for batch in missing.chunks(2 * rayon::current_num_threads()) {
        let new: Vec<Replicate> =
            batch.par_iter().map(|&index| Replicate::run(model, options, quantities.len(), index, fit)).collect();
        replicates.extend_from_slice(&new);
        let failures = replicates.iter().filter(|r| r.ranks().is_none()).count();
        let report = CalibrationProgress { done: replicates.len(), total: options.replicates, failures };
        if progress(report, &new).is_break() {
            interrupted = replicates.len() < options.replicates;
            break;
        }
    }
    replicates.sort_by_key(|r| r.index);
    Ok(judged(quantities, replicates, options, interrupted))
}

/// The replicates handed in, in order.
fn known(
    done: &[Replicate],
    options: &CalibrationOptions,
    quantities: usize,
) -> Result<Vec<Replicate>, CalibrationError> {
    let mut replicates = done.to_vec();
    replicates.sort_by_key(|r| r.index);
    for (i, r) in replicates.iter().enumerate() {
        let fault = |rule| Err(CalibrationError::Done { index: r.index, rule });
        if r.index >= options.replicates {
            return fault("its number must be below that of the replicates");
        }
        if i > 0 && replicates[i - 1].index == r.index {
            return fault("it is there twice");
        }
        if r.ranks().is_some_and(|ranks| ranks.len() != quantities || ranks.iter().any(|r| *r > options.ranked)) {
            return fault("it must have one rank a quantity, none above the number of ranked draws");
        }
    }
    Ok(replicates)
}

fn judged(
    quantities: Vec<Quantity>,
    replicates: Vec<Replicate>,
    options: &CalibrationOptions,
    interrupted: bool,
) -> Calibration {
    let ranked: Vec<&[usize]> = replicates.iter().filter_map(Replicate::ranks).collect();
    let failures = replicates.len() - ranked.len();
    let tests = if ranked.is_empty() { 0 } else { quantities.len() };
    let uniformity = (0..tests)
        .map(|q| {
            let ranks: Vec<usize> = ranked.iter().map(|r| r[q]).collect();
            uniformity(&ranks, options.ranked, options.bins)
        })
        .collect();
    Calibration { quantities, replicates, uniformity, failures, interrupted }
}
