//! Laws of an image given its latent.

use burn::tensor::{Int, Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::dist::explicit::normal::HALF_LOG_TAU;
use crate::dist::{ContinuousBernoulli, Moments};
use crate::fused;

/// The scale of a Gaussian likelihood.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GaussianScale {
    /// Given, in units of the data.
    Fixed(f64),
    /// One scale for all pixels, learned, starting from this value. It stays above e^-8 = 3.4e-4, a limit that it approaches smoothly:
    /// pixels without noise would drive it to 0 and the likelihood to infinity. A start at or below that, 0 or NaN counts as the
    /// smallest one.
    Learned(f64),
}

/// The law of a pixel.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::vae::Likelihood;
/// let (logit, pixel) = (Tensor::zeros([1, 1], &Device::flex()), Tensor::ones([1, 1], &Device::flex()));
/// let nats = Likelihood::Bernoulli.log_likelihood(logit, pixel, None).into_scalar::<f32>();
/// assert!((nats + 2.0_f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Likelihood {
    /// 0 or 1, from a logit.
    #[default]
    Bernoulli,
    /// A value in [0, 1], from a logit (Loaiza-Ganem and Cunningham 2019).
    ContinuousBernoulli,
    /// A real value.
    Gaussian {
        /// Fixed or learned.
        scale: GaussianScale,
    },
    /// One of `levels` grey levels, the pixel being `level / (levels - 1)`, from a logit each. A pixel between two levels counts as the
    /// nearer one, a pixel outside [0, 1] as the nearest end.
    Categorical {
        /// Number of levels, at least 2.
        levels: usize,
    },
}

impl Likelihood {
    /// Numbers that the decoder gives for each pixel.
    #[must_use]
    pub const fn outputs_per_pixel(&self) -> usize {
        match self {
            Self::Categorical { levels } => *levels,
            _ => 1,
        }
    }

    /// Log-likelihood of each row.
    ///
    /// # Shapes
    /// `output`: `[S N, P · outputs]`, the draws axis first; `x`: `[N, P]`; `log_scale`: `[1]`, of a Gaussian with a learned scale; result `[S N]`.
    #[must_use]
    pub fn log_likelihood(&self, output: Tensor<2>, x: Tensor<2>, log_scale: Option<Tensor<1>>) -> Tensor<1> {
        match *self {
            Self::Bernoulli => fused::bernoulli_log_likelihood(output, x),
            Self::ContinuousBernoulli => {
                let normaliser =
                    ContinuousBernoulli::from_logits(output.clone()).log_normaliser().sum_dim(1).flatten(0, 1);
                fused::bernoulli_log_likelihood(output, x) + normaliser
            }
            Self::Gaussian { scale } => gaussian(output, x, scale, log_scale),
            Self::Categorical { levels } => categorical(output, x, levels),
        }
    }

    /// The mean image of each row of decoder outputs, `[N, P]`.
    #[must_use]
    pub fn mean(&self, output: Tensor<2>) -> Tensor<2> {
        match *self {
            Self::Bernoulli => activation::sigmoid(output),
            Self::ContinuousBernoulli => ContinuousBernoulli::from_logits(output).mean(),
            Self::Gaussian { .. } => output,
            Self::Categorical { levels } => {
                let [n, width] = output.dims();
                let probs = activation::softmax(output.reshape([n, width / levels, levels]), 2);
                let device = probs.device();
                let grey = Tensor::<1, Int>::arange(0..levels as i64, &device).float() / (levels - 1).max(1) as f64;
                (probs * grey.unsqueeze::<3>()).sum_dim(2).reshape([n, width / levels])
            }
        }
    }
}

fn gaussian(output: Tensor<2>, x: Tensor<2>, scale: GaussianScale, log_scale: Option<Tensor<1>>) -> Tensor<1> {
    let [rows, pixels] = output.dims();
    let data_rows = x.dims()[0].max(1);
    let draws = rows / data_rows;
    let difference = output.reshape([draws, data_rows, pixels]) - x.unsqueeze::<3>();
    let squares = difference.square().sum_dim(2).reshape([rows]);
    match (scale, log_scale) {
        (GaussianScale::Learned(_), Some(log_scale)) => {
            let precision = (log_scale.clone() * -2.0).exp();
            squares * precision * -0.5 - log_scale * pixels as f64 - HALF_LOG_TAU * pixels as f64
        }
        (GaussianScale::Fixed(s) | GaussianScale::Learned(s), _) => {
            squares * (-0.5 / (s * s)) - pixels as f64 * (s.ln() + HALF_LOG_TAU)
        }
    }
}

fn categorical(output: Tensor<2>, x: Tensor<2>, levels: usize) -> Tensor<1> {
    let [rows, width] = output.dims();
    let pixels = width / levels;
    let data_rows = x.dims()[0].max(1);
    let draws = rows / data_rows;
    let level =
        (x * (levels - 1) as f64).round().clamp(0.0, (levels - 1) as f64).int().reshape([1, data_rows, pixels, 1]);
    let level = level.expand([draws, data_rows, pixels, 1]);
    let log_probs = activation::log_softmax(output.reshape([draws, data_rows, pixels, levels]), 3);
    log_probs.gather(3, level).reshape([rows, pixels]).sum_dim(1).reshape([rows])
}
