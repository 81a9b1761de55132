//! The model: encoder, decoder and the likelihood between decoder and data.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::latent_law::Posterior;
use super::{GaussianScale, LatentLaw, Likelihood};
use crate::nn::Network;
use crate::objective::diagonal_normal::{LOG_SCALE_FLOOR, floored};
use crate::objective::{DiagonalNormal, LatentModel};

/// A variational autoencoder: a diagonal normal posterior with a standard normal prior, or coins or categories ([`LatentLaw`]) with a uniform
/// one.
///
/// The encoder maps `[N, P]` to `[N, 2 L]`, the decoder `[N, L]` to `[N, P · outputs]`; of discrete latents the widths are
/// [`LatentLaw::code_width`] and [`LatentLaw::value_width`].
#[derive(Module, Debug)]
pub struct Vae<E: Network, D: Network> {
    encoder: E,
    decoder: D,
    /// Raw: `floored` makes the logarithm of the scale of it.
    log_scale: Option<Param<Tensor<1>>>,
    latents: usize,
    #[module(skip)]
    latent_law: LatentLaw,
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
        Self { encoder, decoder, log_scale, latents, latent_law: LatentLaw::Normal, likelihood }
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

    /// The same model with latents of another law; encoder and decoder must have the widths that it takes.
    #[must_use]
    pub fn with_latent_law(self, latent_law: LatentLaw) -> Self {
        Self { latent_law, ..self }
    }

    /// What the decoder sees of latents: coins as -1 and 1, so that fair ones have mean 0, others as they are.
    fn centred(&self, z: Tensor<2>) -> Tensor<2> {
        if self.latent_law == LatentLaw::Bernoulli { z * 2.0 - 1.0 } else { z }
    }

    /// The encoder.
    pub const fn encoder(&self) -> &E {
        &self.encoder
    }

    /// The law of the latents.
    #[must_use]
    pub const fn latent_law(&self) -> LatentLaw {
        self.latent_law
    }

    /// Numbers that the decoder takes for an image.
    #[must_use]
    pub const fn value_width(&self) -> usize {
        self.latent_law.value_width(self.latents)
    }

    /// q(z|x) of each row, whatever its law.
    #[must_use]
    pub fn encode(&self, x: Tensor<2>) -> Posterior {
        Posterior::from_encoder(self.latent_law, self.encoder.forward(x))
    }

    /// Number of latent dimensions, coins or variables.
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
        self.likelihood.mean(self.decoder.forward(self.centred(z)))
    }
}

/// With normal latents; of discrete ones [`Vae::encode`] is the posterior.
impl<E: Network, D: Network> LatentModel for Vae<E, D> {
    fn posterior(&self, x: Tensor<2>) -> DiagonalNormal {
        DiagonalNormal::from_encoder(self.encoder.forward(x))
    }

    fn log_likelihood(&self, z: Tensor<3>, x: Tensor<2>) -> Tensor<1> {
        let [s, n, l] = z.dims();
        let output = self.decoder.forward(self.centred(z.reshape([s * n, l])));
        self.likelihood.log_likelihood(output, x, self.log_scale.as_ref().map(|raw| floored(raw.val())))
    }
}
