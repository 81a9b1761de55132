//! Exponential law.

use burn::tensor::Tensor;

use crate::dist::stable::one_minus_exp;
use crate::dist::{Cdf, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, Support, face::face};

face! {
    /// Exponential distribution with mean `1 / rate`.
    ///
    /// `p(x) = rate e^(-rate x)`, `x >= 0`.
    /// # Shapes      draws and `log_prob` have the shape of the parameter
    /// # Gradient    explicit: `x = noise / rate`, exponential noise
    /// # Errors      `rate` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Exponential, Moments};
    /// let decay = Exponential::new(Tensor::<1>::from_floats([4.0], &Device::flex()));
    /// assert_eq!(decay.mean().into_scalar::<f32>(), 0.25);
    /// ```
    pub struct Exponential("exponential") {
        /// Reciprocal of the mean, as given.
        rate: Positive,
    }
    /// The law with this rate.
    pub fn new;
    support: |_| Support::NonNegative;
    mode: |law| law.rate.zeros_like();
    path: Exponential;
}

impl<const D: usize> Moments<D> for Exponential<D> {
    fn mean(&self) -> Tensor<D> {
        self.rate().recip()
    }

    fn variance(&self) -> Tensor<D> {
        self.rate().recip().square()
    }
}

impl<const D: usize> Rsample<D> for Exponential<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        noise / self.rate()
    }
}

impl<const D: usize> LogProb<D> for Exponential<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        self.rate().log() - self.rate() * value
    }
}

impl<const D: usize> Entropy<D> for Exponential<D> {
    fn entropy(&self) -> Tensor<D> {
        self.rate().log().neg() + 1.0
    }
}

impl<const D: usize> Cdf<D> for Exponential<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        one_minus_exp(self.rate() * value)
    }
}

impl<const D: usize> Icdf<D> for Exponential<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.rsample(probability.neg().log1p().neg())
    }
}

impl<const D: usize> KlTo<Exponential<D>, D> for Exponential<D> {
    /// `r - 1 - log r`, `r = rate_p / rate_q`.
    fn kl(&self, p: &Exponential<D>) -> Tensor<D> {
        let ratio = p.rate() / self.rate();
        ratio.clone() - 1.0 - ratio.log()
    }
}
