//! The training loop, one step at a time, so that a caller can show progress, save and stop where it likes.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rayon::prelude::*;
use reparam_core::noise::Key;
use serde::{Deserialize, Serialize};

use super::batcher::Batcher;
use super::config::check;
use super::discrete::{self, Memory, REBAR_EVERY, REBAR_ROWS};
use super::evaluate::mean_and_error;
use super::progress::Progress;
use super::step::{NOISE_REPEATS, Step, minus_log_likelihood, noise_of, surrogate};
use super::{FitConfig, FitError, LatentEstimator, Rows, Vae, json};
use crate::estimator::Draws;
use crate::nn::Network;
use crate::objective::LatentModel;
use crate::train::{Checkpoint, StepReport, Trainer, load_parameters, numbers, read_parameters};

/// Rows that one validation task takes.
const VALIDATION_ROWS: usize = 64;

/// What one epoch came to; where every step of it was skipped, its means are NaN. All of it is reproduced to the bit by the same
/// configuration and data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochRow {
    /// Epochs done, from 1.
    pub epoch: u64,
    /// Steps done.
    pub step: u64,
    /// The bound that is maximised, per image, averaged over the epoch, with the divergence at weight 1 and without free bits: the
    /// ELBO, or the IWAE bound, which lies above it. With an entropy term at the draws it is the ELBO with their noise.
    #[serde(deserialize_with = "json::number")]
    pub objective: f64,
    /// Evidence lower bound per image, `reconstruction - kl`, whatever is maximised.
    #[serde(deserialize_with = "json::number")]
    pub elbo: f64,
    /// Expected log-likelihood per image.
    #[serde(deserialize_with = "json::number")]
    pub reconstruction: f64,
    /// Divergence per image, closed form.
    #[serde(deserialize_with = "json::number")]
    pub kl: f64,
    /// ELBO of the validation rows, one draw each, with the same binarisation and draws in every epoch; absent without validation
    /// rows.
    pub validation_elbo: Option<f64>,
    /// Its standard error over rows.
    pub validation_elbo_se: Option<f64>,
    /// Learning rate at the last step.
    pub learning_rate: f64,
    /// Weight of the divergence at the last step.
    pub kl_weight: f64,
    /// Mean norm of the gradient; absent on devices that keep it.
    pub gradient_norm: Option<f64>,
    /// Variance of one step's gradient of the encoder with the noise of its latents, summed over all weights: at the end of the epoch, at fixed
    /// weights, on one batch. Absent where it is not measured ([`FitConfig::gradient_noise_every`]).
    pub gradient_variance: Option<f64>,
    /// Squared norm of that gradient's mean over the variance, less what the noise of the mean itself adds; not below 0.
    pub gradient_snr: Option<f64>,
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
    /// Sums and rows of each step that have not been read back from a device yet.
    pending: Vec<Tensor<1>>,
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
        check(&config, vae.latent_law())?;
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
            device: device.clone().without_autodiff(),
            progress: Progress::default(),
            order: (u64::MAX, Vec::new()),
            pending: Vec::new(),
        })
    }

    /// The same run with steps as on other devices than the CPU, see [`Trainer::on_tensors`].
    #[must_use]
    pub fn on_tensors(self) -> Self {
        Self { trainer: self.trainer.on_tensors(), ..self }
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
        // Brings the counters up to date. That training diverged is kept by the trainer and said at the end of the epoch; the weights of
        // skipped steps are those before them, and worth keeping.
        let _ = self.trainer.sync();
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
    /// When training diverges; on devices that keep their numbers, at the end of the epoch.
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
            binarization: self.config.binarization,
            device: &self.device,
            key: Key::new(self.config.seed).site("train"),
        };
        let memory = self.memory();
        let config = self.config;
        let this = Step { key: batcher.key, number: step, temperature: step, weight };
        let report = self
            .trainer
            .step(indices.len(), rate, |vae, part| surrogate(vae, &batcher, indices, part, this, &config, &memory))?;
        let rows = indices.len() as u64;
        let memory = self.learnt(memory, &report, rows, step);
        if let Some(memory) = memory {
            self.progress.memory = memory.state().to_vec();
        }
        self.account(report, rows);
        if (step + 1).is_multiple_of(per_epoch) {
            self.trainer.sync()?;
            let (row, improved) = self.end_epoch(epoch, rate, weight);
            return Ok(Event::Epoch { row, improved });
        }
        Ok(Event::Step)
    }

    /// What the estimator of discrete latents knows.
    fn memory(&self) -> Memory {
        match <[f64; 7]>::try_from(self.progress.memory.as_slice()) {
            Ok(state) => Memory::from_state(state),
            Err(_) => Memory::new(&self.config.discrete),
        }
    }

    /// What it knows after a step; `None` where it learns nothing.
    fn learnt(&self, mut memory: Memory, report: &StepReport, rows: u64, step: u64) -> Option<Memory> {
        if !self.trainer.model().latent_law().is_discrete() || report.skipped == Some(true) {
            return None;
        }
        match self.config.discrete.estimator {
            LatentEstimator::ScoreFunctionRunningMean => {
                // Reads two numbers back, on other devices too: the baseline of the next step needs them.
                let reconstruction: f64 = report.sums.iter().map(|s| f64::from(numbers(s.clone())[1])).sum();
                memory.mean.add(-reconstruction / rows.max(1) as f64);
            }
            LatentEstimator::Rebar if step.is_multiple_of(REBAR_EVERY) => {
                let (vae, batcher) = (self.trainer.model(), self.batcher("adapt"));
                let start = (step % self.steps_per_epoch()) as usize * self.config.batch;
                let indices = &self.order.1[start..(start + REBAR_ROWS).min(self.train.len())];
                let x = batcher.pixels(indices, 0..indices.len(), step);
                let posterior = vae.encode(x.clone());
                let cost = |z: Tensor<3>| minus_log_likelihood(vae, z, x.clone());
                let draws = Draws::new(1, batcher.key.site("posterior"), step);
                // Nothing to learn from where an estimate is refused; the step itself has said so.
                let _ = discrete::adapt(&mut memory, &posterior, &cost, &draws);
            }
            _ => return None,
        }
        Some(memory)
    }

    fn batcher(&self, site: &str) -> Batcher<'_> {
        Batcher {
            rows: self.train,
            binarization: self.config.binarization,
            device: &self.device,
            key: Key::new(self.config.seed).site(site),
        }
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
    fn account(&mut self, report: StepReport, rows: u64) {
        if report.skipped == Some(true) {
            return;
        }
        if let Some(norm) = report.gradient_norm {
            self.progress.norm += norm;
            self.progress.norms += 1;
        }
        match report.keep {
            None => {
                self.progress.rows += rows;
                for sum in report.sums {
                    self.progress.add(&numbers(sum));
                }
            }
            Some(keep) => {
                let sums = report.sums.into_iter().reduce(|a, b| a + b);
                // The rows of a skipped step count as little as its sums.
                self.pending.extend(sums.map(|sums| Tensor::cat(vec![sums, keep * rows as f64], 0)));
            }
        }
    }

    /// Adds up in f64 what the device has kept.
    fn read_pending(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        for step in numbers(Tensor::cat(std::mem::take(&mut self.pending), 0)).chunks_exact(4) {
            self.progress.add(&step[..3]);
            self.progress.rows += step[3] as u64;
        }
    }

    fn end_epoch(&mut self, epoch: u64, learning_rate: f64, kl_weight: f64) -> (EpochRow, bool) {
        self.read_pending();
        let validation = self.validate();
        let noise = self.gradient_noise(epoch, kl_weight);
        let progress = &mut self.progress;
        // 0/0 where every step was skipped: NaN, for nothing was seen.
        let rows = progress.rows as f64;
        let row = EpochRow {
            epoch: epoch + 1,
            step: self.trainer.step_count(),
            objective: progress.sums[0] / rows,
            reconstruction: progress.sums[1] / rows,
            kl: progress.sums[2] / rows,
            elbo: (progress.sums[1] - progress.sums[2]) / rows,
            validation_elbo: validation.map(|v| v.0),
            validation_elbo_se: validation.map(|v| v.1),
            learning_rate,
            kl_weight,
            gradient_norm: (progress.norms > 0).then(|| progress.norm / progress.norms as f64),
            gradient_variance: noise.map(|n| n.0),
            gradient_snr: noise.map(|n| n.1),
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

    /// Variance and signal-to-noise ratio of the encoder's gradient with the noise of the latents, on the first batch of the data as they stand.
    fn gradient_noise(&self, epoch: u64, weight: f64) -> Option<(f64, f64)> {
        let every = self.config.gradient_noise_every;
        if every == 0 || !(epoch + 1).is_multiple_of(every) {
            return None;
        }
        let indices: Vec<usize> = (0..self.config.batch.min(self.train.len())).collect();
        let (batcher, memory, config) = (self.batcher("gradient-noise"), self.memory(), self.config);
        let gradients: Vec<Vec<f32>> = self.trainer.pool().install(|| {
            (0..NOISE_REPEATS)
                .into_par_iter()
                .map(|repeat| {
                    let vae = self.trainer.model().clone().train();
                    let key = batcher.key.number(repeat as u64);
                    // The pixels are the same in all repeats: the noise is that of the latents.
                    let batcher = Batcher { key: batcher.key, ..batcher };
                    let step = Step { key, number: 0, temperature: epoch * self.steps_per_epoch(), weight };
                    let surrogate = surrogate(&vae, &batcher, &indices, 0..indices.len(), step, &config, &memory);
                    let gradients = surrogate.backward().collect(vae.encoder());
                    gradients.into_iter().flatten().flat_map(numbers).collect()
                })
                .collect()
        });
        noise_of(&gradients)
    }

    /// Mean and standard error of the ELBO over the validation rows, one draw each, whatever the objective.
    ///
    /// Binarisation and draws are those of step 0 in every epoch: what changes from epoch to epoch is the model alone.
    fn validate(&self) -> Option<(f64, f64)> {
        if self.validation.is_empty() {
            return None;
        }
        let (vae, rows) = (self.trainer.model(), self.validation);
        let batcher = Batcher {
            rows,
            binarization: self.config.binarization,
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
                    let n = part.len();
                    let x = batcher.pixels(&all, part.clone(), 0);
                    let q = vae.encode(x.clone());
                    let noise = Draws::new(1, batcher.key.site("posterior"), 0).of_rows(part.start, rows.len());
                    let noise = noise.noise(vae.latent_law().noise(), [1, n, vae.value_width()], &self.device);
                    let elbo = vae.log_likelihood(q.draw(noise), x) - q.kl_per_latent().sum_dim(1).reshape([n]);
                    elbo.into_data().iter::<f64>().collect::<Vec<_>>()
                })
                .collect()
        });
        Some(mean_and_error(&elbos))
    }
}
