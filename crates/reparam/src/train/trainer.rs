//! One training step: shards forward and backward, gradients added in order, one optimiser pass.

use std::ops::Range;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::adam::GradientScale;
use super::sum::{add_in_order, add_sets};
use super::{Adam, AdamConfig, Surrogate, numbers};
use crate::fused::is_flex;

/// How a batch becomes a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct TrainerConfig {
    /// Parts that a batch is cut into. Part of what the result depends on; the number of threads is not.
    pub shards: usize,
    /// Largest norm of the gradient over all parameters; longer ones are scaled down to it. 0: no clipping.
    pub clip_norm: f64,
    /// Steps in a row without a finite loss and gradient after which training stops.
    pub max_skipped: u64,
    /// Constants of the optimiser.
    pub adam: AdamConfig,
}

impl Default for TrainerConfig {
    fn default() -> Self {
        Self { shards: 2, clip_norm: 0.0, max_skipped: 20, adam: AdamConfig::default() }
    }
}

/// A step that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// Loss or gradient were not finite too often in a row.
    #[error("training diverged: loss or gradient not finite in {skipped} steps in a row, up to step {step}")]
    Diverged {
        /// Steps skipped in a row.
        skipped: u64,
        /// The last of them.
        step: u64,
    },
    /// The pool of threads could not be started.
    #[error("threads: {0}")]
    Threads(String),
}

/// What a step reports.
#[derive(Clone, Debug)]
pub struct StepReport {
    /// Norm of the gradient before clipping; on a device other than the CPU it stays there, and this is `None`.
    pub gradient_norm: Option<f64>,
    /// Whether the step was skipped because something was not finite; `None` where only the device knows.
    pub skipped: Option<bool>,
    /// 1 where the step was applied and 0 where it was skipped, where only the device knows: a number that stays there until it is read.
    pub keep: Option<Tensor<1>>,
    /// The objective's sums over each shard's rows, in order; 0 for a step that a device skipped.
    pub sums: Vec<Tensor<1>>,
}

/// A model in training.
///
/// The model is kept without a graph; each shard trains a copy with fresh leaves over the same storage.
#[derive(Debug)]
pub struct Trainer<M: Module> {
    /// Taken out only while the optimiser rewrites it in place; its storage must then have no second handle.
    model: Option<M>,
    adam: Adam,
    config: TrainerConfig,
    pool: rayon::ThreadPool,
    device: Device,
    step: u64,
    skipped: u64,
    skipped_in_a_row: u64,
    /// Most steps skipped in a row that a device has reported.
    longest: u64,
    on_tensors: bool,
    counters: Option<Counters>,
}

