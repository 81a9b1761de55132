//! The linear-Gaussian model `z ~ N(0, I)`, `x | z ~ N(z W + b, s² I)`, once as a `Vae` and once in f64.
//!
//! The rows of W are orthogonal, so the exact posterior is diagonal: with `d_l² = |W_l|²`, its variance is
//! `v_l = 1 / (1 + d_l² / s²)` and its mean `v_l W_l·(x - b) / s²` (Bishop 2006, equation 2.116).

use burn::module::Param;
use burn::tensor::Device;
use reparam::nn::{Activation, Linear, Network};
use reparam::objective::{DiagonalNormal, Objective, ShardBatch};
use reparam::train::Surrogate;
use reparam::vae::{GaussianScale, Likelihood, Vae};
use reparam_core::noise::Key;

use crate::support::{numbers, tensor};

pub const PIXELS: usize = 4;
pub const LATENTS: usize = 2;
/// Scale of the likelihood, a number that f32 holds exactly.
pub const SCALE: f64 = 0.75;
/// Rows of W, also exact in f32.
pub const WEIGHT: [[f64; PIXELS]; LATENTS] = [[0.5, 0.5, 0.5, 0.5], [1.0, -1.0, 1.0, -1.0]];
pub const BIAS: [f64; PIXELS] = [0.25, -0.5, 0.0, 1.0];
pub const DATUM: [f64; PIXELS] = [1.5, -1.0, 0.75, 0.25];

/// A linear layer as a network.
#[derive(burn::module::Module, Debug)]
pub struct Affine {
    layer: Linear,
}

impl Network for Affine {
    fn forward(&self, x: burn::tensor::Tensor<2>) -> burn::tensor::Tensor<2> {
        self.layer.forward(x)
    }
}

impl Affine {
    fn new(weight: &[f64], bias: &[f64]) -> Self {
        let (o, device) = (bias.len(), Device::flex());
        let i = weight.len() / o;
        let mut layer = Linear::new(i, o, Activation::Identity, Key::new(0), &device);
        let narrow = |v: &[f64]| v.iter().map(|v| *v as f32).collect::<Vec<_>>();
        layer.weight = Param::from_tensor(tensor(&narrow(weight), [i, o]));
        layer.bias = Param::from_tensor(tensor(&narrow(bias), [o]));
        Self { layer }
    }
}

pub type Model = Vae<Affine, Affine>;

/// The parameters in the order in which the module visits them: encoder weight and bias, decoder weight and bias.
#[derive(Clone)]
pub struct Parameters {
    pub encoder_weight: Vec<f64>,
    pub encoder_bias: Vec<f64>,
    pub decoder_weight: Vec<f64>,
    pub decoder_bias: Vec<f64>,
}

impl Parameters {
    /// The exact posterior as the encoder.
    pub fn exact() -> Self {
        let mut encoder_weight = vec![0.0; PIXELS * 2 * LATENTS];
        let mut encoder_bias = vec![0.0; 2 * LATENTS];
        for (l, row) in WEIGHT.iter().enumerate() {
            let square: f64 = row.iter().map(|w| w * w).sum();
            let variance = 1.0 / (1.0 + square / (SCALE * SCALE));
            for (p, w) in row.iter().enumerate() {
                let slope = variance * w / (SCALE * SCALE);
                encoder_weight[p * 2 * LATENTS + l] = slope;
                encoder_bias[l] -= slope * BIAS[p];
            }
            encoder_bias[LATENTS + l] = DiagonalNormal::raw_log_scale(0.5 * variance.ln());
        }
        Self { encoder_weight, encoder_bias, decoder_weight: WEIGHT.concat(), decoder_bias: BIAS.to_vec() }
    }

    /// An encoder off the posterior by `shift` in means and log-scales, with log-scales that depend on the datum.
    pub fn shifted(shift: f64) -> Self {
        let mut parameters = Self::exact();
        for l in 0..LATENTS {
            parameters.encoder_bias[l] += shift * (0.8 - 1.3 * l as f64);
            parameters.encoder_bias[LATENTS + l] += shift * (0.5 - 0.9 * l as f64);
            for p in 0..PIXELS {
                parameters.encoder_weight[p * 2 * LATENTS + LATENTS + l] = 0.1 * shift * (p as f64 - 1.5);
            }
        }
        parameters
    }

    pub fn flat(&self) -> Vec<f64> {
        [&self.encoder_weight[..], &self.encoder_bias, &self.decoder_weight, &self.decoder_bias].concat()
    }

    pub fn from_flat(flat: &[f64]) -> Self {
        let (encoder_weight, rest) = flat.split_at(PIXELS * 2 * LATENTS);
        let (encoder_bias, rest) = rest.split_at(2 * LATENTS);
        let (decoder_weight, decoder_bias) = rest.split_at(LATENTS * PIXELS);
        let own = <[f64]>::to_vec;
        Self {
            encoder_weight: own(encoder_weight),
            encoder_bias: own(encoder_bias),
            decoder_weight: own(decoder_weight),
            decoder_bias: own(decoder_bias),
        }
    }

