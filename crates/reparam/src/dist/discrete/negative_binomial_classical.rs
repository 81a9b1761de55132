//! Negative binomial law by number of failures and log-odds.

use burn::tensor::{Tensor, activation::sigmoid};
use reparam_core::law;

use crate::attach::{self, Kernel, Point};
use crate::dist::stable::{log_sigmoid, softplus};
use crate::dist::{LogProb, Moments, Support, bridge, face::face};
use crate::special::log_gamma;

face! {
    /// Negative binomial distribution: successes before the `total_count`-th failure, each trial a success with probability
    /// `1 / (1 + e^-logits)`.
    ///
    /// `p(x) = Γ(x + r) / (Γ(r) x!) probs^x (1 - probs)^r`, `r = total_count`, which need not be an integer; as `PyTorch` counts. Logits lie in ±300.
    /// [`NegativeBinomial`](super::NegativeBinomial) is the same law by mean and inverse dispersion. On the CPU `log_prob` is computed in `f64`;
    /// on other devices it is a tensor expression.
    /// # Shapes      `total_count`, `logits`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit
    /// # Errors      `total_count` not finite and positive, `logits` outside `[-300, 300]`
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Moments, NegativeBinomialClassical};
    /// let two = Tensor::<1>::from_floats([2.0], &Device::flex());
    /// let counts = NegativeBinomialClassical::new(two.clone(), two.zeros_like()).unwrap();
    /// assert_eq!(counts.variance().into_scalar::<f32>(), 4.0);
    /// ```
    pub struct NegativeBinomialClassical("negative-binomial-classical") {
        /// Number of failures that ends the count, as given.
        total_count: Positive,
        /// Log-odds of a success, as given.
        logits: Closed(-300.0, 300.0),
    }
    /// The law with this number of failures and log-odds of a success.
    pub fn new;
    support: |_| Support::Count;
    mode: |law| bridge::mode([law.total_count(), law.logits()], twin);
    counts: Uniform, |law, twin| [law.total_count(), law.logits()];
}

fn twin(p: &[f64]) -> bridge::Built<law::NegativeBinomialClassical> {
    law::NegativeBinomialClassical::new(p[0], p[1])
}

impl<const D: usize> NegativeBinomialClassical<D> {
    /// Probabilities of a success.
    pub fn probs(&self) -> Tensor<D> {
        sigmoid(self.logits())
    }
}

/// `log p(x)` in number of failures, log-odds and count.
struct LogMass;

impl Kernel<3> for LogMass {
    fn point(&self, at: [f64; 3]) -> Point<3> {
        bridge::log_prob_at(at, twin)
    }

    fn value(&self, at: [f64; 3]) -> f64 {
        bridge::log_prob_value(&at, twin)
    }

    fn plain<const D: usize>(&self, [r, l, x]: [Tensor<D>; 3]) -> Tensor<D> {
        let ways = log_gamma(x.clone() + r.clone()) - log_gamma(r.clone()) - log_gamma(x.clone() + 1.0);
        ways + x * log_sigmoid(l.clone()) - r * softplus(l)
    }
}

impl<const D: usize> Moments<D> for NegativeBinomialClassical<D> {
    /// Infinite in `f32` for logits above 88.
    fn mean(&self) -> Tensor<D> {
        self.total_count() * self.logits().exp()
    }

    fn variance(&self) -> Tensor<D> {
        self.mean() * (self.logits().exp() + 1.0)
    }
}

impl<const D: usize> LogProb<D> for NegativeBinomialClassical<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        attach::map([self.total_count(), self.logits(), value], &LogMass)
    }
}
