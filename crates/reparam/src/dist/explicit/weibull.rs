//! Weibull law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::digamma;

use super::gumbel::EULER_GAMMA;
use crate::dist::stable::{one_minus_exp, positive_exp};
use crate::dist::{Cdf, Entropy, Icdf, LogProb, Moments, Rsample, Support, bridge, face::face};

face! {
    /// Weibull distribution with scale `scale` and shape `concentration`.
    ///
    /// `p(x) = (k / scale) (x / scale)^(k-1) exp(-(x / scale)^k)`, `k = concentration`, `x >= 0`.
    /// # Shapes      `scale`, `concentration`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = scale · noise^(1/concentration)`, exponential noise
    /// # Errors      `scale` or `concentration` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Rsample, Weibull};
    /// let two = Tensor::<1>::from_floats([2.0], &Device::flex());
    /// let draw = Weibull::new(two.clone(), two.clone()).unwrap().rsample(two * 2.0);
    /// assert!((draw.into_scalar::<f32>() - 4.0).abs() < 1e-6);
    /// ```
    pub struct Weibull("weibull") {
        /// Scale, as given.
        scale: Positive,
        /// Shape, as given.
        concentration: Positive,
    }
    /// The law with this scale and shape.
    pub fn new;
    support: |_| Support::NonNegative;
    mode: |law| bridge::mode([law.scale(), law.concentration()], twin);
    path: Exponential;
}

fn twin(p: &[f64]) -> bridge::Built<law::Weibull> {
    law::Weibull::new(p[0], p[1])
}

impl<const D: usize> Weibull<D> {
    /// `concentration · log(x / scale)`.
    fn log_power(&self, x: Tensor<D>) -> Tensor<D> {
        self.concentration() * (x.log() - self.scale().log())
    }
}

impl<const D: usize> Moments<D> for Weibull<D> {
    /// `scale Γ(1 + 1/k)`.
    fn mean(&self) -> Tensor<D> {
        bridge::summary([self.scale(), self.concentration()], twin, law::Weibull::mean, |law, [scale, k]| {
            let mean = law.mean();
            [mean / scale, -mean * digamma(1.0 + 1.0 / k) / (k * k)]
        })
    }

    /// `scale² (Γ(1 + 2/k) - Γ(1 + 1/k)²)`.
    fn variance(&self) -> Tensor<D> {
        bridge::summary([self.scale(), self.concentration()], twin, law::Weibull::variance, |law, [scale, k]| {
            let (variance, square) = (law.variance(), law.mean().powi(2));
            let rise = (variance + square) * digamma(1.0 + 2.0 / k) - square * digamma(1.0 + 1.0 / k);
            [2.0 * variance / scale, -2.0 * rise / (k * k)]
        })
    }
}

impl<const D: usize> Rsample<D> for Weibull<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        positive_exp(self.scale().log() + noise.log() / self.concentration())
    }
}

impl<const D: usize> LogProb<D> for Weibull<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        let power = self.log_power(value.clone());
        self.concentration().log() + power.clone() - power.exp() - value.log()
    }
}

impl<const D: usize> Entropy<D> for Weibull<D> {
    fn entropy(&self) -> Tensor<D> {
        let k = self.concentration();
        self.scale().log() - k.clone().log() - k.recip() * EULER_GAMMA + (1.0 + EULER_GAMMA)
    }
}

impl<const D: usize> Cdf<D> for Weibull<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        one_minus_exp(self.log_power(value).exp())
    }
}

impl<const D: usize> Icdf<D> for Weibull<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.rsample(probability.neg().log1p().neg())
    }
}
