//! Genes that vary more than their mean says.

use std::cmp::Reverse;

use super::loess::loess;
use super::{SelectError, for_each_row};
use crate::CountStore;

/// Share of the genes that each local regression looks at, as in the paper.
const SPAN: f64 = 0.3;

/// How much a gene varies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeneScore {
    /// Its column.
    pub column: usize,
    /// Mean count over all cells.
    pub mean: f64,
    /// Variance of the counts over all cells, with `n - 1`.
    pub variance: f64,
    /// Variance of the standardised and clipped counts: the mean of the batches. About 1 for a gene that varies as others of its mean.
    pub standardised: f64,
    /// Its rank, from 0: the median of the batches in which it is among the `count` first; NaN where there is none.
    pub rank: f64,
    /// Batches in which it is among the `count` first.
    pub batches: usize,
}

/// Sums of one batch.
struct Batch {
    cells: f64,
    sum: Vec<f64>,
    square: Vec<f64>,
}

impl Batch {
    fn new(width: usize) -> Self {
        Self { cells: 0.0, sum: vec![0.0; width], square: vec![0.0; width] }
    }

    fn mean(&self, gene: usize) -> f64 {
        self.sum[gene] / self.cells
    }

    /// Counts are whole numbers, whose sums are exact.
    fn variance(&self, gene: usize) -> f64 {
        let mean = self.mean(gene);
        ((self.square[gene] - self.sum[gene] * mean) / (self.cells - 1.0)).max(0.0)
    }

    /// The standard deviation that other genes of each mean have; 1 for genes that do not vary.
    fn expected_deviation(&self) -> Vec<f64> {
        let vary: Vec<usize> = (0..self.sum.len()).filter(|g| self.variance(*g) > 0.0).collect();
        let x: Vec<f64> = vary.iter().map(|g| self.mean(*g).log10()).collect();
        let y: Vec<f64> = vary.iter().map(|g| self.variance(*g).log10()).collect();
        let mut deviation = vec![1.0; self.sum.len()];
        for (gene, fitted) in vary.iter().zip(loess(&x, &y, SPAN)) {
            deviation[*gene] = 10.0_f64.powf(0.5 * fitted);
        }
        deviation
    }
}

/// The `count` most variable genes, most variable first (Stuart et al. 2019, Cell 177:1888; `flavor = "seurat_v3"` elsewhere).
///
/// A local quadratic regression (span 0.3) of log10 variance on log10 mean says what deviation a gene of its mean has. Counts are standardised by it, clipped
/// at `√cells`, and genes are ranked by the variance of that. With batches each has its own ranks; genes are ordered by the median rank over the batches in
/// which they are among the first `count`, then by the number of those. A batch of one cell is left out. Two passes over the counts.
///
/// # Errors
/// Not one batch number a row, no batch of two cells, counts that cannot be read.
pub fn highly_variable(
    counts: &CountStore,
    batch: Option<&[u32]>,
    count: usize,
) -> Result<Vec<GeneScore>, SelectError> {
    let mut scores = all_scores(counts, batch, count)?;
    scores.retain(|score| score.standardised > 0.0);
    scores.truncate(count);
    Ok(scores)
}

