//! Poisson law.

use burn::tensor::Tensor;
use reparam_core::law;

use crate::attach::{self, Kernel, Point};
use crate::dist::{KlTo, LogProb, Moments, Support, bridge, face::face};
use crate::special::log_gamma;

face! {
    /// Poisson distribution with mean `rate`.
    ///
    /// `p(x) = e^-rate rate^x / x!`, `x = 0, 1, 2, …`. On the CPU `log_prob` is computed in `f64`, without the cancellation of its terms for
    /// large counts; on other devices it is a tensor expression.
    /// # Shapes      draws and `log_prob` have the shape of the parameter
    /// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit
    /// # Errors      `rate` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{LogProb, Poisson};
    /// let three = Tensor::<1>::from_floats([3.0], &Device::flex());
    /// let log_prob = Poisson::new(three.clone()).log_prob(three.zeros_like());
    /// assert_eq!(log_prob.into_scalar::<f32>(), -3.0);
    /// ```
    pub struct Poisson("poisson") {
        /// Mean, as given.
        rate: Positive,
    }
    /// The law with this mean.
    pub fn new;
    support: |_| Support::Count;
    mode: |law| bridge::mode([law.rate()], twin);
    counts: Uniform, |law, twin| [law.rate()];
}

fn twin(p: &[f64]) -> bridge::Built<law::Poisson> {
    law::Poisson::new(p[0])
}

/// `log p(x)` in rate and count.
pub(super) struct LogMass;

impl Kernel<2> for LogMass {
    fn point(&self, at: [f64; 2]) -> Point<2> {
        bridge::log_prob_at(at, twin)
    }

    fn value(&self, at: [f64; 2]) -> f64 {
        bridge::log_prob_value(&at, twin)
    }

    fn plain<const D: usize>(&self, [rate, x]: [Tensor<D>; 2]) -> Tensor<D> {
        x.clone() * rate.clone().log() - rate - log_gamma(x + 1.0)
    }
}

impl<const D: usize> Moments<D> for Poisson<D> {
    fn mean(&self) -> Tensor<D> {
        self.rate()
    }

    fn variance(&self) -> Tensor<D> {
        self.rate()
    }
}

impl<const D: usize> LogProb<D> for Poisson<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        attach::map([self.rate(), value], &LogMass)
    }
}

impl<const D: usize> KlTo<Poisson<D>, D> for Poisson<D> {
    /// `rate_q (r - 1 - log r)`, `r = rate_p / rate_q`; exactly 0 at `q = p`.
    fn kl(&self, p: &Poisson<D>) -> Tensor<D> {
        let ratio = p.rate() / self.rate();
        self.rate() * (ratio.clone() - 1.0 - ratio.log())
    }
}
