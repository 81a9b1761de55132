//! Bounds and their gradients on a linear-Gaussian model, where posterior and evidence are known.

#[path = "../engine_support/mod.rs"]
mod support;

mod bounds;
mod dreg;
mod gradients;
mod model;
