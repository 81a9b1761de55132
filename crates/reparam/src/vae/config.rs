//! How to train, and what cannot be trained.

use serde::{Deserialize, Serialize};

use super::{Binarization, DiscreteConfig, LatentEstimator, LatentLaw};
use crate::objective::{EntropyTerm, KlWeight, Objective};
use crate::train::{Schedule, ScheduleError, StepError, TrainerConfig};

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct FitConfig {
    /// Passes over the training rows.
    pub epochs: u64,
    /// Rows in a batch; the last one of an epoch may be smaller.
    pub batch: usize,
    /// Learning rate at the first step.
    pub learning_rate: f64,
    /// How it changes.
    pub schedule: Schedule,
    /// What is maximised; with discrete latents the ELBO with its closed-form divergence, at [`DiscreteConfig::draws`] draws.
    pub objective: Objective,
    /// Weight of the divergence, warm-up and free bits; without effect on the IWAE objective, whose weight is 1.
    pub kl: KlWeight,
    /// How the gradient goes through discrete latents; without effect on normal ones.
    pub discrete: DiscreteConfig,
    /// Epochs between two measurements of the gradient's noise; 0: none.
    pub gradient_noise_every: u64,
    /// How intensities become data.
    pub binarization: Binarization,
    /// Epochs without a better validation ELBO after which training stops; 0: never.
    pub patience: u64,
    /// Seed of everything random in the run.
    pub seed: u64,
    /// Shards, clipping, optimiser.
    pub trainer: TrainerConfig,
}

impl Default for FitConfig {
    fn default() -> Self {
        Self {
            epochs: 100,
            batch: 128,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            objective: Objective::default(),
            kl: KlWeight::default(),
            discrete: DiscreteConfig::default(),
            gradient_noise_every: 0,
            binarization: Binarization::Dynamic,
            patience: 0,
            seed: 0,
            trainer: TrainerConfig::default(),
        }
    }
}

/// A run that cannot start or go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// A number of the configuration breaks its rule.
    #[error("{name} must be {rule}, got {value}")]
    Config {
        /// Name of the option.
        name: &'static str,
        /// What it must be.
        rule: &'static str,
        /// What it is.
        value: String,
    },
    /// The schedule makes no sense.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// There is nothing to train on.
    #[error("training data: at least 1 image is needed, got 0")]
    NoData,
    /// A step failed.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The checkpoint is that of another run.
    #[error("checkpoint does not fit this run: {0}")]
    Checkpoint(String),
}

/// Checks every number, and that the estimator is one of this law's.
pub(super) fn check(config: &FitConfig, law: LatentLaw) -> Result<(), FitError> {
    config.schedule.validate()?;
    let positive = |value: f64| value > 0.0 && value.is_finite();
    let share = |value: f64| (0.0..1.0).contains(&value);
    let (trainer, adam) = (&config.trainer, &config.trainer.adam);
    if law.is_discrete() {
        check_discrete(config, law)?;
    }
    let rules: [(&'static str, bool, &'static str, String); 11] = [
        ("epochs", config.epochs > 0, "at least 1", config.epochs.to_string()),
        ("batch", config.batch > 0, "at least 1", config.batch.to_string()),
        ("learning-rate", positive(config.learning_rate), "finite and > 0", config.learning_rate.to_string()),
        ("draws", config.objective.draws() > 0, "at least 1", config.objective.draws().to_string()),
        ("beta", config.kl.beta >= 0.0 && config.kl.beta.is_finite(), "finite and >= 0", config.kl.beta.to_string()),
        (
            "free-bits",
            config.kl.free_bits >= 0.0 && config.kl.free_bits.is_finite(),
            "finite and >= 0",
            config.kl.free_bits.to_string(),
        ),
        ("shards", trainer.shards > 0, "at least 1", trainer.shards.to_string()),
        (
            "clip-norm",
            trainer.clip_norm >= 0.0 && trainer.clip_norm.is_finite(),
            "finite and >= 0",
            trainer.clip_norm.to_string(),
        ),
        (
            "adam betas",
            share(adam.beta1) && share(adam.beta2),
            "in [0, 1)",
            format!("{} and {}", adam.beta1, adam.beta2),
        ),
        ("epsilon", positive(adam.epsilon), "finite and > 0", adam.epsilon.to_string()),
        (
            "weight-decay",
            adam.weight_decay >= 0.0 && adam.weight_decay.is_finite(),
            "finite and >= 0",
            adam.weight_decay.to_string(),
        ),
    ];
    first_broken(rules)
}

/// What only discrete latents ask for.
fn check_discrete(config: &FitConfig, law: LatentLaw) -> Result<(), FitError> {
    let discrete = &config.discrete;
    let (estimator, pairs) = (discrete.estimator, discrete.estimator.needs_pairs());
    let is_closed_form = matches!(config.objective, Objective::Elbo { entropy: EntropyTerm::ClosedForm, .. });
    first_broken([
        (
            "draws",
            discrete.draws >= estimator.least_draws() && !(pairs && discrete.draws % 2 == 1),
            match (pairs, estimator) {
                (true, _) => "even and at least 2, for this estimator takes pairs",
                (_, LatentEstimator::Rloo) => "at least 2, for each draw's baseline is the mean of the others",
                _ => "at least 1",
            },
            discrete.draws.to_string(),
        ),
        ("temperature", discrete.temperature.is_valid(), "finite and > 0", format!("{:?}", discrete.temperature)),
        (
            "baseline-decay",
            (0.0..1.0).contains(&discrete.baseline_decay),
            "in [0, 1)",
            discrete.baseline_decay.to_string(),
        ),
        (
            "estimator",
            estimator != LatentEstimator::Arm || law == LatentLaw::Bernoulli,
            "another one with categories: it is one of coins",
            "arm".into(),
        ),
        (
            "objective",
            is_closed_form,
            "the ELBO with the closed-form divergence where latents are discrete",
            format!("{:?}", config.objective),
        ),
    ])
}

/// The first rule that does not hold.
fn first_broken<const N: usize>(rules: [(&'static str, bool, &'static str, String); N]) -> Result<(), FitError> {
    match rules.into_iter().find(|rule| !rule.1) {
        Some((name, _, rule, value)) => Err(FitError::Config { name, rule, value }),
        None => Ok(()),
    }
}
