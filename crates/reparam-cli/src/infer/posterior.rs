//! Draws of a posterior on the scales that people read, and what they say.

use reparam_infer::fit::{Inference, Trust};
use reparam_infer::{Draws, Model, Quantity};
use serde::{Deserialize, Serialize};

/// Draws with weights, each row the model's quantities.
pub struct Posterior {
    /// What the columns are.
    pub quantities: Vec<Quantity>,
    /// Unconstrained draws, from which predictions are made.
    pub points: Draws,
    /// The quantities of each.
    pub values: Draws,
    /// Weights that sum to 1.
    pub weights: Vec<f64>,
    /// Chains that the draws belong to, one after the other; 1 for variational ones.
    pub chains: usize,
}

/// What is known of one quantity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Its name.
    pub name: String,
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// 5 % quantile.
    pub q05: f64,
    /// Median.
    pub q50: f64,
    /// 95 % quantile.
    pub q95: f64,
    /// Monte Carlo standard error of the mean.
    pub mcse: f64,
    /// Unit.
    pub unit: String,
    /// Scale on which it was inferred.
    pub scale: String,
}

impl Posterior {
    /// The weighted draws of an inference; where it is not to be trusted, the guide's own, unweighted.
    pub fn of(model: &dyn Model, inference: &Inference) -> Self {
        let points = inference.weighted.draws.clone();
        let count = points.len();
        let weights = match inference.verdict.level {
            Trust::No => vec![1.0 / count as f64; count],
            Trust::Good | Trust::Usable => inference.weighted.log_weights.iter().map(|w| w.exp()).collect(),
        };
        Self::new(model, points, weights, 1)
    }

    /// Draws with weights.
    pub fn new(model: &dyn Model, points: Draws, weights: Vec<f64>, chains: usize) -> Self {
        let quantities = model.quantities();
        let mut values = vec![0.0; points.len() * quantities.len()];
        for (point, row) in points.rows().zip(values.chunks_mut(quantities.len().max(1))) {
            model.constrain(point, row);
        }
        Self { values: Draws::new(quantities.len().max(1), values), quantities, points, weights, chains }
    }

    /// One summary a quantity; `mcse` is given for draws that depend on each other.
    pub fn summaries(&self, mcse: Option<&[f64]>) -> Vec<Summary> {
        (0..self.quantities.len()).map(|q| self.summary(q, mcse.map(|m| m[q]))).collect()
    }

    fn summary(&self, q: usize, mcse: Option<f64>) -> Summary {
        let column = self.values.column(q);
        let mean: f64 = column.iter().zip(&self.weights).map(|(x, w)| w * x).sum();
        let variance: f64 = column.iter().zip(&self.weights).map(|(x, w)| w * (x - mean).powi(2)).sum();
        // Of a ratio of two sums, to first order.
        let error: f64 = column.iter().zip(&self.weights).map(|(x, w)| (w * (x - mean)).powi(2)).sum::<f64>();
        let [q05, q50, q95] = self.quantiles(&column, [0.05, 0.5, 0.95]);
        let Quantity { name, unit, scale } = self.quantities[q].clone();
        Summary {
            name,
            mean,
            sd: variance.sqrt(),
            q05,
            q50,
            q95,
            mcse: mcse.unwrap_or_else(|| error.sqrt()),
            unit,
            scale,
        }
    }

    /// Weighted quantiles: where the weights below reach the share, between neighbours on the line through the middles of their steps.
    pub fn quantiles<const N: usize>(&self, column: &[f64], shares: [f64; N]) -> [f64; N] {
        weighted_quantiles(column, &self.weights, shares)
    }
}

/// See [`Posterior::quantiles`].
pub fn weighted_quantiles<const N: usize>(column: &[f64], weights: &[f64], shares: [f64; N]) -> [f64; N] {
    let mut order: Vec<usize> = (0..column.len()).collect();
    order.sort_by(|a, b| column[*a].total_cmp(&column[*b]));
    shares.map(|share| {
        let (mut below, mut last) = (0.0, None::<(f64, f64)>);
        for &at in &order {
            let middle = below + 0.5 * weights[at];
            if middle >= share {
                return match last {
                    Some((share0, x0)) if middle > share0 => {
                        x0 + (column[at] - x0) * (share - share0) / (middle - share0)
                    }
                    _ => column[at],
                };
            }
            below += weights[at];
            last = Some((middle, column[at]));
        }
        last.map_or(f64::NAN, |(_, x)| x)
    })
}

#[cfg(test)]
mod tests {
    use super::weighted_quantiles;

    #[test]
    fn quantiles_of_equal_weights_are_those_of_the_sample() {
        let column: Vec<f64> = (0..1001).rev().map(f64::from).collect();
        let found = weighted_quantiles(&column, &vec![1.0 / 1001.0; 1001], [0.05, 0.5, 0.95]);
        // Of 0 to 1000: middles of steps at (i + ½)/1001.
        for (found, expected) in found.iter().zip([49.55, 500.0, 950.45]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn weights_move_quantiles() {
        let [median] = weighted_quantiles(&[1.0, 2.0, 3.0], &[0.1, 0.1, 0.8], [0.5]);
        assert!(median > 2.5 && median <= 3.0, "{median}");
        let [nothing] = weighted_quantiles(&[], &[], [0.5]);
        assert!(nothing.is_nan());
    }
}
