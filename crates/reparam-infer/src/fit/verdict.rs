//! Whether to believe weighted draws, and why not.

use super::{Fit, Stopped, Trust, Verdict, Weighted};
use crate::correlations::worst_of_covariance;
use crate::guide::FullRank;
use crate::{LogDensity, matrix};

/// What else is known when the verdict is given.
pub(crate) struct Evidence<'a> {
    /// A normal near the posterior that knows its correlations.
    pub normal: &'a FullRank,
    /// Whether the guide is one of independent normals.
    pub independent: bool,
    /// Another mode: how many standard deviations away, and its mass against the found one's.
    pub other_mode: Option<[f64; 2]>,
    /// A coordinate in which draws lie so far out that nothing seems to hold it.
    pub unbounded: Option<usize>,
    /// Share of the draws where the model failed.
    pub failed: f64,
}

/// k-hat up to which the verdict is good (Vehtari et al. 2024, section 3.2).
const GOOD: f64 = 0.5;
/// k-hat up to which weighted draws are usable.
const USABLE: f64 = 0.7;
/// Draws that the weighted ones must at least be worth: below, means are not known to a tenth of a standard deviation.
const WORTH: f64 = 100.0;
/// Correlations from here on are named.
const NAMED: f64 = 0.5;
/// So many at most: a reason is to be read.
const MOST_NAMED: usize = 4;

pub(crate) fn verdict<D: LogDensity + ?Sized>(
    density: &D,
    fit: &Fit,
    weighted: &Weighted,
    evidence: &Evidence<'_>,
) -> Verdict {
    let k = weighted.k_hat;
    let mut reasons = Vec::new();
    let mut level = if k < GOOD {
        reasons.push(format!("k-hat {k:.2} is below {GOOD}: the draws stand for the posterior"));
        Trust::Good
    } else if k <= USABLE {
        reasons.push(format!(
            "k-hat {k:.2} is between {GOOD} and {USABLE}: the draws stand for the posterior with their weights"
        ));
        Trust::Usable
    } else {
        reasons.push(format!("k-hat {k:.2} is above {USABLE}: the weights have no stable mean"));
        reasons.extend(causes(density, weighted, evidence));
        Trust::No
    };
    if level != Trust::No && weighted.ess < WORTH {
        reasons = vec![format!(
            "k-hat {k:.2} is not above {USABLE}, but the weighted draws are worth only {:.0} independent ones",
            weighted.ess
        )];
        reasons.extend(causes(density, weighted, evidence));
        level = Trust::No;
    }
    if let Some(coordinate) = evidence.unbounded {
        reasons = vec![format!(
            "the posterior seems to be improper: nothing holds {} (its density does not fall off)",
            density.name(coordinate)
        )];
        level = Trust::No;
    }
    if let Some([distance, mass]) = evidence.other_mode {
        reasons.push(format!(
            "a search from another start ended in another mode, {distance:.0} standard deviations away, with about {mass:.2} times \
             the mass of this one; k-hat cannot see it"
        ));
        level = Trust::No;
    }
    if evidence.failed > 0.0 {
        reasons.push(format!(
            "the model has no value at {:.1} % of the draws; they have weight 0",
            100.0 * evidence.failed
        ));
    }
    if fit.stopped != Stopped::Converged {
        reasons.push(format!("the fit did not converge: {}", fit.stopped_because));
        if fit.stopped == Stopped::Diverged {
            level = Trust::No;
        }
    }
    Verdict { level, reason: reasons.join("; ") }
}

/// Why weights are unstable, as far as it can be told.
fn causes<D: LogDensity + ?Sized>(density: &D, weighted: &Weighted, evidence: &Evidence<'_>) -> Vec<String> {
    let mut causes = Vec::new();
    let names: Vec<String> = (0..density.dimension()).map(|i| density.name(i)).collect();
    let strong = worst_of_covariance(&evidence.normal.covariance(), &names, MOST_NAMED);
    let named: Vec<String> = strong
        .iter()
        .filter(|pair| pair.correlation.abs() >= NAMED)
        .map(|pair| format!("{} with {} ({:+.2})", pair.first, pair.second, pair.correlation))
        .collect();
    if evidence.independent && !named.is_empty() {
        causes.push(format!("independent normals cannot hold the correlations of {}", named.join(", ")));
    }
    if let Some((i, ratio)) = heavy(weighted) {
        causes.push(format!(
            "tails heavier than the guide's: the weighted spread of {} is {ratio:.1} times that of the guide",
            density.name(i)
        ));
    }
    if causes.is_empty() {
        causes.push("the posterior has another shape than the guide's family (bent, or heavy in its tails)".into());
    }
    causes
}

/// The coordinate whose weighted standard deviation exceeds the guide's most, where by half or more.
fn heavy(weighted: &Weighted) -> Option<(usize, f64)> {
    let d = weighted.draws.dimension;
    let count = weighted.draws.len() as f64;
    (0..d)
        .map(|i| {
            let column = weighted.draws.column(i);
            let mean = column.iter().sum::<f64>() / count;
            let own = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            let weights = weighted.log_weights.iter().map(|w| w.exp());
            let centre: f64 = column.iter().zip(weights.clone()).map(|(x, w)| w * x).sum();
            let spread: f64 = column.iter().zip(weights).map(|(x, w)| w * (x - centre).powi(2)).sum();
            (i, (spread / own).sqrt())
        })
        .filter(|(_, ratio)| *ratio > 1.5)
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

/// A coordinate in which most draws lie `1e10` or `1e6` of the base normal's standard deviations away from its mean.
pub(crate) fn unbounded(weighted: &Weighted, normal: &FullRank, deviations: &[f64], start: &[f64]) -> Option<usize> {
    let far = |i: usize, x: f64| {
        (x - normal.loc()[i]).abs() > 1e6 * deviations[i] || (x - start[i]).abs() > 1e10 * start[i].abs().max(1.0)
    };
    (0..start.len()).find(|&i| 2 * weighted.draws.rows().filter(|row| far(i, row[i])).count() > weighted.draws.len())
}

/// How far `point` is from the centre of a normal, in its standard deviations.
pub(crate) fn distance(normal: &FullRank, point: &[f64]) -> f64 {
    let d = normal.loc().len();
    let mut away: Vec<f64> = point.iter().zip(normal.loc()).map(|(a, b)| a - b).collect();
    let mut square = vec![0.0; d * d];
    for i in 0..d {
        square[i * d..=i * d + i].copy_from_slice(&normal.scale_tril()[i * (i + 1) / 2..][..=i]);
    }
    matrix::solve_lower(&square, d, &mut away);
    away.iter().map(|a| a * a).sum::<f64>().sqrt()
}
