//! Training, one step at a time, so that a caller can show progress, save and stop where it likes.

use std::ops::Range;

use burn::tensor::Device;
use rayon::prelude::*;
use reparam_core::noise::Key;
use serde::{Deserialize, Serialize};

use super::evaluate::mean_and_error;
use super::objective::{CellNoise, surrogate};
use super::progress::Progress;
use super::{CellBatch, CellFitConfig, CellFitError, CellLatents, CellSource, CellVae, Ring, evaluate, latents};
use crate::train::{
    Checkpoint, Counts, NamedParameters, ParameterError, Trainer, load_parameters, numbers, read_parameters,
};

/// What one epoch came to, in nats a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CellEpoch {
    /// Epochs done, from 1.
    pub epoch: u64,
    /// Steps done.
    pub step: u64,
    /// Evidence lower bound, one draw a cell, averaged over the epoch.
    pub elbo: f64,
    /// Expected log-likelihood.
    pub reconstruction: f64,
    /// Divergence from the prior.
    pub kl: f64,
    /// Log-likelihood of each modality, per cell that was trained on, with it or without.
    pub modalities: Vec<f64>,
    /// ELBO of the validation cells, the same draws in every epoch.
    pub validation_elbo: Option<f64>,
    /// Its standard error over cells.
    pub validation_elbo_se: Option<f64>,
    /// Learning rate at the last step.
    pub learning_rate: f64,
    /// Weight of the divergence at the last step.
    pub kl_weight: f64,
    /// Steps skipped so far because something was not finite.
    pub skipped: u64,
}

/// What one call of [`CellFit::advance`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum CellEvent {
    /// A step within an epoch.
    Step,
    /// The last step of an epoch; `improved` says whether its validation ELBO is the best so far.
    Epoch {
        /// Its numbers.
        row: CellEpoch,
        /// Best so far.
        improved: bool,
    },
    /// Nothing: all epochs are made.
    Finished,
    /// Nothing: the validation ELBO has not improved for `patience` epochs.
    OutOfPatience,
}

/// A run of training.
pub struct CellFit<'a> {
    trainer: Trainer<CellVae>,
    source: &'a dyn CellSource,
    train: &'a [usize],
    validation: &'a [usize],
    config: CellFitConfig,
    device: Device,
    progress: Progress,
    order: (u64, Vec<usize>),
    threads: usize,
    /// The search under way, and the model of a run without one.
    search: Option<(RingSearch<'a>, CellVae)>,
}

/// A plane of latents: two linear functions of them, from points `[n, width]`.
pub type PlaneFinder<'a> = &'a (dyn Fn(&[f64], usize) -> Option<[Vec<f64>; 2]> + Sync);

/// How the circle is searched.
#[derive(Clone, Copy)]
pub struct RingSearch<'a> {
    /// Steps with normal latents alone.
    pub steps: u64,
    /// The plane, from the latents of the training cells in order; a ring is looked for where none is given.
    pub plane: Option<PlaneFinder<'a>>,
}

impl std::fmt::Debug for RingSearch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RingSearch(up to step {})", self.steps)
    }
}

impl std::fmt::Debug for CellFit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CellFit(step {} of {})", self.trainer.step_count(), self.total_steps())
    }
}

