//! What a model without latents says: the null that a model must beat.

use rayon::prelude::*;
use reparam_core::special::log_gamma;
use serde::{Deserialize, Serialize};

use super::baseline::input;
use super::{CellBatch, CellSource, CountModel};
use crate::fused::CountRows;

/// Cells behind the dispersions of a null; more would not change them by what is reported.
const CELLS: usize = 2000;
/// Smallest mean of a feature in the counts of a cell.
const LEAST: f64 = 1e-9;

/// A modality without latents: every cell has the same shares, scaled by its depth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NullModel {
    /// Share of each feature in the counts of the training cells; of accessibility the odds of a region at mean depth.
    pub shares: Vec<f64>,
    /// Inverse dispersion of each feature where the law has one, by maximum likelihood.
    pub dispersion: Option<Vec<f64>>,
    /// Mean total of the training cells.
    pub total: f64,
    /// Whether the counts are accessibility.
    pub accessibility: bool,
    /// Of a log-normal law: the total to which cells are scaled, and the scale; the shares then are means of the logarithms.
    #[serde(default)]
    pub log_normal: Option<[f64; 2]>,
}

/// The nulls of all modalities.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NullModels(pub Vec<NullModel>);

impl NullModels {
    /// Fits the nulls of these models to training cells.
    ///
    /// # Errors
    /// What the file system says.
    pub fn fit(models: &[CountModel], source: &dyn CellSource, cells: &[usize]) -> std::io::Result<Self> {
        let nulls = models.iter().enumerate().map(|(m, model)| NullModel::fit(*model, m, source, cells));
        nulls.collect::<std::io::Result<Vec<_>>>().map(Self)
    }

    /// Log-likelihood of each modality of each cell; 0 where a cell lacks it.
    #[must_use]
    pub fn log_likelihood(&self, batch: &CellBatch) -> Vec<Vec<f64>> {
        self.0.iter().enumerate().map(|(m, null)| null.rows(&batch.counts[m], &batch.has[m])).collect()
    }
}

impl NullModel {
    fn fit(model: CountModel, m: usize, source: &dyn CellSource, cells: &[usize]) -> std::io::Result<Self> {
        let accessibility = model == CountModel::Accessibility;
        let there: Vec<usize> = cells.iter().copied().filter(|&c| source.has(m, c)).collect();
        let (mut sums, mut total) = (Vec::new(), 0.0);
        for block in there.chunks(1024) {
            let counts = source.counts(m, block)?;
            sums.resize(counts.width(), 0.0_f64);
            for i in 0..counts.len() {
                let (columns, values) = counts.row(i);
                for (c, v) in columns.iter().zip(values) {
                    let v = if accessibility { f64::from(u8::from(*v > 0.0)) } else { f64::from(*v) };
                    sums[*c as usize] += v;
                    total += v;
                }
            }
        }
        let n = there.len().max(1) as f64;
        let shares: Vec<f64> = if accessibility {
            sums.iter().map(|s| ((s + 0.5) / (n + 1.0)).clamp(1e-6, 1.0 - 1e-6)).map(|p| p / (1.0 - p)).collect()
        } else {
            sums.iter().map(|s| ((s + 0.5 / sums.len() as f64) / (total + 0.5)).max(1e-12)).collect()
        };
        if model == CountModel::LogNormal {
            return Self::log_normal(m, source, &there, sums.len());
        }
        let total = (total / n).max(LEAST);
        let mut null = Self { shares, dispersion: None, total, accessibility, log_normal: None };
        if model.dispersion().is_some() {
            // Evenly over all training cells, which may be in order of something.
            let some: Vec<usize> = there.iter().copied().step_by(there.len().div_ceil(CELLS).max(1)).collect();
            null.dispersion = Some(null.dispersions(&source.counts(m, &some)?));
        }
        Ok(null)
    }

    /// Means of the logarithms and their common scale.
    fn log_normal(m: usize, source: &dyn CellSource, cells: &[usize], width: usize) -> std::io::Result<Self> {
        let mut logs = Vec::new();
        for block in cells.chunks(1024) {
            logs.extend(source.counts(m, block)?.totals().into_iter().filter(|t| *t > 0.0).map(f64::ln));
        }
        let typical = (logs.iter().sum::<f64>() / logs.len().max(1) as f64).exp();
        let (mut sums, mut squares) = (vec![0.0; width], vec![0.0; width]);
        for block in cells.chunks(1024) {
            let seen = input(&source.counts(m, block)?, CountModel::LogNormal, typical, 1.0);
            for i in 0..seen.len() {
                let (columns, values) = seen.row(i);
                for (c, v) in columns.iter().zip(values) {
                    sums[*c as usize] += f64::from(*v);
                    squares[*c as usize] += f64::from(*v) * f64::from(*v);
                }
            }
        }
        let n = cells.len().max(1) as f64;
        let means: Vec<f64> = sums.iter().map(|s| s / n).collect();
        let variance = squares.iter().zip(&means).map(|(s, m)| s / n - m * m).sum::<f64>() / width.max(1) as f64;
        let log_normal = Some([typical, variance.max(1e-12).sqrt()]);
        Ok(Self { shares: means, dispersion: None, total: typical, accessibility: false, log_normal })
    }

