//! Fits with fixed noise: the expectation becomes a mean over draws that stay, and a quasi-Newton search climbs it.

use super::batch::Batch;
use super::control::Control;
use super::moved::divergence;
use super::{Stopped, noise};
use crate::guide::Guide;
use crate::lbfgs::{LbfgsEnd, LbfgsOptions, minimise};
use crate::{LogDensity, LogDensityError};
use reparam_core::diagnose::Moments;
use reparam_core::noise::{Key, Noise};
use std::ops::ControlFlow;

/// Rules of a fit with fixed noise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FixedOptions {
    /// Draws of the first round; each next one has twice as many.
    pub draws: usize,
    /// Most draws.
    pub most_draws: usize,
    /// Most iterations of all rounds.
    pub steps: u64,
    /// A round that moved the guide by less than this, nats, was the last.
    pub tolerance: f64,
}

/// How a fit ended.
pub(crate) struct Ended {
    pub stopped: Stopped,
    pub because: String,
}

/// Sample average approximation (Giordano, Ingram and Broderick 2024 for mean-field guides), doubled until doubling changes nothing:
/// the noise is fixed, the objective `mean_s ln p(g(ε_s)) + entropy` deterministic, and L-BFGS finds its optimum without a step size.
///
/// # Errors
/// Wrong sizes.
pub(crate) fn fit<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    guide: &mut dyn Guide,
    key: Key,
    options: FixedOptions,
    control: &mut Control<'_>,
) -> Result<Ended, LogDensityError> {
    let mut draws = options.draws;
    let first_step = control.steps;
    let mut last: Option<Box<dyn Guide>> = None;
    loop {
        let noise = noise::fixed(key, draws, guide.noise_dimension());
        let left = options.steps.saturating_sub(control.steps - first_step);
        let end = round(batch, guide, &noise, left as usize, control)?;
        if let Some(stopped) = control.stopped {
            return Ok(Ended { stopped, because: words(stopped, control) });
        }
        match end {
            LbfgsEnd::NoStart => {
                let because = format!(
                    "the model has no value at some draws however narrow the guide: {}",
                    batch.last_failure.as_deref().unwrap_or("not finite")
                );
                return Ok(Ended { stopped: Stopped::Diverged, because });
            }
            LbfgsEnd::Iterations => {
                let because = format!("the budget of {} steps is spent", options.steps);
                return Ok(Ended { stopped: Stopped::Budget, because });
            }
            LbfgsEnd::Gradient | LbfgsEnd::Value | LbfgsEnd::Interrupted => {}
        }
        if let Some(last) = &last {
            let moved = divergence(&**last, guide, key);
            if moved <= options.tolerance {
                let because = format!(
                    "converged: doubling the draws to {draws} moved the guide by {} ({moved:.1e} nats)",
                    deviations(moved)
                );
                return Ok(Ended { stopped: Stopped::Converged, because });
            }
            if 2 * draws > options.most_draws {
                let because = format!("{draws} draws, the most allowed, still moved the guide by {moved:.1e} nats");
                return Ok(Ended { stopped: Stopped::Budget, because });
            }
        }
        last = Some(guide.boxed());
        draws *= 2;
    }
}

/// A divergence as a distance.
pub(crate) fn deviations(nats: f64) -> String {
    format!("{:.3} standard deviations", (2.0 * nats).sqrt())
}

/// What stopped a stage from outside, in words.
pub(crate) fn words(stopped: Stopped, control: &Control<'_>) -> String {
    match stopped {
        Stopped::Interrupted => "interrupted".into(),
        _ => format!("the time is spent: {:.1} s", control.seconds()),
    }
}

/// One search at fixed noise.
fn round<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    guide: &mut dyn Guide,
    noise: &[f64],
    iterations: usize,
    control: &mut Control<'_>,
) -> Result<LbfgsEnd, LogDensityError> {
    let mut objective = Objective::new(guide.boxed(), noise);
    let mut wrong = None;
    let options =
        LbfgsOptions { iterations, gradient_tolerance: 1e-8, value_tolerance: 1e-10, ..LbfgsOptions::default() };
    let mut start = guide.parameters().to_vec();
    let mut end = LbfgsEnd::NoStart;
    for _ in 0..NARROWER {
        let evaluations = std::cell::Cell::new(batch.evaluations);
        let spread = std::cell::Cell::new(f64::NAN);
        let minimum = minimise(
            |parameters, gradient| {
                let value = objective.evaluate(batch, parameters, gradient).unwrap_or_else(|error| {
                    wrong = Some(error);
                    None
                });
                evaluations.set(batch.evaluations);
                spread.set(objective.standard_error());
                value
            },
            &start,
            &options,
            |iterate| {
                control.steps += u64::from(!iterate.pairs.is_empty());
                match control.tick(evaluations.get(), -iterate.value, spread.get(), None) {
                    ControlFlow::Continue(()) => ControlFlow::Continue(()),
                    ControlFlow::Break(_) => ControlFlow::Break(()),
                }
            },
        );
        if let Some(error) = wrong {
            return Err(error);
        }
        end = minimum.end;
        if end != LbfgsEnd::NoStart {
            guide.set_parameters(&minimum.x);
            break;
        }
        // Some draw has no value: begin narrower. Only normals come here, whose scales are logarithms.
        start = guide.narrower(&start);
    }
    Ok(end)
}

