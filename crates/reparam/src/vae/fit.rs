//! The training loop, one step at a time, so that a caller can show progress, save and stop where it likes.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use reparam_core::noise::{Key, Noise};
use serde::{Deserialize, Serialize};

use super::progress::Progress;
use super::{Binarization, Rows, Vae};
use crate::nn::Network;
use crate::objective::{KlWeight, LatentModel, Objective, ShardBatch};
use crate::train::{
    Checkpoint, Schedule, ScheduleError, StepError, Trainer, TrainerConfig, load_parameters, read_parameters,
};

/// Rows that one validation task takes.
const VALIDATION_ROWS: usize = 64;

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
    /// What is maximised.
    pub objective: Objective,
    /// Weight of the divergence.
    pub kl: KlWeight,
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

/// What one epoch came to. All of it is reproduced to the bit by the same configuration and data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochRow {
    /// Epochs done, from 1.
    pub epoch: u64,
    /// Steps done.
    pub step: u64,
    /// The objective as maximised, per image, averaged over the epoch, with the divergence at weight 1.
    pub objective: f64,
    /// Expected log-likelihood per image.
    pub reconstruction: f64,
    /// Divergence per image, closed form.
    pub kl: f64,
    /// ELBO of the validation rows, one draw each; absent without validation rows.
    pub validation_elbo: Option<f64>,
    /// Its standard error over rows.
    pub validation_elbo_se: Option<f64>,
    /// Learning rate at the last step.
    pub learning_rate: f64,
    /// Weight of the divergence at the last step.
    pub kl_weight: f64,
    /// Mean norm of the gradient; absent on devices that keep it.
    pub gradient_norm: Option<f64>,
    /// Steps skipped so far because something was not finite.
    pub skipped: u64,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// All epochs were made.
    Epochs,
    /// The validation ELBO has not improved for `patience` epochs.
    Patience,
}

/// What one call of [`Fit::advance`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A step within an epoch.
    Step,
    /// The last step of an epoch; `improved` says whether its validation ELBO is the best so far.
    Epoch {
        /// The epoch's numbers.
        row: EpochRow,
        /// Best so far.
        improved: bool,
    },
    /// Nothing: training is over.
    Finished(Stop),
}

/// A run of training.
#[derive(Debug)]
pub struct Fit<'a, E: Network, D: Network> {
    trainer: Trainer<Vae<E, D>>,
    train: Rows<'a>,
    validation: Rows<'a>,
    config: FitConfig,
    device: Device,
    progress: Progress,
    order: (u64, Vec<usize>),
    /// Sums that have not been read back from a device yet.
    pending: Option<Tensor<1>>,
}

impl<'a, E: Network + Sync, D: Network + Sync> Fit<'a, E, D> {
    /// A run at its start. `validation` may be empty.
    ///
    /// # Errors
    /// No training rows, or a configuration that makes no sense.
    pub fn new(
        vae: Vae<E, D>,
        train: Rows<'a>,
        validation: Rows<'a>,
        config: FitConfig,
        threads: usize,
        device: &Device,
    ) -> Result<Self, FitError> {
        check(&config)?;
        if train.is_empty() {
            return Err(FitError::NoData);
        }
        if config.patience > 0 && validation.is_empty() {
            return Err(FitError::Config {
                name: "patience",
                rule: "0 where there are no validation images to judge by",
                value: config.patience.to_string(),
            });
        }
        let trainer = Trainer::new(vae, config.trainer, threads, device)?;
        Ok(Self {
            trainer,
            train,
            validation,
            config,
            device: device.clone(),
            progress: Progress::default(),
            order: (u64::MAX, Vec::new()),
            pending: None,
        })
    }

    /// Steps in an epoch.
    #[must_use]
    pub fn steps_per_epoch(&self) -> u64 {
        self.train.len().div_ceil(self.config.batch) as u64
    }

    /// Steps in the whole run.
    #[must_use]
    pub fn total_steps(&self) -> u64 {
        self.steps_per_epoch() * self.config.epochs
    }

    /// The trainer: the model as it is, the step count, the pool of threads.
    #[must_use]
    pub const fn trainer(&self) -> &Trainer<Vae<E, D>> {
        &self.trainer
    }

    /// The rows of all epochs so far.
    #[must_use]
    pub fn history(&self) -> &[EpochRow] {
        &self.progress.history
    }

