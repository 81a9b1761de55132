//! Variational autoencoders: encoder, latent, decoder, likelihood; training and evaluation on images.

mod data;
mod evaluate;
mod fit;
mod likelihood;
mod model;
mod progress;

pub use data::{Binarization, Rows};
pub use evaluate::{Evaluation, EvaluationConfig, evaluate, posterior_means};
pub use fit::{EpochRow, Event, Fit, FitConfig, FitError, Stop};
pub use likelihood::{GaussianScale, Likelihood};
pub use model::Vae;

pub use crate::objective::DiagonalNormal;
