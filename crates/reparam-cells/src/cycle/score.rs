//! Scores of gene sets.

use std::collections::{BTreeMap, BTreeSet};

use reparam_core::noise::Key;

use super::{CycleError, Phase};
use crate::select::for_each_row;
use crate::{CountStore, CycleGenes};

/// Bins of expression from which controls come, and controls drawn from each.
const BINS: usize = 25;
const CONTROLS: usize = 50;
/// Every cell is scaled to this many counts.
const DEPTH: f64 = 1e4;

/// The score of a gene set for each row of the counts.
///
/// The mean of `ln(1 + 10⁴ count / total)` over the set, less its mean over control genes of similar expression (Tirosh et al. 2016, Science 352:189): genes
/// are ranked by their mean and cut into about 25 bins; 50 genes outside the set are drawn by `key` from each bin that has a gene of the set, and all form one
/// control set, as in scanpy's `score_genes` with `ctrl_as_ref = False`. A row without counts has score 0.
///
/// # Errors
/// No genes, a column that is not there, no controls, counts that cannot be read.
pub fn set_score(counts: &CountStore, genes: &[usize], key: Key) -> Result<Vec<f64>, CycleError> {
    let width = counts.width();
    if genes.is_empty() {
        return Err(CycleError::Genes { width, got: "none".to_owned() });
    }
    if let Some(wrong) = genes.iter().find(|g| **g >= width) {
        return Err(CycleError::Genes { width, got: wrong.to_string() });
    }
    let set: BTreeSet<usize> = genes.iter().copied().collect();
    let controls = controls(&mean_expression(counts)?, &set, key);
    if controls.is_empty() {
        return Err(CycleError::NoControls { genes: set.len(), width });
    }
    let mut weights = vec![0.0; width];
    for gene in &set {
        weights[*gene] = 1.0 / set.len() as f64;
    }
    for gene in &controls {
        weights[*gene] = -1.0 / controls.len() as f64;
    }
    let mut scores = Vec::with_capacity(counts.len());
    for_each_row(counts, |columns, values| {
        let scale = scale(values);
        scores.push(
            columns.iter().zip(values).map(|(c, v)| weights[*c as usize] * (scale * f64::from(*v)).ln_1p()).sum(),
        );
    })?;
    Ok(scores)
}

/// Scores of the S genes and of the G2/M genes, for each row of the counts; see [`set_score`].
///
/// # Errors
/// As there.
pub fn cycle_scores(counts: &CountStore, genes: &CycleGenes, key: Key) -> Result<(Vec<f64>, Vec<f64>), CycleError> {
    Ok((set_score(counts, &genes.s, key.site("s"))?, set_score(counts, &genes.g2m, key.site("g2m"))?))
}

/// The phase by scores alone, as most tools call it: G1 where both are negative, else that of the higher score, S where they are equal.
///
/// ```
/// use reparam_cells::cycle::{Phase, phase_by_scores};
/// assert_eq!(phase_by_scores(-0.1, -0.2), Phase::G1);
/// assert_eq!(phase_by_scores(-0.1, 0.2), Phase::G2M);
/// ```
#[must_use]
pub fn phase_by_scores(s: f64, g2m: f64) -> Phase {
    if s < 0.0 && g2m < 0.0 {
        Phase::G1
    } else if g2m > s {
        Phase::G2M
    } else {
        Phase::S
    }
}

/// What turns counts of a row into counts of a common depth; 0 for a row without any.
fn scale(values: &[f32]) -> f64 {
    let total: f64 = values.iter().map(|v| f64::from(*v)).sum();
    if total > 0.0 { DEPTH / total } else { 0.0 }
}

fn mean_expression(counts: &CountStore) -> Result<Vec<f64>, CycleError> {
    let mut means = vec![0.0; counts.width()];
    for_each_row(counts, |columns, values| {
        let scale = scale(values);
        for (c, v) in columns.iter().zip(values) {
            means[*c as usize] += (scale * f64::from(*v)).ln_1p();
        }
    })?;
    // Ranks need no division by the number of cells.
    Ok(means)
}

/// Genes outside the set, from the bins of expression that have one of it.
fn controls(means: &[f64], set: &BTreeSet<usize>, key: Key) -> BTreeSet<usize> {
    let mut order: Vec<usize> = (0..means.len()).collect();
    order.sort_by(|a, b| means[*a].total_cmp(&means[*b]).then(a.cmp(b)));
    let size = ((means.len() as f64 / (BINS - 1) as f64).round_ties_even() as usize).max(1);
    // Genes of one mean have one rank, the lowest, from 1, so that all of them fall in one bin.
    let mut bin_of = vec![0; means.len()];
    let mut rank = 1;
    for (place, gene) in order.iter().enumerate() {
        if place > 0 && means[order[place - 1]] < means[*gene] {
            rank = place + 1;
        }
        bin_of[*gene] = rank / size;
    }
    let mut bins = BTreeMap::<usize, Vec<usize>>::new();
    for (gene, bin) in bin_of.iter().enumerate().filter(|(gene, _)| !set.contains(gene)) {
        bins.entry(*bin).or_default().push(gene);
    }
    let wanted: BTreeSet<usize> = set.iter().map(|gene| bin_of[*gene]).collect();
    let draw = |bin: usize| {
        let genes = bins.get(&bin).map_or(&[][..], Vec::as_slice);
        let order = key.number(bin as u64).step(0).permutation(genes.len());
        order.into_iter().take(CONTROLS).map(|i| genes[i]).collect::<Vec<_>>()
    };
    wanted.into_iter().flat_map(draw).collect()
}
