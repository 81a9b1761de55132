//! Pareto-smoothed importance sampling: weights of draws, and whether they can be trusted.

mod resample;
mod weighted;

pub use resample::resample;
pub use weighted::{WeightedColumn, WeightedSummary};

use reparam_core::diagnose::GeneralisedPareto;

/// Fewest ratios whose tail is fitted: with fewer, the tail of a fifth has no more than four of them.
const LEAST: usize = 25;

/// Log ratios within this of the largest are alike: what parts them is the rounding of log densities, up to 1e7 nats of them, and that
/// has no tail law. It moves no weighted mean by more than 1e-8 of the spread of the draws.
const ALIKE: f64 = 1e-8;

/// Smoothed, normalised importance weights, with the tail index that judges them.
///
/// # Source
/// Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling.
///
/// ```
/// // Ratios of a target to itself are all alike: nothing could be better.
/// let alike = reparam_infer::psis::psis(&[-3.0; 100]).unwrap();
/// assert_eq!(alike.k_hat, f64::NEG_INFINITY);
/// assert!((alike.ess - 100.0).abs() < 1e-9);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Psis {
    /// Logarithms of the weights, in the order of the ratios; their exponentials sum to 1. A draw of ratio 0 keeps weight 0.
    pub log_weights: Vec<f64>,
    /// Shape of the generalised Pareto law of the largest ratios, drawn towards 1/2 with the weight of ten numbers: below 0.5 good, up
    /// to 0.7 usable. `-∞` where all ratios are alike to 1e-8 nats; `+∞` where there are fewer than 25 ratios, where no more than four lie in the tail,
    /// or where no law fits them: nothing is then known in favour of the weights, and they are left as they were.
    pub k_hat: f64,
    /// Effective sample size, `1 / Σ w²`.
    pub ess: f64,
    /// Ratios in the tail that was smoothed.
    pub tail: usize,
}

/// What cannot be weighted.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum PsisError {
    /// Not a number, or infinitely much weight.
    #[error("log ratio {index}: must be a number below infinity, got {value}")]
    Ratio {
        /// Which.
        index: usize,
        /// NaN or +∞.
        value: f64,
    },
    /// Every ratio is 0, or there is none.
    #[error("log ratios: at least one must be finite, got {count} of -inf")]
    NoWeight {
        /// How many there are.
        count: usize,
    },
}

/// Weights of draws from their log ratios `ln p(x) - ln q(x)`, each known up to one constant; `-∞` is a draw of weight 0.
///
/// The largest `min(S/5, 3 √S)` ratios are replaced by the quantiles of the generalised Pareto law that fits them, and none exceeds the
/// largest raw one. Draws must be independent.
///
/// # Errors
/// [`PsisError`]: a ratio that is NaN or `+∞`; no ratio that is finite.
pub fn psis(log_ratios: &[f64]) -> Result<Psis, PsisError> {
    if let Some((index, &value)) = log_ratios.iter().enumerate().find(|(_, r)| r.is_nan() || **r == f64::INFINITY) {
        return Err(PsisError::Ratio { index, value });
    }
    let largest = log_ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return Err(PsisError::NoWeight { count: log_ratios.len() });
    }
    let mut log_weights: Vec<f64> = log_ratios.iter().map(|r| r - largest).collect();
    let (k_hat, tail) = smooth(&mut log_weights);
    // The largest is 0, so the sum is at least 1 where the tail was left alone, and as much as one of its quantiles where not.
    let total = log_weights.iter().map(|w| w.exp()).sum::<f64>().ln();
    for w in &mut log_weights {
        *w -= total;
    }
    let ess = 1.0 / log_weights.iter().map(|w| (2.0 * w).exp()).sum::<f64>();
    Ok(Psis { log_weights, k_hat, ess, tail })
}

/// Puts quantiles in place of the tail of log weights whose largest is 0; its index and its size.
fn smooth(x: &mut [f64]) -> (f64, usize) {
    if x.iter().all(|w| *w > -ALIKE) {
        return (f64::NEG_INFINITY, 0);
    }
    if x.len() < LEAST {
        return (f64::INFINITY, 0);
    }
    let n = x.len() as f64;
    let m = (n / 5.0).min(3.0 * n.sqrt()).ceil() as usize;
    let mut order: Vec<usize> = (0..x.len()).collect();
    // By rank of weight, then by place: a total order, so that the bits do not depend on the sort.
    order.sort_unstable_by(|&i, &j| x[i].total_cmp(&x[j]).then(i.cmp(&j)));
    let cutoff = x[order[x.len() - m - 1]].max(f64::MIN_POSITIVE.ln());
    let tail: Vec<usize> = order[x.len() - m..].iter().copied().filter(|&i| x[i] > cutoff).collect();
    if tail.len() <= 4 {
        return (f64::INFINITY, tail.len());
    }
    let threshold = cutoff.exp();
    // By exponentials less 1, so that ratios close to each other keep their differences.
    let excess: Vec<f64> = tail.iter().map(|&i| threshold * (x[i] - cutoff).exp_m1()).collect();
    let Some(law) = GeneralisedPareto::fit(&excess) else {
        return (f64::INFINITY, tail.len());
    };
    let law = GeneralisedPareto { shape: law.index(), ..law };
    let count = tail.len() as f64;
    for (rank, &i) in tail.iter().enumerate() {
        let quantile = law.quantile((rank as f64 + 0.5) / count);
        x[i] = (cutoff + (quantile / threshold).ln_1p()).min(0.0);
    }
    (law.shape, tail.len())
}
