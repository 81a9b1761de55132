//! Zero-inflated negative binomial law.

use burn::tensor::{Tensor, activation::sigmoid};
use reparam_core::law;

use super::{NegativeBinomial, negative_binomial, zero_inflated};
use crate::attach::{self, Kernel, Point};
use crate::dist::{LogProb, Moments, Support, bridge, face::face};

face! {
    /// Zero-inflated negative binomial distribution: 0 with probability `gate = 1 / (1 + e^-gate_logits)`, else a negative binomial
    /// count with mean `mean` and inverse dispersion `dispersion`, as gene counts of single cells are modelled.
    ///
    /// `p(0) = gate + (1 - gate) counts(0)`, `p(x) = (1 - gate) counts(x)` above.
    /// # Shapes      `gate_logits`, `mean`, `dispersion`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit
    /// # Errors      `gate_logits` not finite, another parameter not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{LogProb, ZeroInflatedNegativeBinomial};
    /// let one = Tensor::<1>::ones([1], &Device::flex());
    /// let counts = ZeroInflatedNegativeBinomial::new(one.zeros_like(), one.clone(), one.clone()).unwrap();
    /// assert_eq!(counts.log_prob(one.zeros_like()).into_scalar::<f32>(), 0.75_f32.ln()); // ½ + ½ · ½
    /// ```
    pub struct ZeroInflatedNegativeBinomial("zero-inflated-negative-binomial") {
        /// Log-odds of an added zero, as given.
        gate_logits: Real,
        /// Mean of the counts, as given; that of the law is less.
        count_mean: Positive,
        /// Inverse dispersion of the counts, as given.
        dispersion: Positive,
    }
    /// The law with these log-odds of an added zero, and this mean and inverse dispersion of the counts.
    pub fn new;
    support: |_| Support::Count;
    mode: |law| bridge::mode([law.gate_logits(), law.count_mean(), law.dispersion()], twin);
    counts: Uniform, |law, twin| [law.gate_logits(), law.count_mean(), law.dispersion()];
}

fn twin(p: &[f64]) -> bridge::Built<law::ZeroInflatedNegativeBinomial> {
    law::ZeroInflatedNegativeBinomial::new(p[0], p[1], p[2])
}

impl<const D: usize> ZeroInflatedNegativeBinomial<D> {
    /// Probability of an added zero.
    pub fn gate(&self) -> Tensor<D> {
        sigmoid(self.gate_logits())
    }

    /// The law of the counts.
    pub fn counts(&self) -> NegativeBinomial<D> {
        NegativeBinomial::of_shape(self.count_mean(), self.dispersion(), self.dims)
    }
}

/// `log p(x)` in log-odds, mean, inverse dispersion and count.
struct LogMass;

impl Kernel<4> for LogMass {
    fn point(&self, at: [f64; 4]) -> Point<4> {
        bridge::log_prob_at(at, twin)
    }

    fn value(&self, at: [f64; 4]) -> f64 {
        bridge::log_prob_value(&at, twin)
    }

    fn plain<const D: usize>(&self, [gate, mean, dispersion, x]: [Tensor<D>; 4]) -> Tensor<D> {
        zero_inflated::log_prob(gate, negative_binomial::LogMass.plain([mean, dispersion, x.clone()]), x)
    }
}

impl<const D: usize> LogProb<D> for ZeroInflatedNegativeBinomial<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        attach::map([self.gate_logits(), self.count_mean(), self.dispersion(), value], &LogMass)
    }
}

impl<const D: usize> Moments<D> for ZeroInflatedNegativeBinomial<D> {
    fn mean(&self) -> Tensor<D> {
        zero_inflated::mean(self.gate_logits(), &self.counts())
    }

    fn variance(&self) -> Tensor<D> {
        zero_inflated::variance(self.gate_logits(), &self.counts())
    }
}
