//! What relaxations and couplings need of a law of coins or categories.

use burn::tensor::{DType, Tensor, activation};

use crate::dist::one_hot_of_largest;
use crate::dist::{Bernoulli, Distribution, LogProb, OneHotCategorical, Sample};
use crate::noise::Noise;

/// Coins, or categories as one-hot vectors, given by logits: a draw is the hard value of a perturbed logit.
///
/// With `z = logits + noise` (logistic noise for coins, Gumbel noise for categories) the draw is `hard(z)`, a step; `soft(z, temperature)` is
/// the step made smooth (Maddison et al. 2017; Jang et al. 2017).
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Bernoulli;
/// use reparam::estimator::Discrete;
/// let coin = Bernoulli::from_logits(Tensor::<1>::from_floats([1.0], &Device::flex()));
/// let z = coin.perturb(Tensor::from_floats([-3.0], &Device::flex()));
/// assert_eq!(coin.hard(z.clone()).into_scalar::<f32>(), 0.0);
/// assert!((coin.soft(z, 0.5).into_scalar::<f32>() - 0.01798621).abs() < 1e-6); // 1 / (1 + e^4)
/// ```
pub trait Discrete<const D: usize>: LogProb<D> + Sample<D> + Distribution<D, Value = Tensor<D>> + Send + Sync {
    /// Log-odds of coins, or unnormalised log-probabilities of categories on the last axis.
    fn parameter(&self) -> Tensor<D>;

    /// The law with other logits.
    #[must_use]
    fn with_parameter(&self, logits: Tensor<D>) -> Self;

    /// The noise that perturbs logits.
    fn perturbation(&self) -> Noise;

    /// Probabilities of 1, or of each category.
    fn probabilities(&self) -> Tensor<D>;

    /// Categories of one variable on the last axis; 1 for coins, which have an entry each.
    fn categories(&self) -> usize;

    /// `logits + noise`, with its path.
    fn perturb(&self, noise: Tensor<D>) -> Tensor<D> {
        self.parameter() + noise
    }

    /// The draw of perturbed logits; a constant.
    fn hard(&self, perturbed: Tensor<D>) -> Tensor<D>;

    /// The relaxed draw of perturbed logits, with its path.
    fn soft(&self, perturbed: Tensor<D>, temperature: f64) -> Tensor<D>;

    /// Perturbed logits given their draw: distributed as `perturb(noise)` where `hard` of it is `value`, with the path in the logits at fixed
    /// uniform noise (Tucker et al. 2017, appendix C; Maddison et al. 2017).
    ///
    /// # Shapes      `uniform` as `value`
    fn perturb_given(&self, value: Tensor<D>, uniform: Tensor<D>) -> Tensor<D>;

    /// The derivative of `perturb` along a direction of the logits; a constant.
    fn tangent(&self, direction: Tensor<D>) -> Tensor<D>;

    /// The derivative of `perturb_given` along a direction of the logits; a constant.
    fn tangent_given(&self, value: Tensor<D>, uniform: Tensor<D>, direction: Tensor<D>) -> Tensor<D>;

    /// 0, with the derivative that probabilities have in the logits, taken at `probs`, a constant.
    fn path_at(&self, probs: Tensor<D>) -> Tensor<D>;

    /// What is added to the logits so that `value` leads by `gap` at least: 0 where it does; a constant (Fan et al. 2022).
    fn gap(&self, value: Tensor<D>, gap: f64) -> Tensor<D>;
}

/// 0, with the gradient of `x`.
fn zeroed<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // Removes the value.
    x.clone() - x.inner()
}

impl<const D: usize> Discrete<D> for Bernoulli<D> {
    fn parameter(&self) -> Tensor<D> {
        self.logits()
    }

    fn with_parameter(&self, logits: Tensor<D>) -> Self {
        Self::from_logits(logits)
    }

    fn perturbation(&self) -> Noise {
        Noise::Logistic
    }

    fn probabilities(&self) -> Tensor<D> {
        self.probs()
    }

    fn categories(&self) -> usize {
        1
    }

    fn hard(&self, perturbed: Tensor<D>) -> Tensor<D> {
        let dtype = perturbed.dtype();
        // A constant: a step has no path.
        perturbed.inner().greater_scalar(0.0).float().cast(dtype)
    }

    fn soft(&self, perturbed: Tensor<D>, temperature: f64) -> Tensor<D> {
        // A product: the slope of a quotient by a number is rounded to f32 in Burn 0.22, also for f64 tensors.
        activation::sigmoid(perturbed * temperature.recip())
    }

    fn perturb_given(&self, value: Tensor<D>, uniform: Tensor<D>) -> Tensor<D> {
        // z = l + ln u - ln(1 - u) is above 0 where u > 1 - p. Given a 1, u = 1 - v p with v uniform, so that
        // z = ln((1 - v p)/(v (1 - p))) = ln(1 + e^l (1 - v)) - ln v, which neither cancels nor overflows; given a 0, the mirror image.
        let logits = self.logits();
        let sign = value * 2.0 - 1.0;
        let odds = sign.clone() * logits;
        let rest = uniform.clone().neg().log1p();
        let size = softplus(odds + rest) - uniform.log();
        sign * size
    }

