//! Many estimates, and what they say of their estimator.

use std::time::Instant;

use rayon::prelude::*;
use reparam_core::diagnose::{Moments, Tail, tail};

use super::candidates::Candidate;
use super::per_draw::PerDraw;
use crate::estimator::EstimatorError;
use crate::noise::Key;

/// Numbers of draws that one task meets at most, where one estimate does not meet more.
const TASK_NUMBERS: usize = 1 << 15;
/// Rows that one task makes at most.
const TASK_ROWS: usize = 1 << 12;
/// Estimates that a tail is fitted to at most.
const MOST_FOR_TAIL: usize = 1 << 18;

/// What many estimates say of an estimator, one entry a parameter.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Moments of the estimates.
    pub moments: Vec<Moments>,
    /// Their tails.
    pub tails: Vec<Option<Tail>>,
    /// Seconds that one estimate took a thread, cost included.
    pub seconds: f64,
    /// Mean cost of the law's own draws.
    pub cost: Option<Moments>,
    /// Mean cost of relaxed draws.
    pub relaxed_cost: Option<Moments>,
    /// Estimates that were not finite; they are left out of all else.
    pub not_finite: usize,
}

struct Part {
    draws: PerDraw,
    rows: usize,
    seconds: f64,
}

/// The median: a task that was interrupted does not count for the others.
fn typical(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Makes `estimates` estimates with the noise of `key`, on the threads of the current pool; the same numbers for any number of threads.
///
/// # Errors
/// What the estimator refuses.
pub fn measure(candidate: &Candidate, width: usize, estimates: usize, key: Key) -> Result<Measured, EstimatorError> {
    let rows = (TASK_NUMBERS / width.saturating_mul(candidate.costs()).max(1)).clamp(1, TASK_ROWS);
    let starts: Vec<usize> = (0..estimates).step_by(rows).collect();
    // Once before the clock runs: the first estimates pay for cold memory.
    candidate.run(rows.min(estimates), key, 0)?;
    let parts: Result<Vec<Part>, EstimatorError> = starts
        .par_iter()
        .map(|start| {
            let now = Instant::now();
            let rows_here = rows.min(estimates - start);
            let draws = candidate.run(rows_here, key, (start / rows) as u64)?;
            Ok(Part { draws, rows: rows_here, seconds: now.elapsed().as_secs_f64() })
        })
        .collect();
    Ok(summarise(&parts?, width))
}

fn summarise(parts: &[Part], width: usize) -> Measured {
    let mut moments = vec![Moments::default(); width];
    let mut samples = vec![Vec::new(); width];
    let (mut cost, mut relaxed_cost): (Option<Moments>, Option<Moments>) = (None, None);
    let mut not_finite = 0;
    let kept = (MOST_FOR_TAIL / width.max(1)).max(1000);
    for part in parts {
        let rows: Vec<&[f64]> = part.draws.gradients.chunks_exact(width.max(1)).collect();
        not_finite += rows.iter().filter(|row| row.iter().any(|g| !g.is_finite())).count();
        for (k, (moments, sample)) in moments.iter_mut().zip(&mut samples).enumerate() {
            let column: Vec<f64> = rows.iter().filter(|row| row.iter().all(|g| g.is_finite())).map(|r| r[k]).collect();
            *moments = moments.merged(Moments::of(&column));
            let room = kept.saturating_sub(sample.len()).min(column.len());
            sample.extend_from_slice(&column[..room]);
        }
        for (total, values) in [(&mut cost, &part.draws.costs), (&mut relaxed_cost, &part.draws.relaxed_costs)] {
            if let Some(values) = values {
                *total = Some(total.unwrap_or_default().merged(Moments::of(values)));
            }
        }
    }
    let tails = samples.into_par_iter().zip(&moments).map(|(sample, m)| tail(&sample, m.mean())).collect();
    let seconds = typical(parts.iter().map(|p| p.seconds / p.rows.max(1) as f64).collect());
    Measured { moments, tails, seconds, cost, relaxed_cost, not_finite }
}
