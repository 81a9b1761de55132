//! Variational inference on log densities, without a tensor framework.
//!
//! A model is a [`LogDensity`]: a function of unconstrained parameters, with its gradient, on plain `f64` slices. What guides
//! and stopping rules will need of it goes through an [`Evaluator`], which counts the places where the model fails instead of
//! giving up. [`gradient_errors`] holds a gradient against finite differences; point it at your own model first.

mod evaluator;
mod gradient_check;
mod log_density;

pub use evaluator::Evaluator;
pub use gradient_check::gradient_errors;
pub use log_density::{LogDensity, LogDensityError};
