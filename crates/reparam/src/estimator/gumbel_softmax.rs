//! Gumbel-Softmax.

use super::estimate::{check_temperature, over_draws};
use super::{Bias, Cost, Discrete, Draws, Estimate, Estimator, EstimatorError};

/// **Biased.** Gumbel-Softmax (Concrete) gradient: the path through draws that are relaxed to between the categories.
///
/// `∇θ E[f(soft((logits + noise)/temperature))]` (Maddison et al. 2017; Jang et al. 2017): the gradient of the relaxed cost, which the cost of
/// the law's own draws is the limit of as the temperature falls to 0, where the variance grows without bound. The cost meets relaxed draws
/// alone and is reported as such.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Estimator, GumbelSoftmaxGradient};
/// use reparam::noise::Key;
/// let coin = Bernoulli::from_logits(Tensor::<3>::zeros([1, 4, 1], &Device::flex().autodiff()).require_grad());
/// let cost = |b: Tensor<3>| b.squeeze_dim::<2>(2);
/// let estimate = GumbelSoftmaxGradient::new(0.5).estimate(&coin, &cost, &Draws::new(1, Key::new(0), 0)).unwrap();
/// assert!(estimate.cost.is_none() && estimate.relaxed_cost.is_some());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GumbelSoftmaxGradient {
    temperature: f64,
}

impl GumbelSoftmaxGradient {
    /// With this temperature.
    #[must_use]
    pub const fn new(temperature: f64) -> Self {
        Self { temperature }
    }
}

impl<L: Discrete<D>, const D: usize> Estimator<L, D> for GumbelSoftmaxGradient {
    fn name(&self) -> &'static str {
        "gumbel-softmax"
    }

    fn bias(&self) -> Bias {
        Bias::Biased("the gradient of the relaxed cost")
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        const NAME: &str = "gumbel-softmax";
        EstimatorError::check_draws(NAME, 1, draws.count())?;
        check_temperature(NAME, self.temperature)?;
        let soft = law.soft(law.perturb(draws.perturbation(law)), self.temperature);
        let rows = soft.dims()[1];
        let costs = cost(soft);
        EstimatorError::check_costs(NAME, &costs, [draws.count(), rows])?;
        let surrogate = over_draws(costs);
        // A constant: it is reported.
        let relaxed_cost = Some(surrogate.clone().inner());
        Ok(Estimate { surrogate, cost: None, relaxed_cost, costs: None, bound: None })
    }
}
