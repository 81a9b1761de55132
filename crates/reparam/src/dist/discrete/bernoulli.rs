//! Bernoulli law.

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use crate::dist::stable::{log_sigmoid, softplus};
use crate::dist::{Entropy, KlTo, LogProb, Moments, Support, face::face};

face! {
    /// Bernoulli distribution: 1 with probability `probs = 1 / (1 + e^-logits)`, else 0.
    ///
    /// `log p(x) = x · logits - log(1 + e^logits)`, also for `x` between 0 and 1, where it is a cross-entropy and no density.
    /// # Shapes      draws and `log_prob` have the shape of the parameter
    /// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit.
    ///   `log_prob`, `entropy` and `kl` are right for logits to ±1e4 and 0
    /// # Errors      `logits` not finite, `probs` outside `[0, 1]`
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Bernoulli, Sample};
    /// let coins = Bernoulli::from_probs(Tensor::<1>::from_floats([0.2, 0.7], &Device::flex()));
    /// let draw = coins.sample(Tensor::from_floats([0.5, 0.5], &Device::flex()));
    /// assert_eq!(draw.try_to_vec_as::<f32>().unwrap(), [0.0, 1.0]);
    /// ```
    pub struct Bernoulli("bernoulli") {
        /// Log-odds.
        logits: Real | probs: UnitInterval,
    }
    /// The law with these log-odds.
    pub fn from_logits;
    support: |_| Support::Boolean;
    mode: |law| law.logits().inner().greater_scalar(0.0).float().cast(law.logits.dtype());
    steps: Uniform, |law, noise| noise.lower(law.probs()).float().cast(law.logits.dtype());
}

impl<const D: usize> Bernoulli<D> {
    /// The law with these probabilities of 1.
    ///
    /// The log-odds are taken of `probs` moved into `[2^-126, 1 - ε]`, `ε` the rounding unit of its type, so that 0 and 1 keep a finite
    /// `log_prob`; beyond these bounds no gradient flows. Where probabilities come near 1, `from_logits` is more accurate.
    pub fn from_probs(probs: Tensor<D>) -> Self {
        Self { probs: Some(probs.clone()), ..Self::from_logits(log_odds(probs)) }
    }

    /// Probabilities of 1.
    pub fn probs(&self) -> Tensor<D> {
        self.probs.clone().unwrap_or_else(|| sigmoid(self.logits()))
    }
}

/// Log-odds of `probs` moved into `[2^-126, 1 - ε]`.
pub(super) fn log_odds<const D: usize>(probs: Tensor<D>) -> Tensor<D> {
    let epsilon = probs.dtype().finfo().map_or(f64::from(f32::EPSILON), |info| info.epsilon);
    let inside = probs.clamp(f64::from(f32::MIN_POSITIVE), 1.0 - epsilon);
    inside.clone().log() - inside.neg().log1p()
}

impl<const D: usize> Moments<D> for Bernoulli<D> {
    fn mean(&self) -> Tensor<D> {
        self.probs()
    }

    fn variance(&self) -> Tensor<D> {
        sigmoid(self.logits()) * sigmoid(self.logits().neg())
    }
}

impl<const D: usize> LogProb<D> for Bernoulli<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        // x l - softplus(l) = (x - ½) l - ( |l|/2 + log1p(e^-|l|) ): the even part has gradient 0 at l = 0, as it must.
        let size = self.logits().abs();
        (value - 0.5) * self.logits() - size.clone() * 0.5 - size.neg().exp().log1p()
    }

    fn score_term(&self, value: Tensor<D>, weight: Tensor<D>) -> Tensor<D> {
        // The score in the logits is x - probs, a constant here: the product with the logits has it as its gradient. Summed over draws first,
        // so that the graph sees one draw.
        let weight = weight.inner();
        let drawn = (value.inner() * weight.clone()).sum_dim(0);
        (drawn - sigmoid(self.logits().inner()) * weight.sum_dim(0)) * self.logits()
    }
}

impl<const D: usize> Entropy<D> for Bernoulli<D> {
    /// `log1p(e^-a) + a / (1 + e^a)`, `a = |logits|`: even, and both terms are >= 0.
    fn entropy(&self) -> Tensor<D> {
        let size = self.logits().abs();
        size.clone().neg().exp().log1p() + size.clone() * sigmoid(size.neg())
    }
}

impl<const D: usize> KlTo<Bernoulli<D>, D> for Bernoulli<D> {
    fn kl(&self, p: &Bernoulli<D>) -> Tensor<D> {
        // σ(q) (log σ(q) - log σ(p)) + σ(-q) (log σ(-q) - log σ(-p)); log σ(-l) = -softplus(l).
        let one = sigmoid(self.logits()) * (log_sigmoid(self.logits()) - log_sigmoid(p.logits()));
        let zero = sigmoid(self.logits().neg()) * (softplus(p.logits()) - softplus(self.logits()));
        one + zero
    }
}