/// Times that a guide is halved until all its draws have a value.
const NARROWER: usize = 12;

/// Minus the ELBO at fixed noise, with its gradient.
struct Objective<'a> {
    guide: Box<dyn Guide>,
    noise: &'a [f64],
    z: Vec<f64>,
    log_densities: Vec<f64>,
    values: Vec<f64>,
    slopes: Vec<f64>,
}

impl<'a> Objective<'a> {
    fn new(guide: Box<dyn Guide>, noise: &'a [f64]) -> Self {
        let (n, d) = (guide.noise_dimension(), guide.dimension());
        let draws = noise.len() / n;
        Self {
            guide,
            noise,
            z: vec![0.0; draws * d],
            log_densities: vec![0.0; draws],
            values: vec![0.0; draws],
            slopes: vec![0.0; draws * d],
        }
    }

    fn evaluate<D: LogDensity + ?Sized>(
        &mut self,
        batch: &mut Batch<'_, D>,
        parameters: &[f64],
        gradient: &mut [f64],
    ) -> Result<Option<f64>, LogDensityError> {
        self.guide.set_parameters(parameters);
        let (n, d) = (self.guide.noise_dimension(), self.guide.dimension());
        for ((noise, z), log_density) in self.noise.chunks(n).zip(self.z.chunks_mut(d)).zip(&mut self.log_densities) {
            *log_density = self.guide.draw(noise, z);
        }
        if self.z.iter().any(|z| !z.is_finite()) || batch.gradients(&self.z, &mut self.values, &mut self.slopes)? > 0 {
            return Ok(None);
        }
        let draws = self.values.len() as f64;
        gradient.fill(0.0);
        let closed = self.guide.entropy(None).is_some();
        let entropy_weight = if closed { 0.0 } else { 1.0 };
        for ((noise, z), slope) in self.noise.chunks(n).zip(self.z.chunks(d)).zip(self.slopes.chunks(d)) {
            self.guide.pull_back(noise, z, slope, entropy_weight, gradient);
        }
        for g in gradient.iter_mut() {
            *g /= draws;
        }
        let entropy = self.guide.entropy(closed.then_some(&mut *gradient));
        for g in gradient.iter_mut() {
            *g = -*g;
        }
        let energy = self.values.iter().sum::<f64>() / draws;
        let entropy = entropy.unwrap_or_else(|| -self.log_densities.iter().sum::<f64>() / draws);
        Ok(Some(-energy - entropy))
    }

    /// Of the ELBO, were the draws independent ones.
    fn standard_error(&self) -> f64 {
        let bounds: Vec<f64> = self.values.iter().zip(&self.log_densities).map(|(p, q)| p - q).collect();
        Moments::of(&bounds).standard_error()
    }
}

/// The ELBO at fresh independent draws, with its standard error; draws that fail are left out.
///
/// # Errors
/// Wrong sizes.
pub(crate) fn elbo<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    guide: &dyn Guide,
    key: Key,
    draws: usize,
) -> Result<[f64; 2], LogDensityError> {
    let (n, d) = (guide.noise_dimension(), guide.dimension());
    let (mut noise, mut z) = (vec![0.0; draws * n], vec![0.0; draws * d]);
    key.site("elbo").step(0).fill(Noise::StandardNormal, 0, &mut noise);
    let log_q: Vec<f64> = noise.chunks(n).zip(z.chunks_mut(d)).map(|(e, z)| guide.draw(e, z)).collect();
    let mut values = vec![0.0; draws];
    batch.values(&z, &mut values)?;
    let bounds: Vec<f64> = values.iter().zip(&log_q).map(|(p, q)| p - q).filter(|b| b.is_finite()).collect();
    if bounds.len() < 2 {
        return Ok([f64::NEG_INFINITY, f64::INFINITY]);
    }
    let moments = Moments::of(&bounds);
    Ok([moments.mean(), moments.standard_error()])
}
