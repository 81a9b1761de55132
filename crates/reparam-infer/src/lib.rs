//! Variational inference on log densities, without a tensor framework.
//!
//! A model is a [`LogDensity`]: a function of unconstrained parameters, with its gradient, on plain `f64` slices ([`Constrained`] makes one of a density
//! under constraints). [`fit::infer`] finds its posterior and says whether to believe it; [`nuts`], [`calibration`] and [`agreement`] are the judges.
//! A place where the model fails is an event: counted, said, and survived. [`gradient_errors`] holds a gradient against finite differences; point it
//! at your own model first.

mod adapter;
pub mod agreement;
pub mod calibration;
pub mod chains;
mod constrained;
pub mod correlations;
mod draws;
mod evaluator;
pub mod examples;
pub mod fit;
mod gradient_check;
pub mod guide;
pub mod lbfgs;
mod log_density;
mod matrix;
mod model;
pub mod nuts;
pub mod psis;

pub use adapter::FromNuts;
pub use constrained::Constrained;
pub use draws::Draws;
pub use evaluator::Evaluator;
pub use gradient_check::gradient_errors;
pub use log_density::{LogDensity, LogDensityError};
pub use model::{Model, Observation, Quantity};
