//! Half-normal law.

use std::f64::consts::{FRAC_2_PI, LN_2};

use burn::tensor::Tensor;
use reparam_core::law;

use super::normal::{HALF_LOG_TAU, kl_of_ratio};
use crate::dist::{Cdf, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, Support, bridge, face::face};

face! {
    /// Half-normal distribution: the absolute value of a normal draw with mean 0 and standard deviation `scale`.
    ///
    /// `p(x) = 2 exp(-z²/2) / (scale √(2π))`, `z = x / scale`, `x >= 0`.
    /// # Shapes      draws and `log_prob` have the shape of the parameter
    /// # Gradient    explicit: `x = scale · Φ⁻¹((1 + noise) / 2)`, uniform noise
    /// # Errors      `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{HalfNormal, Moments};
    /// let two = Tensor::<1>::from_floats([2.0], &Device::flex());
    /// let mean = HalfNormal::new(two).mean().into_scalar::<f32>(); // 2 √(2/π)
    /// assert!((mean - 1.5957691).abs() < 1e-6);
    /// ```
    pub struct HalfNormal("half-normal") {
        /// Standard deviation of the normal draw, as given.
        scale: Positive,
    }
    /// The law with this scale.
    pub fn new;
    support: |_| Support::NonNegative;
    mode: |law| law.scale.zeros_like();
    path: Uniform;
}

fn standard(_: &[f64]) -> bridge::Built<law::HalfNormal> {
    law::HalfNormal::new(1.0)
}

impl<const D: usize> Moments<D> for HalfNormal<D> {
    fn mean(&self) -> Tensor<D> {
        self.scale() * FRAC_2_PI.sqrt()
    }

    fn variance(&self) -> Tensor<D> {
        self.scale().square() * (1.0 - FRAC_2_PI)
    }
}

impl<const D: usize> Rsample<D> for HalfNormal<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.icdf(noise)
    }
}

impl<const D: usize> LogProb<D> for HalfNormal<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        (value / self.scale()).square() * -0.5 - self.scale().log() + (LN_2 - HALF_LOG_TAU)
    }
}

impl<const D: usize> Entropy<D> for HalfNormal<D> {
    fn entropy(&self) -> Tensor<D> {
        self.scale().log() + (0.5 + HALF_LOG_TAU - LN_2)
    }
}

impl<const D: usize> Cdf<D> for HalfNormal<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        bridge::cdf([value / self.scale()], standard)
    }
}

impl<const D: usize> Icdf<D> for HalfNormal<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.scale() * bridge::icdf([probability], standard)
    }
}

impl<const D: usize> KlTo<HalfNormal<D>, D> for HalfNormal<D> {
    /// As of the normal laws that are folded.
    fn kl(&self, p: &HalfNormal<D>) -> Tensor<D> {
        let ratio = self.scale() / p.scale();
        kl_of_ratio(ratio.clone(), ratio.clone().log(), ratio.zeros_like())
    }
}
