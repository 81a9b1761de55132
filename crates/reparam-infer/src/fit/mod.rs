//! Fits: a guide moved to a model, until a stated reason stops it.

mod adam;
mod annealed;
mod base;
mod batch;
mod control;
mod family;
mod fixed;
mod infer;
mod laplace;
mod moved;
mod noise;
mod options;
mod pathfinder;
mod stochastic;
#[cfg(test)]
mod tests;
mod verdict;
mod weigh;
mod whitened;

pub use infer::infer;
pub use options::{
    Attempt, GradientChoice, GuideChoice, InferError, Inference, NoiseChoice, Options, Progress, Trust, Verdict,
};

use crate::{Draws, guide::Guide};

/// Why a fit stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The objective cannot be bettered by more than its own Monte Carlo error.
    Converged,
    /// The budget of steps or seconds is spent.
    Budget,
    /// The objective went to where it has no value, or most draws failed.
    Diverged,
    /// The caller asked for it.
    Interrupted,
}

/// One line of the history of a fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TracePoint {
    /// Steps so far.
    pub step: u64,
    /// Evaluations of the model so far.
    pub evaluations: u64,
    /// Seconds since the fit began.
    pub seconds: f64,
    /// The estimate of the ELBO, nats.
    pub elbo: f64,
    /// Its Monte Carlo standard error.
    pub elbo_se: f64,
}

/// A fitted guide, with what is known of it.
pub struct Fit {
    /// The guide.
    pub guide: Box<dyn Guide>,
    /// The ELBO at fresh draws, nats.
    pub elbo: f64,
    /// Its Monte Carlo standard error.
    pub elbo_se: f64,
    /// Steps of the optimiser.
    pub steps: u64,
    /// Evaluations of the model, failed ones included.
    pub evaluations: u64,
    /// Evaluations that failed.
    pub failures: u64,
    /// Why it stopped.
    pub stopped: Stopped,
    /// What the stopping rule saw, in words.
    pub stopped_because: String,
    /// The history.
    pub trace: Vec<TracePoint>,
}

/// Draws from a fitted guide with their importance weights.
pub struct Weighted {
    /// Unconstrained draws from the guide.
    pub draws: Draws,
    /// `ln p(z) - ln q(z)` of each.
    pub log_ratios: Vec<f64>,
    /// Smoothed, normalised log weights: their exponentials sum to 1.
    pub log_weights: Vec<f64>,
    /// Tail index of the ratios.
    pub k_hat: f64,
    /// Effective sample size after weighting.
    pub ess: f64,
}
