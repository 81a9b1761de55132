//! VIMCO: the score function of a bound of several draws.

use burn::tensor::{Tensor, activation};

use super::term::score_term;
use super::{Bias, Cost, Draws, Estimate, Estimator, EstimatorError};
use crate::dist::{Distribution, LogProb, Sample};

/// Gradient of the multi-sample bound `-log (1/S) Σ e^-f(z_s)`, **not** of the mean cost: the cost is minus a log-weight here.
///
/// Each draw's score is weighed by what the draw adds to the bound over a stand-in made of the others (VIMCO, Mnih and Rezende 2016, equation 10;
/// its geometric mean is the default, the arithmetic mean gives a leave-one-out bound). Unbiased for that bound, which
/// [`Estimate::bound`] reports; [`Estimate::cost`] is the mean cost all the same. At least two draws.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::{Draws, Estimator, Vimco};
/// use reparam::noise::Key;
/// let coins = Bernoulli::from_logits(Tensor::<3>::zeros([1, 4, 2], &Device::flex().autodiff()));
/// let minus_log_weight = |b: Tensor<3>| b.sum_dim(2).squeeze_dim::<2>(2);
/// let estimate = Vimco::default().estimate(&coins, &minus_log_weight, &Draws::new(5, Key::new(0), 0)).unwrap();
/// let (bound, mean) = (estimate.bound.unwrap().into_data(), estimate.cost.unwrap().into_data());
/// assert!(bound.iter::<f32>().zip(mean.iter::<f32>()).all(|(b, m)| b <= m + 1e-6)); // Jensen
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Vimco {
    arithmetic: bool,
}

const NAME: &str = "vimco";

impl Vimco {
    /// With the arithmetic mean of the other weights as stand-in.
    #[must_use]
    pub const fn arithmetic() -> Self {
        Self { arithmetic: true }
    }
}

/// `log Σ e^x` over the first axis, kept.
fn log_sum<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let top = x.clone().max_dim(0);
    (x - top.clone()).exp().sum_dim(0).log() + top
}

impl Vimco {
    /// The bound of each row with draw `s` replaced by its stand-in, `[S, N]`, from log-weights `[S, N]`.
    fn without(self, log_weights: &Tensor<2>) -> Tensor<2> {
        let [s, n] = log_weights.dims();
        let others = (s - 1) as f64;
        let eye = Tensor::<2>::eye(s, &log_weights.device()).cast(log_weights.dtype()).reshape([s, s, 1]);
        // [t, s, N]: the log-weights t that stand in the bound of draw s.
        let all = log_weights.clone().reshape([s, 1, n]).expand([s, s, n]);
        let replaced = if self.arithmetic {
            // log of the mean of the others: their own bound.
            let hidden = all - eye * f64::from(f32::MAX).sqrt();
            return (log_sum(hidden) - others.ln()).reshape([s, n]);
        } else {
            let sum = log_weights.clone().sum_dim(0);
            let stand_in = (sum - log_weights.clone()) / others;
            let stand_in = stand_in.reshape([1, s, n]).expand([s, s, n]);
            all * (eye.clone().neg() + 1.0) + stand_in * eye
        };
        (log_sum(replaced) - (s as f64).ln()).reshape([s, n])
    }
}

impl<L, const D: usize> Estimator<L, D> for Vimco
where
    L: LogProb<D> + Sample<D> + Distribution<D, Value = Tensor<D>>,
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
        // Constants: normalised weights and what each draw adds.
        let log_weights = costs.clone().inner().neg();
        let weights = activation::softmax(log_weights.clone(), 0);
        let bound = log_sum(log_weights.clone()) - (s as f64).ln();
        let signal = bound.clone() - self.without(&log_weights);
        let score = score_term(law, drawn, signal.neg());
        // The bound's own gradient in the costs: their weighted mean.
        let direct = (costs.clone() * Tensor::from_inner(weights)).sum_dim(0).squeeze_dim::<1>(0);
        let estimate = Estimate::of_hard(direct + score, &costs);
        Ok(Estimate { bound: Some(bound.neg().squeeze_dim::<1>(0)), ..estimate })
    }
}
