//! `DisARM` for categories, by breaking a stick.

use burn::tensor::{Tensor, activation};

use super::arm::{check_pairs, pair_noise};
use super::estimate::over_draws;
use super::term::{broadcast, given_gradient};
use super::{Bias, Cost, Draws, Estimate, Estimator, EstimatorError};
use crate::dist::{Distribution, OneHotCategorical};

/// `DisARM` gradient of categories: an antithetic pair of stick-breaking draws.
///
/// A category is found by coins in order, the first that shows 1 (the last category if none does), with log-odds
/// `l_k - log Σ_{j>k} e^{l_j}`. Each coin gets the binary `DisARM` gradient of its pair (Dong et al. 2021, their `DisARM-SB`); coins after both
/// stops have mean 0 and are left out. Unbiased.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::OneHotCategorical;
/// use reparam::estimator::{DisArmCategorical, Draws, Estimator};
/// use reparam::noise::Key;
/// let die = OneHotCategorical::from_logits(Tensor::<3>::zeros([1, 2, 6], &Device::flex().autodiff())).unwrap();
/// let cost = |x: Tensor<3>| x.slice([0..2, 0..2, 0..1]).squeeze_dim::<2>(2);
/// let estimate = DisArmCategorical.estimate(&die, &cost, &Draws::new(2, Key::new(0), 0)).unwrap();
/// assert_eq!(estimate.surrogate.dims(), [2]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct DisArmCategorical;

const NAME: &str = "disarm";

/// Log-odds of stopping at each category but the last, given that none before it was taken: `[…, K - 1]`.
fn stick<const D: usize>(logits: &Tensor<D>) -> Tensor<D> {
    let last = logits.dims()[D - 1] - 1;
    let at = |k: usize| logits.clone().narrow(D - 1, k, 1);
    let mut rest = at(last);
    let mut odds = Vec::with_capacity(last);
    for k in (0..last).rev() {
        odds.push(at(k) - rest.clone());
        let gap = (at(k) - rest.clone()).abs();
        // log(e^a + e^b) = (a + b + |a - b|)/2 + log1p(e^-|a - b|)
        rest = (at(k) + rest + gap.clone()) * 0.5 + gap.neg().exp().log1p();
    }
    odds.reverse();
    Tensor::cat(odds, D - 1)
}

/// The one-hot category of coins `[…, K - 1]`, and 1 for every coin that was looked at.
fn category<const D: usize>(coins: &Tensor<D>) -> (Tensor<D>, Tensor<D>) {
    let width = coins.dims()[D - 1];
    let mut open = coins.clone().narrow(D - 1, 0, 1).ones_like();
    let (mut parts, mut seen) = (Vec::with_capacity(width + 1), Vec::with_capacity(width));
    for k in 0..width {
        let coin = coins.clone().narrow(D - 1, k, 1);
        seen.push(open.clone());
        parts.push(open.clone() * coin.clone());
        open = open * (coin.neg() + 1.0);
    }
    parts.push(open);
    (Tensor::cat(parts, D - 1), Tensor::cat(seen, D - 1))
}

impl<const D: usize> Estimator<OneHotCategorical<D>, D> for DisArmCategorical {
    fn name(&self) -> &'static str {
        NAME
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn least_draws(&self) -> usize {
        2
    }

    fn estimate(
        &self,
        law: &OneHotCategorical<D>,
        cost: &Cost<'_, D>,
        draws: &Draws,
    ) -> Result<Estimate, EstimatorError> {
        check_categories(law)?;
        // One coin fewer than categories.
        let mut shape = law.logits().dims();
        shape[D - 1] -= 1;
        self.estimate_from_noise(law, cost, pair_noise(NAME, draws, shape, law.options())?)
    }
}

fn check_categories<const D: usize>(law: &OneHotCategorical<D>) -> Result<(), EstimatorError> {
    if law.logits().dims()[D - 1] < 2 {
        let rule = "at least 2 categories are needed, got 1".into();
        return Err(EstimatorError::Unfit { estimator: NAME, rule });
    }
    Ok(())
}

impl DisArmCategorical {
    /// The estimate that this uniform noise gives, a number for each category but the last of each pair.
    ///
    /// # Shapes      `noise` `[P, N, …, K - 1]` with the law's `[1, N, …, K]`; the cost meets `[2 P, N, …, K]`
    ///
    /// # Errors
    /// Fewer than two categories; noise or costs of another shape.
    pub fn estimate_from_noise<const D: usize>(
        &self,
        law: &OneHotCategorical<D>,
        cost: &Cost<'_, D>,
        noise: Tensor<D>,
    ) -> Result<Estimate, EstimatorError> {
        check_categories(law)?;
        let odds = stick(&law.logits());
        // A constant: the draws jump where it moves.
        let fixed = odds.clone().inner();
        let pairs = check_pairs(NAME, &noise, fixed.dims())?;
        let rows = fixed.dims()[1];
        // A constant: it is numbers.
        let noise = noise.inner();
        let probs = activation::sigmoid(fixed.clone());
        let coin = |noise: Tensor<D>| noise.lower(probs.clone()).float().cast(fixed.dtype());
        let (first, second) = (coin(noise.clone().neg() + 1.0), coin(noise));
        let ((x, seen), (x_mirrored, seen_mirrored)) = (category(&first), category(&second));
        let costs = cost(Tensor::cat(vec![x, x_mirrored], 0));
        EstimatorError::check_costs(NAME, &costs, [2 * pairs, rows])?;
        // Constants: they weigh the score.
        let met = costs.clone().inner();
        let gap = met.clone().narrow(0, 0, pairs) - met.narrow(0, pairs, pairs);
        let looked_at = seen.max_pair(seen_mirrored);
        let gradient = broadcast::<D>(gap * 0.5) * (first - second) * activation::sigmoid(fixed.abs()) * looked_at;
        Ok(Estimate::of_hard(over_draws(costs.clone()) + given_gradient(odds, gradient), &costs))
    }
}