    /// All that is needed to continue exactly from here.
    #[must_use]
    pub fn checkpoint(&mut self) -> Checkpoint {
        self.read_pending();
        Checkpoint {
            parameters: read_parameters(self.trainer.model()),
            moments: self.trainer.adam().state(),
            counts: self.trainer.counts(),
            progress: self.progress.to_json(),
        }
    }

    /// Continues from a checkpoint of the same configuration and data.
    ///
    /// # Errors
    /// A checkpoint whose parameters or progress do not fit.
    pub fn resume(&mut self, checkpoint: Checkpoint) -> Result<(), FitError> {
        let fault = |e: &dyn std::fmt::Display| FitError::Checkpoint(e.to_string());
        let progress = Progress::from_json(checkpoint.progress).map_err(|e| fault(&e))?;
        let model = load_parameters(self.trainer.model().clone(), &checkpoint.parameters).map_err(|e| fault(&e))?;
        if !self.trainer.restore(model, checkpoint.moments, checkpoint.counts) {
            return Err(fault(&"the optimiser's moments have other sizes than the model"));
        }
        self.progress = progress;
        Ok(())
    }

    /// Makes the next step, if there is one.
    ///
    /// # Errors
    /// When training diverges.
    pub fn advance(&mut self) -> Result<Event, FitError> {
        if let Some(stop) = self.finished() {
            return Ok(Event::Finished(stop));
        }
        let step = self.trainer.step_count();
        let per_epoch = self.steps_per_epoch();
        let epoch = step / per_epoch;
        self.shuffle(epoch);
        let start = (step % per_epoch) as usize * self.config.batch;
        let indices = &self.order.1[start..(start + self.config.batch).min(self.train.len())];
        let rate = self.config.learning_rate * self.config.schedule.factor(step, self.total_steps());
        let weight = self.config.kl.at(step);
        let batcher = Batcher {
            rows: self.train,
            config: &self.config,
            device: &self.device,
            key: Key::new(self.config.seed).site("train"),
        };
        let latents = self.trainer.model().latents();
        let (objective, free_bits) = (self.config.objective, self.config.kl.free_bits);
        let report = self.trainer.step(indices.len(), rate, |vae, part| {
            let batch = batcher.shard(indices, part, step, latents);
            objective.surrogate(vae, batch, weight, free_bits)
        })?;
        let rows = indices.len() as u64;
        self.account(report.sums, rows, report.skipped == Some(true), report.gradient_norm);
        if (step + 1).is_multiple_of(per_epoch) {
            let (row, improved) = self.end_epoch(epoch, rate, weight);
            return Ok(Event::Epoch { row, improved });
        }
        Ok(Event::Step)
    }

    fn finished(&self) -> Option<Stop> {
        if self.config.patience > 0 && self.progress.epochs_since_best >= self.config.patience {
            return Some(Stop::Patience);
        }
        (self.trainer.step_count() >= self.total_steps()).then_some(Stop::Epochs)
    }

    fn shuffle(&mut self, epoch: u64) {
        if self.order.0 != epoch {
            let order = Key::new(self.config.seed).site("shuffle").step(epoch).permutation(self.train.len());
            self.order = (epoch, order);
        }
    }

    /// Adds what a step logged. On the CPU the sums are numbers in memory; elsewhere they stay on the device until they are asked for.
    fn account(&mut self, sums: Vec<Tensor<1>>, rows: u64, skipped: bool, norm: Option<f64>) {
        if skipped {
            return;
        }
        self.progress.rows += rows;
        if let Some(norm) = norm {
            self.progress.norm += norm;
            self.progress.norms += 1;
        }
        for sum in sums {
            self.pending = Some(match self.pending.take() {
                Some(pending) => pending + sum,
                None => sum,
            });
            if norm.is_some() {
                self.read_pending();
            }
        }
    }

    fn read_pending(&mut self) {
        if let Some(pending) = self.pending.take() {
            for (total, part) in self.progress.sums.iter_mut().zip(pending.into_data().iter::<f64>()) {
                *total += part;
            }
        }
    }

