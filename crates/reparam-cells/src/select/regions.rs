//! Regions that tell cells apart.

use super::{SelectError, for_each_row};
use crate::CountStore;

/// Fewest cells in which a region must be seen: so many, and this share.
const FEWEST: f64 = 10.0;
const SHARE: f64 = 0.01;

/// In how many cells a region is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegionScore {
    /// Its column.
    pub column: usize,
    /// Share of the cells in which it is seen at all.
    pub share: f64,
}

impl RegionScore {
    /// Variance of open or not: `share (1 - share)`.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.share * (1.0 - self.share)
    }
}

/// The `count` most variable regions of those that are seen in at least 10 cells and 1 % of them, most variable first.
///
/// Counts are taken as seen or not. Its variance is largest for a region open in half of the cells, so that regions open everywhere come last as rare ones do.
///
/// # Errors
/// Counts that cannot be read.
pub fn variable_regions(counts: &CountStore, count: usize) -> Result<Vec<RegionScore>, SelectError> {
    let mut seen = vec![0.0; counts.width()];
    for_each_row(counts, |columns, values| {
        for (c, _) in columns.iter().zip(values).filter(|(_, v)| **v > 0.0) {
            seen[*c as usize] += 1.0;
        }
    })?;
    let cells = counts.len() as f64;
    let least = FEWEST.max(SHARE * cells);
    let kept = seen.iter().enumerate().filter(|(_, n)| **n >= least);
    let mut scores: Vec<RegionScore> = kept.map(|(column, n)| RegionScore { column, share: n / cells }).collect();
    scores.sort_by(|a, b| b.variance().total_cmp(&a.variance()));
    scores.truncate(count);
    Ok(scores)
}