/// All genes, in order of choice.
pub(super) fn all_scores(
    counts: &CountStore,
    batch: Option<&[u32]>,
    count: usize,
) -> Result<Vec<GeneScore>, SelectError> {
    let (rows, width) = (counts.len(), counts.width());
    if let Some(got) = batch.map(<[u32]>::len).filter(|got| *got != rows) {
        return Err(SelectError::Batches { rows, got });
    }
    let mut numbers = batch.map_or_else(|| vec![0], <[u32]>::to_vec);
    numbers.sort_unstable();
    numbers.dedup();
    let batches = numbers.len();
    let batch_of = |row: usize| batch.map_or(0, |b| numbers.partition_point(|n| *n < b[row]));
    let sums = sums(counts, batches, batch_of)?;
    if sums.iter().all(|batch| batch.cells < 2.0) {
        return Err(SelectError::Few { rows });
    }
    let standardised = standardised(counts, &sums, batch_of)?;
    let ranks: Vec<Vec<usize>> = standardised.iter().map(|values| ranks(values)).collect();
    let mut all = Batch::new(width);
    for batch in &sums {
        all.cells += batch.cells;
        for (total, part) in [(&mut all.sum, &batch.sum), (&mut all.square, &batch.square)] {
            for (t, p) in total.iter_mut().zip(part) {
                *t += p;
            }
        }
    }
    let score = |column: usize| {
        let first: Vec<usize> = ranks.iter().map(|r| r[column]).filter(|r| *r < count).collect();
        GeneScore {
            column,
            mean: all.mean(column),
            variance: all.variance(column),
            standardised: standardised.iter().map(|s| s[column]).sum::<f64>() / standardised.len() as f64,
            batches: first.len(),
            rank: median(first),
        }
    };
    let mut scores: Vec<GeneScore> = (0..width).map(score).collect();
    // NaN comes last in this order. Genes that no batch chose follow by their variance.
    scores.sort_by(|a, b| {
        a.rank
            .total_cmp(&b.rank)
            .then(Reverse(a.batches).cmp(&Reverse(b.batches)))
            .then(b.standardised.total_cmp(&a.standardised))
    });
    Ok(scores)
}

/// The first pass.
fn sums(counts: &CountStore, batches: usize, batch_of: impl Fn(usize) -> usize) -> Result<Vec<Batch>, SelectError> {
    let mut found: Vec<Batch> = (0..batches).map(|_| Batch::new(counts.width())).collect();
    let mut row = 0;
    for_each_row(counts, |columns, values| {
        let batch = &mut found[batch_of(row)];
        batch.cells += 1.0;
        for (c, v) in columns.iter().zip(values) {
            let v = f64::from(*v);
            batch.sum[*c as usize] += v;
            batch.square[*c as usize] += v * v;
        }
        row += 1;
    })?;
    Ok(found)
}

/// The second pass: for each batch of at least two cells the variance of the standardised counts of each gene.
fn standardised(
    counts: &CountStore,
    sums: &[Batch],
    batch_of: impl Fn(usize) -> usize,
) -> Result<Vec<Vec<f64>>, SelectError> {
    struct Clipped {
        deviation: Vec<f64>,
        limit: Vec<f64>,
        sum: Vec<f64>,
        square: Vec<f64>,
    }
    let clipped = |batch: &Batch| {
        let deviation = batch.expected_deviation();
        let limit = deviation.iter().enumerate().map(|(g, d)| d * batch.cells.sqrt() + batch.mean(g)).collect();
        let zeros = vec![0.0; deviation.len()];
        Clipped { deviation, limit, sum: zeros.clone(), square: zeros }
    };
    let mut parts: Vec<Option<Clipped>> =
        sums.iter().map(|batch| (batch.cells >= 2.0).then(|| clipped(batch))).collect();
    let mut row = 0;
    for_each_row(counts, |columns, values| {
        if let Some(part) = &mut parts[batch_of(row)] {
            for (c, v) in columns.iter().zip(values) {
                let gene = *c as usize;
                let v = f64::from(*v).min(part.limit[gene]);
                part.sum[gene] += v;
                part.square[gene] += v * v;
            }
        }
        row += 1;
    })?;
    let variance = |(part, batch): (&Clipped, &Batch)| {
        // About the mean before clipping, as published code has it.
        let one = |g: usize| {
            let mean = batch.mean(g);
            let about = batch.cells * mean * mean + part.square[g] - 2.0 * mean * part.sum[g];
            (about / ((batch.cells - 1.0) * part.deviation[g].powi(2))).max(0.0)
        };
        (0..counts.width()).map(one).collect()
    };
    Ok(parts.iter().zip(sums).filter_map(|(part, batch)| Some(variance((part.as_ref()?, batch)))).collect())
}

/// Ranks from 0, largest first; of equal values the earlier column.
fn ranks(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    let mut ranks = vec![0; values.len()];
    for (rank, gene) in order.into_iter().enumerate() {
        ranks[gene] = rank;
    }
    ranks
}

fn median(mut values: Vec<usize>) -> f64 {
    values.sort_unstable();
    let n = values.len();
    if n == 0 { f64::NAN } else { 0.5 * (values[(n - 1) / 2] + values[n / 2]) as f64 }
}