    /// Inverse dispersions of greatest likelihood, by golden section in the logarithm, in which the likelihood has one maximum for all but pathological counts.
    fn dispersions(&self, counts: &CountRows) -> Vec<f64> {
        let totals = counts.totals();
        let mut columns: Vec<Vec<(u32, f64)>> = vec![Vec::new(); self.shares.len()];
        for i in 0..counts.len() {
            let (places, values) = counts.row(i);
            for (c, v) in places.iter().zip(values) {
                columns[*c as usize].push((i as u32, f64::from(*v)));
            }
        }
        columns
            .into_par_iter()
            .zip(&self.shares)
            .map(|(column, share)| {
                let value = |log_theta: f64| column_value(log_theta.exp(), *share, &totals, &column);
                maximum(value, -7.0, 10.0).exp()
            })
            .collect()
    }

    fn rows(&self, counts: &CountRows, has: &[bool]) -> Vec<f64> {
        if let Some([typical, scale]) = self.log_normal {
            let seen = input(counts, CountModel::LogNormal, typical, 1.0);
            return (0..seen.len()).map(|i| if has[i] { self.normal_row(seen.row(i), scale) } else { 0.0 }).collect();
        }
        let totals = counts.totals();
        (0..counts.len())
            .into_par_iter()
            .map(|i| if has[i] { self.row(counts.row(i), totals[i]) } else { 0.0 })
            .collect()
    }

    /// Log-density of one cell's logarithms.
    fn normal_row(&self, (columns, values): (&[u32], &[f32]), scale: f64) -> f64 {
        let zeros: f64 = self.shares.iter().map(|m| m * m).sum();
        let at = columns.iter().zip(values).map(|(c, v)| {
            let (m, v) = (self.shares[*c as usize], f64::from(*v));
            (v - m) * (v - m) - m * m
        });
        let width = self.shares.len() as f64;
        -0.5 * (zeros + at.sum::<f64>()) / (scale * scale) - width * (scale.ln() + 0.5 * std::f64::consts::TAU.ln())
    }

    /// Log-likelihood of one cell.
    fn row(&self, (columns, values): (&[u32], &[f32]), total: f64) -> f64 {
        let mut at = columns.iter().zip(values).peekable();
        let seen = columns.len() as f64;
        let mut sum = 0.0;
        for (g, share) in self.shares.iter().enumerate() {
            let x = match at.peek() {
                Some((c, _)) if **c as usize == g => at.next().map_or(0.0, |(_, v)| f64::from(*v)),
                _ => 0.0,
            };
            sum += if self.accessibility {
                // Odds scale with the cell's depth against the mean one.
                let odds = share * (seen / self.total).max(LEAST);
                if x > 0.0 { (odds / (1.0 + odds)).ln() } else { -odds.ln_1p() }
            } else {
                let mean = (total * share).max(LEAST * share);
                match &self.dispersion {
                    None => x * mean.ln() - mean - log_gamma(x + 1.0),
                    Some(theta) => negative_binomial(x, mean, theta[g]),
                }
            };
        }
        sum
    }
}

/// `log p(x)` of the negative binomial with this mean and inverse dispersion.
fn negative_binomial(x: f64, mean: f64, theta: f64) -> f64 {
    let zero = -theta * (mean / theta).ln_1p();
    if x == 0.0 {
        return zero;
    }
    zero + log_gamma(x + theta) - log_gamma(theta) - log_gamma(x + 1.0) - x * (theta / mean).ln_1p()
}

/// Log-likelihood of one feature in all cells, terms without its dispersion left out.
fn column_value(theta: f64, share: f64, totals: &[f64], column: &[(u32, f64)]) -> f64 {
    let mut sum: f64 = totals.iter().map(|t| -theta * (t * share / theta).ln_1p()).sum();
    let constant = log_gamma(theta);
    for (i, x) in column {
        let mean = (totals[*i as usize] * share).max(LEAST * share);
        sum += log_gamma(x + theta) - constant - x * (theta / mean).ln_1p();
    }
    sum
}

/// The place of the maximum of a function with one.
fn maximum(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_a, mut at_b) = (f(a), f(b));
    while high - low > 0.02 {
        if at_a > at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - golden * (high - low);
            at_a = f(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + golden * (high - low);
            at_b = f(b);
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maximum_is_found() {
        assert!((maximum(|x| -(x - 1.3).powi(2), -7.0, 10.0) - 1.3).abs() < 0.02);
        // At an end where the function only rises: counts that are Poisson.
        assert!(maximum(|x| x, -7.0, 10.0) > 9.97);
    }

    #[test]
    fn a_probability_mass_sums_to_one() {
        for (mean, theta) in [(0.3, 0.5), (4.0, 2.0), (2.0, 1e4)] {
            let mass: f64 = (0..400).map(|x| negative_binomial(f64::from(x), mean, theta).exp()).sum();
            assert!((mass - 1.0).abs() < 1e-9, "{mean} {theta}: {mass}");
        }
    }
}