    /// Numbers of the encoder, which come first in `flat`.
    pub const ENCODER: usize = PIXELS * 2 * LATENTS + 2 * LATENTS;

    pub fn vae(&self) -> Model {
        Vae::new(
            Affine::new(&self.encoder_weight, &self.encoder_bias),
            Affine::new(&self.decoder_weight, &self.decoder_bias),
            LATENTS,
            Likelihood::Gaussian { scale: GaussianScale::Fixed(SCALE) },
            &Device::flex(),
        )
    }

    /// Mean and log-scale of the encoder at a datum, in f64.
    pub fn posterior(&self, x: &[f64]) -> ([f64; LATENTS], [f64; LATENTS]) {
        let output = |k: usize| {
            let product = |p: usize| x[p] * self.encoder_weight[p * 2 * LATENTS + k];
            self.encoder_bias[k] + (0..PIXELS).map(product).sum::<f64>()
        };
        // The floor of `DiagonalNormal::from_encoder`.
        let scale = |raw: f64| (raw + 8.0).exp().ln_1p() - 8.0;
        (std::array::from_fn(output), std::array::from_fn(|l| scale(output(LATENTS + l))))
    }

    /// `(log p(x|z), log p(z) - log q(z|x))` at `z = loc + scale · noise`, in f64.
    pub fn log_weight_parts(&self, x: &[f64], noise: &[f64]) -> (f64, f64) {
        let (loc, log_scale) = self.posterior(x);
        let z: Vec<f64> = (0..LATENTS).map(|l| loc[l] + log_scale[l].exp() * noise[l]).collect();
        let mut log_likelihood = -(PIXELS as f64) * (SCALE.ln() + 0.5 * (2.0 * std::f64::consts::PI).ln());
        for (p, x) in x.iter().enumerate() {
            let product = |l: usize| z[l] * self.decoder_weight[l * PIXELS + p];
            let mean = self.decoder_bias[p] + (0..LATENTS).map(product).sum::<f64>();
            log_likelihood -= 0.5 * ((x - mean) / SCALE).powi(2);
        }
        let ratio = (0..LATENTS).map(|l| 0.5 * (noise[l] * noise[l] - z[l] * z[l]) + log_scale[l]).sum();
        (log_likelihood, ratio)
    }

    /// KL(q‖p) in closed form.
    pub fn kl(&self, x: &[f64]) -> f64 {
        let (loc, log_scale) = self.posterior(x);
        (0..LATENTS).map(|l| 0.5 * (loc[l].powi(2) + (2.0 * log_scale[l]).exp() - 1.0) - log_scale[l]).sum()
    }
}

/// `log p(x)`: x is normal with mean b and covariance `s² I + WᵀW`, which has eigenvalues `s² + d_l²` along the rows of W and s²
/// across them.
pub fn evidence(x: &[f64]) -> f64 {
    let residual: Vec<f64> = x.iter().zip(BIAS).map(|(x, b)| x - b).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let variance = SCALE * SCALE;
    let mut log_det = (PIXELS - LATENTS) as f64 * variance.ln();
    let mut square = dot(&residual, &residual) / variance;
    for row in WEIGHT {
        let d2 = dot(&row, &row);
        log_det += (variance + d2).ln();
        square -= dot(&row, &residual).powi(2) / (variance * (variance + d2));
    }
    -0.5 * (PIXELS as f64 * (2.0 * std::f64::consts::PI).ln() + log_det + square)
}

/// `rows` copies of the datum with this noise, `[S, rows, L]`.
pub fn batch(noise: &[f32], draws: usize, rows: usize) -> ShardBatch {
    let x: Vec<f32> = DATUM.iter().cycle().take(rows * PIXELS).map(|x| *x as f32).collect();
    let x = tensor(&x, [rows, PIXELS]);
    ShardBatch { input: x.clone(), target: x, noise: tensor(noise, [draws, rows, LATENTS]), batch_rows: rows }
}

/// Gradient of a surrogate's loss, all parameters in order.
pub fn gradient(model: &Model, surrogate: &Surrogate) -> Vec<f64> {
    surrogate
        .backward()
        .collect(model)
        .into_iter()
        .flat_map(|g| numbers(g.expect("every parameter has a gradient")))
        .map(f64::from)
        .collect()
}

/// Objective (summed over rows) and gradient of the loss, weight 1 and no free bits.
pub fn run(model: &Model, objective: Objective, noise: &[f32], draws: usize, rows: usize) -> (f64, Vec<f64>) {
    let surrogate = objective.surrogate(model, batch(noise, draws, rows), 1.0, 0.0);
    let value = f64::from(numbers(surrogate.sums.clone())[0]);
    (value, gradient(model, &surrogate))
}
