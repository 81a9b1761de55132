//! Variational autoencoders: encoder, latent, decoder, likelihood; training and evaluation on images.

mod batcher;
mod config;
mod data;
mod discrete;
mod evaluate;
mod fit;
mod json;
mod latent_law;
mod likelihood;
mod model;
mod progress;
mod step;

pub use config::{FitConfig, FitError};
pub use data::{Binarization, Rows};
pub use discrete::{DiscreteConfig, LatentEstimator};
pub use evaluate::{Evaluation, EvaluationConfig, evaluate, posterior_means, posterior_modes};
pub use fit::{EpochRow, Event, Fit, Stop};
pub use latent_law::{LatentLaw, Posterior};
pub use likelihood::{GaussianScale, Likelihood};
pub use model::Vae;

pub use crate::objective::DiagonalNormal;
