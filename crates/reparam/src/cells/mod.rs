//! Variational autoencoders of cells: counts of genes and accessible chromatin, one or several modalities of the same cells, with normal latents and,
//! beside them, an angle that can be the cell cycle.
//!
//! [`CellSource`] is where cells come from, [`CellVae`] the model, [`CellFit`] its training, [`Ring`] how the angle is found, [`evaluate`] the judgement of
//! held-out cells, beside [`NullModels`].

mod angle;
mod baseline;
mod batch;
mod config;
mod evaluate;
mod fit;
mod fit_config;
mod latents;
mod model;
mod null;
mod objective;
mod posterior;
mod progress;
mod ring;
#[cfg(test)]
mod tests;
mod turn;

pub use angle::{Angle, angle_of};
pub use baseline::Baseline;
pub use batch::{CellBatch, CellSource};
pub use config::{CellConfig, CountModel, Dispersion, Experts, Library, ModalityConfig};
pub use evaluate::{CellEvaluation, CellScores, evaluate, evaluate_seen};
pub use fit::{CellEpoch, CellEvent, CellFit, PlaneFinder, RingSearch};
pub use fit_config::{CellFitConfig, CellFitError};
pub use latents::{CellLatents, latents};
pub use model::CellVae;
pub use null::{NullModel, NullModels};
pub use posterior::CellPosterior;
pub use ring::Ring;
