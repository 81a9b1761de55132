//! Half-Cauchy law.

use burn::tensor::Tensor;

use super::cauchy::LOG_PI;
use crate::dist::stable::{half_turns, log_one_plus_square, tan_half_turn};
use crate::dist::{Cdf, Entropy, Icdf, KlTo, LogProb, Rsample, Support, face::face};

face! {
    /// Half-Cauchy distribution with median `scale`: the absolute value of a Cauchy draw. Its mean is infinite.
    ///
    /// `p(x) = 2 / (π scale (1 + z²))`, `z = x / scale`, `x >= 0`.
    /// # Shapes      draws and `log_prob` have the shape of the parameter
    /// # Gradient    explicit: `x = scale · tan(π noise / 2)`, uniform noise
    /// # Errors      `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Cdf, HalfCauchy};
    /// let three = Tensor::<1>::from_floats([3.0], &Device::flex());
    /// assert!((HalfCauchy::new(three.clone()).cdf(three).into_scalar::<f32>() - 0.5).abs() < 1e-7);
    /// ```
    pub struct HalfCauchy("half-cauchy") {
        /// Median, as given.
        scale: Positive,
    }
    /// The law with this scale.
    pub fn new;
    support: |_| Support::NonNegative;
    mode: |law| law.scale.zeros_like();
    path: Uniform;
}

impl<const D: usize> Rsample<D> for HalfCauchy<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.icdf(noise)
    }
}

impl<const D: usize> LogProb<D> for HalfCauchy<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        log_one_plus_square(value / self.scale()).neg() - self.scale().log() + (std::f64::consts::LN_2 - LOG_PI)
    }
}

impl<const D: usize> Entropy<D> for HalfCauchy<D> {
    fn entropy(&self) -> Tensor<D> {
        self.scale().log() + (LOG_PI + std::f64::consts::LN_2)
    }
}

impl<const D: usize> Cdf<D> for HalfCauchy<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        half_turns(value / self.scale())
    }
}

impl<const D: usize> Icdf<D> for HalfCauchy<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.scale() * tan_half_turn(probability)
    }
}

impl<const D: usize> KlTo<HalfCauchy<D>, D> for HalfCauchy<D> {
    /// As of the Cauchy laws that are folded: `log(1 + (s_q - s_p)² / (4 s_q s_p))`.
    fn kl(&self, p: &HalfCauchy<D>) -> Tensor<D> {
        let root = (self.scale() * p.scale()).sqrt() * 2.0;
        ((self.scale() - p.scale()) / root).square().log1p()
    }
}