    fn end_epoch(&mut self, epoch: u64, learning_rate: f64, kl_weight: f64) -> (EpochRow, bool) {
        self.read_pending();
        let validation = self.validate(epoch);
        let progress = &mut self.progress;
        let rows = progress.rows.max(1) as f64;
        let row = EpochRow {
            epoch: epoch + 1,
            step: self.trainer.step_count(),
            objective: progress.sums[0] / rows,
            reconstruction: progress.sums[1] / rows,
            kl: progress.sums[2] / rows,
            validation_elbo: validation.map(|v| v.0),
            validation_elbo_se: validation.map(|v| v.1),
            learning_rate,
            kl_weight,
            gradient_norm: (progress.norms > 0).then(|| progress.norm / progress.norms as f64),
            skipped: self.trainer.skipped(),
        };
        // A NaN must not become the best, because nothing is greater than it.
        let improved =
            row.validation_elbo.is_some_and(|elbo| elbo.is_finite() && progress.best.is_none_or(|best| elbo > best));
        if improved {
            progress.best = row.validation_elbo;
            progress.epochs_since_best = 0;
        } else {
            progress.epochs_since_best += 1;
        }
        progress.history.push(row);
        (progress.sums, progress.rows, progress.norm, progress.norms) = ([0.0; 3], 0, 0.0, 0);
        (row, improved)
    }

    /// Mean and standard error of the ELBO over the validation rows, one draw each.
    fn validate(&self, epoch: u64) -> Option<(f64, f64)> {
        if self.validation.is_empty() {
            return None;
        }
        let (vae, rows) = (self.trainer.model(), self.validation);
        let batcher = Batcher {
            rows,
            config: &self.config,
            device: &self.device,
            key: Key::new(self.config.seed).site("validation"),
        };
        let all: Vec<usize> = (0..rows.len()).collect();
        let starts: Vec<usize> = (0..rows.len()).step_by(VALIDATION_ROWS).collect();
        let elbos: Vec<f64> = self.trainer.pool().install(|| {
            starts
                .into_par_iter()
                .flat_map_iter(|start| {
                    let part = start..(start + VALIDATION_ROWS).min(rows.len());
                    let batch = batcher.shard(&all, part, epoch, vae.latents());
                    let draws = batch.noise.dims()[0];
                    let n = batch.input.dims()[0];
                    let q = vae.posterior(batch.input);
                    let log_likelihood =
                        vae.log_likelihood(q.rsample(batch.noise), batch.target).reshape([draws, n]).mean_dim(0);
                    let elbo = log_likelihood.reshape([n]) - q.kl_per_latent().sum_dim(1).reshape([n]);
                    elbo.into_data().iter::<f64>().collect::<Vec<_>>()
                })
                .collect()
        });
        let n = elbos.len() as f64;
        let mean = elbos.iter().sum::<f64>() / n;
        let variance = elbos.iter().map(|e| (e - mean) * (e - mean)).sum::<f64>() / (n - 1.0).max(1.0);
        Some((mean, (variance / n).sqrt()))
    }
}

/// Makes the tensors of a shard.
struct Batcher<'a> {
    rows: Rows<'a>,
    config: &'a FitConfig,
    device: &'a Device,
    key: Key,
}

impl Batcher<'_> {
    fn shard(&self, indices: &[usize], part: std::ops::Range<usize>, step: u64, latents: usize) -> ShardBatch {
        let target =
            self.rows.batch(&indices[part.clone()], part.start, self.config.binarization, self.key, step, self.device);
        let (draws, n) = (self.config.objective.draws().max(1), part.len());
        // Index: draw, place in the whole batch, latent. The cut into shards does not move a number.
        let mut noise = vec![0.0_f32; draws * n * latents];
        let stream = self.key.site("posterior").step(step);
        for (d, block) in noise.chunks_exact_mut((n * latents).max(1)).enumerate() {
            let first = (d * indices.len() + part.start) * latents;
            stream.fill(Noise::StandardNormal, first as u64, block);
        }
        let noise = Tensor::from_data(TensorData::new(noise, [draws, n, latents]), self.device);
        ShardBatch { input: target.clone(), target, noise, batch_rows: indices.len() }
    }
}

fn check(config: &FitConfig) -> Result<(), FitError> {
    config.schedule.validate()?;
    let positive = |value: f64| value > 0.0 && value.is_finite();
    let share = |value: f64| (0.0..1.0).contains(&value);
    let (trainer, adam) = (&config.trainer, &config.trainer.adam);
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
    match rules.into_iter().find(|rule| !rule.1) {
        Some((name, _, rule, value)) => Err(FitError::Config { name, rule, value }),
        None => Ok(()),
    }
}
