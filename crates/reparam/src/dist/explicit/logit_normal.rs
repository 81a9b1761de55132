//! Logit-normal law.

use burn::tensor::{Tensor, activation::sigmoid};
use reparam_core::law;

use super::Normal;
use crate::dist::stable::inside;
use crate::dist::{Cdf, Icdf, KlTo, LogProb, Rsample, Support, bridge, face::face};

face! {
    /// Logit-normal distribution: the sigmoid of a normal draw with mean `loc` and standard deviation `scale`. Its moments have no
    /// closed form.
    ///
    /// `p(x) = exp(-z²/2) / (x (1 - x) scale √(2π))`, `z = (log x - log(1 - x) - loc) / scale`, `0 < x < 1`.
    /// # Shapes      `loc`, `scale`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = 1 / (1 + exp(-loc - scale · noise))`, standard normal noise; 0 where the draw would round to 0 or 1
    /// # Errors      `loc` not finite, `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{LogitNormal, Rsample};
    /// let zero = Tensor::<1>::zeros([1], &Device::flex());
    /// let median = LogitNormal::new(zero.clone(), zero.ones_like()).unwrap().rsample(zero);
    /// assert_eq!(median.into_scalar::<f32>(), 0.5);
    /// ```
    pub struct LogitNormal("logit-normal") {
        /// Mean of the log-odds, as given.
        loc: Real,
        /// Standard deviation of the log-odds, as given.
        scale: Positive,
    }
    /// The law whose log-odds have this mean and standard deviation.
    pub fn new;
    support: |_| Support::OpenUnitInterval;
    mode: |law| bridge::mode([law.loc(), law.scale()], |p| law::LogitNormal::new(p[0], p[1]));
    path: StandardNormal;
}

impl<const D: usize> LogitNormal<D> {
    /// The law of the log-odds.
    pub fn base(&self) -> Normal<D> {
        Normal::of_shape(self.loc(), self.scale(), self.dims)
    }
}

impl<const D: usize> Rsample<D> for LogitNormal<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        inside(sigmoid(self.base().rsample(noise)), 0.0, 1.0)
    }
}

impl<const D: usize> LogProb<D> for LogitNormal<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        let (log, log_rest) = (value.clone().log(), value.neg().log1p());
        self.base().log_prob(log.clone() - log_rest.clone()) - log - log_rest
    }
}

impl<const D: usize> Cdf<D> for LogitNormal<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        self.base().cdf(value.clone().log() - value.neg().log1p())
    }
}

impl<const D: usize> Icdf<D> for LogitNormal<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        inside(sigmoid(self.base().icdf(probability)), 0.0, 1.0)
    }
}

impl<const D: usize> KlTo<LogitNormal<D>, D> for LogitNormal<D> {
    /// As of the log-odds: a divergence does not see a change of variable.
    fn kl(&self, p: &LogitNormal<D>) -> Tensor<D> {
        self.base().kl(&p.base())
    }
}
