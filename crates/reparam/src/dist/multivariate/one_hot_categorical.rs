//! One-hot categorical law.

use burn::tensor::Tensor;
use reparam_core::law;

use crate::dist::vector_face::vector_face;
use crate::dist::{Entropy, Moments, ShapeError, bridge::Rows};

vector_face! {
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
    pub struct OneHotCategorical("one-hot-categorical") {
        /// Unnormalised log-probabilities, as given.
        logits: 0,
    }
    length: 0;
    element: Boolean;
    steps: Gumbel, |_, n| n, |law, noise, out| draw(law, noise, out);
}

/// 1 at the largest of log-probability + noise.
fn draw(law: &law::OneHotCategorical, noise: &[f64], out: &mut [f64]) {
    let sums = law.index().log_probs().iter().zip(noise).map(|(l, g)| l + g);
    let best = sums.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(k, _)| k);
    out.iter_mut().enumerate().for_each(|(k, z)| *z = f64::from(Some(k) == best));
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

    /// Probabilities.
    pub fn probs(&self) -> Tensor<D> {
        burn::tensor::activation::softmax(self.logits(), D - 1)
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
        let log_probs = burn::tensor::activation::log_softmax(self.logits(), D - 1);
        (self.probs() * log_probs).sum_dim(D - 1).neg()
    }
}
