//! Baselines of the score function: what is taken off the cost before it weighs the score.

use burn::tensor::Tensor;

use super::estimate::over_draws;
use super::{Estimate, EstimatorError};

/// What is taken off a cost before it weighs the score. None sees the draw that it judges, so none changes the mean of the estimate.
#[derive(Clone, Debug, Default)]
pub enum Baseline {
    /// Nothing.
    #[default]
    None,
    /// The mean cost of the steps before, with this memory.
    RunningMean(RunningMean),
    /// The mean cost of the row's other draws, of which there must be at least one (Kool et al. 2019; Mnih and Rezende 2016, equation 7 is
    /// its arithmetic mean).
    LeaveOneOut,
}

/// An exponentially weighted mean of costs, without the pull to 0 of its first steps.
///
/// ```
/// use reparam::estimator::RunningMean;
/// let mut mean = RunningMean::new(0.9);
/// mean.add(2.0);
/// mean.add(2.0);
/// assert!((mean.value() - 2.0).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunningMean {
    decay: f64,
    sum: f64,
    weight: f64,
}

impl RunningMean {
    /// A mean that forgets a share `1 - decay` at each step; `decay` is moved into [0, 1].
    #[must_use]
    pub const fn new(decay: f64) -> Self {
        Self { decay: decay.clamp(0.0, 1.0), sum: 0.0, weight: 0.0 }
    }

    /// Takes a step's mean; one that is not finite is left out.
    pub fn add(&mut self, value: f64) {
        if value.is_finite() {
            self.sum = self.decay * self.sum + (1.0 - self.decay) * value;
            self.weight = self.decay * self.weight + (1.0 - self.decay);
        }
    }

    /// All of it, to go on from: decay, weighted sum, weight.
    #[must_use]
    pub const fn state(&self) -> [f64; 3] {
        [self.decay, self.sum, self.weight]
    }

    /// The mean that had this state.
    #[must_use]
    pub const fn from_state([decay, sum, weight]: [f64; 3]) -> Self {
        Self { decay, sum, weight }
    }

    /// The mean; 0 before the first step.
    #[must_use]
    pub fn value(&self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }
}

impl Baseline {
    /// Draws of each row that it needs.
    pub(super) const fn least_draws(&self) -> usize {
        match self {
            Self::LeaveOneOut => 2,
            Self::None | Self::RunningMean(_) => 1,
        }
    }

    /// The costs, `[S, N]` constants, less the baseline of each.
    pub(super) fn advantage(&self, estimator: &'static str, costs: Tensor<2>) -> Result<Tensor<2>, EstimatorError> {
        let draws = costs.dims()[0];
        match self {
            Self::None => Ok(costs),
            Self::RunningMean(mean) => Ok(costs - mean.value()),
            Self::LeaveOneOut if draws < 2 => Err(EstimatorError::Draws { estimator, multiple: 2, got: draws }),
            // f - (S m - f)/(S - 1) = S/(S - 1) (f - m), m the mean of all.
            Self::LeaveOneOut => {
                let mean = over_draws(costs.clone()).unsqueeze::<2>();
                Ok((costs - mean) * (draws as f64 / (draws as f64 - 1.0)))
            }
        }
    }

    /// Takes the costs of an estimate into account, for the next one.
    pub(super) fn observe(&mut self, estimate: &Estimate) {
        if let (Self::RunningMean(mean), Some(cost)) = (self, &estimate.cost) {
            mean.add(cost.clone().mean().into_scalar::<f64>());
        }
    }
}
