//! Whether chains agree, and what their draws are worth.

mod ess;
mod ranks;

use crate::Draws;
use ess::{ess, split};
use ranks::{normal_scores, sorted_quantile};

/// What several chains say of one quantity.
///
/// # Source
/// Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Rank-normalization, folding, and localization.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainSummary {
    /// Mean over all chains.
    pub mean: f64,
    /// Standard deviation over all chains.
    pub sd: f64,
    /// Quantiles at 5 %, 50 % and 95 % over all chains.
    pub quantiles: [f64; 3],
    /// Split, rank-normalised R-hat, the larger of bulk and folded: at most 1.01 where the chains agree.
    pub r_hat: f64,
    /// Effective sample size of the bulk: at least 100 a chain.
    pub ess_bulk: f64,
    /// Effective sample size of the tails, the smaller of those at the quantiles 5 % and 95 %.
    pub ess_tail: f64,
    /// Monte Carlo standard error of the mean.
    pub mcse_mean: f64,
    /// Monte Carlo standard error of the standard deviation.
    pub mcse_sd: f64,
}

/// A summary of each coordinate of chains of one length; of different lengths, as of chains that were interrupted, diagnostics are NaN.
///
/// # Panics
/// Where chains differ in dimension: a program's mistake.
pub fn summaries(chains: &[Draws]) -> Vec<ChainSummary> {
    let dimension = chains.first().map_or(0, |c| c.dimension);
    (0..dimension)
        .map(|d| {
            let columns: Vec<Vec<f64>> = chains.iter().map(|c| c.column(d)).collect();
            summary(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>())
        })
        .collect()
}

/// A summary of one quantity. With fewer than four draws a chain, or a draw that is not finite, diagnostics and errors are NaN.
///
/// ```
/// // Two chains in different places.
/// let low: Vec<f64> = (0..100).map(|i| f64::from(i * 37 % 100)).collect();
/// let high: Vec<f64> = low.iter().map(|x| x + 300.0).collect();
/// assert!(reparam_infer::chains::summary(&[&low, &high]).r_hat > 1.5);
/// assert!(reparam_infer::chains::summary(&[&low, &low]).r_hat < 1.01);
/// ```
pub fn summary(chains: &[&[f64]]) -> ChainSummary {
    let all: Vec<f64> = chains.concat();
    let n = all.len() as f64;
    let mean = all.iter().sum::<f64>() / n;
    let squares: Vec<Vec<f64>> = chains.iter().map(|c| c.iter().map(|x| (x - mean).powi(2)).collect()).collect();
    let variance = squares.iter().flatten().sum::<f64>() / n;
    let fourth = squares.iter().flatten().map(|s| s * s).sum::<f64>() / n;
    let sd = (variance * n / (n - 1.0)).sqrt();
    let mut sorted = all;
    sorted.sort_by(f64::total_cmp);
    let quantiles = [0.05, 0.5, 0.95].map(|p| sorted_quantile(&sorted, p));
    let squares: Vec<&[f64]> = squares.iter().map(Vec::as_slice).collect();
    ChainSummary {
        mean,
        sd,
        quantiles,
        r_hat: r_hat(chains),
        ess_bulk: ess_bulk(chains),
        ess_tail: ess_tail(chains, &sorted),
        mcse_mean: sd / ess_mean(chains).sqrt(),
        // Delta method: the variance of a variance, through d sd = d variance / (2 sd).
        mcse_sd: ((fourth - variance * variance) / ess_mean(&squares) / variance / 4.0).sqrt(),
    }
}

/// Split, rank-normalised R-hat: the larger of that of the draws and that of their distances from the median.
///
/// NaN with fewer than four draws a chain, with a draw that is not finite, or with chains of different lengths; also where all draws
/// are alike.
pub fn r_hat(chains: &[&[f64]]) -> f64 {
    if !usable(chains) {
        return f64::NAN;
    }
    let halves = split(chains);
    let mut sorted = halves.concat();
    sorted.sort_by(f64::total_cmp);
    let median = sorted_quantile(&sorted, 0.5);
    let folded: Vec<Vec<f64>> = halves.iter().map(|c| c.iter().map(|x| (x - median).abs()).collect()).collect();
    let [bulk, tail] = [&halves, &folded].map(|chains| plain_r_hat(&normal_scores(chains)));
    // `max` of the two would hide a NaN.
    if bulk.is_nan() { bulk } else { bulk.max(tail) }
}

/// Effective sample size of the bulk: of rank-normalised draws. NaN as for [`r_hat`].
pub fn ess_bulk(chains: &[&[f64]]) -> f64 {
    if usable(chains) { ess(&normal_scores(&split(chains))) } else { f64::NAN }
}

/// Effective sample size of the mean: of the draws as they are. NaN as for [`r_hat`].
pub fn ess_mean(chains: &[&[f64]]) -> f64 {
    if usable(chains) { ess(&split(chains)) } else { f64::NAN }
}

fn ess_tail(chains: &[&[f64]], sorted: &[f64]) -> f64 {
    if !usable(chains) {
        return f64::NAN;
    }
    let at = |p: f64| {
        let quantile = sorted_quantile(sorted, p);
        let below: Vec<Vec<f64>> =
            chains.iter().map(|c| c.iter().map(|x| f64::from(u8::from(*x <= quantile))).collect()).collect();
        ess(&split(&below.iter().map(Vec::as_slice).collect::<Vec<_>>()))
    };
    let [low, high] = [0.05, 0.95].map(at);
    if low.is_nan() { low } else { low.min(high) }
}

fn usable(chains: &[&[f64]]) -> bool {
    let length = chains.first().map_or(0, |c| c.len());
    length >= 4 && chains.iter().all(|c| c.len() == length && c.iter().all(|x| x.is_finite()))
}

/// `√((B/W + n - 1) / n)`: between-chain and within-chain variances of chains of length `n`.
fn plain_r_hat(chains: &[Vec<f64>]) -> f64 {
    let n = chains[0].len() as f64;
    let moments: Vec<[f64; 2]> = chains.iter().map(|c| mean_and_variance(c)).collect();
    let means: Vec<f64> = moments.iter().map(|m| m[0]).collect();
    let between = n * mean_and_variance(&means)[1];
    let within = moments.iter().map(|m| m[1]).sum::<f64>() / moments.len() as f64;
    ((between / within + n - 1.0) / n).sqrt()
}

/// Mean, and variance with `n - 1` below the line.
fn mean_and_variance(x: &[f64]) -> [f64; 2] {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    [mean, x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)]
}
