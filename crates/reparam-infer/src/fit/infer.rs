//! The whole way from a model to weighted draws and a verdict.

use super::base::{Base, deviations};
use super::batch::Batch;
use super::control::Control;
use super::verdict::{Evidence, unbounded, verdict};
use super::weigh::weigh;
use super::{
    Attempt, Fit, GuideChoice, InferError, Inference, Options, Progress, Stopped, Trust, Weighted, family, fixed,
};
use crate::guide::Guide;
use crate::{Draws, LogDensity};
use reparam_core::noise::Key;
use std::ops::ControlFlow;

/// Dimensions up to which `auto` takes a normal of full rank; beyond, one of low rank.
const FULL_RANK_DIMENSIONS: usize = 300;
/// Dimensions up to which a covariance is worth its memory and its cube.
const MOST_DIMENSIONS: usize = 2000;
/// Dimensions up to which `auto` escalates to a flow.
const FLOW_DIMENSIONS: usize = 60;

/// Fits the guide that was asked for, weighs its draws against the model, and judges them.
///
/// 1. Pathfinder from `start` and about it finds the posterior and a normal near it: the coordinates of all that follows.
/// 2. The guide is fitted: with fixed noise (sample average approximation and L-BFGS) where it is a normal of moderate dimension, with
///    fresh noise and Adam otherwise. Neither has a step size to choose.
/// 3. `options.draws` draws get Pareto-smoothed importance weights, whose k-hat is the verdict.
///
/// [`GuideChoice::Auto`] repeats 2 and 3 with richer guides while k-hat is above 0.7, and keeps the one with the lowest.
///
/// The same seed gives the same bits, whatever the number of threads, as long as no `seconds` are set.
///
/// # Errors
/// [`InferError`]: no finite density at or near `start`, an option out of its range, a Hessian without an inverse for
/// [`GuideChoice::Laplace`]. A model that fails at single points is no error: failures are counted, and said in the verdict.
///
/// ```
/// use reparam_infer::fit::{Options, Trust, infer};
/// use reparam_infer::{LogDensity, LogDensityError};
/// use std::ops::ControlFlow;
/// struct Normal; // of mean 3
/// # impl LogDensity for Normal {
/// #     fn dimension(&self) -> usize { 1 }
/// fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
///     gradient[0] = 3.0 - x[0];
///     Ok(-0.5 * (x[0] - 3.0).powi(2))
/// }
/// # }
/// let answer = infer(&Normal, &[0.0], &Options::default(), &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer.verdict.level, Trust::Good);
/// assert!((answer.fit.guide.parameters()[0] - 3.0).abs() < 1e-6);
/// # Ok::<(), reparam_infer::fit::InferError>(())
/// ```
pub fn infer<D: LogDensity + ?Sized>(
    density: &D,
    start: &[f64],
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<Inference, InferError> {
    check(density, start, options)?;
    let key = Key::new(options.seed).site("infer");
    let mut batch = Batch::new(density);
    let mut control = Control::new(progress, options.seconds);
    let base = Base::find(&mut batch, start, key, options, &mut control)?;
    let mut attempts = vec![base.attempt()];
    let mut kept: Option<(Fit, Weighted)> = None;
    for choice in ladder(options.guide, density.dimension()) {
        let (guide, ended) = family::fit(&mut batch, choice, &base, key, options, &mut control)?;
        control.stage = "weights".into();
        let bound = fixed::elbo(&mut batch, &*guide, key, 64)?;
        let weighted = weigh(&mut batch, &*guide, key, options.draws, &mut control, bound)?;
        let fit = finished(guide, ended, &weighted, &batch, &mut control);
        attempts.push(Attempt {
            guide: fit.guide.name(),
            k_hat: Some(weighted.k_hat),
            elbo: [fit.elbo, fit.elbo_se],
            stopped_because: fit.stopped_because.clone(),
        });
        let better = kept.as_ref().is_none_or(|(_, best)| weighted.k_hat < best.k_hat || best.k_hat.is_nan());
        if better {
            kept = Some((fit, weighted));
        }
        if control.stopped.is_some() || kept.as_ref().is_some_and(|(_, best)| best.k_hat <= 0.7) {
            break;
        }
    }
    let (mut fit, weighted) = kept.ok_or_else(|| InferError::Start("nothing was fitted".into()))?;
    fit.trace = std::mem::take(&mut control.trace);
    let evidence = Evidence {
        normal: base.normal(),
        independent: fit.guide.name() == "mean-field",
        other_mode: base.other_mode(&*fit.guide, fit.elbo),
        unbounded: unbounded(&weighted, base.normal(), &deviations(base.normal()), start),
        failed: weighted.log_ratios.iter().filter(|r| **r == f64::NEG_INFINITY).count() as f64
            / weighted.log_ratios.len() as f64,
    };
    let verdict = verdict(density, &fit, &weighted, &evidence);
    let draws = standing(&weighted, verdict.level, key, options.draws);
    let other_mode = evidence.other_mode;
    Ok(Inference { fit, weighted, attempts, verdict, other_mode, draws })
}

/// The guides to try, in order.
fn ladder(choice: GuideChoice, dimension: usize) -> Vec<GuideChoice> {
    match choice {
        GuideChoice::Auto if dimension > FULL_RANK_DIMENSIONS => vec![GuideChoice::LowRank(20)],
        GuideChoice::Auto if !(2..=FLOW_DIMENSIONS).contains(&dimension) => vec![GuideChoice::FullRank],
        GuideChoice::Auto => vec![GuideChoice::FullRank, GuideChoice::Flow],
        choice => vec![choice],
    }
}

fn check<D: LogDensity + ?Sized>(density: &D, start: &[f64], options: &Options) -> Result<(), InferError> {
    let wrong = |option, rule, value: String| Err(InferError::Option { option, rule, value });
    let dimension = density.dimension();
    if dimension == 0 {
        return wrong("model", "must have at least one parameter", "0".into());
    }
    if dimension > MOST_DIMENSIONS {
        return wrong(
            "model",
            "must have at most 2000 parameters: a normal near the posterior is kept in full",
            dimension.to_string(),
        );
    }
    if start.len() != dimension {
        return wrong("start", "must have one number a parameter", format!("{} for {dimension}", start.len()));
    }
    if let Some(x) = start.iter().find(|x| !x.is_finite()) {
        return wrong("start", "must be finite", x.to_string());
    }
    if let Some(other) = options.starts.iter().find(|s| s.len() != dimension || s.iter().any(|x| !x.is_finite())) {
        return wrong("starts", "must have one finite number a parameter", format!("{other:?}"));
    }
    if options.draws < 100 {
        return wrong("draws", "must be at least 100, for k-hat to mean something", options.draws.to_string());
    }
    if options.steps == 0 {
        return wrong("steps", "must be at least 1", "0".into());
    }
    if let Some(seconds) = options.seconds.filter(|s| s.is_nan() || *s <= 0.0) {
        return wrong("seconds", "must be positive", seconds.to_string());
    }
    match options.guide {
        GuideChoice::LowRank(rank) if rank == 0 || rank > dimension => {
            wrong("guide", "low-rank:R needs 1 <= R <= the number of parameters", format!("{rank} for {dimension}"))
        }
        _ => Ok(()),
    }
}

/// The fit with its bound at the weighted draws, which are fresh.
fn finished<D: LogDensity + ?Sized>(
    guide: Box<dyn Guide>,
    ended: fixed::Ended,
    weighted: &Weighted,
    batch: &Batch<'_, D>,
    control: &mut Control<'_>,
) -> Fit {
    let bounds: Vec<f64> = weighted.log_ratios.iter().copied().filter(|r| r.is_finite()).collect();
    let moments = reparam_core::diagnose::Moments::of(&bounds);
    Fit {
        guide,
        elbo: moments.mean(),
        elbo_se: moments.standard_error(),
        steps: control.steps,
        evaluations: batch.evaluations,
        failures: batch.failures,
        stopped: ended.stopped,
        stopped_because: ended.because,
        trace: Vec::new(),
    }
}

/// Draws that stand for the posterior.
fn standing(weighted: &Weighted, level: Trust, key: Key, count: usize) -> Draws {
    if level == Trust::No {
        return weighted.draws.clone();
    }
    let chosen = crate::psis::resample(&weighted.log_weights, count, key.site("resample").step(0));
    Draws::new(weighted.draws.dimension, chosen.into_iter().flat_map(|s| weighted.draws.row(s).to_vec()).collect())
}

impl Stopped {
    /// The reason as one word, for tables and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::Budget => "budget",
            Self::Diverged => "diverged",
            Self::Interrupted => "interrupted",
        }
    }
}