impl<'a> CellFit<'a> {
    /// A run at its start. `validation` may be empty.
    ///
    /// # Errors
    /// No training cells, or a configuration that makes no sense.
    pub fn new(
        vae: CellVae,
        source: &'a dyn CellSource,
        [train, validation]: [&'a [usize]; 2],
        config: CellFitConfig,
        threads: usize,
        device: &Device,
    ) -> Result<Self, CellFitError> {
        config.schedule.validate()?;
        if train.is_empty() {
            return Err(CellFitError::NoCells);
        }
        if config.batch == 0 {
            return Err(CellFitError::Batch);
        }
        if !(config.learning_rate.is_finite() && config.learning_rate > 0.0) {
            return Err(CellFitError::LearningRate(config.learning_rate));
        }
        if !(0.0..1.0).contains(&config.hide) {
            return Err(CellFitError::Hide(config.hide));
        }
        let trainer = Trainer::new(vae, config.trainer, threads, device)?;
        let device = device.clone().without_autodiff();
        let (order, progress) = ((u64::MAX, Vec::new()), Progress::default());
        Ok(Self { trainer, source, train, validation, config, device, progress, order, threads, search: None })
    }

    /// The same run with a search for the circle before it: `normals`, a model with two normal latents more in place of the angle, is trained for so many steps; then
    /// the plane in which its cells lie on a ring becomes the angle ([`CellVae::with_ring`]), and training goes on.
    ///
    /// An angle that starts anywhere ends on some circle through the largest variations, and normal latents take the rest; a ring among the latents of a model
    /// without angle is there to be seen ([`Ring::find`]). Where there is none the run goes on with the model that it was given.
    ///
    /// # Errors
    /// When threads cannot be started.
    pub fn after_search(mut self, normals: CellVae, search: RingSearch<'a>) -> Result<Self, CellFitError> {
        let angled = self.trainer.model().clone();
        self.trainer = Trainer::new(normals, self.config.trainer, self.threads, &self.device)?;
        self.search = Some((search, angled));
        Ok(self)
    }

    /// `E r⁴ / (E r²)²` of the ring that the search found: 1 for a circle, 2 for a normal cloud. `None` before, and where the plane was given.
    #[must_use]
    pub fn flatness(&self) -> Option<f64> {
        self.progress.flatness.filter(|f| f.is_finite())
    }

    /// From normal latents to an angle.
    fn turn(&mut self, search: &RingSearch<'_>, angled: CellVae) -> Result<(), CellFitError> {
        let vae = self.trainer.model();
        let modalities = vae.config().modalities.len();
        let of = |seen: &[bool]| latents(vae, self.source, self.train, seen, &self.device);
        let (all, alone) = self.trainer.pool().install(|| -> std::io::Result<_> {
            let alone = (0..modalities).map(|m| of(&(0..modalities).map(|k| k == m).collect::<Vec<_>>()));
            Ok((of(&vec![true; modalities])?, alone.collect::<std::io::Result<Vec<_>>>()?))
        })?;
        let points: Vec<f64> = all.loc.iter().map(|x| f64::from(*x)).collect();
        let width = vae.config().latents;
        let ring = match search.plane {
            Some(plane) => plane(&points, width).map(|[a, b]| Ring::of_functions(&a, &b, &points)),
            None => self.trainer.pool().install(|| Ring::find(&points, width, Key::new(self.config.seed).site("ring"))),
        };
        let model = ring.as_ref().map_or(angled, |ring| {
            let square = 0.5 * ring.across.iter().map(|x| x * x).sum::<f64>();
            let concentration = |alone: &CellLatents| {
                let precision = mean_precision(&alone.scale);
                // Of a product the prior is an expert too, which the circle does not have.
                (square * (precision - 1.0)).clamp(0.5, 200.0)
            };
            vae.with_ring(ring, &alone.iter().map(concentration).collect::<Vec<_>>())
        });
        self.progress.flatness = ring.map(|ring| ring.flatness);
        let counts = self.trainer.counts();
        let mut trainer = Trainer::new(model.clone(), self.config.trainer, self.threads, &self.device)?;
        let moments = trainer.adam().state();
        // Moments of other weights are worth nothing: the optimiser begins anew, the count of steps goes on.
        if !trainer.restore(model, moments, Counts { applied: 0, ..counts }) {
            return Err(CellFitError::Checkpoint("the optimiser does not take its own state".into()));
        }
        self.trainer = trainer;
        Ok(())
    }

    /// Steps in an epoch.
    #[must_use]
    pub const fn steps_per_epoch(&self) -> u64 {
        self.train.len().div_ceil(self.config.batch) as u64
    }

    /// Steps in the whole run.
    #[must_use]
    pub const fn total_steps(&self) -> u64 {
        self.steps_per_epoch() * self.config.epochs
    }

    /// The trainer: the model as it is, the step count, the pool of threads.
    #[must_use]
    pub const fn trainer(&self) -> &Trainer<CellVae> {
        &self.trainer
    }

    /// The rows of all epochs so far.
    #[must_use]
    pub fn history(&self) -> &[CellEpoch] {
        &self.progress.history
    }

    /// Whether some epoch so far is the best by its validation cells.
    #[must_use]
    pub const fn has_best(&self) -> bool {
        self.progress.best.is_some()
    }

    /// The weights as they are.
    #[must_use]
    pub fn parameters(&self) -> NamedParameters {
        read_parameters(self.trainer.model())
    }

    /// The model with other weights.
    ///
    /// # Errors
    /// Weights of another model.
    pub fn with_parameters(&self, parameters: &NamedParameters) -> Result<CellVae, ParameterError> {
        load_parameters(self.trainer.model().clone(), parameters)
    }

    /// Makes the next step, if there is one.
    ///
    /// # Errors
    /// When training diverges, or counts cannot be read.
    pub fn advance(&mut self) -> Result<CellEvent, CellFitError> {
        if self.config.patience > 0 && self.progress.since_best >= self.config.patience {
            return Ok(CellEvent::OutOfPatience);
        }
        let step = self.trainer.step_count();
        if step >= self.total_steps() {
            return Ok(CellEvent::Finished);
        }
        if let Some((search, angled)) = self.search.take_if(|(search, _)| step >= search.steps) {
            self.turn(&search, angled)?;
        }
        let per_epoch = self.steps_per_epoch();
        let epoch = step / per_epoch;
        if self.order.0 != epoch {
            let order = Key::new(self.config.seed).site("shuffle").step(epoch).permutation(self.train.len());
            self.order = (epoch, order);
        }
        let start = (step % per_epoch) as usize * self.config.batch;
        let chosen = &self.order.1[start..(start + self.config.batch).min(self.train.len())];
        let cells: Vec<usize> = chosen.iter().map(|&i| self.train[i]).collect();
        let rate = self.config.learning_rate * self.config.schedule.factor(step, self.total_steps());
        let weight = self.config.kl.at(step);
        let modalities = self.trainer.model().config().modalities.len();
        let (source, parts) = (self.source, self.trainer.parts(cells.len()));
        let read = |part: &Range<usize>| CellBatch::read(source, modalities, &cells[part.clone()]);
        let read: std::io::Result<Vec<CellBatch>> =
            self.trainer.pool().install(|| parts.par_iter().map(read).collect());
        let batches = read?;
        // Places in the batch key the draws: the cut into shards moves no number.
        let places: Vec<u64> = (0..cells.len() as u64).collect();
        let (key, device, hide) = (Key::new(self.config.seed).site("train"), &self.device, self.config.hide);
        let report = self.trainer.step(cells.len(), rate, |vae, part| {
            let batch = &batches[parts.iter().position(|p| *p == part).unwrap_or(0)];
            let noise = CellNoise { key, step, numbers: &places[part.clone()], first: 0 };
            surrogate(vae, batch, &noise, weight, (hide, cells.len()), device)
        })?;
        if report.skipped != Some(true) {
            self.progress.rows += cells.len() as u64;
            self.progress.sums.resize(3 + modalities, 0.0);
            for sums in report.sums {
                for (total, part) in self.progress.sums.iter_mut().zip(numbers(sums)) {
                    *total += f64::from(part);
                }
            }
        }
        if (step + 1).is_multiple_of(per_epoch) {
            self.trainer.sync()?;
            let (row, improved) = self.end_epoch(epoch, rate, weight)?;
            return Ok(CellEvent::Epoch { row, improved });
        }
        Ok(CellEvent::Step)
    }

    fn end_epoch(&mut self, epoch: u64, rate: f64, weight: f64) -> Result<(CellEpoch, bool), CellFitError> {
        let validation = self.validate()?;
        let progress = &mut self.progress;
        let rows = progress.rows as f64;
        let mean = |k: usize| progress.sums.get(k).copied().unwrap_or(f64::NAN) / rows;
        let row = CellEpoch {
            epoch: epoch + 1,
            step: self.trainer.step_count(),
            elbo: mean(0),
            reconstruction: mean(1),
            kl: mean(2),
            modalities: (3..progress.sums.len()).map(mean).collect(),
            validation_elbo: validation.map(|v| v[0]),
            validation_elbo_se: validation.map(|v| v[1]),
            learning_rate: rate,
            kl_weight: weight,
            skipped: self.trainer.skipped(),
        };
        // What is judged while the weight still rises is not what is trained for.
        let settled = weight >= self.config.kl.beta && self.search.is_none();
        let judged = row.validation_elbo.filter(|elbo| elbo.is_finite() && settled);
        let improved = judged.is_some_and(|elbo| progress.best.is_none_or(|best| elbo > best));
        if improved {
            progress.best = judged;
            progress.since_best = 0;
        } else if settled && row.validation_elbo.is_some() {
            progress.since_best += 1;
        }
        progress.history.push(row.clone());
        (progress.sums, progress.rows) = (Vec::new(), 0);
        Ok((row, improved))
    }

    /// Mean and standard error of the validation ELBO, one draw a cell.
    fn validate(&self) -> Result<Option<[f64; 2]>, CellFitError> {
        if self.validation.is_empty() {
            return Ok(None);
        }
        let (vae, seed) = (self.trainer.model(), self.config.seed);
        let scores =
            self.trainer.pool().install(|| evaluate(vae, self.source, self.validation, 1, seed, &self.device))?;
        Ok(Some(mean_and_error(&scores.iter().map(|s| s.elbo).collect::<Vec<_>>())))
    }

    /// All that is needed to continue exactly from here.
    #[must_use]
    pub fn checkpoint(&mut self) -> Checkpoint {
        // That training diverged is said at the end of the epoch; the weights of skipped steps are those before them.
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
    pub fn resume(&mut self, checkpoint: Checkpoint) -> Result<(), CellFitError> {
        let fault = |e: &dyn std::fmt::Display| CellFitError::Checkpoint(e.to_string());
        let progress = Progress::from_json(checkpoint.progress).map_err(|e| fault(&e))?;
        // The turn is the first thing of the step after the search.
        if let Some((_, angled)) = self.search.take_if(|(search, _)| checkpoint.counts.step > search.steps) {
            self.trainer = Trainer::new(angled, self.config.trainer, self.threads, &self.device)?;
        }
        let model = load_parameters(self.trainer.model().clone(), &checkpoint.parameters).map_err(|e| fault(&e))?;
        if !self.trainer.restore(model, checkpoint.moments, checkpoint.counts) {
            return Err(fault(&"the optimiser's moments have other sizes than the model"));
        }
        self.progress = progress;
        Ok(())
    }
}

/// The mean of `1/scale²`.
fn mean_precision(scales: &[f32]) -> f64 {
    scales.iter().map(|s| 1.0 / f64::from(*s).powi(2).max(1e-12)).sum::<f64>() / scales.len().max(1) as f64
}
