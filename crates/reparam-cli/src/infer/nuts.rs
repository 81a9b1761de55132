//! Draws by Hamiltonian Monte Carlo: the judge.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;

use reparam_infer::chains::{ChainSummary, summaries};
use reparam_infer::fit::{GuideChoice, infer};
use reparam_infer::nuts::{NutsDraws, NutsOptions, nuts};
use reparam_infer::{Draws, Model};

use super::answer::Answer;
use super::args::FitArgs;
use super::error::CommandError;
use super::live::Live;
use super::posterior::Posterior;
use super::problem::Loaded;
use super::run::{Found, Source, options};

/// Chains of a run.
const CHAINS: usize = 4;
/// R-hat up to which chains agree, and up to which they may still be used (Vehtari et al. 2021; Gelman and Rubin 1992).
const AGREE: f64 = 1.01;
const NEARLY: f64 = 1.05;
/// Effective draws of four chains below which R-hat itself is not known.
const WORTH: f64 = 400.0;

/// Statistics of chains, draw by draw, chain after chain.
pub struct Chains {
    /// Log densities.
    pub log_densities: Vec<f64>,
    /// Step sizes.
    pub step_sizes: Vec<f64>,
    /// 1 where the trajectory diverged.
    pub divergent: Vec<i64>,
    /// Depths of the trajectories' trees.
    pub tree_depths: Vec<i64>,
}

/// Draws by NUTS, from where a short search found the posterior.
pub fn found(loaded: &Loaded, fit: &FitArgs, command: &str, run: Option<&Path>) -> Result<Found, CommandError> {
    let model = &*loaded.model;
    let live = Mutex::new(Live::new(false));
    let Start { centre, jitter, other_mode } = start(model, fit)?;
    let per_chain = fit.draws.div_ceil(CHAINS) as u64;
    let rules = NutsOptions { chains: CHAINS, draws: per_chain, seed: fit.seed, jitter, ..NutsOptions::default() };
    let drawn = nuts(model, &centre, &rules, &|progress| {
        let mut live = live.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        live.say(&format!(
            "nuts: chain {} of {CHAINS}, step {} of {}, {} divergences",
            progress.chain + 1,
            progress.step,
            progress.total,
            progress.divergences
        ));
        Live::wanted()
    })?;
    let seconds = live.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).done();
    let drawn = even(drawn);
    let (all, kept) = (drawn.all(), drawn.chains.len());
    let count = all.len();
    if count == 0 {
        return Err(CommandError::Nothing("interrupted before the warm-up of a chain was done"));
    }
    let posterior = Posterior::new(model, all, vec![(1.0 / count as f64).ln(); count], kept);
    let quantities = posterior.quantities.len();
    let length = count / kept * quantities;
    let chains: Vec<Draws> =
        posterior.values.values.chunks(length.max(1)).map(|c| Draws::new(quantities, c.to_vec())).collect();
    let found = summaries(&chains);
    let errors: Vec<f64> = found.iter().map(|s| s.mcse_mean).collect();
    let (mut verdict, mut reason) = verdict(&found, &drawn);
    if let Some([distance, mass]) = other_mode {
        verdict = "not to be trusted";
        let _ = write!(
            reason,
            "; all chains began in one mode, and a search ended in another, {distance:.0} standard deviations away, with about {mass:.2} \
             times its mass"
        );
    }
    let answer = Answer {
        problem: loaded.name.clone(),
        parameters: posterior.summaries(Some(&errors)),
        elbo: None,
        elbo_se: None,
        k_hat: None,
        ess: Some(found.iter().map(|s| s.ess_bulk).fold(f64::INFINITY, f64::min)),
        verdict: verdict.into(),
        reason,
        guide: "nuts".into(),
        steps: (rules.warmup + per_chain) * CHAINS as u64,
        evaluations: drawn.evaluations,
        failures: drawn.failures,
        seconds,
        stopped_because: if drawn.interrupted {
            format!("interrupted: {kept} of {CHAINS} chains had draws, {} each", count / kept)
        } else {
            format!("{CHAINS} chains of {} warm-up steps and {per_chain} draws are done", rules.warmup)
        },
        attempts: Vec::new(),
        seed: fit.seed,
        command: command.into(),
        run: run.map(|path| path.display().to_string()),
    };
    Ok(Found { answer, posterior, source: Source::Chains(Box::new(stats(&drawn))) })
}

