//! Binomial law.

use burn::tensor::{Tensor, activation::sigmoid};
use reparam_core::law;

use super::{Bernoulli, bernoulli};
use crate::attach::{self, Kernel, Point};
use crate::dist::stable::softplus;
use crate::dist::{KlTo, LogProb, Moments, ShapeError, Support, bridge, face::face};
use crate::special::log_gamma;

face! {
    /// Binomial distribution: successes in `total_count` trials that each succeed with probability `probs = 1 / (1 + e^-logits)`.
    ///
    /// `p(x) = C(total_count, x) probs^x (1 - probs)^(total_count - x)`. On the CPU `log_prob` is computed in `f64`, without the cancellation of
    /// its terms; on other devices it is a tensor expression.
    /// # Shapes      `total_count`, `logits`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit;
    ///   `total_count` is a constant
    /// # Errors      `total_count` not an integer >= 0, `logits` not finite, `probs` outside `[0, 1]`
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Binomial, Moments};
    /// let four = Tensor::<1>::from_floats([4.0], &Device::flex());
    /// let heads = Binomial::from_logits(four.clone(), four.zeros_like()).unwrap();
    /// assert_eq!(heads.variance().into_scalar::<f32>(), 1.0);
    /// ```
    pub struct Binomial("binomial") {
        /// Number of trials, as given.
        total_count: Count,
        /// Log-odds of a success.
        logits: Real | probs: UnitInterval,
    }
    /// The law with this number of trials and these log-odds.
    pub fn from_logits;
    support: |_| Support::Count;
    between: |law| [law.total_count.zeros_like(), law.total_count()];
    mode: |law| bridge::mode([law.total_count(), law.logits()], twin);
    counts: Uniform, |law, twin| [law.total_count(), law.logits()];
}

fn twin(p: &[f64]) -> bridge::Built<law::Binomial> {
    law::Binomial::from_logits(p[0], p[1])
}

impl<const D: usize> Binomial<D> {
    /// The law with this number of trials and these probabilities of a success; the log-odds are those of [`Bernoulli::from_probs`].
    ///
    /// # Errors
    ///
    /// Shapes that do not broadcast.
    pub fn from_probs(total_count: Tensor<D>, probs: Tensor<D>) -> Result<Self, ShapeError> {
        Ok(Self { probs: Some(probs.clone()), ..Self::from_logits(total_count, bernoulli::log_odds(probs))? })
    }

    /// The number of trials as the constant that it is.
    fn trials(&self) -> Tensor<D> {
        self.total_count().inner()
    }

    /// Probabilities of a success.
    pub fn probs(&self) -> Tensor<D> {
        self.probs.clone().unwrap_or_else(|| sigmoid(self.logits()))
    }
}

/// `log p(x)` in number of trials, log-odds and count.
struct LogMass;

impl Kernel<3> for LogMass {
    fn point(&self, at: [f64; 3]) -> Point<3> {
        bridge::log_prob_at(at, twin)
    }

    fn value(&self, at: [f64; 3]) -> f64 {
        bridge::log_prob_value(&at, twin)
    }

    fn plain<const D: usize>(&self, [n, l, x]: [Tensor<D>; 3]) -> Tensor<D> {
        // `total_count` is a constant.
        let n = n.inner();
        let ways = log_gamma(n.clone() + 1.0) - log_gamma(x.clone() + 1.0) - log_gamma(n.clone() - x.clone() + 1.0);
        ways + x * l.clone() - n * softplus(l)
    }
}

impl<const D: usize> LogProb<D> for Binomial<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        attach::map([self.total_count(), self.logits(), value], &LogMass)
    }
}

impl<const D: usize> Moments<D> for Binomial<D> {
    fn mean(&self) -> Tensor<D> {
        self.trials() * self.probs()
    }

    fn variance(&self) -> Tensor<D> {
        self.trials() * sigmoid(self.logits()) * sigmoid(self.logits().neg())
    }
}

impl<const D: usize> KlTo<Binomial<D>, D> for Binomial<D> {
    /// `total_count` times that of one trial, for laws of equally many trials; the numbers are not compared.
    fn kl(&self, p: &Binomial<D>) -> Tensor<D> {
        self.trials() * Bernoulli::from_logits(self.logits()).kl(&Bernoulli::from_logits(p.logits()))
    }
}
