//! Pathfinder: normals along a quasi-Newton search, the best by ELBO (Zhang, Carpenter, Gelman and Vehtari 2022).

use super::batch::Batch;
use super::fixed::elbo;
use crate::guide::FullRank;
use crate::lbfgs::{Iterate, LbfgsOptions, minimise};
use crate::{LogDensity, LogDensityError, matrix};
use reparam_core::noise::{Key, Noise};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Searches from different starts.
const PATHS: usize = 8;
/// Searches that end this many nats below the best are not followed further: their mass is nothing, whatever the width.
const HOPELESS: f64 = 25.0;
/// Draws by which an iterate's ELBO is estimated; the paper's `K`.
const DRAWS: usize = 8;
/// Pairs that a search remembers; the paper's `J`.
const HISTORY: usize = 6;

/// What a search found.
pub(crate) struct Path {
    /// The best normal on it.
    pub guide: FullRank,
    /// Its ELBO, and the standard error.
    pub elbo: [f64; 2],
    /// Where the search ended.
    pub mode: Vec<f64>,
    /// The log density there.
    pub mode_value: f64,
}

/// The best normal on several paths, best first; empty where no start has a value.
///
/// The first path begins at `start`, the next ones at `others`, and if these are fewer than seven, the rest about `start` at standard
/// normal distance. The covariance of an iterate is the inverse Hessian that the search knows there: dense BFGS updates of a diagonal that
/// follows Gilbert and Lemaréchal (1989), as the paper's does.
///
/// # Errors
/// Wrong sizes.
pub(crate) fn paths<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    start: &[f64],
    others: &[Vec<f64>],
    key: Key,
    steps: usize,
) -> Result<Vec<Path>, LogDensityError> {
    let key = key.site("pathfinder");
    let mut searches = Vec::new();
    for number in 0..PATHS.max(others.len() + 1) {
        let from = match number {
            0 => start.to_vec(),
            n if n <= others.len() => others[n - 1].clone(),
            n => {
                let mut away = vec![0.0; start.len()];
                key.number(n as u64).step(1).fill(Noise::StandardNormal, 0, &mut away);
                start.iter().zip(&away).map(|(x, e)| x + e).collect()
            }
        };
        searches.extend(search(batch, &from, steps)?.map(|found| (number, found)));
    }
    let best = searches.iter().map(|(_, s)| s.value).fold(f64::NEG_INFINITY, f64::max);
    let mut found = Vec::new();
    for (number, search) in searches {
        if search.value >= best - HOPELESS {
            found.push(search.best(batch, key.number(number as u64))?);
        }
    }
    found.sort_by(|a, b| b.elbo[0].total_cmp(&a.elbo[0]));
    Ok(found)
}

/// A point of the search with the covariance known there.
struct Candidate {
    x: Vec<f64>,
    gradient: Vec<f64>,
    scale: Vec<f64>,
    pairs: VecDeque<(Vec<f64>, Vec<f64>)>,
}

/// Iterates of a path whose normals are tried: a factorisation of each costs the cube of the dimension.
const fn followed(dimension: usize) -> usize {
    match dimension {
        0..=100 => usize::MAX,
        101..=300 => 20,
        _ => 5,
    }
}

/// A search that ended.
struct Search {
    candidates: Vec<Candidate>,
    mode: Vec<f64>,
    /// The log density there.
    value: f64,
}

fn search<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    start: &[f64],
    steps: usize,
) -> Result<Option<Search>, LogDensityError> {
    let mut wrong = None;
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut diagonal = vec![1.0; start.len()];
    // The last digits of the mode do not matter here.
    let options =
        LbfgsOptions { iterations: steps, history: HISTORY, gradient_tolerance: 1e-6, value_tolerance: 1e-10 };
    let minimum = minimise(
        |x, gradient| match batch.one(x, gradient) {
            Ok(value) => {
                for g in gradient.iter_mut() {
                    *g = -*g;
                }
                value.map(|v| -v)
            }
            Err(error) => {
                wrong = Some(error);
                None
            }
        },
        start,
        &options,
        |iterate: &Iterate<'_>| {
            if let Some((step, change)) = iterate.pairs.back() {
                update_diagonal(&mut diagonal, step, change);
                candidates.push(Candidate {
                    x: iterate.x.to_vec(),
                    gradient: iterate.gradient.to_vec(),
                    scale: diagonal.clone(),
                    pairs: iterate.pairs.clone(),
                });
            }
            ControlFlow::Continue(())
        },
    );
    match wrong {
        Some(error) => Err(error),
        None => Ok(minimum.value.is_finite().then(|| Search { candidates, mode: minimum.x, value: -minimum.value })),
    }
}

