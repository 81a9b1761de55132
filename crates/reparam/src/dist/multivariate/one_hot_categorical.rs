//! One-hot categorical law.

use burn::tensor::{IndexingUpdateOp, Tensor, TensorCreationOptions, activation};
use reparam_core::law::{self, MultivariateLaw};

use crate::dist::capability::for_draws;
use crate::dist::face::face;
use crate::dist::{Distribution, Entropy, LogProb, Moments, Sample, ShapeError, Support, ValueError, bridge::Rows};
use crate::noise::{Noise, Source};

/// Categorical distribution whose value is the indicator of its category: a vector with one 1.
///
/// Mass `e^logits[k] / Σ e^logits` at the k-th unit vector.
/// # Shapes      `logits`, draws and noise `[…, K]`; `log_prob` `[…, 1]`
/// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit
/// # Errors      `logits` not finite
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::{OneHotCategorical, Sample};
/// let die = OneHotCategorical::from_logits(Tensor::<1>::from_floats([0.0, 2.0, 1.0], &Device::flex())).unwrap();
/// let draw = die.sample(Tensor::from_floats([0.5, 0.5, 3.0], &Device::flex())); // largest of logits + Gumbel noise
/// assert_eq!(draw.try_to_vec_as::<f32>().unwrap(), [0.0, 0.0, 1.0]);
/// ```
#[derive(Clone, Debug)]
pub struct OneHotCategorical<const D: usize> {
    rows: Rows<law::OneHotCategorical, D>,
}

const NAME: &str = "one-hot-categorical";

face!(@refuse OneHotCategorical);

/// 1 at the largest entry of each row, 0 elsewhere; a constant.
pub(crate) fn one_hot_of_largest<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // A constant: a step has no path.
    let x = x.inner();
    let best = x.clone().argmax(D - 1);
    let one = Tensor::ones(best.dims(), (&x.device(), x.dtype()));
    x.zeros_like().scatter(D - 1, best, one, IndexingUpdateOp::Add)
}

impl<const D: usize> OneHotCategorical<D> {
    /// The law with these unnormalised log-probabilities.
    ///
    /// # Errors
    ///
    /// No category: a last axis of size 0, or no axis.
    pub fn from_logits(logits: Tensor<D>) -> Result<Self, ShapeError> {
        let build = |v: &[&[f64]]| law::OneHotCategorical::from_logits(v[0]);
        Ok(Self { rows: Rows::new(NAME, vec![("logits", logits)], build)? })
    }

    /// Unnormalised log-probabilities, as given.
    pub fn logits(&self) -> Tensor<D> {
        self.rows.part(0)
    }

    /// The same law of rank `E >= D`: axes of size 1 come first, for draws.
    pub fn unsqueeze<const E: usize>(&self) -> OneHotCategorical<E> {
        OneHotCategorical { rows: self.rows.unsqueeze() }
    }

    fn categories(&self) -> usize {
        self.rows.length(0)
    }

    /// Probabilities.
    pub fn probs(&self) -> Tensor<D> {
        activation::softmax(self.logits(), D - 1)
    }
}

impl<const D: usize> Distribution<D> for OneHotCategorical<D> {
    type Value = Tensor<D>;

    fn batch_shape(&self) -> Vec<usize> {
        self.rows.dims(1)[..D - 1].to_vec()
    }

    fn event_shape(&self) -> Vec<usize> {
        vec![self.categories()]
    }

    fn support(&self) -> Support {
        Support::Boolean
    }

    fn mode(&self) -> Tensor<D> {
        one_hot_of_largest(self.logits())
    }

    fn validate(&self) -> Result<(), ValueError> {
        self.rows.validate()
    }

    fn validate_value(&self, value: &Tensor<D>) -> Result<(), ValueError> {
        self.rows.validate_value(NAME, value)
    }

    fn detach(&self) -> Self {
        Self { rows: self.rows.detach() }
    }

    fn options(&self) -> TensorCreationOptions {
        (&self.rows.tensor().device(), self.rows.tensor().dtype()).into()
    }
}

impl<const D: usize> LogProb<D> for OneHotCategorical<D> {
    /// Of a one-hot vector; of other vectors it is the cross-entropy `Σ x_k log p_k`. No gradient flows to the value.
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        // A constant: between categories there is no mass to differentiate.
        (value.inner() * activation::log_softmax(self.logits(), D - 1)).sum_dim(D - 1)
    }

    fn score_term(&self, value: Tensor<D>, weight: Tensor<D>) -> Tensor<D> {
        // The score in the logits is x - probs, a constant here: the product with the logits has it as its gradient.
        let weight = weight.inner();
        let drawn = (value.inner() * weight.clone()).sum_dim(0);
        (drawn - self.detach().probs() * weight.sum_dim(0)) * self.logits()
    }
}

impl<const D: usize> Sample<D> for OneHotCategorical<D> {
    fn noise(&self) -> Noise {
        Noise::Gumbel
    }

    fn noise_shape(&self) -> [usize; D] {
        self.rows.dims(self.categories())
    }

    fn sample(&self, noise: Tensor<D>) -> Tensor<D> {
        one_hot_of_largest(self.detach().logits() + noise)
    }

    fn sample_for_draws(&self, draws: usize, source: &impl Source) -> Tensor<D> {
        let Some(stream) = source.stream() else {
            return self.sample(self.noise_for_draws(draws, source));
        };
        // Removes the parameters from the graph: a draw is a constant.
        let fixed = self.detach();
        let blank = fixed.rows.blank(for_draws(fixed.rows.dims(1), draws));
        fixed.rows.constant(blank, self.categories(), |law, row, _, out| law.draw(&stream, row, out))
    }
}

impl<const D: usize> Moments<D> for OneHotCategorical<D> {
    fn mean(&self) -> Tensor<D> {
        self.probs()
    }

    fn variance(&self) -> Tensor<D> {
        self.probs() * (self.probs().neg() + 1.0)
    }
}

impl<const D: usize> Entropy<D> for OneHotCategorical<D> {
    fn entropy(&self) -> Tensor<D> {
        let log_probs = activation::log_softmax(self.logits(), D - 1);
        (self.probs() * log_probs).sum_dim(D - 1).neg()
    }
}
