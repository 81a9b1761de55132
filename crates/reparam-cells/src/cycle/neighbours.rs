//! Labels of the nearest cells.

use std::collections::HashMap;

use rayon::prelude::*;
use reparam_core::noise::Key;

use super::{CycleError, check};

/// Most cells that are compared with each other; of more a subset is drawn.
pub const MOST_BY_FORCE: usize = 20_000;

/// Numbers of neighbours that are usually reported; the middle one where one is.
pub const NEIGHBOURS: [usize; 3] = [5, 10, 15];

/// How often the label of a cell is that of most of its neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnnAccuracy {
    /// Neighbours that vote.
    pub k: usize,
    /// Share of the cells whose neighbours name their label.
    pub accuracy: f64,
    /// Share of the most frequent label: what an answer without looking has.
    pub baseline: f64,
    /// Cells that took part: those with a label, or a subset of them.
    pub cells: usize,
    /// Whether they are a subset.
    pub subset: bool,
}

/// The accuracy of the labels of the `k` nearest other cells, for each `k`, by Euclidean distance, leave one out.
///
/// `points` is `[cells, width]`, row after row. Most votes win; of labels with as many, the one with the nearest cell. Cells without a label take no part.
/// Exact up to [`MOST_BY_FORCE`] cells; of more, so many are drawn by `key`, and the result says so.
///
/// # Errors
/// Lengths that do not fit, points that are not finite, a `k` of 0, not more than `k` cells with a label.
pub fn knn_accuracy(
    points: &[f64],
    width: usize,
    labels: &[Option<u32>],
    ks: &[usize],
    key: Key,
) -> Result<Vec<KnnAccuracy>, CycleError> {
    check("points", points, labels.len() * width)?;
    let mut cells: Vec<(usize, u32)> = labels.iter().enumerate().filter_map(|(i, l)| Some((i, (*l)?))).collect();
    let most = ks.iter().copied().max().unwrap_or(1);
    if cells.len() <= most || ks.contains(&0) {
        return Err(CycleError::Few { what: "a vote of neighbours", least: most + 1, got: cells.len() });
    }
    let subset = cells.len() > MOST_BY_FORCE;
    if subset {
        let mut chosen = key.site("knn").step(0).permutation(cells.len());
        chosen.truncate(MOST_BY_FORCE);
        cells = chosen.into_iter().map(|i| cells[i]).collect();
    }
    let row = |i: usize| &points[i * width..(i + 1) * width];
    let right: Vec<Vec<bool>> = cells
        .par_iter()
        .enumerate()
        .map(|(own, (i, label))| {
            let others = cells.iter().enumerate().filter(|(other, _)| *other != own).map(|(_, (j, l))| (row(*j), *l));
            let near = nearest(row(*i), others, most);
            ks.iter().map(|k| vote(&near[..*k]) == *label).collect()
        })
        .collect();
    let mut counts = HashMap::<u32, usize>::new();
    for (_, label) in &cells {
        *counts.entry(*label).or_default() += 1;
    }
    let n = cells.len() as f64;
    let baseline = counts.into_values().max().unwrap_or(0) as f64 / n;
    let accuracy = |at: usize| right.iter().filter(|r| r[at]).count() as f64 / n;
    let result =
        |(at, k): (usize, &usize)| KnnAccuracy { k: *k, accuracy: accuracy(at), baseline, cells: cells.len(), subset };
    Ok(ks.iter().enumerate().map(result).collect())
}

/// Labels of the nearest points, nearest first; of points as near, the earlier.
fn nearest<'a>(point: &[f64], others: impl Iterator<Item = (&'a [f64], u32)>, k: usize) -> Vec<u32> {
    let mut near: Vec<(f64, u32)> = Vec::with_capacity(k + 1);
    for (other, label) in others {
        let distance: f64 = point.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
        if near.len() < k || distance < near[k - 1].0 {
            let place = near.partition_point(|(d, _)| *d <= distance);
            near.insert(place, (distance, label));
            near.truncate(k);
        }
    }
    near.into_iter().map(|(_, label)| label).collect()
}

/// The label with most votes; of several, the one that comes first.
fn vote(near: &[u32]) -> u32 {
    let votes = |label: u32| near.iter().filter(|l| **l == label).count();
    near.iter().copied().rev().max_by_key(|label| votes(*label)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{nearest, vote};

    #[test]
    fn ties_go_to_the_nearest() {
        assert_eq!(vote(&[3, 1, 1, 3]), 3);
        assert_eq!(vote(&[2, 1, 1, 3]), 1);
        assert_eq!(vote(&[5]), 5);
    }

    #[test]
    fn nearest_come_in_order() {
        let points = [[3.0], [1.0], [-2.0], [0.5]];
        let others = points.iter().zip(0..).map(|(p, l)| (&p[..], l));
        assert_eq!(nearest(&[0.0], others, 3), [3, 1, 2]);
    }
}
