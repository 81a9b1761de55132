//! Every option of a run, in one place: defaults, TOML, rules.

use std::path::{Path, PathBuf};

use reparam::vae::{GaussianScale, LatentEstimator, LatentLaw, Likelihood};
use serde::{Deserialize, Serialize};

use super::VaeError;
use super::options::{
    ActivationKind, BinarizeKind, EntropyKind, EstimatorKind, GaussianScaleChoice, LatentLawKind, LikelihoodKind,
    NetworkKind, ObjectiveKind, ScheduleKind,
};
use crate::data::{ImageShape, PixelScale, ReadOptions, ValueRule};

/// Steps that a run of small data makes at least, where `epochs` is not given.
const LEAST_STEPS: u64 = 8_000;
/// Epochs of a run where `epochs` is not given, unless the data are small.
pub(super) const EPOCHS: u64 = 100;

/// A run of `reparam vae train`. The keys are the names of the command's options.
///
/// ```
/// use reparam_cli::vae::RunConfig;
/// let config: RunConfig = toml::from_str("latents = 8\nlikelihood = 'gaussian'")?;
/// assert_eq!((config.latents, config.batch), (8, 128));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct RunConfig {
    /// Path of the data; without one, the digits inside the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// The raw value that becomes 1; without one, as the file's format or its largest value says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value: Option<f64>,
    /// `CxHxW` of an image, for flat rows; without one, a square with one channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_shape: Option<String>,
    /// CSV column with labels: a name, or a number from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_column: Option<String>,
    /// Part of the images held out for the test where the data bring no test part, in (0, 1).
    pub test_fraction: f64,
    /// Part of the training images that validate, in [0, 1); at most 1,000 images; 0: none.
    pub validation: f64,

    /// Kind of encoder and decoder.
    pub network: NetworkKind,
    /// Widths of the hidden layers of the encoder; the decoder mirrors them.
    pub hidden: Vec<usize>,
    /// Maps of the inner convolution; the outer one has half.
    pub features: usize,
    /// Non-linearity between layers.
    pub activation: ActivationKind,
    /// Latent dimensions.
    pub latents: usize,
    /// Law of a pixel.
    pub likelihood: LikelihoodKind,
    /// Scale of the Gaussian likelihood, in units of the scaled data.
    pub gaussian_scale: GaussianScaleChoice,
    /// Grey levels of the categorical likelihood; without a number, as the data say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub levels: Option<usize>,
    /// When intensities become zeros and ones; without a word, `dynamic` for Bernoulli and `none` otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binarize: Option<BinarizeKind>,

    /// Law of the latent.
    pub latent_law: LatentLawKind,
    /// Categories of each variable of the categorical law.
    pub categories: usize,
    /// How the encoder's gradient goes through discrete latents.
    pub estimator: EstimatorKind,
    /// Temperature of relaxations at the first step.
    pub temperature: f64,
    /// Temperature at the end of the annealing.
    pub final_temperature: f64,
    /// Epochs over which it falls; 0: it stays as it starts.
    pub anneal_epochs: u64,
    /// Memory of the running-mean baseline.
    pub baseline_decay: f64,

    /// What is maximised.
    pub objective: ObjectiveKind,
    /// How the entropy enters the ELBO.
    pub entropy: EntropyKind,
    /// Draws from the posterior for each image.
    pub draws: usize,
    /// Doubly reparameterised gradient of the IWAE bound.
    pub dreg: bool,
    /// Final weight of the KL divergence.
    pub beta: f64,
    /// Epochs over which that weight rises from 0; 0: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kl_warmup_epochs: Option<u64>,
    /// Nats that each latent may carry for free.
    pub free_bits: f64,

    /// Passes over the training images; without a number, 100, or more where the data are small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// Images in a step.
    pub batch: usize,
    /// Learning rate of Adam at the first step.
    pub learning_rate: f64,
    /// How it changes.
    pub schedule: ScheduleKind,
    /// Share of the learning rate at the last step, of `linear` and `cosine`.
    pub schedule_floor: f64,
    /// Epochs between two decays, of `step`.
    pub decay_every_epochs: u64,
    /// What the rate is multiplied by at a decay, of `step`.
    pub decay_factor: f64,
    /// Largest norm of the gradient; 0: no clipping.
    pub clip_norm: f64,
    /// Decoupled weight decay (`AdamW`), per unit of learning rate.
    pub weight_decay: f64,
    /// Epochs without a better validation ELBO after which training stops; 0: never.
    pub patience: u64,
    /// Seconds of training after which it stops; 0: never.
    pub seconds: f64,
    /// Epochs between two measurements of the gradient's noise; 0: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradient_noise_every: Option<u64>,
    /// Seed of everything random.
    pub seed: u64,
    /// Parts of a batch that run side by side; part of what the result depends on.
    pub shards: usize,
    /// Threads; 0: all cores. The result does not depend on it.
    pub threads: usize,
    /// `cpu`, `cuda`, `cuda:N` or `wgpu`.
    pub device: String,

    /// Minutes between two checkpoints; 0: only at the end.
    pub checkpoint_minutes: f64,
    /// Steps between two checkpoints; 0: by the clock alone.
    pub checkpoint_steps: u64,
    /// Draws for each image behind the negative log-likelihood.
    pub nll_samples: usize,
    /// Test images behind it, at most.
    pub nll_images: usize,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            data: None,
            max_value: None,
            image_shape: None,
            label_column: None,
            test_fraction: 1.0 / 6.0,
            validation: 0.05,
            network: NetworkKind::Mlp,
            hidden: vec![200, 200],
            features: 32,
            activation: ActivationKind::Gelu,
            latents: 32,
            likelihood: LikelihoodKind::Bernoulli,
            gaussian_scale: GaussianScaleChoice::Word("learned".into()),
            levels: None,
            binarize: None,
            latent_law: LatentLawKind::Normal,
            categories: 10,
            estimator: EstimatorKind::Disarm,
            temperature: 0.5,
            final_temperature: 0.5,
            anneal_epochs: 0,
            baseline_decay: 0.99,
            objective: ObjectiveKind::Elbo,
            entropy: EntropyKind::ClosedForm,
            draws: 1,
            dreg: false,
            beta: 1.0,
            kl_warmup_epochs: None,
            free_bits: 0.0,
            epochs: None,
            batch: 128,
            learning_rate: 3e-3,
            schedule: ScheduleKind::Linear,
            schedule_floor: 0.0,
            decay_every_epochs: 50,
            decay_factor: 0.5,
            clip_norm: 0.0,
            weight_decay: 0.0,
            patience: 0,
            seconds: 0.0,
            gradient_noise_every: None,
            seed: 0,
            shards: 2,
            threads: 0,
            device: "cpu".into(),
            checkpoint_minutes: 1.0,
            checkpoint_steps: 0,
            nll_samples: 500,
            nll_images: 1000,
        }
    }
}

