//! How to train, and why training could not begin or go on.

use serde::{Deserialize, Serialize};

use crate::objective::KlWeight;
use crate::train::{Schedule, ScheduleError, StepError, TrainerConfig};

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct CellFitConfig {
    /// Passes over the training cells.
    pub epochs: u64,
    /// Cells in a batch.
    pub batch: usize,
    /// Learning rate at the start.
    pub learning_rate: f64,
    /// How it changes.
    pub schedule: Schedule,
    /// Weight of the divergence.
    pub kl: KlWeight,
    /// Share of the counts above 0 of a cell, at random in each step, that its encoder does not see: encoders of many features learn few cells by heart.
    pub hide: f64,
    /// Epochs without a better validation ELBO after which training stops; 0: never.
    pub patience: u64,
    /// Shards, clipping, optimiser.
    pub trainer: TrainerConfig,
    /// Seed of the order of cells and of all draws.
    pub seed: u64,
}

impl Default for CellFitConfig {
    fn default() -> Self {
        Self {
            epochs: 100,
            batch: 128,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            kl: KlWeight::default(),
            hide: 0.0,
            patience: 0,
            trainer: TrainerConfig::default(),
            seed: 0,
        }
    }
}

/// Training that could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum CellFitError {
    /// No cells.
    #[error("cells: there is none to train on")]
    NoCells,
    /// A batch of none.
    #[error("batch: must be at least 1 cell, got 0")]
    Batch,
    /// The learning rate is no rate.
    #[error("learning-rate: must be finite and > 0, got {0}")]
    LearningRate(f64),
    /// The schedule makes no sense.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The step failed.
    #[error(transparent)]
    Step(#[from] StepError),
    /// Counts could not be read.
    #[error("counts: {0}")]
    Read(#[from] std::io::Error),
    /// A share that is none.
    #[error("hide: must be in [0, 1), got {0}")]
    Hide(f64),
    /// A checkpoint of another model.
    #[error("checkpoint: {0}")]
    Checkpoint(String),
}
