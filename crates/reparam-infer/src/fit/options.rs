//! What can be asked of an inference, and what it answers.

use super::{Fit, TracePoint, Weighted};
use crate::LogDensityError;

/// Which guide to fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GuideChoice {
    /// Pathfinder first, then full-rank, and further while k-hat says so.
    #[default]
    Auto,
    /// Independent normals.
    MeanField,
    /// A normal with any covariance.
    FullRank,
    /// A normal whose covariance is diagonal plus this rank.
    LowRank(usize),
    /// A normalising flow.
    Flow,
    /// The normal at the mode.
    Laplace,
    /// The best normal on the path of a quasi-Newton search (Zhang et al. 2022).
    Pathfinder,
}

/// How draws of noise are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoiseChoice {
    /// Fixed noise where the guide has few parameters, fresh noise otherwise.
    #[default]
    Auto,
    /// The same draws at every step (sample average approximation), moved by L-BFGS.
    Fixed,
    /// Fresh antithetic pairs at every step.
    Antithetic,
    /// Fresh scrambled Sobol' points at every step.
    Sobol,
    /// Fresh independent draws at every step.
    Independent,
}

/// Which pathwise gradient fits with fresh noise follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GradientChoice {
    /// Sticking the landing.
    #[default]
    Auto,
    /// Without the score of the guide's parameters: no variance where the guide is the posterior (Roeder et al. 2017).
    StickingTheLanding,
    /// With the entropy in closed form, where the guide has one.
    ClosedFormEntropy,
}

/// Options of [`infer`](super::infer).
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The guide.
    pub guide: GuideChoice,
    /// The noise.
    pub noise: NoiseChoice,
    /// The gradient, where noise is fresh.
    pub gradient: GradientChoice,
    /// Further points from which searches begin, unconstrained: draws from the prior find modes that the neighbourhood of one start hides.
    pub starts: Vec<Vec<f64>>,
    /// Draws of the answer.
    pub draws: usize,
    /// Seed of all noise.
    pub seed: u64,
    /// Most seconds to spend on fitting; none by default, so that the answer does not depend on the clock.
    pub seconds: Option<f64>,
    /// Most steps of one guide's fit.
    pub steps: u64,
}

/// Whether to believe the draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `good`, `usable` (with the weights), `not to be trusted`.
    pub level: Trust,
    /// Why, in words: heavy tails, correlations that the guide cannot hold (named), failures.
    pub reason: String,
}

/// Levels of trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// k-hat below 0.5.
    Good,
    /// k-hat up to 0.7: with the weights.
    Usable,
    /// Above.
    No,
}

/// What a live line shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress<'a> {
    /// What is being done: `pathfinder`, `full-rank`, `weights` …
    pub stage: &'a str,
    /// The last point of the history.
    pub point: TracePoint,
    /// Share of the stage that is done, where it is known.
    pub share: Option<f64>,
    /// The latest k-hat, when there is one.
    pub k_hat: Option<f64>,
}

/// One guide that was tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Its name.
    pub guide: String,
    /// Its k-hat; none for the searches that all begins with, which are not weighed.
    pub k_hat: Option<f64>,
    /// Its ELBO and Monte Carlo error.
    pub elbo: [f64; 2],
    /// Why it stopped.
    pub stopped_because: String,
}

/// The answer.
pub struct Inference {
    /// The guide that was kept, fitted.
    pub fit: Fit,
    /// Its draws, weighted.
    pub weighted: Weighted,
    /// All guides that were tried, the kept one included.
    pub attempts: Vec<Attempt>,
    /// Whether to believe it.
    pub verdict: Verdict,
    /// Another mode that a search ended in: how many standard deviations away it is, and its mass against the found one's.
    pub other_mode: Option<[f64; 2]>,
    /// Draws that stand for the posterior: resampled by weight where they are to be trusted, the guide's own where not.
    pub draws: crate::Draws,
}

/// What stops an inference.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InferError {
    /// The model has no value at the start, nor near it.
    #[error("the model has no finite density at or near the starting point: {0}")]
    Start(String),
    /// The Hessian at the end of the search is not that of a maximum: no normal there.
    #[error("laplace: the search did not end at a maximum (minus the Hessian is not positive definite)")]
    NoMaximum,
    /// An option out of its range.
    #[error("{option}: {rule}, got {value}")]
    Option {
        /// Which.
        option: &'static str,
        /// Its range.
        rule: &'static str,
        /// What was given.
        value: String,
    },
    /// A wrong size.
    #[error(transparent)]
    Density(#[from] LogDensityError),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            guide: GuideChoice::Auto,
            noise: NoiseChoice::Auto,
            gradient: GradientChoice::Auto,
            starts: Vec::new(),
            draws: 4000,
            seed: 0,
            seconds: None,
            steps: 10_000,
        }
    }
}
