//! The score function with the constant that lowers its variance most.

use burn::tensor::Tensor;

use super::estimate::over_draws;
use super::term::{per_row, score_term};
use super::{Bias, Cost, Draws, Estimate, Estimator, EstimatorError};
use crate::dist::{Bernoulli, Distribution, LogProb, Normal, OneHotCategorical, Sample};

/// Laws that know the length of their score.
pub trait ScoreNorm<const D: usize>: LogProb<D> {
    /// `|∇ log p(value)|²` over all parameters of a row; a constant.
    ///
    /// # Shapes      `value` `[S, N, …]`, the result `[S, N]`
    fn score_square(&self, value: Self::Value) -> Tensor<2>;
}

impl<const D: usize> ScoreNorm<D> for Bernoulli<D> {
    fn score_square(&self, value: Tensor<D>) -> Tensor<2> {
        // A constant, as documented.
        per_row((value - self.probs()).inner().square())
    }
}

impl<const D: usize> ScoreNorm<D> for OneHotCategorical<D> {
    fn score_square(&self, value: Tensor<D>) -> Tensor<2> {
        // A constant, as documented.
        per_row((value - self.probs()).inner().square())
    }
}

impl<const D: usize> ScoreNorm<D> for Normal<D> {
    fn score_square(&self, value: Tensor<D>) -> Tensor<2> {
        // e/s in the location and (e² - 1)/s in the scale. A constant, as documented.
        let scale = self.scale().inner();
        let square = ((value - self.loc()).inner() / scale.clone()).square();
        per_row((square.clone() + (square - 1.0).square()) / scale.square())
    }
}

/// Score function with the best constant baseline, `E[f |s|²]/E[|s|²]` with the row's score `s`, estimated for each draw from the row's
/// other draws.
///
/// The constant minimises the summed variance over a row's parameters (Weaver and Tao 2001; Mohamed et al. 2020, section 7.4). No draw has a
/// part in the baseline that judges it, so it is unbiased; at least two draws, and better with more.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Estimator, OptimalBaseline};
/// use reparam::noise::Key;
/// let coins = Bernoulli::from_logits(Tensor::<3>::zeros([1, 4, 2], &Device::flex().autodiff()));
/// let cost = |b: Tensor<3>| b.sum_dim(2).squeeze_dim::<2>(2);
/// assert!(OptimalBaseline.estimate(&coins, &cost, &Draws::new(1, Key::new(0), 0)).is_err());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OptimalBaseline;

const NAME: &str = "score-function-optimal";

/// The sum over the other draws, for each: `[S, N]`, `S >= 2`.
///
/// Those before are added to those after: the sum of all less one's own would keep that one's rounding, which is all that is left where the
/// one outweighs the others.
fn others(x: Tensor<2>) -> Tensor<2> {
    let s = x.dims()[0];
    let none = x.clone().narrow(0, 0, 1).zeros_like();
    let before = x.clone().narrow(0, 0, s - 1).cumsum(0);
    let after = x.narrow(0, 1, s - 1).flip([0]).cumsum(0).flip([0]);
    Tensor::cat(vec![none.clone(), before], 0) + Tensor::cat(vec![after, none], 0)
}

impl<L, const D: usize> Estimator<L, D> for OptimalBaseline
where
    L: ScoreNorm<D> + Sample<D> + Distribution<D, Value = Tensor<D>>,
{
    fn name(&self) -> &'static str {
        NAME
    }

    fn bias(&self) -> Bias {
        Bias::Unbiased
    }

    fn least_draws(&self) -> usize {
        2
    }

    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError> {
        let s = draws.count();
        if s < 2 {
            return Err(EstimatorError::Draws { estimator: NAME, multiple: 2, got: s });
        }
        draws.check_independent(NAME)?;
        let drawn = draws.sample(law);
        let costs = cost(drawn.clone());
        EstimatorError::check_costs(NAME, &costs, [s, drawn.dims()[1]])?;
        let square = law.score_square(drawn.clone());
        // Constants: the baseline weighs the score. Where the scores of all others are 0 there is nothing to judge by.
        let met = costs.clone().inner();
        let all = others(square.clone()).clamp_min(f64::from(f32::MIN_POSITIVE));
        let baseline = others(met.clone() * square) / all;
        let surrogate = over_draws(costs.clone()) + score_term(law, drawn, (met - baseline) / s as f64);
        Ok(Estimate::of_hard(surrogate, &costs))
    }
}
