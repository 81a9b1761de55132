//! Bernoulli law.

use burn::tensor::activation::sigmoid;
use burn::tensor::{Tensor, TensorCreationOptions};

use super::error::check;
use super::stable::{log_sigmoid, softplus};
use super::{Distribution, Entropy, KlTo, LogProb, Moments, Rsample, Sample, Support, ValueError};
use crate::noise::Noise;

const NAME: &str = "bernoulli";

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
#[derive(Clone, Debug)]
pub struct Bernoulli<const D: usize> {
    logits: Tensor<D>,
    /// As given to `from_probs`.
    probs: Option<Tensor<D>>,
}

impl<const D: usize> Bernoulli<D> {
    /// The law with these log-odds.
    pub fn from_logits(logits: Tensor<D>) -> Self {
        Self { logits, probs: None }
    }

    /// The law with these probabilities of 1.
    ///
    /// The log-odds are taken of `probs` moved into `[2^-126, 1 - ε]`, `ε` the rounding unit of its type, so that 0 and 1 keep a finite
    /// `log_prob`; beyond these bounds no gradient flows. Where probabilities come near 1, `from_logits` is more accurate.
    pub fn from_probs(probs: Tensor<D>) -> Self {
        let epsilon = probs.dtype().finfo().map_or(f64::from(f32::EPSILON), |info| info.epsilon);
        let inside = probs.clone().clamp(f64::from(f32::MIN_POSITIVE), 1.0 - epsilon);
        Self { logits: inside.clone().log() - inside.neg().log1p(), probs: Some(probs) }
    }

    /// Log-odds.
    pub fn logits(&self) -> Tensor<D> {
        self.logits.clone()
    }

    /// Probabilities of 1.
    pub fn probs(&self) -> Tensor<D> {
        self.probs.clone().unwrap_or_else(|| sigmoid(self.logits()))
    }

    /// The same law of rank `E >= D`: axes of size 1 come first, for draws.
    pub fn unsqueeze<const E: usize>(&self) -> Bernoulli<E> {
        Bernoulli { logits: self.logits().unsqueeze(), probs: self.probs.clone().map(Tensor::unsqueeze) }
    }

    /// Refused at compile time: a coin flip has no pathwise gradient. The compiler names the estimators that fit.
    ///
    /// ```compile_fail,E0277
    /// use burn::tensor::{Device, Tensor};
    /// let half = Tensor::<1>::from_floats([0.5], &Device::flex());
    /// let draw = reparam::dist::Bernoulli::from_probs(half.clone()).rsample(half);
    /// ```
    pub fn rsample(&self, noise: Tensor<D>) -> Tensor<D>
    where
        Self: Rsample<D>,
    {
        Rsample::rsample(self, noise)
    }
}

impl<const D: usize> Distribution<D> for Bernoulli<D> {
    type Value = Tensor<D>;

    fn batch_shape(&self) -> Vec<usize> {
        self.logits.dims().to_vec()
    }

    fn event_shape(&self) -> Vec<usize> {
        Vec::new()
    }

    fn support(&self) -> Support {
        Support::Boolean
    }

    fn mode(&self) -> Tensor<D> {
        self.logits().inner().greater_scalar(0.0).float().cast(self.logits.dtype())
    }

    fn validate(&self) -> Result<(), ValueError> {
        match &self.probs {
            Some(probs) => check(NAME, "probs", Support::UnitInterval, probs),
            None => check(NAME, "logits", Support::Real, &self.logits),
        }
    }

    fn validate_value(&self, value: &Tensor<D>) -> Result<(), ValueError> {
        check(NAME, "value", self.support(), value)
    }

    fn detach(&self) -> Self {
        // Removes the score term.
        Self { logits: self.logits().inner(), probs: self.probs.clone().map(Tensor::inner) }
    }

    fn options(&self) -> TensorCreationOptions {
        (&self.logits.device(), self.logits.dtype()).into()
    }
}

impl<const D: usize> Moments<D> for Bernoulli<D> {
    fn mean(&self) -> Tensor<D> {
        self.probs()
    }

    fn variance(&self) -> Tensor<D> {
        sigmoid(self.logits()) * sigmoid(self.logits().neg())
    }
}

impl<const D: usize> Sample<D> for Bernoulli<D> {
    fn noise(&self) -> Noise {
        Noise::Uniform
    }

    fn noise_shape(&self) -> [usize; D] {
        self.logits.dims()
    }

    fn sample(&self, noise: Tensor<D>) -> Tensor<D> {
        noise.inner().lower(self.probs().inner()).float().cast(self.logits.dtype())
    }
}

impl<const D: usize> LogProb<D> for Bernoulli<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        // x l - softplus(l) = (x - ½) l - ( |l|/2 + log1p(e^-|l|) ): the even part has gradient 0 at l = 0, as it must.
        let size = self.logits().abs();
        (value - 0.5) * self.logits() - size.clone() * 0.5 - size.neg().exp().log1p()
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
