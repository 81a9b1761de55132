//! Zero-inflated Poisson law.

use burn::tensor::{Tensor, activation::sigmoid};
use reparam_core::law;

use super::{Poisson, poisson, zero_inflated};
use crate::attach::{self, Kernel, Point};
use crate::dist::{LogProb, Moments, Support, bridge, face::face};

face! {
    /// Zero-inflated Poisson distribution: 0 with probability `gate = 1 / (1 + e^-gate_logits)`, else a Poisson count with mean `rate`.
    ///
    /// `p(0) = gate + (1 - gate) e^-rate`, `p(x) = (1 - gate) e^-rate rate^x / x!` above.
    /// # Shapes      `gate_logits`, `rate`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit
    /// # Errors      `gate_logits` not finite, `rate` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Moments, ZeroInflatedPoisson};
    /// let zero = Tensor::<1>::zeros([1], &Device::flex());
    /// let counts = ZeroInflatedPoisson::new(zero.clone(), zero + 4.0).unwrap();
    /// assert_eq!(counts.mean().into_scalar::<f32>(), 2.0);
    /// ```
    pub struct ZeroInflatedPoisson("zero-inflated-poisson") {
        /// Log-odds of an added zero, as given.
        gate_logits: Real,
        /// Mean of the counts, as given.
        rate: Positive,
    }
    /// The law with these log-odds of an added zero and this mean of the counts.
    pub fn new;
    support: |_| Support::Count;
    mode: |law| bridge::mode([law.gate_logits(), law.rate()], twin);
    counts: Uniform, |law, twin| [law.gate_logits(), law.rate()];
}

fn twin(p: &[f64]) -> bridge::Built<law::ZeroInflatedPoisson> {
    law::ZeroInflatedPoisson::new(p[0], p[1])
}

impl<const D: usize> ZeroInflatedPoisson<D> {
    /// Probability of an added zero.
    pub fn gate(&self) -> Tensor<D> {
        sigmoid(self.gate_logits())
    }

    /// The law of the counts.
    pub fn counts(&self) -> Poisson<D> {
        Poisson::new(self.rate())
    }
}

/// `log p(x)` in log-odds, rate and count.
struct LogMass;

impl Kernel<3> for LogMass {
    fn point(&self, at: [f64; 3]) -> Point<3> {
        bridge::log_prob_at(at, twin)
    }

    fn value(&self, at: [f64; 3]) -> f64 {
        bridge::log_prob_value(&at, twin)
    }

    fn plain<const D: usize>(&self, [gate, rate, x]: [Tensor<D>; 3]) -> Tensor<D> {
        zero_inflated::log_prob(gate, poisson::LogMass.plain([rate, x.clone()]), x)
    }
}

impl<const D: usize> LogProb<D> for ZeroInflatedPoisson<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        attach::map([self.gate_logits(), self.rate(), value], &LogMass)
    }
}

impl<const D: usize> Moments<D> for ZeroInflatedPoisson<D> {
    fn mean(&self) -> Tensor<D> {
        zero_inflated::mean(self.gate_logits(), &self.counts())
    }

    fn variance(&self) -> Tensor<D> {
        zero_inflated::variance(self.gate_logits(), &self.counts())
    }
}