impl RunConfig {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// A file that cannot be read, or a key, word or number in it that is none of the options.
    pub fn read(path: &Path) -> Result<Self, VaeError> {
        let text = std::fs::read_to_string(path).map_err(VaeError::io(path))?;
        toml::from_str(&text).map_err(|error| fault(path, Some(&text), &error))
    }

    /// This configuration with the keys of `flags` in place of its own.
    pub(super) fn overridden(&self, flags: toml::Table) -> Result<Self, VaeError> {
        self.check_seed()?;
        let place = Path::new("command line");
        let mut table = toml::Table::try_from(self)
            .map_err(|error| VaeError::Config { place: "configuration".into(), rule: error.to_string() })?;
        table.extend(flags);
        table.try_into().map_err(|error| fault(place, None, &error))
    }

    /// The TOML text that [`RunConfig::read`] reads back.
    ///
    /// # Errors
    /// A number that TOML cannot hold.
    pub fn to_toml(&self) -> Result<String, VaeError> {
        toml::to_string(self).map_err(|error| VaeError::Config { place: "config.toml".into(), rule: error.to_string() })
    }

    /// Options that an interrupted run may go on with, because its result does not depend on them.
    pub(super) const MACHINE: [&str; 4] = ["threads", "checkpoint-minutes", "checkpoint-steps", "seconds"];

