//! Laws of an image given its latent.

use burn::tensor::{Int, Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::fused;

/// The scale of a Gaussian likelihood.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GaussianScale {
    /// Given, in units of the data.
    Fixed(f64),
    /// One scale for all pixels, learned, starting from this value.
    Learned(f64),
}

/// The law of a pixel.
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
    /// One of `levels` grey levels, the pixel being `level / (levels - 1)`, from a logit each.
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

    /// Whether the likelihood is a probability of a discrete image, so that nats per image turn into bits per dimension.
    #[must_use]
    pub const fn is_discrete(&self) -> bool {
        matches!(self, Self::Bernoulli | Self::Categorical { .. })
    }

    /// Log-likelihood of each row.
    ///
    /// # Shapes
    /// `output`: `[S N, P · outputs]`, the draws axis first; `x`: `[N, P]`; `log_scale`: `[1]`, of a Gaussian; result `[S N]`.
    #[must_use]
    pub fn log_likelihood(&self, output: Tensor<2>, x: Tensor<2>, log_scale: Option<Tensor<1>>) -> Tensor<1> {
        match *self {
            Self::Bernoulli => fused::bernoulli_log_likelihood(output, x),
            Self::ContinuousBernoulli => {
                let normaliser = log_normaliser(output.clone()).sum_dim(1).flatten(0, 1);
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
            Self::ContinuousBernoulli => continuous_bernoulli_mean(output),
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

/// `ln C(λ)` of the continuous Bernoulli at logit l: `C = l / tanh(l/2)`, and 2 at l = 0 (Loaiza-Ganem and Cunningham 2019,
/// with λ = σ(l)); by its series `ln 2 + l²/12 - 7 l⁴/1440` for |l| < 0.5.
fn log_normaliser(logits: Tensor<2>) -> Tensor<2> {
    let magnitude = logits.abs();
    let near = magnitude.clone().lower_elem(0.5);
    let square = magnitude.clone().square();
    let series = square.clone() * ((square.clone() * (31.0 / 90720.0) - 7.0 / 1440.0) * square + 1.0 / 12.0)
        + std::f64::consts::LN_2;
    // Away from the singularity also where the series is used: a NaN there would survive the selection in the gradient.
    let safe = magnitude.mask_fill(near.clone(), 1.0);
    let closed = safe.clone().log() - (safe * 0.5).tanh().log();
    closed.mask_where(near, series)
}

/// The mean `1 / (1 - e^(-l)) - 1/l` of the continuous Bernoulli; `1/2 + l/12 - l³/720` near 0.
fn continuous_bernoulli_mean(logits: Tensor<2>) -> Tensor<2> {
    let near = logits.clone().abs().lower_elem(0.3);
    let series = logits.clone() * (logits.clone().square() * (-1.0 / 720.0) + 1.0 / 12.0) + 0.5;
    let safe = logits.mask_fill(near.clone(), 1.0);
    // For l < 0, 1/(1 - e^(-l)) = -e^l/(1 - e^l): written with e^(-|l|) so that it does not overflow.
    let small = (-safe.clone().abs()).exp();
    let negative = -small.clone() / (-small.clone() + 1.0) - safe.clone().recip();
    let positive = (-small + 1.0).recip() - safe.clone().recip();
    let sided = positive.mask_where(safe.lower_elem(0.0), negative);
    sided.mask_where(near, series)
}

fn gaussian(output: Tensor<2>, x: Tensor<2>, scale: GaussianScale, log_scale: Option<Tensor<1>>) -> Tensor<1> {
    let [rows, pixels] = output.dims();
    let data_rows = x.dims()[0].max(1);
    let draws = rows / data_rows;
    let difference = output.reshape([draws, data_rows, pixels]) - x.unsqueeze::<3>();
    let squares = difference.square().sum_dim(2).reshape([rows]);
    let per_pixel = 0.5 * (2.0 * std::f64::consts::PI).ln();
    match (scale, log_scale) {
        (GaussianScale::Learned(_), Some(log_scale)) => {
            let precision = (log_scale.clone() * -2.0).exp();
            squares * precision * -0.5 - log_scale * pixels as f64 - per_pixel * pixels as f64
        }
        (GaussianScale::Fixed(s) | GaussianScale::Learned(s), _) => {
            squares * (-0.5 / (s * s)) - pixels as f64 * (s.ln() + per_pixel)
        }
    }
}

fn categorical(output: Tensor<2>, x: Tensor<2>, levels: usize) -> Tensor<1> {
    let [rows, width] = output.dims();
    let pixels = width / levels;
    let data_rows = x.dims()[0].max(1);
    let draws = rows / data_rows;
    let level = (x * (levels - 1) as f64).round().int().reshape([1, data_rows, pixels, 1]);
    let level = level.expand([draws, data_rows, pixels, 1]);
    let log_probs = activation::log_softmax(output.reshape([draws, data_rows, pixels, levels]), 3);
    log_probs.gather(3, level).reshape([rows, pixels]).sum_dim(1).reshape([rows])
}
