//! `MuProp`.

use super::estimate::over_draws;
use super::term::{chained, per_row, score_term};
use super::{Bias, Cost, Discrete, Draws, Estimate, Estimator, EstimatorError, slope_at};

/// `MuProp` gradient: the score function with the first-order expansion of the cost around the mean draw as control variate.
///
/// `[f(b) - f(p) - f'(p)·(b - p)] ∇ log p(b) + f'(p) ∇p`, `p` the probabilities (Gu et al. 2016, equation 6). Unbiased; the cost is met once
/// more, at the mean.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Estimator, MuProp};
/// use reparam::noise::Key;
/// let logits = Tensor::<3>::zeros([1, 1, 1], &Device::flex().autodiff()).require_grad();
/// let linear = |b: Tensor<3>| b.squeeze_dim::<2>(2) * 4.0;
/// let estimate = MuProp.estimate(&Bernoulli::from_logits(logits.clone()), &linear, &Draws::new(1, Key::new(0), 0)).unwrap();
/// assert_eq!(logits.grad(&estimate.loss().backward()).unwrap().into_scalar::<f32>(), 1.0); // exact for linear costs
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MuProp;

impl<L: Discrete<D>, const D: usize> Estimator<L, D> for MuProp {
    fn name(&self) -> &'static str {
        "muprop"
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        EstimatorError::check_draws("muprop", 1, draws.count())?;
        let drawn = draws.sample(law);
        let costs = cost(drawn.clone());
        EstimatorError::check_costs("muprop", &costs, [draws.count(), drawn.dims()[1]])?;
        let mean = law.probabilities();
        let around = slope_at(cost, mean.clone());
        // Constants: the expansion weighs the score.
        let expansion = around.cost + per_row(around.slope.clone() * (drawn.clone() - mean.clone().inner()));
        let weight = (costs.clone().inner() - expansion) / draws.count() as f64;
        let surrogate = over_draws(costs.clone()) + score_term(law, drawn, weight) + chained(mean, around.slope);
        Ok(Estimate::of_hard(surrogate, &costs))
    }
}
