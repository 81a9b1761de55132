//! Categorical law.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor, TensorCreationOptions};

use crate::attach::shape::{broadcast, fill};
use crate::dist::error::{check, nonempty};
use crate::dist::{Distribution, Entropy, KlTo, LogProb, Rsample, Sample, ShapeError, Support, ValueError};
use crate::noise::Noise;

const NAME: &str = "categorical";

/// Categorical distribution over the last axis: index `k` with probability `e^logits[k] / Σ e^logits`.
///
/// # Shapes      parameter `[…, K]`; draws (integers) and `log_prob` `[…, 1]`; noise `[…, K]`
/// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit.
///   `log_prob`, `entropy` and `kl` are right for logits to ±1e4
/// # Errors      `logits` not finite, `probs` outside `[0, 1]`
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::{Categorical, Sample};
/// let die = Categorical::from_logits(Tensor::<1>::from_floats([0.0, 2.0, 1.0], &Device::flex())).unwrap();
/// let draw = die.sample(Tensor::from_floats([0.5, 0.5, 3.0], &Device::flex())); // largest of logits + Gumbel noise
/// assert_eq!(draw.into_scalar::<i32>(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Categorical<const D: usize> {
    /// Normalised.
    log_probs: Tensor<D>,
    /// As given, for `validate`.
    given: Given<D>,
}

#[derive(Clone, Debug)]
enum Given<const D: usize> {
    Logits(Tensor<D>),
    Probs(Tensor<D>),
}

impl<const D: usize> Categorical<D> {
    /// The law with these unnormalised log-probabilities.
    ///
    /// # Errors
    ///
    /// No category: a last axis of size 0, or no axis.
    pub fn from_logits(logits: Tensor<D>) -> Result<Self, ShapeError> {
        nonempty(NAME, "logits", &logits)?;
        Ok(Self { log_probs: log_softmax(logits.clone(), D - 1), given: Given::Logits(logits) })
    }

    /// The law with probabilities in proportion to these.
    ///
    /// Logarithms are taken of `probs` moved up to at least `2^-126`, so that a probability of 0 keeps a finite `log_prob`; no gradient
    /// flows there.
    ///
    /// # Errors
    ///
    /// No category: a last axis of size 0, or no axis.
    pub fn from_probs(probs: Tensor<D>) -> Result<Self, ShapeError> {
        nonempty(NAME, "probs", &probs)?;
        let inside = probs.clone().clamp_min(f64::from(f32::MIN_POSITIVE));
        Ok(Self { log_probs: log_softmax(inside.log(), D - 1), given: Given::Probs(probs) })
    }

    /// Logarithms of the probabilities.
    pub fn log_probs(&self) -> Tensor<D> {
        self.log_probs.clone()
    }

    /// Probabilities.
    pub fn probs(&self) -> Tensor<D> {
        self.log_probs().exp()
    }

    /// Number of categories.
    pub fn categories(&self) -> usize {
        self.log_probs.dims()[D - 1]
    }

    /// The same law of rank `E >= D`: axes of size 1 come first, for draws.
    pub fn unsqueeze<const E: usize>(&self) -> Categorical<E> {
        let given = match &self.given {
            Given::Logits(t) => Given::Logits(t.clone().unsqueeze()),
            Given::Probs(t) => Given::Probs(t.clone().unsqueeze()),
        };
        Categorical { log_probs: self.log_probs().unsqueeze(), given }
    }

    /// Refused at compile time: the roll of a die has no pathwise gradient. The compiler names the estimators that fit.
    ///
    /// ```compile_fail,E0277
    /// use burn::tensor::{Device, Tensor};
    /// let logits = Tensor::<1>::from_floats([0.5, 0.1], &Device::flex());
    /// let draw = reparam::dist::Categorical::from_logits(logits.clone()).unwrap().rsample(logits);
    /// ```
    pub fn rsample(&self, noise: Tensor<D>) -> Tensor<D>
    where
        Self: Rsample<D>,
    {
        Rsample::rsample(self, noise)
    }
}

impl<const D: usize> Distribution<D> for Categorical<D> {
    type Value = Tensor<D, Int>;

    fn batch_shape(&self) -> Vec<usize> {
        self.log_probs.dims()[..D - 1].to_vec()
    }

    /// `[1]`: the index, on the axis of the categories.
    fn event_shape(&self) -> Vec<usize> {
        vec![1]
    }

    fn support(&self) -> Support {
        Support::Index(self.categories())
    }

    fn mode(&self) -> Tensor<D, Int> {
        self.log_probs().inner().argmax(D - 1)
    }

    fn validate(&self) -> Result<(), ValueError> {
        match &self.given {
            Given::Logits(logits) => check(NAME, "logits", Support::Real, logits),
            Given::Probs(probs) => check(NAME, "probs", Support::UnitInterval, probs),
        }
    }

    fn validate_value(&self, value: &Tensor<D, Int>) -> Result<(), ValueError> {
        check(NAME, "value", self.support(), value)
    }

    fn detach(&self) -> Self {
        // Removes the score term.
        Self {
            log_probs: self.log_probs().inner(),
            given: match &self.given {
                Given::Logits(t) => Given::Logits(t.clone().inner()),
                Given::Probs(t) => Given::Probs(t.clone().inner()),
            },
        }
    }

    fn options(&self) -> TensorCreationOptions {
        (&self.log_probs.device(), self.log_probs.dtype()).into()
    }
}

impl<const D: usize> Sample<D> for Categorical<D> {
    fn noise(&self) -> Noise {
        Noise::Gumbel
    }

    fn noise_shape(&self) -> [usize; D] {
        self.log_probs.dims()
    }

    /// The index of the largest `logits + noise`, Gumbel noise.
    fn sample(&self, noise: Tensor<D>) -> Tensor<D, Int> {
        (self.log_probs().inner() + noise.inner()).argmax(D - 1)
    }
}

impl<const D: usize> LogProb<D> for Categorical<D> {
    fn log_prob(&self, value: Tensor<D, Int>) -> Tensor<D> {
        // `gather` does not broadcast; the last axes, K and 1, are left alone.
        let categories = self.categories();
        let mut places = value.dims();
        places[D - 1] = categories;
        let Some(all) = broadcast(&[self.log_probs.dims(), places]) else {
            panic!(
                "categorical: value of shape {:?} does not broadcast with logits of shape {:?}",
                value.dims(),
                self.log_probs.dims()
            );
        };
        let mut one = all;
        one[D - 1] = value.dims()[D - 1];
        let value = if value.dims() == one { value } else { value.expand(one) };
        fill(self.log_probs(), all).gather(D - 1, value)
    }
}

impl<const D: usize> Entropy<D> for Categorical<D> {
    fn entropy(&self) -> Tensor<D> {
        (self.probs() * self.log_probs()).sum_dim(D - 1).neg()
    }
}

impl<const D: usize> KlTo<Categorical<D>, D> for Categorical<D> {
    fn kl(&self, p: &Categorical<D>) -> Tensor<D> {
        (self.probs() * (self.log_probs() - p.log_probs())).sum_dim(D - 1)
    }
}