    /// The options that decide the result. The path of the data is none: their checksum is compared.
    pub(super) fn decisive(&self) -> Result<toml::Table, VaeError> {
        let mut table: toml::Table = toml::from_str(&self.to_toml()?)
            .map_err(|error| VaeError::Config { place: "configuration".into(), rule: error.to_string() })?;
        for name in Self::MACHINE.into_iter().chain(["data"]) {
            table.remove(name);
        }
        Ok(table)
    }

    /// The scale of the Gaussian likelihood. Learned, it starts at half of the range that pixels have.
    pub(super) fn gaussian(&self) -> Result<GaussianScale, VaeError> {
        match &self.gaussian_scale {
            GaussianScaleChoice::Value(scale) if *scale > 0.0 && scale.is_finite() => Ok(GaussianScale::Fixed(*scale)),
            GaussianScaleChoice::Word(word) if word == "learned" => Ok(GaussianScale::Learned(0.5)),
            GaussianScaleChoice::Value(scale) => {
                Err(VaeError::option("gaussian-scale", "'learned', or a finite number > 0", scale))
            }
            GaussianScaleChoice::Word(word) => {
                Err(VaeError::option("gaussian-scale", "'learned', or a finite number > 0", format!("'{word}'")))
            }
        }
    }

    pub(super) fn shape(&self) -> Result<Option<ImageShape>, VaeError> {
        let Some(text) = &self.image_shape else {
            return Ok(None);
        };
        let sides: Option<Vec<usize>> = text.split('x').map(|side| side.parse().ok()).collect();
        match sides.as_deref() {
            Some(&[channels, height, width]) => Ok(Some(ImageShape { channels, height, width })),
            Some(&[height, width]) => Ok(Some(ImageShape { channels: 1, height, width })),
            _ => Err(VaeError::option("image-shape", "CxHxW or HxW, such as 3x32x32", format!("'{text}'"))),
        }
    }

    /// When intensities become data.
    #[must_use]
    pub fn binarization(&self) -> BinarizeKind {
        self.binarize.unwrap_or(if self.likelihood == LikelihoodKind::Bernoulli {
            BinarizeKind::Dynamic
        } else {
            BinarizeKind::None
        })
    }

    /// The law of the latent.
    #[must_use]
    pub const fn latents_law(&self) -> LatentLaw {
        match self.latent_law {
            LatentLawKind::Normal => LatentLaw::Normal,
            LatentLawKind::Bernoulli => LatentLaw::Bernoulli,
            LatentLawKind::Categorical => LatentLaw::Categorical { categories: self.categories },
        }
    }

    /// Numbers that the decoder takes for an image.
    #[must_use]
    pub const fn latent_width(&self) -> usize {
        self.latents_law().value_width(self.latents)
    }

    /// Draws of each image in a step: as asked for, and as many as the estimator of discrete latents needs.
    #[must_use]
    pub fn step_draws(&self) -> usize {
        let least =
            if self.latents_law().is_discrete() { LatentEstimator::from(self.estimator).least_draws() } else { 1 };
        self.draws.max(least)
    }

    /// Epochs over which the weight of the divergence rises: as asked for, else none, or of a discrete latent the first three tenths of the run. Without it
    /// coins that say nothing yet are switched off before they learn to speak.
    #[must_use]
    pub fn warmup_epochs(&self) -> u64 {
        let usual =
            if self.latents_law().is_discrete() { self.epochs.unwrap_or(EPOCHS).saturating_mul(3) / 10 } else { 0 };
        self.kl_warmup_epochs.unwrap_or(usual)
    }

