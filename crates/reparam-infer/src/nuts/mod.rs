//! Hamiltonian Monte Carlo as a judge: the no-U-turn sampler on any log density.

mod chain;
mod density;
mod start;

use crate::{
    Draws, LogDensity,
    chains::{ChainSummary, summaries},
};
use rayon::prelude::*;
use reparam_core::noise::Key;
use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
};

/// What is kept of one chain after its warm-up; as many numbers as draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChainStats {
    /// Log density, nats.
    pub log_density: Vec<f64>,
    /// Whether the trajectory met a divergence: an energy error above 1000, or a point where the density has no value.
    pub divergent: Vec<bool>,
    /// Doublings of the trajectory.
    pub tree_depth: Vec<u64>,
    /// Steps of the integrator.
    pub steps: Vec<u64>,
    /// Its step size.
    pub step_size: Vec<f64>,
}

/// Draws of several chains, unconstrained.
#[derive(Clone, Debug, PartialEq)]
pub struct NutsDraws {
    /// One set a chain, in the order of the chains.
    pub chains: Vec<Draws>,
    /// What is known of each.
    pub stats: Vec<ChainStats>,
    /// Evaluations of the density, the warm-up included.
    pub evaluations: u64,
    /// Evaluations that failed, or had no finite value.
    pub failures: u64,
    /// Whether the caller stopped it: chains may then be short, each by its own length.
    pub interrupted: bool,
}

/// Options of [`nuts`].
#[derive(Clone, Debug, PartialEq)]
pub struct NutsOptions {
    /// Chains.
    pub chains: usize,
    /// Steps of the warm-up, which fit step size and scales and are thrown away.
    pub warmup: u64,
    /// Draws of each chain.
    pub draws: u64,
    /// Seed of all noise.
    pub seed: u64,
    /// Mean acceptance that the step size aims at.
    pub target_accept: f64,
    /// Most doublings of a trajectory.
    pub max_depth: u64,
    /// Half the width of the box around the starting point that the chains begin in.
    pub jitter: f64,
}

/// What a live line shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NutsProgress {
    /// Which chain.
    pub chain: usize,
    /// Its steps so far, warm-up included.
    pub step: u64,
    /// Its steps in all.
    pub total: u64,
    /// Divergences after its warm-up so far.
    pub divergences: u64,
    /// Step size.
    pub step_size: f64,
}

/// What stops the sampler.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NutsError {
    /// An option out of its range.
    #[error("nuts: {option} must be {rule}, got {value}")]
    Option {
        /// Which.
        option: &'static str,
        /// Its range.
        rule: &'static str,
        /// What was given.
        value: f64,
    },
    /// No point near the start has a finite density and gradient.
    #[error(
        "nuts: chain {chain}: no finite density within {attempts} points near the start; the last one failed with: {last}"
    )]
    Start {
        /// Which chain.
        chain: usize,
        /// Points that were tried.
        attempts: u64,
        /// What the last one said.
        last: String,
    },
    /// The sampler gave up.
    #[error("nuts: chain {chain}: {reason}")]
    Sampler {
        /// Which chain.
        chain: usize,
        /// Why.
        reason: String,
    },
}

impl Default for NutsOptions {
    fn default() -> Self {
        Self { chains: 4, warmup: 1000, draws: 1000, seed: 0, target_accept: 0.8, max_depth: 10, jitter: 1.0 }
    }
}

