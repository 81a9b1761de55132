//! Fits with fresh noise and a step size that falls along half a cosine: for guides whose parameters no normal near the posterior orders.

use super::Stopped;
use super::adam::Adam;
use super::batch::Batch;
use super::control::Control;
use super::fixed::{Ended, words};
use super::stochastic::{Step, StochasticOptions};
use crate::guide::Guide;
use crate::{LogDensity, LogDensityError};
use reparam_core::diagnose::Moments;
use reparam_core::noise::Key;

/// The step size at the end, as a share of that at the start.
const LAST: f64 = 0.01;
/// The share of the steps whose iterates are averaged, and whose bound is compared with that of as many steps before.
const TAIL: f64 = 0.1;
/// The share of the steps after which noise is widened: before it a guide must find its place.
const WIDE_FROM: f64 = 0.2;
/// The longest gradient that is followed as it is.
const CLIP: f64 = 100.0;
/// Steps between two looks at the clock.
const LOOK: u64 = 25;

/// Adam on pathwise gradients over `options.steps` steps, the noise widened by `options.wide` from a fifth of them on, the step size falling from `options.rate` to a hundredth of it; the guide is left at
/// the average of the last tenth of the iterates. Converged where the bound of that tenth is no higher than that of the tenth before by
/// twice its standard error, and a tenth of a nat.
///
/// # Errors
/// Wrong sizes.
pub(crate) fn fit<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    guide: &mut dyn Guide,
    key: Key,
    options: StochasticOptions,
    control: &mut Control<'_>,
) -> Result<Ended, LogDensityError> {
    let mut parameters = guide.parameters().to_vec();
    let home = parameters.clone();
    let (mut step, mut adam) = (Step::new(guide, options), Adam::new(parameters.len()));
    let widened = step.options.wide;
    let tail = ((options.steps as f64 * TAIL) as u64).max(1);
    let (mut bounds, mut sum, mut averaged) = (Vec::new(), vec![0.0; parameters.len()], 0.0);
    for number in 0..options.steps {
        let share = number as f64 / options.steps as f64;
        let rate = options.rate * (LAST + (1.0 - LAST) * 0.5 * (1.0 + (std::f64::consts::PI * share).cos()));
        guide.set_parameters(&parameters);
        // The bound of widened draws is another's: it is for the live line, and for seeing whether it still rises.
        step.options.wide = if share < WIDE_FROM { 1.0 } else { widened };
        let failed = step.estimate(batch, guide, key, control.steps)?;
        control.steps += 1;
        if 2 * failed > options.draws || parameters.iter().any(|p| !p.is_finite()) {
            guide.set_parameters(&home);
            let why = batch.last_failure.as_deref().unwrap_or("not finite");
            let because = format!("most draws of step {number} have no value: {why}");
            return Ok(Ended { stopped: Stopped::Diverged, because });
        }
        bounds.push(step.elbo);
        // A single draw far out must not undo what Adam knows of all others.
        let norm = step.gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        if norm > CLIP {
            for g in &mut step.gradient {
                *g *= CLIP / norm;
            }
        }
        adam.ascend(&mut parameters, &step.gradient, rate);
        if number + tail >= options.steps {
            sum.iter_mut().zip(&parameters).for_each(|(s, p)| *s += p);
            averaged += 1.0;
        }
        if number % LOOK == LOOK - 1 {
            let recent = Moments::of(&bounds[bounds.len() - LOOK as usize..]);
            let tick = control.tick(batch.evaluations, recent.mean(), recent.standard_error(), Some(share));
            if let std::ops::ControlFlow::Break(stopped) = tick {
                guide.set_parameters(&parameters);
                return Ok(Ended { stopped, because: words(stopped, control) });
            }
        }
    }
    for s in &mut sum {
        *s /= averaged;
    }
    guide.set_parameters(&sum);
    Ok(ended(&bounds, tail as usize))
}

fn ended(bounds: &[f64], tail: usize) -> Ended {
    let last = Moments::of(&bounds[bounds.len() - tail..]);
    let before = Moments::of(&bounds[bounds.len().saturating_sub(2 * tail)..bounds.len() - tail]);
    let rise = last.mean() - before.mean();
    let error = last.standard_error().hypot(before.standard_error());
    let words = format!("the ELBO rose by {rise:.3} ± {error:.3} nats over the last tenth of {} steps", bounds.len());
    if rise <= 2.0 * error + 0.1 {
        Ended { stopped: Stopped::Converged, because: format!("converged: {words}") }
    } else {
        Ended { stopped: Stopped::Budget, because: format!("the budget of steps is spent: {words}") }
    }
}
