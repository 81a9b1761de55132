//! Log-normal law.

use burn::tensor::Tensor;

use super::Normal;
use crate::dist::stable::{one_minus_exp, positive_exp};
use crate::dist::{Cdf, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, Support, face::face};

face! {
    /// Log-normal distribution: the exponential of a normal draw with mean `loc` and standard deviation `scale`.
    ///
    /// `p(x) = exp(-z²/2) / (x scale √(2π))`, `z = (log x - loc) / scale`, `x > 0`.
    /// # Shapes      `loc`, `scale`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = exp(loc + scale · noise)`, standard normal noise
    /// # Errors      `loc` not finite, `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{LogNormal, Rsample};
    /// let zero = Tensor::<1>::zeros([1], &Device::flex());
    /// let median = LogNormal::new(zero.clone(), zero.ones_like()).unwrap().rsample(zero);
    /// assert_eq!(median.into_scalar::<f32>(), 1.0);
    /// ```
    pub struct LogNormal("log-normal") {
        /// Mean of the logarithm, as given.
        loc: Real,
        /// Standard deviation of the logarithm, as given.
        scale: Positive,
    }
    /// The law whose logarithm has this mean and standard deviation.
    pub fn new;
    support: |_| Support::Positive;
    mode: |law| (law.loc() - law.scale().square()).exp();
    path: StandardNormal;
}

impl<const D: usize> LogNormal<D> {
    /// The law of the logarithm.
    pub fn base(&self) -> Normal<D> {
        Normal::of_shape(self.loc(), self.scale(), self.dims)
    }
}

impl<const D: usize> Moments<D> for LogNormal<D> {
    fn mean(&self) -> Tensor<D> {
        (self.loc() + self.scale().square() * 0.5).exp()
    }

    /// `(e^s² - 1) e^(2 loc + s²)`, as `(1 - e^-s²) e^(2 (loc + s²))`.
    fn variance(&self) -> Tensor<D> {
        let square = self.scale().square();
        one_minus_exp(square.clone()) * ((self.loc() + square) * 2.0).exp()
    }
}

impl<const D: usize> Rsample<D> for LogNormal<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        positive_exp(self.base().rsample(noise))
    }
}

impl<const D: usize> LogProb<D> for LogNormal<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        let log = value.log();
        self.base().log_prob(log.clone()) - log
    }
}

impl<const D: usize> Entropy<D> for LogNormal<D> {
    fn entropy(&self) -> Tensor<D> {
        self.base().entropy() + self.loc()
    }
}

impl<const D: usize> Cdf<D> for LogNormal<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        self.base().cdf(value.log())
    }
}

impl<const D: usize> Icdf<D> for LogNormal<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        positive_exp(self.base().icdf(probability))
    }
}

impl<const D: usize> KlTo<LogNormal<D>, D> for LogNormal<D> {
    /// As of the logarithms: a divergence does not see a change of variable.
    fn kl(&self, p: &LogNormal<D>) -> Tensor<D> {
        self.base().kl(&p.base())
    }
}
