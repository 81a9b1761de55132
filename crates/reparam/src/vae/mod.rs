//! Variational autoencoders: encoder, latent, decoder, likelihood; training and evaluation on images.

mod batcher;
mod config;
mod data;
mod evaluate;
mod fit;
mod json;
mod likelihood;
mod model;
mod progress;

pub use config::{FitConfig, FitError};
pub use data::{Binarization, Rows};
pub use evaluate::{Evaluation, EvaluationConfig, evaluate, posterior_means};
pub use fit::{EpochRow, Event, Fit, Stop};
pub use likelihood::{GaussianScale, Likelihood};
pub use model::Vae;

pub use crate::objective::DiagonalNormal;
