//! The rules of a run's options, and what they come to for the training loop.

use clap::ValueEnum;
use reparam::estimator::Temperature;
use reparam::objective::{KlWeight, Objective};
use reparam::train::{AdamConfig, Schedule, TrainerConfig};
use reparam::vae::{DiscreteConfig, FitConfig, LatentEstimator};

use super::config::EPOCHS;
use super::dataset::DataInfo;
use super::options::{
    BinarizeKind, EntropyKind, EstimatorKind, LatentLawKind, LikelihoodKind, NetworkKind, ObjectiveKind, ScheduleKind,
};
use super::{RunConfig, VaeError};

/// Numbers in one layer of one step, at most: 4 GiB of 32 bits.
const MOST_VALUES: u128 = 1 << 30;
/// Draws of all judged images together, at most: 8 GiB of 64 bits.
const MOST_WEIGHTS: u128 = 1 << 30;

/// The word that an option's value is written as.
fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |word| word.get_name().to_owned())
}

impl RunConfig {
    /// Checks the rules that need no data; those of the loop itself are checked by [`reparam::vae::Fit::new`].
    ///
    /// # Errors
    /// The first option outside its rule.
    pub fn validate(&self) -> Result<(), VaeError> {
        let refuse = |name, rule: &str, got: String| Err(VaeError::option(name, rule, got));
        let widths = |sizes: &[usize]| sizes.iter().all(|w| (1..=65_536).contains(w));
        if self.hidden.is_empty() || !widths(&self.hidden) {
            return refuse("hidden", "widths from 1 to 65536, separated by commas", format!("{:?}", self.hidden));
        }
        if !widths(&[self.features]) {
            return refuse("features", "from 1 to 65536", self.features.to_string());
        }
        if !widths(&[self.latents]) {
            return refuse("latents", "from 1 to 65536", self.latents.to_string());
        }
        if !(0.0..1.0).contains(&self.validation) {
            return refuse("validation", "in [0, 1)", self.validation.to_string());
        }
        if self.patience > 0 && self.validation == 0.0 {
            return refuse("validation", "> 0 with patience, which needs validation images", "0".into());
        }
        if let Some(levels) = self.levels
            && !(2..=65_536).contains(&levels)
        {
            return refuse("levels", "from 2 to 65536", levels.to_string());
        }
        if self.likelihood != LikelihoodKind::Bernoulli
            && let Some(kind @ (BinarizeKind::Dynamic | BinarizeKind::Fixed)) = self.binarize
        {
            let got = format!("{kind:?}").to_lowercase();
            return refuse("binarize", "none unless the likelihood is bernoulli", got);
        }
        // Beyond these bounds counters overflow or memory ends; nothing sensible lies there.
        let bounded = [
            ("epochs", self.epochs.unwrap_or(EPOCHS), 1_000_000_000),
            ("draws", self.draws as u64, 65_536),
            ("batch", self.batch as u64, 10_000_000),
            ("nll-samples", self.nll_samples as u64, 1_000_000),
            ("shards", self.shards as u64, 65_536),
            // 0 stands for all cores.
            ("threads", self.threads.max(1) as u64, 1024),
        ];
        for (name, value, most) in bounded {
            if !(1..=most).contains(&value) {
                let rule = if value == 0 { "at least 1".into() } else { format!("at most {most}") };
                return Err(VaeError::option(name, rule, value));
            }
        }
        if !(self.seconds >= 0.0 && self.seconds.is_finite()) {
            return refuse("seconds", "finite and >= 0", self.seconds.to_string());
        }
        self.check_discrete()?;
        self.check_seed()?;
        if !(self.checkpoint_minutes >= 0.0 && self.checkpoint_minutes.is_finite()) {
            return refuse("checkpoint-minutes", "finite and >= 0", self.checkpoint_minutes.to_string());
        }
        if self.schedule == ScheduleKind::Step && self.decay_every_epochs == 0 {
            return refuse("decay-every-epochs", "at least 1", "0".into());
        }
        self.gaussian()?;
        self.shape()?;
        Ok(())
    }

    /// Rules of discrete latents, and of options that only they have.
    fn check_discrete(&self) -> Result<(), VaeError> {
        let refuse = |name, rule: &str, got: String| Err(VaeError::option(name, rule, got));
        if self.latent_law == LatentLawKind::Normal {
            let hint = Some("add --latent-law bernoulli or --latent-law categorical".to_owned());
            return match self.discrete_options().into_iter().find(|(_, _, is_default)| !is_default) {
                None => Ok(()),
                Some((name, got, _)) => {
                    let rule = "left alone with a normal latent, whose gradient is the path's".into();
                    Err(VaeError::Option { name, rule, got, hint })
                }
            };
        }
        if !(2..=65_536).contains(&self.categories) {
            return refuse("categories", "from 2 to 65536", self.categories.to_string());
        }
        for (name, value) in [("temperature", self.temperature), ("final-temperature", self.final_temperature)] {
            if !(value > 0.0 && value.is_finite()) {
                return refuse(name, "finite and > 0", value.to_string());
            }
        }
        if self.objective == ObjectiveKind::Iwae {
            return refuse("objective", "elbo with a discrete latent", "iwae".into());
        }
        if self.entropy != EntropyKind::ClosedForm {
            return refuse("entropy", "closed-form with a discrete latent", word(&self.entropy));
        }
        if self.estimator == EstimatorKind::Arm && self.latent_law == LatentLawKind::Categorical {
            return refuse("estimator", "another one with a categorical latent: arm is one of coins", "arm".into());
        }
        let estimator = LatentEstimator::from(self.estimator);
        if estimator.needs_pairs() && self.step_draws() % 2 == 1 {
            return refuse("draws", "even with this estimator, which takes pairs", self.draws.to_string());
        }
        Ok(())
    }

