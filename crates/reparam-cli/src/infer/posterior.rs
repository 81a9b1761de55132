//! Draws of a posterior on the scales that people read, and what they say.

use reparam_infer::fit::{Inference, Trust};
use reparam_infer::psis::WeightedColumn;
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
    /// Logarithms of weights that sum to 1.
    pub log_weights: Vec<f64>,
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
        let log_weights = match inference.verdict.level {
            Trust::No => vec![-(count as f64).ln(); count],
            Trust::Good | Trust::Usable => inference.weighted.log_weights.clone(),
        };
        Self::new(model, points, log_weights, 1)
    }

    /// Draws with weights.
    pub fn new(model: &dyn Model, points: Draws, log_weights: Vec<f64>, chains: usize) -> Self {
        let quantities = model.quantities();
        let mut values = vec![0.0; points.len() * quantities.len()];
        for (point, row) in points.rows().zip(values.chunks_mut(quantities.len().max(1))) {
            model.constrain(point, row);
        }
        Self { values: Draws::new(quantities.len().max(1), values), quantities, points, log_weights, chains }
    }

    /// A column with its weights.
    pub fn column(&self, q: usize) -> WeightedColumn {
        WeightedColumn::new(&self.values.column(q), Some(&self.log_weights))
    }

    /// One summary a quantity; `mcse` is given for draws that depend on each other.
    pub fn summaries(&self, mcse: Option<&[f64]>) -> Vec<Summary> {
        (0..self.quantities.len()).map(|q| self.summary(q, mcse.map(|m| m[q]))).collect()
    }

    fn summary(&self, q: usize, mcse: Option<f64>) -> Summary {
        let found = self.column(q).summary();
        let Quantity { name, unit, scale } = self.quantities[q].clone();
        let [q05, q50, q95] = found.quantiles;
        Summary {
            name,
            mean: found.mean,
            sd: found.sd,
            q05,
            q50,
            q95,
            mcse: mcse.unwrap_or(found.mcse_mean),
            unit,
            scale,
        }
    }
}