    fn tangent(&self, direction: Tensor<D>) -> Tensor<D> {
        direction
    }

    fn tangent_given(&self, value: Tensor<D>, uniform: Tensor<D>, direction: Tensor<D>) -> Tensor<D> {
        // The sign stands twice, before and within the softplus of `perturb_given`: it cancels. A constant.
        let odds = (value * 2.0 - 1.0) * self.logits().inner();
        activation::sigmoid(odds + uniform.neg().log1p()) * direction
    }

    fn path_at(&self, probs: Tensor<D>) -> Tensor<D> {
        // A constant: the slope.
        let probs = probs.inner();
        probs.clone() * (probs.neg() + 1.0) * zeroed(self.logits())
    }

    fn gap(&self, value: Tensor<D>, gap: f64) -> Tensor<D> {
        // A constant: the move of the logits has no path.
        let (logits, sign) = (self.logits().inner(), value * 2.0 - 1.0);
        sign.clone() * (sign * logits.clone()).clamp_min(gap) - logits
    }
}

fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let size = x.clone().abs();
    // The even part has gradient 0 at 0, as it must.
    x * 0.5 + size.clone() * 0.5 + size.neg().exp().log1p()
}

impl<const D: usize> Discrete<D> for OneHotCategorical<D> {
    fn parameter(&self) -> Tensor<D> {
        self.logits()
    }

    fn with_parameter(&self, logits: Tensor<D>) -> Self {
        // Refused only for a last axis of size 0, which the present law has not.
        Self::from_logits(logits).unwrap_or_else(|_| self.clone())
    }

    fn perturbation(&self) -> Noise {
        Noise::Gumbel
    }

    fn probabilities(&self) -> Tensor<D> {
        self.probs()
    }

    fn categories(&self) -> usize {
        self.logits().dims()[D - 1]
    }

    /// Normalised, so that the largest is a standard Gumbel draw.
    fn perturb(&self, noise: Tensor<D>) -> Tensor<D> {
        activation::log_softmax(self.logits(), D - 1) + noise
    }

    fn hard(&self, perturbed: Tensor<D>) -> Tensor<D> {
        one_hot_of_largest(perturbed)
    }

    fn soft(&self, perturbed: Tensor<D>, temperature: f64) -> Tensor<D> {
        // A product, for the reason given for coins.
        activation::softmax(perturbed * temperature.recip(), D - 1)
    }

    fn perturb_given(&self, value: Tensor<D>, uniform: Tensor<D>) -> Tensor<D> {
        // The largest of the perturbed logits is a standard Gumbel draw; given which it is, the others are Gumbel draws cut off at it
        // (Maddison et al. 2014): -ln(E_k/p_k + E_b) with exponential E, and -ln E_b for the largest.
        let log_probs = activation::log_softmax(self.logits(), D - 1);
        let exponential = uniform.log().neg();
        let largest = (value.clone() * exponential.clone()).sum_dim(D - 1).log();
        let rate = exponential.log() - log_probs;
        // ln(e^a + e^b) = b + ln(1 + e^(a - b)): no exponential overflows, and no rounding lifts another category above the draw. Above the
        // rounding of the sum, which is at most 32 epsilon for the |b| < 64 that uniform numbers give, so that none ties with it either.
        let epsilon = if largest.dtype() == DType::F64 { f64::EPSILON } else { f64::from(f32::EPSILON) };
        let below = softplus(rate - largest.clone()).clamp_min(32.0 * epsilon);
        let others = (largest.clone() + below).neg();
        value.clone() * largest.neg() + (value.neg() + 1.0) * others
    }

    fn tangent(&self, direction: Tensor<D>) -> Tensor<D> {
        // The derivative of log_softmax; a constant.
        let probs = self.probs().inner();
        direction.clone() - (probs * direction).sum_dim(D - 1)
    }

    fn tangent_given(&self, value: Tensor<D>, uniform: Tensor<D>, direction: Tensor<D>) -> Tensor<D> {
        // -ln(E_k/p_k + E_b) has the slope (E_k/p_k)/(E_k/p_k + E_b) in log p_k; the largest has none. A constant.
        let log_probs = activation::log_softmax(self.logits().inner(), D - 1);
        let exponential = uniform.log().neg();
        let largest = (value.clone() * exponential.clone()).sum_dim(D - 1).log();
        let share = activation::sigmoid(exponential.log() - log_probs - largest);
        (value.neg() + 1.0) * share * self.tangent(direction)
    }

    fn path_at(&self, probs: Tensor<D>) -> Tensor<D> {
        // A constant: the slope.
        let probs = probs.inner();
        let step = zeroed(self.logits());
        probs.clone() * (step.clone() - (probs * step).sum_dim(D - 1))
    }

    fn gap(&self, value: Tensor<D>, gap: f64) -> Tensor<D> {
        // A constant: the move of the logits has no path.
        let logits = self.logits().inner();
        let top = logits.clone().max_dim(D - 1);
        let chosen = (logits.clone() * value.clone()).sum_dim(D - 1);
        let excess = (logits - top.clone() + gap).clamp_min(0.0);
        value.clone() * (top - chosen) - (value.neg() + 1.0) * excess
    }
}
