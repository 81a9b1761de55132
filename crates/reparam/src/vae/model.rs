//! The model: encoder, decoder and the likelihood between decoder and data.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::{GaussianScale, Likelihood};
use crate::nn::Network;
use crate::objective::diagonal_normal::{LOG_SCALE_FLOOR, floored};
use crate::objective::{DiagonalNormal, LatentModel};

/// A variational autoencoder with a standard normal prior and a diagonal normal posterior.
///
/// The encoder maps `[N, P]` to `[N, 2 L]`, the decoder `[N, L]` to `[N, P · outputs]`.
#[derive(Module, Debug)]
pub struct Vae<E: Network, D: Network> {
    encoder: E,
    decoder: D,
    /// Raw: `floored` makes the logarithm of the scale of it.
    log_scale: Option<Param<Tensor<1>>>,
    latents: usize,
    #[module(skip)]
    likelihood: Likelihood,
}

impl<E: Network, D: Network> Vae<E, D> {
    /// Puts the parts together.
    #[must_use]
    pub fn new(encoder: E, decoder: D, latents: usize, likelihood: Likelihood, device: &Device) -> Self {
        let log_scale = match likelihood {
            Likelihood::Gaussian { scale: GaussianScale::Learned(start) } => {
                // NaN and numbers below 0 count as 0, whose logarithm is clamped; 80 is beyond any data and within f32.
                let start = if start > 0.0 { start } else { 0.0 };
                let log_scale = start.ln().clamp(LOG_SCALE_FLOOR + 1e-3, 80.0);
                Some(Param::from_data(TensorData::from([DiagonalNormal::raw_log_scale(log_scale) as f32]), device))
            }
            _ => None,
        };
        Self { encoder, decoder, log_scale, latents, likelihood }
    }

    /// The same model whose decoder starts at the mean of the data, where its last layer has a bias for each pixel and the
    /// likelihood is one of logits.
    ///
    /// `mean`: one value a pixel; it is kept away from 0 and 1 by 1e-3.
    #[must_use]
    pub fn with_mean_image(mut self, mean: &[f32]) -> Self {
        let bias: Vec<f32> = match self.likelihood {
            Likelihood::Bernoulli | Likelihood::ContinuousBernoulli => {
                mean.iter().map(|p| p.clamp(1e-3, 1.0 - 1e-3)).map(|p| (p / (1.0 - p)).ln()).collect()
            }
            Likelihood::Gaussian { .. } => mean.to_vec(),
            Likelihood::Categorical { .. } => return self,
        };
        self.decoder = self.decoder.with_output_bias(&bias);
        self
    }

    /// Number of latent dimensions.
    #[must_use]
    pub const fn latents(&self) -> usize {
        self.latents
    }

    /// The likelihood of a pixel.
    #[must_use]
    pub const fn likelihood(&self) -> Likelihood {
        self.likelihood
    }

    /// The mean image for each row of latents, `[N, L]` to `[N, P]`.
    #[must_use]
    pub fn decode(&self, z: Tensor<2>) -> Tensor<2> {
        self.likelihood.mean(self.decoder.forward(z))
    }
}

impl<E: Network, D: Network> LatentModel for Vae<E, D> {
    fn posterior(&self, x: Tensor<2>) -> DiagonalNormal {
        DiagonalNormal::from_encoder(self.encoder.forward(x))
    }

    fn log_likelihood(&self, z: Tensor<3>, x: Tensor<2>) -> Tensor<1> {
        let [s, n, l] = z.dims();
        let output = self.decoder.forward(z.reshape([s * n, l]));
        self.likelihood.log_likelihood(output, x, self.log_scale.as_ref().map(|raw| floored(raw.val())))
    }
}
