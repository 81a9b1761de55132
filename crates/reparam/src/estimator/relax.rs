//! RELAX.

use burn::tensor::{Tensor, TensorCreationOptions, TensorData};

use super::estimate::{check_temperature, over_draws};
use super::rebar::gradient;
use super::term::{chained, per_row, score_term};
use super::{Bias, Cost, Discrete, Draws, Estimate, Estimator, EstimatorError, slope_at};
use crate::noise::{Key, Noise};

/// RELAX gradient: as [`super::Rebar`], with a control variate that is learnt freely.
///
/// `c(z) = s f(soft(z)) + r(z)`, `r` a network of one hidden layer on the perturbed logits of a row (Grathwohl et al. 2018, equation 7 and
/// section 3.1, whose `r` has any form). Unbiased whatever the network. [`adapt`](Self::adapt) trains it to lower the estimate's square.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Estimator, Relax};
/// use reparam::noise::Key;
/// let coins = Bernoulli::from_logits(Tensor::<3>::zeros([1, 50, 2], &Device::flex().autodiff()));
/// let cost = |b: Tensor<3>| (b.sum_dim(2) - 0.9).square().squeeze_dim::<2>(2);
/// let mut relax = Relax::new(2, 8, 0.5, Key::new(1));
/// relax.adapt(&coins, &cost, &Draws::new(1, Key::new(0), 0)).unwrap();
/// assert_eq!(relax.estimate(&coins, &cost, &Draws::new(1, Key::new(0), 1)).unwrap().surrogate.dims(), [50]);
/// ```
#[derive(Clone, Debug)]
pub struct Relax {
    temperature: f64,
    scale: f64,
    width: usize,
    hidden: usize,
    /// Input weights `[E, H]`, biases `[H]`, output weights `[H]`, one after the other; first and second moments of their gradients.
    weights: Vec<f64>,
    moments: [Vec<f64>; 2],
    steps: u64,
}

const NAME: &str = "relax";
/// Step size of the network's Adam.
const RATE: f64 = 0.01;

/// The network at perturbed logits `[S, N, E]`: its value `[S, N]` and its derivative in them, `[S, N, E]`.
struct Network {
    input: Tensor<2>,
    bias: Tensor<1>,
    output: Tensor<1>,
}

impl Network {
    fn at(&self, z: Tensor<3>) -> (Tensor<2>, Tensor<3>) {
        let [s, n, e] = z.dims();
        let hidden = (z.reshape([s * n, e]).matmul(self.input.clone()) + self.bias.clone().unsqueeze::<2>()).tanh();
        let value = (hidden.clone() * self.output.clone().unsqueeze::<2>()).sum_dim(1).reshape([s, n]);
        let slope = (hidden.square().neg() + 1.0) * self.output.clone().unsqueeze::<2>();
        (value, slope.matmul(self.input.clone().transpose()).reshape([s, n, e]))
    }
}

impl Relax {
    /// For rows of `width` entries, with that many hidden units, this temperature, scale 1, and small random input weights.
    #[must_use]
    pub fn new(width: usize, hidden: usize, temperature: f64, key: Key) -> Self {
        let mut weights = vec![0.0; (width + 2) * hidden];
        key.site("relax").step(0).fill(Noise::StandardNormal, 0, &mut weights[..width * hidden]);
        weights[..width * hidden].iter_mut().for_each(|w| *w /= (width.max(1) as f64).sqrt());
        let moments = [vec![0.0; weights.len()], vec![0.0; weights.len()]];
        Self { temperature, scale: 1.0, width, hidden, weights, moments, steps: 0 }
    }

    /// All that it has learnt.
    #[must_use]
    pub fn state(&self) -> (u64, &[f64], &[Vec<f64>; 2]) {
        (self.steps, &self.weights, &self.moments)
    }

    /// Puts what was learnt before in place; `false`, and no change, where sizes do not fit.
    #[must_use]
    pub fn restore(&mut self, steps: u64, weights: Vec<f64>, moments: [Vec<f64>; 2]) -> bool {
        let fits = weights.len() == self.weights.len() && moments.iter().all(|m| m.len() == weights.len());
        if fits {
            (self.steps, self.weights, self.moments) = (steps, weights, moments);
        }
        fits
    }

    /// The network with its weights as one leaf, if `learns`, or as constants.
    fn network(&self, options: &TensorCreationOptions, learns: bool) -> (Network, Tensor<1>) {
        let data = TensorData::new(self.weights.clone(), [self.weights.len()]);
        let all = Tensor::<1>::from_data(data, options.clone());
        // A leaf of its own, or constants.
        let all = if learns { all.inner().autodiff().require_grad() } else { all.inner() };
        let (e, h) = (self.width, self.hidden);
        let network = Network {
            input: all.clone().narrow(0, 0, e * h).reshape([e, h]),
            bias: all.clone().narrow(0, e * h, h),
            output: all.clone().narrow(0, (e + 1) * h, h),
        };
        (network, all)
    }

