//! ARM and `DisARM`: antithetic pairs of coins and of categories.

use burn::tensor::{Tensor, TensorCreationOptions, activation};

use super::estimate::over_draws;
use super::term::{broadcast, given_gradient};
use super::{Bias, Cost, Draws, Estimate, Estimator, EstimatorError};
use crate::dist::{Bernoulli, Distribution};
use crate::noise::Noise;

/// ARM gradient of coins: the difference of the costs of an antithetic pair, times the uniform noise less a half.
///
/// With `u` uniform: `(f(1[u > σ(-l)]) - f(1[u < σ(l)])) (u - ½)` for each log-odds `l` (Yin and Zhou 2019, theorem 1). Unbiased; two draws
/// make one estimate.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Arm, Draws, Estimator};
/// use reparam::noise::Key;
/// let coin = Bernoulli::from_logits(Tensor::<3>::zeros([1, 1, 1], &Device::flex().autodiff()));
/// let cost = |b: Tensor<3>| b.squeeze_dim::<2>(2);
/// assert!(Arm.estimate(&coin, &cost, &Draws::new(3, Key::new(0), 0)).is_err()); // pairs
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Arm;

/// `DisARM` gradient: ARM with the noise integrated out given the pair.
///
/// Coins: `½ (f(b) - f(b')) (-1)^b' 1[b ≠ b'] σ(|l|)` for a pair from `u` and `1 - u` (Dong et al. 2020; Yin et al. 2020). Unbiased; never
/// more variance than ARM. For categories see [`super::DisArmCategorical`].
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{DisArm, Draws, Estimator};
/// use reparam::noise::Key;
/// let logits = Tensor::<3>::zeros([1, 1, 1], &Device::flex().autodiff()).require_grad();
/// let cost = |b: Tensor<3>| (b - 0.45).square().squeeze_dim::<2>(2);
/// let estimate = DisArm.estimate(&Bernoulli::from_logits(logits.clone()), &cost, &Draws::new(2, Key::new(0), 0)).unwrap();
/// let slope = logits.grad(&estimate.loss().backward()).unwrap().into_scalar::<f32>();
/// assert!((slope - 0.025).abs() < 1e-6); // at probability ½ every pair gives the gradient itself
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct DisArm;

/// An antithetic pair of coins, `[P, N, …]` each, its noise, and the costs `[2 P, N]`, those of the first coins first.
struct Pair<const D: usize> {
    noise: Tensor<D>,
    first: Tensor<D>,
    second: Tensor<D>,
    costs: Tensor<2>,
    /// `½ (f(first) - f(second))`.
    half_gap: Tensor<D>,
}

fn pair<const D: usize>(
    name: &'static str,
    law: &Bernoulli<D>,
    cost: &Cost<'_, D>,
    noise: Tensor<D>,
) -> Result<Pair<D>, EstimatorError> {
    // A constant: the draws jump where it moves.
    let logits = law.logits().inner();
    let (shape, dtype) = (logits.dims(), logits.dtype());
    let pairs = check_pairs(name, &noise, shape)?;
    // A constant: it is numbers.
    let noise = noise.inner();
    let first = noise.clone().greater(activation::sigmoid(logits.clone().neg())).float().cast(dtype);
    let second = noise.clone().lower(activation::sigmoid(logits)).float().cast(dtype);
    let costs = cost(Tensor::cat(vec![first.clone(), second.clone()], 0));
    EstimatorError::check_costs(name, &costs, [2 * pairs, shape[1]])?;
    // Constants: they weigh the score.
    let met = costs.clone().inner();
    let gap = met.clone().narrow(0, 0, pairs) - met.narrow(0, pairs, pairs);
    Ok(Pair { noise, first, second, half_gap: broadcast(gap * 0.5), costs })
}

/// The uniform noise `[P, N, …]` of the pairs that `draws` are, a number for each entry of `shape`, `[1, N, …]`.
pub(super) fn pair_noise<const D: usize>(
    name: &'static str,
    draws: &Draws,
    mut shape: [usize; D],
    options: TensorCreationOptions,
) -> Result<Tensor<D>, EstimatorError> {
    EstimatorError::check_draws(name, 2, draws.count())?;
    shape[0] = draws.count() / 2;
    Ok(draws.with_count(shape[0]).noise(Noise::Uniform, shape, options))
}

/// The number of pairs, if `noise` has a number for each entry of `shape`.
pub(super) fn check_pairs<const D: usize>(
    name: &'static str,
    noise: &Tensor<D>,
    mut shape: [usize; D],
) -> Result<usize, EstimatorError> {
    let got = noise.dims();
    shape[0] = got[0].max(1);
    if got == shape {
        return Ok(got[0]);
    }
    Err(EstimatorError::Shape { estimator: name, what: "the noise", expected: shape.to_vec(), got: got.to_vec() })
}

impl Arm {
    /// The estimate that this uniform noise gives, a number for each coin of each pair.
    ///
    /// # Shapes      `noise` `[P, N, …]` with the law's `[1, N, …]`; the cost meets `[2 P, N, …]`
    ///
    /// # Errors
    /// Noise or costs of another shape.
    pub fn estimate_from_noise<const D: usize>(
        &self,
        law: &Bernoulli<D>,
        cost: &Cost<'_, D>,
        noise: Tensor<D>,
    ) -> Result<Estimate, EstimatorError> {
        let pair = pair(ARM, law, cost, noise)?;
        let gradient = pair.half_gap * 2.0 * (pair.noise - 0.5);
        Ok(Estimate::of_hard(over_draws(pair.costs.clone()) + given_gradient(law.logits(), gradient), &pair.costs))
    }
}

impl DisArm {
    /// The estimate that this uniform noise gives, a number for each coin of each pair.
    ///
    /// # Shapes      `noise` `[P, N, …]` with the law's `[1, N, …]`; the cost meets `[2 P, N, …]`
    ///
    /// # Errors
    /// Noise or costs of another shape.
    pub fn estimate_from_noise<const D: usize>(
        &self,
        law: &Bernoulli<D>,
        cost: &Cost<'_, D>,
        noise: Tensor<D>,
    ) -> Result<Estimate, EstimatorError> {
        let pair = pair(DISARM, law, cost, noise)?;
        // first - second is 1, -1 or 0: (-1)^second where they differ.
        let weight = activation::sigmoid(law.logits().inner().abs());
        let gradient = pair.half_gap * (pair.first - pair.second) * weight;
        Ok(Estimate::of_hard(over_draws(pair.costs.clone()) + given_gradient(law.logits(), gradient), &pair.costs))
    }
}

const ARM: &str = "arm";
const DISARM: &str = "disarm";

impl<const D: usize> Estimator<Bernoulli<D>, D> for Arm {
    fn name(&self) -> &'static str {
        ARM
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn least_draws(&self) -> usize {
        2
    }

    fn estimate(&self, law: &Bernoulli<D>, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        self.estimate_from_noise(law, cost, pair_noise(ARM, draws, law.logits().dims(), law.options())?)
    }
}

impl<const D: usize> Estimator<Bernoulli<D>, D> for DisArm {
    fn name(&self) -> &'static str {
        DISARM
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn least_draws(&self) -> usize {
        2
    }

    fn estimate(&self, law: &Bernoulli<D>, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        self.estimate_from_noise(law, cost, pair_noise(DISARM, draws, law.logits().dims(), law.options())?)
    }
}
