//! Variational autoencoders: encoder, latent, decoder, likelihood; training and evaluation on images.

mod data;
mod evaluate;
mod fit;
mod latent;
mod likelihood;
mod model;
mod progress;

pub use data::{Binarization, Rows};
pub use evaluate::{Evaluation, EvaluationConfig, evaluate, posterior_means};
pub use fit::{EpochRow, Event, Fit, FitConfig, FitError, Stop};
pub use latent::DiagonalNormal;
pub use likelihood::{GaussianScale, Likelihood};
pub use model::Vae;