    /// The likelihood. Levels that are not known yet count as 256.
    ///
    /// # Errors
    /// A scale that is none.
    pub fn pixel_law(&self) -> Result<Likelihood, VaeError> {
        Ok(match self.likelihood {
            LikelihoodKind::Bernoulli => Likelihood::Bernoulli,
            LikelihoodKind::ContinuousBernoulli => Likelihood::ContinuousBernoulli,
            LikelihoodKind::Gaussian => Likelihood::Gaussian { scale: self.gaussian()? },
            LikelihoodKind::Categorical => Likelihood::Categorical { levels: self.levels.unwrap_or(256) },
        })
    }

    /// What the likelihood allows a pixel to be.
    #[must_use]
    pub fn value_rule(&self) -> ValueRule {
        match (self.likelihood, self.binarization()) {
            (LikelihoodKind::Bernoulli, BinarizeKind::None) => ValueRule::Binary,
            (LikelihoodKind::Bernoulli | LikelihoodKind::ContinuousBernoulli, _) => ValueRule::UnitInterval,
            (LikelihoodKind::Gaussian, _) => ValueRule::AnyFinite,
            (LikelihoodKind::Categorical, _) => ValueRule::Levels(self.levels.unwrap_or(256) as u32),
        }
    }

    /// How the data are read.
    ///
    /// # Errors
    /// An image shape that is none.
    pub fn read_options(&self) -> Result<ReadOptions, VaeError> {
        Ok(ReadOptions {
            value_range: self.value_rule(),
            test_fraction: self.test_fraction,
            image_shape: self.shape()?,
            label_column: self.label_column.clone(),
            max_value: self.max_value,
            ..ReadOptions::default()
        })
    }

    /// Writes out what depends on the data: epochs, levels, binarisation, an absolute path.
    #[must_use]
    pub fn resolved(mut self, training_images: usize, scale: PixelScale) -> Self {
        self.binarize = Some(self.binarization());
        if self.likelihood == LikelihoodKind::Categorical && self.levels.is_none() {
            self.levels = Some(match scale {
                PixelScale::Levels(levels) => levels as usize,
                PixelScale::Unit | PixelScale::Raw => 256,
            });
        }
        let steps = training_images.div_ceil(self.batch.max(1)).max(1) as u64;
        self.epochs.get_or_insert_with(|| LEAST_STEPS.div_ceil(steps).max(EPOCHS));
        self.data = self.data.map(|path| std::path::absolute(&path).unwrap_or(path));
        self
    }
}

/// A TOML error in one line, with the line of the file that it is in.
fn fault(path: &Path, text: Option<&str>, error: &toml::de::Error) -> VaeError {
    let line = error.span().zip(text).map(|(span, text)| 1 + text[..span.start.min(text.len())].matches('\n').count());
    let place = match line {
        Some(line) => format!("{}:{line}", path.display()),
        None => path.display().to_string(),
    };
    VaeError::Config { place, rule: error.message().replace('\n', " ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_configuration_are_one_for_one() {
        let config = RunConfig {
            data: Some("/data/a b.npy".into()),
            learning_rate: 1.0 / 3.0,
            gaussian_scale: GaussianScaleChoice::Value(0.1),
            levels: Some(17),
            ..RunConfig::default()
        };
        for config in [config.resolved(1000, PixelScale::Unit), RunConfig::default()] {
            let text = config.to_toml().unwrap();
            assert_eq!(toml::from_str::<RunConfig>(&text).unwrap(), config);
        }
    }

    #[test]
    fn faults_of_a_file_name_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.toml");
        for (text, message) in [
            ("latents = 3\nlatent = 4\n", "run.toml:2: unknown field `latent`"),
            ("\n\nlikelihood = 'poisson'", "run.toml:3: unknown variant `poisson`"),
            ("batch = 'many'", "run.toml:1: invalid type"),
            ("batch = ", "run.toml:1: "),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = RunConfig::read(&path).unwrap_err().to_string();
            assert!(error.contains(message) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn small_data_get_more_epochs() {
        let epochs = |images| RunConfig::default().resolved(images, PixelScale::Unit).epochs.unwrap();
        assert_eq!(epochs(60_000), EPOCHS);
        assert_eq!(epochs(1280), LEAST_STEPS / 10);
    }
}