    /// Options that only discrete latents have: the value, and whether it is the default.
    fn discrete_options(&self) -> [(&'static str, String, bool); 6] {
        let defaults = Self::default();
        let number = |name, value: f64, default: f64| (name, value.to_string(), value == default);
        [
            ("estimator", word(&self.estimator), self.estimator == defaults.estimator),
            ("categories", self.categories.to_string(), self.categories == defaults.categories),
            number("temperature", self.temperature, defaults.temperature),
            number("final-temperature", self.final_temperature, defaults.final_temperature),
            ("anneal-epochs", self.anneal_epochs.to_string(), self.anneal_epochs == defaults.anneal_epochs),
            number("baseline-decay", self.baseline_decay, defaults.baseline_decay),
        ]
    }

    /// Those of them that were given and do nothing.
    fn idle_discrete_options(&self) -> Vec<String> {
        if !self.latents_law().is_discrete() {
            return Vec::new();
        }
        let estimator = LatentEstimator::from(self.estimator);
        let (has_temperature, learns) = (estimator.has_temperature(), self.estimator == EstimatorKind::Rebar);
        let of_estimator = format!("no effect on {}", word(&self.estimator));
        let idle = |name: &str| match name {
            "categories" if self.latent_law == LatentLawKind::Bernoulli => Some("no effect on coins".to_owned()),
            "temperature" | "anneal-epochs" | "final-temperature" if !has_temperature => Some(of_estimator.clone()),
            "anneal-epochs" | "final-temperature" if learns => Some("no effect on rebar, which learns it".into()),
            "final-temperature" if self.anneal_epochs == 0 => Some("no effect without --anneal-epochs".into()),
            "baseline-decay" if self.estimator != EstimatorKind::ScoreFunctionRunningMean => Some(of_estimator.clone()),
            _ => None,
        };
        let given = self.discrete_options().into_iter().filter(|(_, _, is_default)| !is_default);
        given.filter_map(|(name, ..)| Some(format!("{name} has {}", idle(name)?))).collect()
    }

    /// TOML, in which a run is written down, has no larger whole numbers.
    pub(super) fn check_seed(&self) -> Result<(), VaeError> {
        if self.seed > i64::MAX as u64 {
            return Err(VaeError::option("seed", "at most 9223372036854775807", self.seed));
        }
        Ok(())
    }

    /// Checks the products of options and data, which no option alone can break.
    pub(super) fn check_volume(&self, info: &DataInfo) -> Result<(), VaeError> {
        let refuse = |name, rule: String, got: String, hint: &str| {
            Err(VaeError::Option { name, rule, got, hint: Some(hint.into()) })
        };
        let (wide, batch) = (|n: usize| n as u128, self.batch.min(info.train_images));
        // One layer of one step, 32 bits a number; a step holds a few of them.
        let pixels: u128 = info.shape.iter().map(|&side| wide(side)).product();
        let layer = match self.network {
            NetworkKind::Mlp => self.hidden.iter().map(|&n| wide(n)).max().unwrap_or(0),
            NetworkKind::Conv => wide(self.features) * wide(info.shape[1]) * wide(info.shape[2]) / 8,
        };
        let outputs = pixels * wide(self.pixel_law()?.outputs_per_pixel());
        let values = wide(batch) * wide(self.step_draws()) * layer.max(outputs).max(wide(self.latent_width()));
        if values > MOST_VALUES {
            let got = format!("{batch} images x {} draws, {values} numbers in one layer", self.draws);
            let rule = format!("such that a step has at most {MOST_VALUES} numbers in one layer");
            return refuse("batch", rule, got, "a smaller --batch or --draws");
        }
        self.check_judged(info.test_images)?;
        let steps = info.train_images.div_ceil(self.batch.max(1)) as u64;
        if self.epochs.unwrap_or(EPOCHS).checked_mul(steps).is_none() {
            let got = format!("{} of {steps} steps", self.epochs.unwrap_or(EPOCHS));
            return refuse("epochs", "such that 64 bits count the steps".into(), got, "fewer --epochs");
        }
        Ok(())
    }

    /// Checks that the draws of all judged images together fit into memory.
    pub(super) fn check_judged(&self, images: usize) -> Result<(), VaeError> {
        let judged = if self.nll_images == 0 { images } else { self.nll_images.min(images) };
        if judged as u128 * self.nll_samples as u128 <= MOST_WEIGHTS {
            return Ok(());
        }
        Err(VaeError::Option {
            name: "nll-samples",
            rule: format!("such that all images together have at most {MOST_WEIGHTS} draws"),
            got: format!("{} for each of {judged} images", self.nll_samples),
            hint: Some("fewer --nll-samples or --nll-images".into()),
        })
    }

    /// The loop's configuration; `steps_per_epoch` turns epochs into steps.
    #[must_use]
    pub fn fit(&self, steps_per_epoch: u64) -> FitConfig {
        let floor = self.schedule_floor;
        FitConfig {
            epochs: self.epochs.unwrap_or(EPOCHS),
            batch: self.batch,
            learning_rate: self.learning_rate,
            schedule: match self.schedule {
                ScheduleKind::Constant => Schedule::Constant,
                ScheduleKind::Linear => Schedule::Linear { floor },
                ScheduleKind::Cosine => Schedule::Cosine { floor },
                ScheduleKind::Step => Schedule::Step {
                    every: self.decay_every_epochs.saturating_mul(steps_per_epoch),
                    factor: self.decay_factor,
                },
            },
            objective: match self.objective {
                ObjectiveKind::Elbo => Objective::Elbo { entropy: self.entropy.into(), draws: self.draws },
                ObjectiveKind::Iwae => Objective::Iwae { draws: self.draws, doubly_reparameterized: self.dreg },
            },
            kl: KlWeight {
                beta: self.beta,
                warmup_steps: self.warmup_epochs().saturating_mul(steps_per_epoch),
                free_bits: self.free_bits,
            },
            discrete: DiscreteConfig {
                estimator: self.estimator.into(),
                draws: self.step_draws(),
                temperature: if self.anneal_epochs == 0 {
                    Temperature::Constant { value: self.temperature }
                } else {
                    Temperature::Exponential {
                        start: self.temperature,
                        end: self.final_temperature,
                        steps: self.anneal_epochs.saturating_mul(steps_per_epoch),
                    }
                },
                baseline_decay: self.baseline_decay,
            },
            gradient_noise_every: self.gradient_noise_every.unwrap_or_else(|| {
                let discrete = self.latents_law().is_discrete();
                if discrete { (self.epochs.unwrap_or(EPOCHS) / 20).max(1) } else { 0 }
            }),
            binarization: self.binarization().into(),
            patience: self.patience,
            seed: self.seed,
            trainer: TrainerConfig {
                shards: self.shards,
                clip_norm: self.clip_norm,
                adam: AdamConfig { weight_decay: self.weight_decay, ..AdamConfig::default() },
                ..TrainerConfig::default()
            },
        }
    }

    /// Choices that are allowed and probably not meant.
    pub(super) fn warnings(&self, steps_per_epoch: u64, info: &DataInfo) -> Vec<String> {
        let mut notes = Vec::new();
        let epochs = self.epochs.unwrap_or(EPOCHS);
        let kl = self.fit(steps_per_epoch).kl;
        if !kl.completes_within(steps_per_epoch.saturating_mul(epochs)) {
            notes.push(format!(
                "the KL warm-up takes {} epochs and the run has {epochs}: the weight never reaches beta, and what is maximised is not the ELBO",
                self.warmup_epochs(),
            ));
        }
        let iwae = self.objective == ObjectiveKind::Iwae;
        let other_entropy = self.entropy != EntropyKind::ClosedForm;
        for (name, is_given) in [
            ("beta", self.beta != 1.0),
            ("kl-warmup-epochs", self.warmup_epochs() > 0),
            ("free-bits", self.free_bits > 0.0),
            ("entropy", other_entropy),
        ] {
            if iwae && is_given {
                notes.push(format!("{name} has no effect on the IWAE bound"));
            }
        }
        let estimator = LatentEstimator::from(self.estimator);
        if self.latents_law().is_discrete() && estimator.is_biased() {
            let words =
                if estimator == LatentEstimator::GumbelSoftmax { "on relaxed draws" } else { "by a biased gradient" };
            notes.push(format!("the encoder is trained {words}; every number that is reported is of the hard model"));
        }
        notes.extend(self.idle_discrete_options());
        if iwae && self.draws == 1 {
            notes.push("the IWAE bound of 1 draw is the ELBO: give more with --draws".into());
        }
        if !iwae && self.dreg {
            notes.push("dreg has no effect on the ELBO: it is a gradient of the IWAE bound".into());
        }
        if !iwae && self.free_bits > 0.0 && other_entropy {
            notes.push("free-bits has no effect with this entropy: it needs the closed form".into());
        }
        if self.learning_rate > 0.05 {
            notes
                .push(format!("a learning rate of {} is large for Adam: 0.0003 to 0.005 is usual", self.learning_rate));
        }
        if self.batch > info.train_images {
            notes.push(format!(
                "a batch of {} and {} training images: each epoch is one step on all of them",
                self.batch, info.train_images
            ));
        }
        let [low, high] = info.range;
        if low.abs().max(high.abs()) > 10.0 {
            notes.push(format!(
                "pixels lie between {low} and {high}: networks learn better from numbers near 1, see --max-value"
            ));
        }
        notes
    }
}
