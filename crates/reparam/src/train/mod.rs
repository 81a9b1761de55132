//! Training: shards of a batch side by side, one fused optimiser pass, schedules, exact checkpoints.
//!
//! A batch is cut into a fixed number of **shards**. Each runs forward and backward on a fork of the model (fresh leaves over
//! shared storage) on a thread of its own; gradients are added in the order of the shards. The number of shards is part of
//! the configuration, the number of threads is not: the same seed gives the same bits on 1, 2 or 8 threads.

mod adam;
mod atomic;
mod checkpoint;
mod gradients;
mod parameters;
mod schedule;
mod sum;
mod trainer;

pub use adam::{Adam, AdamConfig, GradientScale};
pub use atomic::write_atomically;
pub use checkpoint::{Checkpoint, CheckpointError};
pub(crate) use checkpoint::{read_tensors, write_tensors};
pub use gradients::{GradientSets, SecondStage, Surrogate};
pub(crate) use parameters::numbers;
pub use parameters::{NamedParameters, ParameterError, load_parameters, parameter_count, read_parameters};
pub use schedule::{Schedule, ScheduleError};
pub use trainer::{Counts, StepError, StepReport, Trainer, TrainerConfig};

use std::path::Path;

/// Writes the parameters of a module to a safetensors file, atomically.
///
/// # Errors
/// What the file system says.
pub fn save_model<M: burn::module::Module>(model: &M, path: &Path) -> Result<(), CheckpointError> {
    let parameters = read_parameters(model);
    let tensors: Vec<_> =
        parameters.iter().map(|(name, (shape, values))| (name.clone(), shape.clone(), &values[..])).collect();
    write_tensors(path, &tensors).map(drop)
}

/// The module with the parameters of a safetensors file.
///
/// # Errors
/// A file that cannot be read, is broken, or does not fit the module.
pub fn load_model<M: burn::module::Module>(model: M, path: &Path) -> Result<M, CheckpointError> {
    let parameters = read_tensors(path, None)?;
    load_parameters(model, &parameters)
        .map_err(|error| CheckpointError::Format { path: path.to_owned(), rule: error.to_string() })
}
