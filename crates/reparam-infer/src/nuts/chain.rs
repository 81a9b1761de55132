//! One chain.

use super::{
    ChainStats, NutsError, NutsOptions, NutsProgress,
    density::{Counted, Counts},
    start::jittered,
};
use crate::{Draws, LogDensity};
use nuts_rs::{
    Chain, CpuMath, DiagNutsSettings, Settings,
    rand::{SeedableRng, rngs::ChaCha8Rng},
};
use reparam_core::noise::Key;
use std::ops::ControlFlow;

/// Steps between two reports.
const REPORT: u64 = 50;

/// What one chain has made.
pub struct Run {
    pub draws: Draws,
    pub stats: ChainStats,
    pub evaluations: u64,
    pub failures: u64,
}

pub fn run<D: LogDensity + ?Sized>(
    density: &D,
    start: &[f64],
    options: &NutsOptions,
    chain: usize,
    noise: Key,
    progress: &dyn Fn(NutsProgress) -> ControlFlow<()>,
) -> Result<Run, NutsError> {
    let counts = Counts::default();
    let counted = Counted { density, counts: &counts };
    // What follows the first line is a trace of the sampler's own.
    let first = |error: &str| error.lines().next().unwrap_or_default().to_owned();
    let sampler_error = |error: String| NutsError::Sampler { chain, reason: first(&error) };
    let start = jittered(&counted, start, options.jitter, chain, noise.step(0))?;
    let mut rng = ChaCha8Rng::seed_from_u64(noise.step(1).bits(0));
    let mut sampler = settings(options)
        .new_chain(chain as u64, CpuMath::new(counted), &mut rng)
        .map_err(|e| sampler_error(e.to_string()))?;
    sampler.set_position(&start).map_err(|e| sampler_error(e.to_string()))?;
    let mut stats = ChainStats::default();
    let mut values = Vec::new();
    let (total, mut divergences) = (options.warmup + options.draws, 0);
    for step in 0..total {
        let (position, _, found, info) = sampler.expanded_draw().map_err(|e| sampler_error(e.to_string()))?;
        if step >= options.warmup {
            values.extend_from_slice(&position);
            stats.log_density.push(found.point.logp);
            stats.divergent.push(info.diverging);
            stats.tree_depth.push(found.depth);
            stats.steps.push(info.num_steps);
            stats.step_size.push(info.step_size);
            divergences += u64::from(info.diverging);
        }
        let done = step + 1;
        let report = NutsProgress { chain, step: done, total, divergences, step_size: info.step_size };
        if (done.is_multiple_of(REPORT) || done == total) && progress(report).is_break() {
            break;
        }
    }
    let draws = Draws::new(start.len(), values);
    Ok(Run { draws, stats, evaluations: counts.evaluations(), failures: counts.failures() })
}

fn settings(options: &NutsOptions) -> DiagNutsSettings {
    let mut settings = DiagNutsSettings {
        num_tune: options.warmup,
        num_draws: options.draws,
        maxdepth: options.max_depth,
        ..DiagNutsSettings::default()
    };
    settings.adapt_options.step_size_settings.target_accept = options.target_accept;
    settings
}
