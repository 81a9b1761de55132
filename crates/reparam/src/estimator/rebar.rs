//! REBAR.

use burn::tensor::Tensor;

use super::estimate::{check_temperature, over_draws};
use super::term::{chained, score_term};
use super::{Bias, Cost, Discrete, Draws, Estimate, Estimator, EstimatorError, slope_at};

/// REBAR gradient: the score function with the relaxed cost as control variate, whose own gradient is had by the path.
///
/// `[f(b) - s f(σ(z̃))] ∇ log p(b) + s ∇ f(σ(z)) - s ∇ f(σ(z̃))` with `b = hard(z)` and `z̃` perturbed logits given `b` (Tucker et al. 2017,
/// equation 4 and appendix). Unbiased at every scale `s` and temperature, which [`adapt`](Self::adapt) learns. The cost is met three times
/// a draw.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Rebar};
/// use reparam::noise::Key;
/// let coins = Bernoulli::from_logits(Tensor::<3>::zeros([1, 1000, 1], &Device::flex().autodiff()));
/// let cost = |b: Tensor<3>| (b + 0.5).square().squeeze_dim::<2>(2);
/// let mut rebar = Rebar::new(0.5);
/// (0..20).for_each(|step| rebar.adapt(&coins, &cost, &Draws::new(1, Key::new(0), step)).unwrap());
/// assert!(rebar.scale() > 0.5); // the relaxed cost explains much of the hard one
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rebar {
    temperature: f64,
    scale: f64,
    /// Means behind the scale: of `g0 g1` and `g1²`, `g0` the estimate without the control variate, `g1` what the scale multiplies.
    products: [f64; 2],
}

/// Share of the past in the running means.
const MEMORY: f64 = 0.9;
/// Half the distance of the two temperatures that are compared, in logarithms.
const TEMPERATURE_GAP: f64 = 0.1;
/// Longest move of the log-temperature in one step.
const TEMPERATURE_STEP: f64 = 0.05;
/// Temperatures that are sought.
const TEMPERATURES: [f64; 2] = [0.02, 10.0];

impl Rebar {
    /// With this temperature at the start, and scale 1.
    #[must_use]
    pub const fn new(temperature: f64) -> Self {
        Self { temperature, scale: 1.0, products: [0.0; 2] }
    }

    /// The temperature as it is.
    #[must_use]
    pub const fn temperature(&self) -> f64 {
        self.temperature
    }

    /// The scale of the control variate as it is.
    #[must_use]
    pub const fn scale(&self) -> f64 {
        self.scale
    }

    /// All that it has learnt, to go on from: temperature, scale, running means.
    #[must_use]
    pub const fn state(&self) -> [f64; 4] {
        [self.temperature, self.scale, self.products[0], self.products[1]]
    }

    /// The estimator that had this state.
    #[must_use]
    pub const fn from_state([temperature, scale, cross, square]: [f64; 4]) -> Self {
        Self { temperature, scale, products: [cross, square] }
    }

    /// Learns scale and temperature from draws of their own; they judge other draws, so no estimate becomes biased.
    ///
    /// The estimate is linear in the scale, `g0 + s g1` with `E g1 = 0`, so that `-E[g0 g1]/E[g1²]` has the least variance; running means stand
    /// for the expectations. Of the temperature a derivative of the variance would be a second derivative of the cost; instead the squared
    /// estimate at two temperatures is compared, with common random numbers. Meets the cost twelve times a draw.
    ///
    /// # Errors
    /// As [`Estimator::estimate`].
    pub fn adapt<L: Discrete<D>, const D: usize>(
        &mut self,
        law: &L,
        cost: &Cost<'_, D>,
        draws: &Draws,
    ) -> Result<(), EstimatorError> {
        let now = *self;
        let at = |temperature: f64, scale: f64| {
            gradient(law, |law| Self { temperature, scale, ..now }.estimate(law, cost, draws))
        };
        let (plain, full) = (at(self.temperature, 0.0)?, at(self.temperature, 1.0)?);
        let control = full - plain.clone();
        let mean = |a: Tensor<D>, b: Tensor<D>| (a * b).mean().into_scalar::<f64>();
        let found = [mean(plain, control.clone()), mean(control.clone(), control)];
        if found.iter().all(|x| x.is_finite()) {
            self.products = std::array::from_fn(|i| MEMORY * self.products[i] + (1.0 - MEMORY) * found[i]);
            if self.products[1] > 0.0 {
                self.scale = (-self.products[0] / self.products[1]).clamp(-10.0, 10.0);
            }
        }
        let [low, high] = [-TEMPERATURE_GAP, TEMPERATURE_GAP].map(|gap| at(self.temperature * gap.exp(), self.scale));
        let square = |g: Tensor<D>| mean(g.clone(), g);
        let (low, high) = (square(low?), square(high?));
        if low.is_finite() && high.is_finite() && low + high > 0.0 {
            // The derivative of the logarithm of the second moment.
            let slope = (high - low) / (low + high) / TEMPERATURE_GAP;
            let step = (TEMPERATURE_STEP * slope).clamp(-TEMPERATURE_STEP, TEMPERATURE_STEP);
            self.temperature = (self.temperature * (-step).exp()).clamp(TEMPERATURES[0], TEMPERATURES[1]);
        }
        Ok(())
    }
}

/// The gradient in the logits, a constant, of an estimate at logits that are a leaf of their own.
pub(super) fn gradient<L: Discrete<D>, const D: usize>(
    law: &L,
    estimate: impl Fn(&L) -> Result<Estimate, EstimatorError>,
) -> Result<Tensor<D>, EstimatorError> {
    // A leaf of its own: the backward pass ends here and leaves the caller's graph alone.
    let leaf = law.parameter().inner().autodiff().require_grad();
    let estimate = estimate(&law.with_parameter(leaf.clone()))?;
    let zero = || leaf.clone().inner().zeros_like();
    Ok(leaf.grad(&estimate.loss().backward()).unwrap_or_else(zero))
}

impl<L: Discrete<D>, const D: usize> Estimator<L, D> for Rebar {
    fn name(&self) -> &'static str {
        "rebar"
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        EstimatorError::check_draws("rebar", 1, draws.count())?;
        check_temperature("rebar", self.temperature)?;
        let perturbed = law.perturb(draws.site("logits").perturbation(law));
        let hard = law.hard(perturbed.clone());
        let given = law.perturb_given(hard.clone(), draws.site("given").uniform(law));
        let soft = law.soft(perturbed, self.temperature);
        let soft_given = law.soft(given, self.temperature);
        let costs = cost(hard.clone());
        EstimatorError::check_costs("rebar", &costs, [draws.count(), hard.dims()[1]])?;
        // Constants and slopes: the gradient of other parameters comes from the hard cost alone.
        let (relaxed, relaxed_given) = (slope_at(cost, soft.clone()), slope_at(cost, soft_given.clone()));
        let weight = (costs.clone().inner() - relaxed_given.cost * self.scale) / draws.count() as f64;
        let path = chained(soft, relaxed.slope) - chained(soft_given, relaxed_given.slope);
        let surrogate = over_draws(costs.clone()) + score_term(law, hard, weight) + path * self.scale;
        Ok(Estimate::of_hard(surrogate, &costs))
    }
}
