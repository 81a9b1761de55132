//! Multinomial law.

use burn::tensor::{Tensor, activation::softmax};
use reparam_core::law::{self, Law, MultivariateLaw};
use reparam_core::special::log_sum_exp;

use super::ends_in;
use crate::dist::vector_face::vector_face;
use crate::dist::{Moments, ShapeError, bridge::Rows};

vector_face! {
    /// Multinomial distribution: how often each category comes in `total_count` draws with probabilities `e^logits[k] / Σ e^logits`.
    ///
    /// `p(x) = total_count! ∏ probs[k]^x[k] / x[k]!`.
    /// # Shapes      `total_count` `[…, 1]`, `logits` `[…, K]`, the other axes broadcast; draws and noise `[…, K]`, `log_prob` `[…, 1]`
    /// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit;
    ///   `total_count` is a constant
    /// # Errors      `total_count` not an integer >= 0, `logits` not finite
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::{dist::{Multinomial, Sample}, noise::Key};
    /// let (count, logits) = (Tensor::<1>::full([1], 9.0, &Device::flex()), Tensor::zeros([3], &Device::flex()));
    /// let votes = Multinomial::from_logits(count, logits).unwrap().sample_from(&Key::new(0).site("votes").step(0));
    /// assert_eq!(votes.sum().into_scalar::<f32>(), 9.0);
    /// ```
    pub struct Multinomial("multinomial") {
        /// Number of draws.
        total_count: 0,
        /// Unnormalised log-probabilities.
        logits: 1,
    }
    length: 1;
    element: Count;
    steps: Uniform, |_, n| n, |law, noise, out| draw(law, noise, out);
}

/// Binomial draws of one category after the other; the last takes the rest.
fn draw(law: &law::Multinomial, noise: &[f64], out: &mut [f64]) {
    let logits = &law.parameters()[1];
    let mut rest = law.total_count();
    for (k, z) in out.iter_mut().enumerate() {
        let after = &logits[k + 1..];
        *z = if after.is_empty() {
            rest
        } else {
            law::Binomial::from_logits(rest, logits[k] - log_sum_exp(after)).map_or(f64::NAN, |law| law.draw(noise[k]))
        };
        rest -= *z;
    }
}

impl<const D: usize> Multinomial<D> {
    /// The law with this number of draws and these unnormalised log-probabilities.
    ///
    /// # Errors
    ///
    /// Shapes that are not `[…, 1]` and `[…, K]`, or do not broadcast.
    pub fn from_logits(total_count: Tensor<D>, logits: Tensor<D>) -> Result<Self, ShapeError> {
        ends_in(NAME, "total_count", &total_count, 1)?;
        let build = |v: &[&[f64]]| law::Multinomial::from_logits(v[0][0], v[1]);
        Ok(Self { rows: Rows::new(NAME, vec![("total_count", total_count), ("logits", logits)], build)? })
    }

    /// Probabilities.
    pub fn probs(&self) -> Tensor<D> {
        softmax(self.logits(), D - 1)
    }
}

impl<const D: usize> Moments<D> for Multinomial<D> {
    fn mean(&self) -> Tensor<D> {
        self.total_count().inner() * self.probs()
    }

    fn variance(&self) -> Tensor<D> {
        self.mean() * (self.probs().neg() + 1.0)
    }
}