impl Search {
    /// The best normal by ELBO.
    fn best<D: LogDensity + ?Sized>(self, batch: &mut Batch<'_, D>, key: Key) -> Result<Path, LogDensityError> {
        let mut best: Option<(FullRank, [f64; 2])> = None;
        let (few, all) = (followed(self.mode.len()), self.candidates.len());
        // Where covariances are dear, the last iterates: early ones have learnt little of them.
        for (number, candidate) in self.candidates.iter().enumerate().skip(all.saturating_sub(few)) {
            let Some(guide) = candidate.normal() else { continue };
            let bound = elbo(batch, &guide, key.number(number as u64), DRAWS)?;
            if bound[0] > best.as_ref().map_or(f64::NEG_INFINITY, |b| b.1[0]) {
                best = Some((guide, bound));
            }
        }
        // A search that began at the mode has no path: a unit normal there.
        let (guide, elbo) = if let Some(best) = best {
            best
        } else {
            let n = self.mode.len();
            let guide = FullRank::new(&self.mode, &matrix::packed(&matrix::identity(n), n));
            let bound = elbo(batch, &guide, key, DRAWS)?;
            (guide, bound)
        };
        Ok(Path { guide, elbo, mode: self.mode, mode_value: self.value })
    }
}

/// The diagonal of the inverse Hessian after one more step (Gilbert and Lemaréchal 1989).
fn update_diagonal(alpha: &mut [f64], step: &[f64], change: &[f64]) {
    let curvature: f64 = step.iter().zip(change).map(|(s, y)| s * y).sum();
    let weighted: f64 = alpha.iter().zip(change).map(|(a, y)| a * y * y).sum();
    let inverse: f64 = alpha.iter().zip(step).map(|(a, s)| s * s / a).sum();
    if !(curvature > 0.0 && weighted > 0.0 && inverse > 0.0) {
        return;
    }
    for ((alpha, s), y) in alpha.iter_mut().zip(step).zip(change) {
        let a = *alpha;
        let denominator =
            weighted / (curvature * a) + y * y / curvature - weighted * s * s / (curvature * inverse * a * a);
        let next = 1.0 / denominator;
        if next.is_finite() && next > 0.0 {
            *alpha = next;
        }
    }
}

impl Candidate {
    /// The normal of one Newton step from this point.
    fn normal(&self) -> Option<FullRank> {
        let n = self.x.len();
        let mut inverse = vec![0.0; n * n];
        (0..n).for_each(|i| inverse[i * n + i] = self.scale[i]);
        for (s, y) in &self.pairs {
            update_inverse(&mut inverse, s, y);
        }
        let lower = matrix::cholesky(&inverse, n)?;
        let loc: Vec<f64> = (0..n)
            .map(|i| self.x[i] - inverse[i * n..][..n].iter().zip(&self.gradient).map(|(h, g)| h * g).sum::<f64>())
            .collect();
        (loc.iter().all(|x| x.is_finite())).then(|| FullRank::new(&loc, &matrix::packed(&lower, n)))
    }
}

/// The BFGS update of an inverse Hessian: `(I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ` (Nocedal and Wright 2006, eq. 6.17).
fn update_inverse(inverse: &mut [f64], s: &[f64], y: &[f64]) {
    let n = s.len();
    let curvature: f64 = s.iter().zip(y).map(|(s, y)| s * y).sum();
    let hy: Vec<f64> = (0..n).map(|i| inverse[i * n..][..n].iter().zip(y).map(|(h, y)| h * y).sum()).collect();
    let yhy: f64 = y.iter().zip(&hy).map(|(y, h)| y * h).sum();
    for i in 0..n {
        for j in 0..n {
            inverse[i * n + j] +=
                (1.0 + yhy / curvature) * s[i] * s[j] / curvature - (hy[i] * s[j] + s[i] * hy[j]) / curvature;
        }
    }
}
