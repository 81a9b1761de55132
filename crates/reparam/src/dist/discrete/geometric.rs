//! Geometric law.

use burn::tensor::{Tensor, activation::sigmoid};
use reparam_core::law;

use super::{Bernoulli, bernoulli};
use crate::dist::stable::{log_sigmoid, softplus};
use crate::dist::{Entropy, KlTo, LogProb, Moments, Support, bridge, face::face};

face! {
    /// Geometric distribution: failures before the first success, each trial a success with probability `probs = 1 / (1 + e^-logits)`.
    ///
    /// `p(x) = probs (1 - probs)^x`, `x = 0, 1, 2, …`, as `PyTorch` counts.
    /// # Shapes      draws and `log_prob` have the shape of the parameter
    /// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit
    /// # Errors      `logits` not finite, `probs` outside `[0, 1]`
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Geometric, Moments};
    /// let waiting = Geometric::from_probs(Tensor::<1>::from_floats([0.25], &Device::flex()));
    /// assert!((waiting.mean().into_scalar::<f32>() - 3.0).abs() < 1e-6);
    /// ```
    pub struct Geometric("geometric") {
        /// Log-odds of a success.
        logits: Real | probs: UnitInterval,
    }
    /// The law with these log-odds.
    pub fn from_logits;
    support: |_| Support::Count;
    mode: |law| law.logits.zeros_like();
    counts: Uniform, |law, twin| [law.logits()];
}

fn twin(p: &[f64]) -> bridge::Built<law::Geometric> {
    law::Geometric::from_logits(p[0])
}

impl<const D: usize> Geometric<D> {
    /// The law with these probabilities of a success; the log-odds are those of [`Bernoulli::from_probs`].
    pub fn from_probs(probs: Tensor<D>) -> Self {
        Self { probs: Some(probs.clone()), ..Self::from_logits(bernoulli::log_odds(probs)) }
    }

    /// Probabilities of a success.
    pub fn probs(&self) -> Tensor<D> {
        self.probs.clone().unwrap_or_else(|| sigmoid(self.logits()))
    }

    /// The law of one trial.
    fn trial(&self) -> Bernoulli<D> {
        Bernoulli::from_logits(self.logits())
    }

    /// Mean number of trials, `1 / probs = 1 + e^-logits`.
    fn trials(&self) -> Tensor<D> {
        self.logits().neg().exp() + 1.0
    }
}

impl<const D: usize> LogProb<D> for Geometric<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        log_sigmoid(self.logits()) - value * softplus(self.logits())
    }
}

impl<const D: usize> Moments<D> for Geometric<D> {
    fn mean(&self) -> Tensor<D> {
        self.logits().neg().exp()
    }

    fn variance(&self) -> Tensor<D> {
        self.mean() * self.trials()
    }
}

impl<const D: usize> Entropy<D> for Geometric<D> {
    /// That of one trial for each trial.
    fn entropy(&self) -> Tensor<D> {
        self.trials() * self.trial().entropy()
    }
}

impl<const D: usize> KlTo<Geometric<D>, D> for Geometric<D> {
    /// That of one trial for each trial of this law.
    fn kl(&self, p: &Geometric<D>) -> Tensor<D> {
        self.trials() * self.trial().kl(&p.trial())
    }
}