impl<M: Module> Trainer<M> {
    /// A trainer at step 0.
    ///
    /// # Errors
    /// When the threads cannot be started.
    // The caller's handle must go, or the first step would copy every weight before it writes.
    #[allow(clippy::needless_pass_by_value)]
    pub fn new(model: M, config: TrainerConfig, threads: usize, device: &Device) -> Result<Self, StepError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| StepError::Threads(error.to_string()))?;
        let mut sizes = Sizes(Vec::new());
        model.visit(&mut sizes);
        // The trainer opens and closes graphs by itself: its own tensors have none.
        let device = device.clone().without_autodiff();
        let adam = Adam::new(config.adam, &sizes.0, &device);
        let model = model.valid();
        let on_tensors = !is_flex(&device);
        Ok(Self {
            model: Some(model),
            adam,
            config,
            pool,
            device,
            step: 0,
            skipped: 0,
            skipped_in_a_row: 0,
            longest: 0,
            on_tensors,
            counters: None,
        })
    }

    /// The same trainer with steps as on other devices than the CPU: whole batches, the optimiser on tensors, no look at a number within
    /// a step. For tests and comparison.
    #[must_use]
    pub fn on_tensors(mut self) -> Self {
        self.adam = self.adam.on_tensors(&self.device);
        self.on_tensors = true;
        self
    }

    /// The model as it is now, without a graph.
    ///
    /// # Panics
    /// Never: a step takes the model out only while it runs.
    #[must_use]
    pub fn model(&self) -> &M {
        self.model.as_ref().expect("the model is put back at the end of every step")
    }

    /// The optimiser.
    #[must_use]
    pub const fn adam(&self) -> &Adam {
        &self.adam
    }

    /// Steps made, skipped ones included.
    #[must_use]
    pub const fn step_count(&self) -> u64 {
        self.step
    }

    /// Steps that were skipped because loss or gradient were not finite; on a device, those up to the last [`Trainer::sync`].
    #[must_use]
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The threads that steps run on.
    #[must_use]
    pub const fn pool(&self) -> &rayon::ThreadPool {
        &self.pool
    }

    /// Puts a stored state in place of this one; `false`, and no change, when the optimiser's sizes do not fit.
    // Taken over, for the same reason as in `new`.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)]
    pub fn restore(&mut self, model: M, moments: Vec<[Vec<f32>; 2]>, counts: Counts) -> bool {
        if !self.adam.restore(moments, counts.applied, &self.device) {
            return false;
        }
        self.model = Some(model.valid());
        self.step = counts.step;
        self.skipped = counts.skipped;
        self.skipped_in_a_row = counts.skipped_in_a_row;
        (self.longest, self.counters) = (0, None);
        true
    }

    /// The counters that a checkpoint keeps; on a device, those of skipped steps as of the last [`Trainer::sync`].
    #[must_use]
    pub const fn counts(&self) -> Counts {
        Counts {
            step: self.step,
            applied: self.adam.applied(),
            skipped: self.skipped,
            skipped_in_a_row: self.skipped_in_a_row,
        }
    }

    /// The parts that [`Trainer::step`] cuts a batch of `rows` rows into, in order.
    #[must_use]
    pub fn parts(&self, rows: usize) -> Vec<Range<usize>> {
        // A GPU is best fed whole batches; shards are there for threads and for the order of sums on the CPU.
        shards(rows, if self.on_tensors { 1 } else { self.config.shards })
    }

    /// Makes one step on a batch of `rows` rows.
    ///
    /// `objective` gets the model with its graph and the rows of its shard, and returns the shard's surrogate; it runs once a
    /// shard, side by side. The rows are cut into equal parts, the first ones a row longer where they do not divide.
    ///
    /// # Errors
    /// When loss or gradient have not been finite for too many steps in a row. On a device [`Trainer::sync`] says so, not the step: until
    /// then such steps change nothing but the count.
    pub fn step<F>(&mut self, rows: usize, learning_rate: f64, objective: F) -> Result<StepReport, StepError>
    where
        F: Fn(&M, Range<usize>) -> Surrogate + Sync,
    {
        let on_cpu = !self.on_tensors;
        let parts = self.parts(rows);
        let forks: Vec<(M, Range<usize>)> = parts.into_iter().map(|part| (self.model().clone(), part)).collect();
        let run = |(model, part): (M, Range<usize>)| {
            let model = model.train();
            let surrogate = objective(&model, part);
            let gradients = surrogate.backward().collect(&model);
            (surrogate.loss.inner(), surrogate.sums.inner(), gradients)
        };
        let results: Vec<_> = if on_cpu {
            self.pool.install(|| forks.into_par_iter().map(run).collect())
        } else {
            // One part: nothing to run beside it.
            forks.into_iter().map(run).collect()
        };
        let mut losses = Vec::new();
        let mut sums = Vec::new();
        let mut gradients = Vec::new();
        for (loss, sum, gradient) in results {
            losses.push(loss);
            sums.push(sum);
            gradients.push(gradient);
        }
        self.step += 1;
        if on_cpu {
            self.apply_on_cpu(losses, sums, gradients, learning_rate)
        } else {
            Ok(self.apply_on_device(losses, sums, gradients, learning_rate))
        }
    }

    fn apply_on_cpu(
        &mut self,
        losses: Vec<Tensor<1>>,
        sums: Vec<Tensor<1>>,
        gradients: Vec<Vec<Option<Tensor<1>>>>,
        learning_rate: f64,
    ) -> Result<StepReport, StepError> {
        // On the CPU a loss is a number in memory: looking at it waits for nothing.
        let finite_loss = losses.into_iter().all(|loss| loss.into_data().iter::<f32>().all(f32::is_finite));
        let (total, norm) = self.pool.install(|| add_in_order(gradients));
        let skip = !finite_loss || !norm.is_finite();
        if skip {
            self.skipped += 1;
            self.skipped_in_a_row += 1;
            if self.skipped_in_a_row >= self.config.max_skipped.max(1) {
                return Err(StepError::Diverged { skipped: self.skipped_in_a_row, step: self.step });
            }
        } else {
            self.skipped_in_a_row = 0;
            let scale = if self.config.clip_norm > 0.0 && norm > self.config.clip_norm {
                self.config.clip_norm / norm
            } else {
                1.0
            };
            let adam = &mut self.adam;
            let model = self.model.take();
            self.model = self.pool.install(|| {
                model.map(|model| adam.step(model, total, learning_rate, GradientScale::Host(scale as f32)))
            });
        }
        Ok(StepReport { gradient_norm: Some(norm), skipped: Some(skip), keep: None, sums })
    }

    fn apply_on_device(
        &mut self,
        losses: Vec<Tensor<1>>,
        sums: Vec<Tensor<1>>,
        gradients: Vec<Vec<Option<Tensor<1>>>>,
        learning_rate: f64,
    ) -> StepReport {
        let total: Vec<Option<Tensor<1>>> = gradients.into_iter().reduce(add_sets).unwrap_or_default();
        let squares = total.iter().flatten().map(|g| (g.clone() * g.clone()).sum());
        let loss = losses.into_iter().reduce(|a, b| a + b);
        let check = squares.reduce(|a, b| a + b);
        let (scale, keep) = match (check, loss) {
            (Some(square), Some(loss)) => {
                let norm = square.sqrt();
                let keep = norm.clone().is_finite().float() * loss.is_finite().float();
                let scale = if self.config.clip_norm > 0.0 {
                    (norm.recip() * self.config.clip_norm).clamp_max(1.0)
                } else {
                    norm.ones_like()
                };
                (scale, keep)
            }
            _ => (Tensor::ones([1], &self.device), Tensor::ones([1], &self.device)),
        };
        let skipped = keep.clone().equal_elem(0.0);
        // Replaced, not multiplied: 0 times NaN is NaN.
        let sums = sums.into_iter().map(|s| s.clone().mask_fill(skipped.clone().expand(s.dims()), 0.0)).collect();
        let counters = self.counters.take();
        self.counters = Some(counters.unwrap_or_else(|| self.new_counters()).after(&keep));
        let adam = &mut self.adam;
        let scale = GradientScale::Device(scale, keep.clone());
        self.model = self.model.take().map(|model| adam.step(model, total, learning_rate, scale));
        StepReport { gradient_norm: None, skipped: None, keep: Some(keep), sums }
    }

    fn new_counters(&self) -> Counters {
        let number = |n: u64| Tensor::from_floats([n as f32], &self.device);
        Counters { skipped: number(0), in_a_row: number(self.skipped_in_a_row), longest: number(self.longest) }
    }

    /// Reads the counters of skipped steps back from the device, where steps run on one. Between two calls they stay there, so that no step
    /// waits for an answer.
    ///
    /// # Errors
    /// When loss or gradient have not been finite for too many steps in a row, at any time so far.
    pub fn sync(&mut self) -> Result<(), StepError> {
        if let Some(counters) = self.counters.take() {
            let found = numbers(Tensor::cat(vec![counters.skipped, counters.in_a_row, counters.longest], 0));
            if let [skipped, in_a_row, longest] = found[..] {
                // Whole numbers far below 2^24, which f32 holds exactly.
                self.skipped += skipped as u64;
                (self.skipped_in_a_row, self.longest) = (in_a_row as u64, longest as u64);
            }
        }
        if self.longest >= self.config.max_skipped.max(1) {
            return Err(StepError::Diverged { skipped: self.longest, step: self.step });
        }
        Ok(())
    }
}

