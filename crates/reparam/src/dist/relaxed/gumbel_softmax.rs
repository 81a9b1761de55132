//! Gumbel-Softmax law.

use burn::tensor::Tensor;
use reparam_core::law;
use reparam_core::special::log_gamma;

use crate::dist::multivariate::ends_in;
use crate::dist::vector_face::vector_face;
use crate::dist::{Rsample, ShapeError, bridge::Rows};

vector_face! {
    /// Gumbel-Softmax (Concrete) distribution (Maddison et al. 2017; Jang et al. 2017): a categorical law relaxed to the simplex; biased as a
    /// stand-in for it at any temperature. Its moments have no closed form.
    ///
    /// Draw: softmax of `(logits + noise) / temperature`, Gumbel noise, kept above 0. The density is with respect to all coordinates but the
    /// last; [`log_prob_of_log`](Self::log_prob_of_log) is that of the logarithms, and [`rsample_log`](Self::rsample_log) makes them.
    /// # Shapes      `temperature` `[…, 1]`, `logits` `[…, K]`, the other axes broadcast; draws and noise `[…, K]`, `log_prob` `[…, 1]`
    /// # Gradient    explicit
    /// # Errors      `temperature` not finite and positive, `logits` not finite
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::GumbelSoftmax;
    /// let half = Tensor::<1>::from_floats([0.5], &Device::flex());
    /// let law = GumbelSoftmax::new(half, Tensor::from_floats([0.0, 1.0, -1.0], &Device::flex())).unwrap();
    /// let hard = law.rsample_hard(Tensor::from_floats([0.3, 0.1, 2.0], &Device::flex())); // logits + noise are 0.3, 1.1, 1.0
    /// assert_eq!(hard.try_to_vec_as::<f32>().unwrap(), [0.0, 1.0, 0.0]);
    /// ```
    pub struct GumbelSoftmax("gumbel-softmax") {
        /// Temperature.
        temperature: 0,
        /// Unnormalised log-probabilities of the law that is relaxed.
        logits: 1,
    }
    length: 1;
    element: Positive;
    path: Gumbel, |_, n| n, |law, noise, out| out.copy_from_slice(&law.draw_from(noise));
}

impl<const D: usize> GumbelSoftmax<D> {
    /// The law with this temperature and these unnormalised log-probabilities.
    ///
    /// # Errors
    ///
    /// Shapes that are not `[…, 1]` and `[…, K]`, or do not broadcast.
    pub fn new(temperature: Tensor<D>, logits: Tensor<D>) -> Result<Self, ShapeError> {
        ends_in(NAME, "temperature", &temperature, 1)?;
        let build = |v: &[&[f64]]| law::GumbelSoftmax::new(v[0][0], v[1]);
        Ok(Self { rows: Rows::new(NAME, vec![("temperature", temperature), ("logits", logits)], build)? })
    }

    /// The straight-through value of a draw: 1 at its largest entry, 0 elsewhere. A constant, and a draw of the categorical law.
    pub fn hard(&self, draw: Tensor<D>) -> Tensor<D> {
        let (best, like) = (draw.clone().inner().argmax(D - 1), draw.inner());
        let one = Tensor::ones(best.dims(), (&like.device(), like.dtype()));
        like.zeros_like().scatter(D - 1, best, one, burn::tensor::IndexingUpdateOp::Add)
    }

    /// The [`hard`](Self::hard) value of the draw that this noise gives, with the gradient of the draw itself (Jang et al. 2017): biased.
    pub fn rsample_hard(&self, noise: Tensor<D>) -> Tensor<D> {
        let draw = self.rsample(noise);
        // Removes the value of the draw; its gradient stays.
        self.hard(draw.clone()) + (draw.clone() - draw.inner())
    }

    /// The logarithms of the draw that Gumbel noise gives.
    pub fn rsample_log(&self, noise: Tensor<D>) -> Tensor<D> {
        burn::tensor::activation::log_softmax((self.logits() + noise) / self.temperature(), D - 1)
    }

    /// The log density of the logarithms `y` of a draw, with respect to all but the last (`ExpConcrete` of Maddison et al. 2017).
    pub fn log_prob_of_log(&self, y: Tensor<D>) -> Tensor<D> {
        let categories = self.length() as f64;
        let terms = self.logits() - self.temperature() * y.clone();
        let top = terms.clone().inner().max_dim(D - 1);
        let total = (terms.clone() - top.clone()).exp().sum_dim(D - 1).log() + top;
        let last = y.dims()[D - 1] - 1;
        self.temperature().log() * (categories - 1.0) + terms.sum_dim(D - 1)
            - total * categories
            - y.narrow(D - 1, last, 1)
            + log_gamma(categories)
    }
}
