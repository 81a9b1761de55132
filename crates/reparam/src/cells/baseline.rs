//! What all training cells have in common, from which a model starts.

use serde::{Deserialize, Serialize};

use reparam_core::kernel;

use super::{CellConfig, CellSource, CountModel};
use crate::fused::CountRows;

/// Cells read at a time.
const BLOCK: usize = 1024;
/// Largest mean of the sum of a cell's inputs.
const LARGEST_SUM: f64 = 5000.0;

/// What a model must know of its training cells before it starts; a list entry for each modality.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Baseline {
    /// The share of each feature in all counts; of accessibility, in how many cells it is seen.
    pub shares: Vec<Vec<f64>>,
    /// Mean and standard deviation of the logarithms of the totals, by batch.
    pub log_totals: Vec<Vec<[f64; 2]>>,
    /// The geometric mean of the totals, to which an encoder scales every cell.
    pub typical_total: Vec<f64>,
    /// Mean and standard deviation of what an encoder sees of each feature.
    pub inputs: Vec<Vec<[f64; 2]>>,
    /// What an encoder's inputs are multiplied by, so that their sum over a cell is at most 5000 in the mean. A step of Adam moves every weight by about the learning
    /// rate, and so a hidden unit by the rate times that sum: beyond it units of thousands of dense features are pushed out of reach in the first steps.
    pub input_scale: Vec<f64>,
}

impl Baseline {
    /// Reads the training cells, twice.
    ///
    /// # Errors
    /// What the file system says.
    pub fn fit(config: &CellConfig, source: &dyn CellSource, cells: &[usize]) -> std::io::Result<Self> {
        let mut baseline = Self::default();
        for (m, modality) in config.modalities.iter().enumerate() {
            let there: Vec<usize> = cells.iter().copied().filter(|&c| source.has(m, c)).collect();
            let (shares, log_totals, typical) = totals(m, modality.model, config.batches, source, &there)?;
            let mut moments = vec![[0.0_f64; 2]; modality.features];
            for block in there.chunks(BLOCK) {
                let rows = input(&source.counts(m, block)?, modality.model, typical, 1.0);
                for i in 0..rows.len() {
                    let (columns, values) = rows.row(i);
                    for (c, v) in columns.iter().zip(values) {
                        moments[*c as usize][0] += f64::from(*v);
                        moments[*c as usize][1] += f64::from(*v) * f64::from(*v);
                    }
                }
            }
            let n = there.len().max(1) as f64;
            let scale = LARGEST_SUM / moments.iter().map(|[sum, _]| sum / n).sum::<f64>().max(LARGEST_SUM);
            let inputs = moments.into_iter().map(|[sum, squares]| {
                let mean = sum / n;
                [scale * mean, scale * (squares / n - mean * mean).max(0.0).sqrt()]
            });
            baseline.inputs.push(inputs.collect());
            baseline.input_scale.push(scale);
            baseline.shares.push(shares);
            baseline.log_totals.push(log_totals);
            baseline.typical_total.push(typical);
        }
        Ok(baseline)
    }
}

type Totals = (Vec<f64>, Vec<[f64; 2]>, f64);

fn totals(
    m: usize,
    model: CountModel,
    batches: usize,
    source: &dyn CellSource,
    cells: &[usize],
) -> std::io::Result<Totals> {
    let accessibility = model == CountModel::Accessibility;
    let mut sums: Vec<f64> = Vec::new();
    let mut logs: Vec<Vec<f64>> = vec![Vec::new(); batches.max(1)];
    for block in cells.chunks(BLOCK) {
        let counts = source.counts(m, block)?;
        sums.resize(counts.width(), 0.0);
        for (i, cell) in block.iter().enumerate() {
            let (columns, values) = counts.row(i);
            let mut total = 0.0;
            for (c, v) in columns.iter().zip(values) {
                let v = if accessibility { f64::from(u8::from(*v > 0.0)) } else { f64::from(*v) };
                sums[*c as usize] += v;
                total += v;
            }
            if total > 0.0 {
                let batch = (source.batch(*cell) as usize).min(logs.len() - 1);
                logs[batch].push(total.ln());
            }
        }
    }
    let all: Vec<f64> = logs.concat();
    let overall = moments(&all).unwrap_or([0.0, 1.0]);
    let log_totals = logs.iter().map(|l| moments(l).unwrap_or(overall)).collect();
    let whole = if accessibility { cells.len() as f64 } else { sums.iter().sum() };
    // Half a count, or half a cell, that is nowhere seen keeps shares above 0.
    let extra = if accessibility { 0.5 } else { 0.5 / sums.len().max(1) as f64 };
    let shares = sums.iter().map(|s| (s + extra) / (whole + 0.5)).collect();
    Ok((shares, log_totals, overall[0].exp()))
}

/// Mean and standard deviation, the latter kept off 0; `None` of nothing.
fn moments(values: &[f64]) -> Option<[f64; 2]> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    (!values.is_empty()).then(|| [mean, variance.sqrt().max(0.05)])
}

/// What an encoder sees: `log(1 + count · typical / total)`, so that the depth of a cell moves it little; of accessibility, 0 and 1; times `factor`.
pub(super) fn input(counts: &CountRows, model: CountModel, typical: f64, factor: f64) -> CountRows {
    let (starts, _, values) = counts.parts();
    let mut seen = values.to_vec();
    if model == CountModel::Accessibility {
        for x in &mut seen {
            *x = if *x > 0.0 { 1.0 } else { 0.0 };
        }
    } else {
        for (row, total) in counts.totals().iter().enumerate() {
            let scale = if *total > 0.0 { (typical / total) as f32 } else { 0.0 };
            kernel::log1p_scaled(scale, &mut seen[starts[row]..starts[row + 1]]);
        }
    }
    if factor != 1.0 {
        for x in &mut seen {
            *x *= factor as f32;
        }
    }
    let mapped = counts.with_values(seen);
    mapped.unwrap_or_else(|error| unreachable!("logarithms of counts are finite and not negative: {error}"))
}