impl NutsOptions {
    fn check(&self, dimension: usize, start: usize) -> Result<(), NutsError> {
        let wrong = |option, rule, value| Err(NutsError::Option { option, rule, value });
        if dimension == 0 {
            return wrong("dimension", "at least 1", 0.0);
        }
        if start != dimension {
            return wrong("length of the starting point", "the dimension of the model", start as f64);
        }
        if !(1..=1000).contains(&self.chains) {
            return wrong("chains", "from 1 to 1000", self.chains as f64);
        }
        if !(1..=1_000_000_000).contains(&self.draws) {
            return wrong("draws", "from 1 to 1e9", self.draws as f64);
        }
        if !(20..=1_000_000_000).contains(&self.warmup) {
            return wrong("warmup", "from 20 to 1e9", self.warmup as f64);
        }
        if !(self.target_accept > 0.0 && self.target_accept < 1.0) {
            return wrong("target_accept", "between 0 and 1", self.target_accept);
        }
        if !(1..=20).contains(&self.max_depth) {
            return wrong("max_depth", "from 1 to 20", self.max_depth as f64);
        }
        if !(self.jitter >= 0.0 && self.jitter.is_finite()) {
            return wrong("jitter", "finite and at least 0", self.jitter);
        }
        Ok(())
    }
}

impl NutsDraws {
    /// Divergences after the warm-up, over all chains.
    pub fn divergences(&self) -> usize {
        self.stats.iter().flat_map(|s| &s.divergent).filter(|d| **d).count()
    }

    /// All draws, one chain after the other.
    pub fn all(&self) -> Draws {
        let dimension = self.chains.first().map_or(1, |c| c.dimension);
        Draws::new(dimension, self.chains.iter().flat_map(|c| c.values.iter().copied()).collect())
    }

    /// R-hat, effective sample sizes and Monte Carlo errors of each coordinate.
    pub fn summaries(&self) -> Vec<ChainSummary> {
        summaries(&self.chains)
    }
}

/// Draws from the density by the no-U-turn sampler (`nuts-rs`), its chains side by side on the threads of the current rayon pool.
///
/// Each chain begins at a uniform draw from the box `start ± jitter`, ever closer to `start` while density or gradient are not finite
/// there. The same seed gives the same bits on any number of threads.
///
/// `progress` is called from several threads; [`ControlFlow::Break`] ends all chains at their next step.
///
/// ```
/// # use reparam_infer::{LogDensity, LogDensityError, nuts::{NutsOptions, nuts}};
/// # use std::ops::ControlFlow;
/// struct Normal;
/// # impl LogDensity for Normal {
/// #     fn dimension(&self) -> usize { 1 }
/// fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
///     gradient[0] = 3.0 - x[0];
///     Ok(-0.5 * (x[0] - 3.0).powi(2))
/// }
/// # }
/// let draws = nuts(&Normal, &[0.0], &NutsOptions::default(), &|_| ControlFlow::Continue(())).unwrap();
/// let found = draws.summaries()[0];
/// assert!((found.mean - 3.0).abs() < 5.0 * found.mcse_mean && found.r_hat < 1.02);
/// ```
///
/// # Errors
/// [`NutsError`]: an option out of range, no finite density near the start, a sampler that gives up.
pub fn nuts<D: LogDensity + ?Sized>(
    density: &D,
    start: &[f64],
    options: &NutsOptions,
    progress: &(dyn Fn(NutsProgress) -> ControlFlow<()> + Sync),
) -> Result<NutsDraws, NutsError> {
    options.check(density.dimension(), start.len())?;
    let stop = AtomicBool::new(false);
    let one = |chain: usize| {
        let noise = Key::new(options.seed).site("nuts").number(chain as u64);
        chain::run(density, start, options, chain, noise, &|p| {
            if progress(p).is_break() {
                stop.store(true, Ordering::Relaxed);
            }
            if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    };
    let runs: Vec<Result<chain::Run, NutsError>> = (0..options.chains).into_par_iter().map(one).collect();
    let mut found =
        NutsDraws { chains: vec![], stats: vec![], evaluations: 0, failures: 0, interrupted: stop.into_inner() };
    // The error of the first chain that has one, whichever came first.
    for run in runs {
        let run = run?;
        found.chains.push(run.draws);
        found.stats.push(run.stats);
        found.evaluations += run.evaluations;
        found.failures += run.failures;
    }
    Ok(found)
}