    fn check<const D: usize>(&self, dims: [usize; D]) -> Result<(), EstimatorError> {
        check_temperature(NAME, self.temperature)?;
        let width: usize = dims[2..].iter().product();
        if width == self.width {
            return Ok(());
        }
        let (expected, got) = (vec![self.width], vec![width]);
        Err(EstimatorError::Shape { estimator: NAME, what: "a row of the law", expected, got })
    }

    /// Trains the network, by one step of Adam, on draws of their own, to lower the square of the estimate.
    ///
    /// With the estimate `g` at present, `∇ E[g²] = 2 E[g ∇g]`, and `g` contracted with a constant is linear in value and slope of the network,
    /// both of which are forward expressions here: one backward pass.
    ///
    /// # Errors
    /// As [`Estimator::estimate`].
    pub fn adapt<L: Discrete<D>, const D: usize>(
        &mut self,
        law: &L,
        cost: &Cost<'_, D>,
        draws: &Draws,
    ) -> Result<(), EstimatorError> {
        self.check(law.parameter().dims())?;
        let direction = gradient(law, |law| self.estimate(law, cost, draws))?;
        // Constants: the same draws as those of the estimate.
        let fixed = law.with_parameter(law.parameter().inner());
        let perturbed = fixed.perturb(draws.site("logits").perturbation(law)).inner();
        let hard = law.hard(perturbed.clone());
        let uniform = draws.site("given").uniform(law);
        let given = fixed.perturb_given(hard.clone(), uniform.clone()).inner();
        let (network, weights) = self.network(&law.options(), true);
        let [value_given, slope, slope_given] = {
            let ((_, slope), (value, slope_given)) = (network.at(flat(perturbed)), network.at(flat(given)));
            [value.unsqueeze_dim::<3>(2), slope, slope_given]
        };
        // The score along the direction, and the paths along it.
        let score = per_row((hard.clone() - fixed.probabilities()) * direction.clone()).unsqueeze_dim::<3>(2);
        let along = flat(law.tangent(direction.clone()));
        let along = if along.dims()[0] == 1 { along.repeat_dim(0, draws.count()) } else { along };
        let along_given = flat(law.tangent_given(hard, uniform, direction));
        let moved = (slope * along).sum_dim(2) - (slope_given * along_given).sum_dim(2) - value_given * score;
        let found = weights.grad(&moved.mean().backward());
        let found: Vec<f64> = found.map_or_else(Vec::new, |g| g.to_data_as::<f64>().iter::<f64>().collect());
        if found.len() == self.weights.len() && found.iter().all(|g| g.is_finite()) {
            self.step(&found);
        }
        Ok(())
    }

    /// One step of Adam (Kingma and Ba 2015, algorithm 1).
    fn step(&mut self, gradient: &[f64]) {
        self.steps += 1;
        let correction = [0.9_f64, 0.999].map(|b| 1.0 - b.powf(self.steps as f64));
        let [first, second] = &mut self.moments;
        for (((w, g), m), v) in self.weights.iter_mut().zip(gradient).zip(first).zip(second) {
            *m = 0.9 * *m + 0.1 * g;
            *v = 0.999 * *v + 0.001 * g * g;
            *w -= RATE * (*m / correction[0]) / ((*v / correction[1]).sqrt() + 1e-8);
        }
    }
}

/// What belongs to a row on one axis.
fn flat<const D: usize>(x: Tensor<D>) -> Tensor<3> {
    let dims = x.dims();
    x.reshape([dims[0], dims[1], dims[2..].iter().product()])
}

impl<L: Discrete<D>, const D: usize> Estimator<L, D> for Relax {
    fn name(&self) -> &'static str {
        NAME
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        EstimatorError::check_draws(NAME, 1, draws.count())?;
        self.check(law.parameter().dims())?;
        let perturbed = law.perturb(draws.site("logits").perturbation(law));
        let hard = law.hard(perturbed.clone());
        let given = law.perturb_given(hard.clone(), draws.site("given").uniform(law));
        let (soft, soft_given) =
            (law.soft(perturbed.clone(), self.temperature), law.soft(given.clone(), self.temperature));
        let costs = cost(hard.clone());
        EstimatorError::check_costs(NAME, &costs, [draws.count(), hard.dims()[1]])?;
        // Constants and slopes: the gradient of other parameters comes from the hard cost alone.
        let (relaxed, relaxed_given) = (slope_at(cost, soft.clone()), slope_at(cost, soft_given.clone()));
        let (network, _) = self.network(&law.options(), false);
        // Constants: value and slope of the network at the draws.
        let (_, slope) = network.at(flat(perturbed.clone().inner()));
        let (value_given, slope_given) = network.at(flat(given.clone().inner()));
        let control = relaxed_given.cost * self.scale + value_given;
        let weight = (costs.clone().inner() - control) / draws.count() as f64;
        let path = (chained(soft, relaxed.slope) - chained(soft_given, relaxed_given.slope)) * self.scale
            + chained(flat(perturbed), slope)
            - chained(flat(given), slope_given);
        Ok(Estimate::of_hard(over_draws(costs.clone()) + score_term(law, hard, weight) + path, &costs))
    }
}
