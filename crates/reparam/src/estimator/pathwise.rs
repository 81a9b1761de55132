//! The pathwise estimator.

use super::estimate::over_draws;
use super::{Bias, Cost, Draws, Estimate, Estimator, EstimatorError};
use crate::dist::Rsample;

/// Pathwise gradient: the derivative of the cost through the draw, explicit or implicit as the law draws.
///
/// `∇θ E[f(z)] = E[∇z f(z) · ∂z/∂θ]` (Mohamed et al. 2020, equations 29a to 29d; implicit: Figurnov et al. 2018). Unbiased where the cost
/// is continuous and differentiable almost everywhere. A cost with jumps breaks that without a sign of it: compare with another estimator.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Gamma;
/// use reparam::estimator::{Draws, Estimator, Pathwise};
/// use reparam::noise::Key;
/// let rate = Tensor::<3>::ones([1, 1, 1], &Device::flex().autodiff()).require_grad();
/// let gamma = Gamma::new(Tensor::ones([1, 1, 1], &rate.device()) * 3.0, rate.clone()).unwrap();
/// let mean = |z: Tensor<3>| z.squeeze_dim::<2>(2);
/// let estimate = Pathwise.estimate(&gamma, &mean, &Draws::new(100_000, Key::new(0), 0)).unwrap();
/// let slope = rate.grad(&estimate.loss().backward()).unwrap().into_scalar::<f32>();
/// assert!((slope + 3.0).abs() < 0.03); // the mean is 3 / rate
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Pathwise;

impl<L: Rsample<D> + Send + Sync, const D: usize> Estimator<L, D> for Pathwise {
    fn name(&self) -> &'static str {
        "pathwise"
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        EstimatorError::check_draws("pathwise", 1, draws.count())?;
        let z = draws.rsample(law);
        let rows = z.dims()[1];
        let costs = cost(z);
        EstimatorError::check_costs("pathwise", &costs, [draws.count(), rows])?;
        Ok(Estimate::of_hard(over_draws(costs.clone()), &costs))
    }
}