/// Where chains begin.
struct Start {
    centre: Vec<f64>,
    jitter: f64,
    other_mode: Option<[f64; 2]>,
}

/// The centre of the best normal on a search's path, and a jitter of about two of its narrowest standard deviations: chains begin apart, and none
/// in another country.
fn start(model: &dyn Model, fit: &FitArgs) -> Result<Start, CommandError> {
    let search = FitArgs { guide: GuideChoice::Pathfinder, draws: 400, ..fit.clone() };
    let found = infer(model, &model.start(), &options(model, &search), &mut |_| Live::wanted())?;
    let dimension = model.dimension();
    let mut centre = vec![0.0; dimension];
    found.fit.guide.draw(&vec![0.0; found.fit.guide.noise_dimension()], &mut centre);
    let draws = &found.weighted.draws;
    let sd = |d: usize| {
        let column = draws.column(d);
        (column.iter().map(|x| (x - centre[d]).powi(2)).sum::<f64>() / column.len() as f64).sqrt()
    };
    let narrowest = (0..dimension).map(sd).fold(f64::INFINITY, f64::min);
    Ok(Start { centre, jitter: (2.0 * narrowest).clamp(1e-6, 1.0), other_mode: found.other_mode })
}

/// Chains of one length: of an interrupted run those that have at least a quarter of the longest one's draws, cut to the shortest.
fn even(drawn: NutsDraws) -> NutsDraws {
    let longest = drawn.chains.iter().map(Draws::len).max().unwrap_or(0);
    let long = |chain: &Draws| !chain.is_empty() && 4 * chain.len() >= longest;
    let shortest = drawn.chains.iter().filter(|c| long(c)).map(Draws::len).min().unwrap_or(0);
    let (mut chains, mut kept) = (Vec::new(), Vec::new());
    for (mut chain, mut stats) in drawn.chains.into_iter().zip(drawn.stats).filter(|(chain, _)| long(chain)) {
        chain.values.truncate(shortest * chain.dimension);
        stats.log_density.truncate(shortest);
        stats.step_size.truncate(shortest);
        stats.divergent.truncate(shortest);
        stats.tree_depth.truncate(shortest);
        chains.push(chain);
        kept.push(stats);
    }
    NutsDraws { chains, stats: kept, ..drawn }
}

fn verdict(found: &[ChainSummary], drawn: &NutsDraws) -> (&'static str, String) {
    // A NaN stays one: chains that do not move say nothing.
    let worst = |of: fn(&ChainSummary) -> f64, pick: fn(f64, f64) -> bool| {
        found.iter().map(of).fold(None::<f64>, |a, b| match a {
            Some(a) if a.is_nan() || pick(a, b) => Some(a),
            _ => Some(b),
        })
    };
    let r_hat = worst(|s| s.r_hat, |a, b| a >= b).unwrap_or(f64::NAN);
    let ess = worst(|s| s.ess_bulk, |a, b| a <= b).unwrap_or(f64::NAN);
    let divergences = drawn.divergences();
    let reason = format!(
        "R-hat is at most {r_hat:.3}, the chains are worth at least {ess:.0} independent draws, {divergences} trajectories diverged"
    );
    let share = divergences as f64 / drawn.stats.iter().map(|s| s.divergent.len()).sum::<usize>().max(1) as f64;
    let level = if r_hat <= AGREE && ess >= WORTH && share <= 0.001 {
        "good"
    } else if r_hat <= NEARLY && ess >= WORTH / 4.0 && share <= 0.05 {
        "usable"
    } else {
        "not to be trusted"
    };
    (level, reason)
}

fn stats(drawn: &NutsDraws) -> Chains {
    let all = || drawn.stats.iter();
    Chains {
        log_densities: all().flat_map(|s| s.log_density.iter().copied()).collect(),
        step_sizes: all().flat_map(|s| s.step_size.iter().copied()).collect(),
        divergent: all().flat_map(|s| s.divergent.iter().map(|d| i64::from(*d))).collect(),
        tree_depths: all().flat_map(|s| s.tree_depth.iter().map(|d| *d as i64)).collect(),
    }
}
