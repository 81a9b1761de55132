//! Learnt baselines: NVIL.

use burn::tensor::Tensor;

use super::baseline::RunningMean;
use super::estimate::over_draws;
use super::term::score_term;
use super::{Bias, Cost, Draws, Estimate, Estimator, EstimatorError};
use crate::dist::{Distribution, LogProb, Sample};

/// Score function with a baseline for each row that a network gives and learns, and the running mean of what it leaves over (NVIL, Mnih and
/// Gregor 2014, section 2.3).
///
/// The network's regression on the costs is part of the surrogate, so one backward pass trains both; no gradient of the cost reaches the
/// network, and none of the regression the law. Unbiased; with [`normalised`](Self::normalised) the gradient is scaled.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Estimator, Nvil};
/// use reparam::noise::Key;
/// let device = Device::flex().autodiff();
/// let coins = Bernoulli::from_logits(Tensor::<3>::zeros([1, 3, 2], &device));
/// let baseline = Tensor::<1>::from_floats([1.0, 2.0, 3.0], &device).require_grad(); // what a network says of three rows
/// let cost = |b: Tensor<3>| b.sum_dim(2).squeeze_dim::<2>(2) * 0.0 + 2.0;
/// let estimate = Nvil::new(0.9).with_baseline(baseline.clone()).estimate(&coins, &cost, &Draws::new(1, Key::new(0), 0)).unwrap();
/// let slopes = baseline.grad(&estimate.loss().backward()).unwrap();
/// assert_eq!(slopes.try_to_vec_as::<f32>().unwrap(), [-1.0, 0.0, 1.0]); // of half the squared error
/// ```
#[derive(Clone, Debug)]
pub struct Nvil {
    mean: RunningMean,
    square: RunningMean,
    normalises: bool,
    baseline: Option<Tensor<1>>,
}

impl Nvil {
    /// With this memory of the running mean, and no network yet.
    #[must_use]
    pub const fn new(decay: f64) -> Self {
        let mean = RunningMean::new(decay);
        Self { mean, square: mean, normalises: false, baseline: None }
    }

    /// **Biased in its length.** The same, with what is left over divided by its running standard deviation where that is above 1.
    #[must_use]
    pub fn normalised(self) -> Self {
        Self { normalises: true, ..self }
    }

    /// The same with the network's baseline for each row of this step, `[N]`, a function of the row's data alone.
    #[must_use]
    pub fn with_baseline(self, baseline: Tensor<1>) -> Self {
        Self { baseline: Some(baseline), ..self }
    }

    /// The running means, of what is left over and of its square.
    #[must_use]
    pub const fn means(&self) -> [RunningMean; 2] {
        [self.mean, self.square]
    }

    /// The same with these running means.
    #[must_use]
    pub fn with_means(self, [mean, square]: [RunningMean; 2]) -> Self {
        Self { mean, square, ..self }
    }

    /// Takes the mean, and the mean square, of what a step's costs left over their baselines.
    pub fn learn(&mut self, mean: f64, square: f64) {
        self.mean.add(mean);
        self.square.add(square);
    }

    fn scale(&self) -> f64 {
        let mean = self.mean.value();
        if self.normalises { (self.square.value() - mean * mean).max(0.0).sqrt().max(1.0) } else { 1.0 }
    }
}

impl<L, const D: usize> Estimator<L, D> for Nvil
where
    L: LogProb<D> + Sample<D> + Distribution<D, Value = Tensor<D>>,
{
    fn name(&self) -> &'static str {
        "nvil"
    }

    fn bias(&self) -> Bias {
        if self.normalises {
            Bias::Biased("the gradient, divided by the running deviation of the cost")
        } else {
            Bias::Unbiased
        }
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        EstimatorError::check_draws("nvil", 1, draws.count())?;
        let drawn = draws.sample(law);
        let costs = cost(drawn.clone());
        let rows = drawn.dims()[1];
        EstimatorError::check_costs("nvil", &costs, [draws.count(), rows])?;
        // Constants: they weigh the score, and are what the network regresses on.
        let met = costs.clone().inner();
        let mut left = met.clone() - self.mean.value();
        let mut regression = None;
        if let Some(baseline) = &self.baseline {
            if baseline.dims() != [rows] {
                let (expected, got) = (vec![rows], baseline.dims().to_vec());
                return Err(EstimatorError::Shape { estimator: "nvil", what: "the baseline", expected, got });
            }
            // Removes the path from the score term to the network.
            left = left - baseline.clone().inner().unsqueeze::<2>();
            regression = Some(over_draws((baseline.clone().unsqueeze::<2>() - Tensor::from_inner(met)).square()) * 0.5);
        }
        let weight = left / (self.scale() * draws.count() as f64);
        let surrogate = over_draws(costs.clone()) + score_term(law, drawn, weight);
        let surrogate = regression.into_iter().fold(surrogate, |sum, loss| sum + loss);
        Ok(Estimate::of_hard(surrogate, &costs))
    }

    fn observe(&mut self, estimate: &Estimate) {
        if let Some(costs) = &estimate.costs {
            let left = match &self.baseline {
                // A constant: it is averaged.
                Some(baseline) => costs.clone() - baseline.clone().inner().unsqueeze::<2>(),
                None => costs.clone(),
            };
            let mean = left.clone().mean().into_scalar::<f64>();
            self.learn(mean, left.square().mean().into_scalar::<f64>());
        }
    }
}
