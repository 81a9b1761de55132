//! A small autoencoder and its data.

use burn::tensor::Device;
use reparam::nn::{Activation, Mlp};
use reparam::objective::{EntropyTerm, KlWeight, Objective};
use reparam::train::{Schedule, TrainerConfig};
use reparam::vae::{Event, Fit, FitConfig, Likelihood, Rows, Stop, Vae};
use reparam_core::noise::Key;

use crate::support::uniforms;

pub const WIDTH: usize = 6;
pub type Small = Vae<Mlp, Mlp>;

/// 23 rows to train on, in batches of 8: three steps an epoch, the last one of 7 rows; 5 rows to validate on.
pub struct Data {
    train: Vec<f32>,
    validation: Vec<f32>,
}

impl Data {
    pub fn new() -> Self {
        Self { train: uniforms("train", 23 * WIDTH), validation: uniforms("validation", 5 * WIDTH) }
    }

    pub fn train(&self) -> Rows<'_> {
        Rows::new(&self.train, WIDTH)
    }

    pub fn validation(&self) -> Rows<'_> {
        Rows::new(&self.validation, WIDTH)
    }
}

pub fn vae() -> Small {
    let (device, key) = (Device::flex(), Key::new(3));
    Vae::new(
        Mlp::new(&[WIDTH, 8, 4], Activation::Tanh, key.site("encoder"), &device),
        Mlp::new(&[2, 8, WIDTH], Activation::Tanh, key.site("decoder"), &device),
        2,
        Likelihood::Bernoulli,
        &device,
    )
}

pub fn config() -> FitConfig {
    FitConfig {
        epochs: 4,
        batch: 8,
        learning_rate: 1e-2,
        schedule: Schedule::Cosine { floor: 0.1 },
        objective: Objective::Elbo { entropy: EntropyTerm::StickingTheLanding, draws: 2 },
        kl: KlWeight { warmup_steps: 5, ..KlWeight::default() },
        seed: 9,
        trainer: TrainerConfig { shards: 3, clip_norm: 2.0, ..TrainerConfig::default() },
        ..FitConfig::default()
    }
}

pub fn fit(data: &Data, config: FitConfig, threads: usize) -> Fit<'_, Mlp, Mlp> {
    let (train, validation) = (data.train(), data.validation());
    Fit::new(vae(), train, validation, config, threads, &Device::flex()).expect("a run")
}

/// Advances to the end.
pub fn finish(fit: &mut Fit<'_, Mlp, Mlp>) -> Stop {
    loop {
        if let Event::Finished(stop) = fit.advance().expect("finite steps") {
            return stop;
        }
    }
}