/// What a device counts: steps skipped since the last look, steps skipped since one was applied, and the most that number has been.
#[derive(Clone, Debug)]
struct Counters {
    skipped: Tensor<1>,
    in_a_row: Tensor<1>,
    longest: Tensor<1>,
}

impl Counters {
    /// After a step that was applied (1) or skipped (0).
    fn after(self, keep: &Tensor<1>) -> Self {
        let skip = -keep.clone() + 1.0;
        let in_a_row = (self.in_a_row + 1.0) * skip.clone();
        Self { skipped: self.skipped + skip, longest: self.longest.max_pair(in_a_row.clone()), in_a_row }
    }
}

/// Counters of a run that a checkpoint keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Steps made.
    pub step: u64,
    /// Steps that changed the weights; on a device, all steps, see [`Adam::applied`].
    pub applied: u64,
    /// Steps skipped in all.
    pub skipped: u64,
    /// Steps skipped since the last one that was not.
    pub skipped_in_a_row: u64,
}

struct Sizes(Vec<usize>);

impl ModuleVisitor for Sizes {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().shape().num_elements());
    }
}

/// Equal parts of `rows`, the first ones a row longer where they do not divide; no empty ones.
fn shards(rows: usize, count: usize) -> Vec<Range<usize>> {
    let count = count.clamp(1, rows.max(1));
    let (size, longer) = (rows / count, rows % count);
    let mut start = 0;
    (0..count)
        .map(|i| {
            let end = start + size + usize::from(i < longer);
            let part = start..end;
            start = end;
            part
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_the_rows_in_order() {
        assert_eq!(shards(128, 2), [0..64, 64..128]);
        assert_eq!(shards(5, 2), [0..3, 3..5]);
        assert_eq!(shards(1, 4), std::slice::from_ref(&(0..1)));
        assert_eq!(shards(7, 0), std::slice::from_ref(&(0..7)));
    }
}
