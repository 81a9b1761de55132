//! The score function estimator.

use burn::tensor::Tensor;

use super::baseline::RunningMean;
use super::estimate::over_draws;
use super::term::score_term;
use super::{Baseline, Bias, Cost, Draws, Estimate, Estimator, EstimatorError};
use crate::dist::{LogProb, Sample};

/// Score function gradient (REINFORCE, Williams 1992): the cost, less a baseline, times the derivative of the log-probability.
///
/// `∇θ E[f(z)] = E[(f(z) - b) ∇θ log p(z; θ)]` (Mohamed et al. 2020, equations 13c and 14). Unbiased for every cost, discontinuous ones
/// included, where the support does not depend on the parameters.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Poisson;
/// use reparam::estimator::{Draws, Estimator, ScoreFunction};
/// use reparam::noise::Key;
/// let rate = (Tensor::<3>::ones([1, 1, 1], &Device::flex()) * 4.0).autodiff().require_grad();
/// let poisson = Poisson::new(rate.clone());
/// let count = |x: Tensor<3>| x.squeeze_dim::<2>(2);
/// let estimate = ScoreFunction::leave_one_out().estimate(&poisson, &count, &Draws::new(100_000, Key::new(0), 0)).unwrap();
/// let slope = rate.grad(&estimate.loss().backward()).unwrap().into_scalar::<f32>();
/// assert!((slope - 1.0).abs() < 0.05);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScoreFunction {
    baseline: Baseline,
}

impl ScoreFunction {
    /// Without a baseline.
    #[must_use]
    pub const fn new() -> Self {
        Self { baseline: Baseline::None }
    }

    /// With a baseline.
    #[must_use]
    pub const fn with_baseline(baseline: Baseline) -> Self {
        Self { baseline }
    }

    /// With the mean of the row's other draws as baseline (RLOO); at least two draws.
    #[must_use]
    pub const fn leave_one_out() -> Self {
        Self::with_baseline(Baseline::LeaveOneOut)
    }

    /// With the mean cost of the steps before as baseline.
    #[must_use]
    pub const fn running_mean(decay: f64) -> Self {
        Self::with_baseline(Baseline::RunningMean(RunningMean::new(decay)))
    }
}

impl<L, const D: usize> Estimator<L, D> for ScoreFunction
where
    L: LogProb<D> + Sample<D, Value = Tensor<D>>,
    L: crate::dist::Distribution<D, Value = Tensor<D>>,
{
    fn name(&self) -> &'static str {
        match self.baseline {
            Baseline::None => "score-function",
            Baseline::RunningMean(_) => "score-function-running-mean",
            Baseline::LeaveOneOut => "rloo",
        }
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn least_draws(&self) -> usize {
        self.baseline.least_draws()
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        let name = Estimator::<L, D>::name(self);
        EstimatorError::check_draws(name, 1, draws.count())?;
        if matches!(self.baseline, Baseline::LeaveOneOut) {
            draws.check_independent(name)?;
        }
        let z = draws.sample(law);
        let rows = z.dims()[1];
        let costs = cost(z.clone());
        EstimatorError::check_costs(name, &costs, [draws.count(), rows])?;
        // Removes the path through the advantage: it is a weight.
        let advantage = self.baseline.advantage(name, costs.clone().inner())?;
        let score = score_term(law, z, advantage / draws.count() as f64);
        Ok(Estimate::of_hard(over_draws(costs.clone()) + score, &costs))
    }

    fn observe(&mut self, estimate: &Estimate) {
        self.baseline.observe(estimate);
    }
}
