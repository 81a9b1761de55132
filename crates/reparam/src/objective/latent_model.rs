//! What an objective needs of a model.

use burn::tensor::Tensor;

use super::DiagonalNormal;

/// A model with one latent for each row: an amortised posterior and a likelihood; the prior is the standard normal.
///
/// [`crate::vae::Vae`] is one. Anything else that can draw its latents from a [`DiagonalNormal`] and judge its data is trained by
/// the same objectives.
pub trait LatentModel {
    /// q(z|x) for each row of `x`, `[N, P]`.
    fn posterior(&self, x: Tensor<2>) -> DiagonalNormal;

    /// log p(x|z) for each draw: `z` is `[S, N, L]`, `x` `[N, P]`, the result `[S N]`.
    fn log_likelihood(&self, z: Tensor<3>, x: Tensor<2>) -> Tensor<1>;
}
