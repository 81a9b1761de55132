//! Fits with fresh noise at every step, in stages of falling step size, the iterates of each averaged.

use super::adam::Adam;
use super::batch::Batch;
use super::control::Control;
use super::fixed::{Ended, deviations, words};
use super::moved::divergence;
use super::{GradientChoice, NoiseChoice, Stopped, noise};
use crate::guide::Guide;
use crate::{LogDensity, LogDensityError};
use reparam_core::diagnose::Moments;
use reparam_core::noise::Key;

/// Rules of a fit with fresh noise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StochasticOptions {
    /// Draws a step.
    pub draws: usize,
    /// How they are made.
    pub noise: NoiseChoice,
    /// The gradient.
    pub gradient: GradientChoice,
    /// Factor on the noise: 1, but where a guide asks to see its tails more often. Needs the gradient that sticks the landing.
    pub wide: f64,
    /// Most steps.
    pub steps: u64,
    /// Steps of a window: the ELBO of windows is compared, iterates of windows are averaged.
    pub window: usize,
    /// Step size of the first stage, in the guide's own parameters.
    pub rate: f64,
    /// Stops where a stage of a third of the step size moved the guide by less than this, nats.
    pub tolerance: f64,
}

impl Default for StochasticOptions {
    fn default() -> Self {
        Self {
            draws: 16,
            noise: NoiseChoice::Antithetic,
            gradient: GradientChoice::Auto,
            wide: 1.0,
            steps: 10_000,
            window: 100,
            rate: 0.03,
            tolerance: 0.002,
        }
    }
}

/// Step sizes tried before the fit calls itself diverged.
const STAGES: usize = 6;

/// Adam on pathwise gradients. A stage ends when its windows' ELBO no longer rises by twice its standard error; its average iterate is where
/// the next one begins, with a third of the step size (the scheme of Dhaka et al. 2020 and Welandawe et al. 2024, with a test on the bound).
/// Ends when a smaller step size changes the average by less than the tolerance.
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
    let mut rate = options.rate;
    let mut last: Option<(Box<dyn Guide>, f64)> = None;
    let mut step = Step::new(guide, options);
    for stage in 0..STAGES {
        match run_stage(batch, guide, key, rate, options, control, &mut step)? {
            Stage::Stationary(elbo) => {
                if let Some((last, best)) = &last {
                    let moved = divergence(&**last, guide, key);
                    if moved <= options.tolerance {
                        let because = format!(
                            "converged: a third of the step size moved the guide by {} ({moved:.1e} nats)",
                            deviations(moved)
                        );
                        return Ok(Ended { stopped: Stopped::Converged, because });
                    }
                    if stage + 1 == STAGES {
                        let because = format!(
                            "step sizes down to {rate:.0e} still move the guide by {moved:.1e} nats; best ELBO {best:.2}"
                        );
                        return Ok(Ended { stopped: Stopped::Budget, because });
                    }
                }
                last = Some((guide.boxed(), elbo));
            }
            Stage::Lost(reason) => {
                // Back to where the last stage ended, or the start, with smaller steps.
                if stage + 1 == STAGES {
                    return Ok(Ended { stopped: Stopped::Diverged, because: reason });
                }
            }
            Stage::Stopped(stopped, because) => return Ok(Ended { stopped, because }),
        }
        rate /= 3.0;
    }
    let because = "the smallest step size is reached".into();
    Ok(Ended { stopped: Stopped::Budget, because })
}

enum Stage {
    Stationary(f64),
    Lost(String),
    Stopped(Stopped, String),
}

/// Steps at one step size until windows stand still; the guide is left at the average of the last half of them.
fn run_stage<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    guide: &mut dyn Guide,
    key: Key,
    rate: f64,
    options: StochasticOptions,
    control: &mut Control<'_>,
    step: &mut Step,
) -> Result<Stage, LogDensityError> {
    let mut parameters = guide.parameters().to_vec();
    let home = parameters.clone();
    let mut adam = Adam::new(parameters.len());
    let mut windows: Vec<Window> = Vec::new();
    loop {
        let mut window = Window::new(parameters.len());
        for _ in 0..options.window {
            guide.set_parameters(&parameters);
            let failed = step.estimate(batch, guide, key, control.steps)?;
            control.steps += 1;
            if 2 * failed > options.draws {
                guide.set_parameters(&home);
                let why = batch.last_failure.as_deref().unwrap_or("not finite");
                return Ok(Stage::Lost(format!("most draws of step {} have no value: {why}", control.steps)));
            }
            window.bounds.push(step.elbo);
            adam.ascend(&mut parameters, &step.gradient, rate);
            if parameters.iter().any(|p| !p.is_finite()) {
                guide.set_parameters(&home);
                return Ok(Stage::Lost(format!("parameters of the guide left the numbers at step {}", control.steps)));
            }
            window.add(&parameters);
        }
        let moments = Moments::of(&window.bounds);
        windows.push(window);
        let spent = control.steps >= options.steps;
        let tick = control.tick(batch.evaluations, moments.mean(), moments.standard_error(), None);
        let still = windows.len() >= 4 && stands_still(&windows);
        if still || spent || tick.is_break() {
            let half = windows.len().div_ceil(2).min(windows.len());
            guide.set_parameters(&average(&windows[windows.len() - half..], options.window));
        }
        if tick.is_break() {
            let stopped = control.stopped.unwrap_or(Stopped::Interrupted);
            return Ok(Stage::Stopped(stopped, words(stopped, control)));
        }
        if still {
            return Ok(Stage::Stationary(moments.mean()));
        }
        if spent {
            return Ok(Stage::Stopped(Stopped::Budget, format!("the budget of {} steps is spent", options.steps)));
        }
    }
}

/// A window of steps: its bounds, and the sum of its iterates.
struct Window {
    bounds: Vec<f64>,
    sum: Vec<f64>,
}

impl Window {
    fn new(parameters: usize) -> Self {
        Self { bounds: Vec::new(), sum: vec![0.0; parameters] }
    }

    fn add(&mut self, parameters: &[f64]) {
        self.sum.iter_mut().zip(parameters).for_each(|(s, p)| *s += p);
    }
}

/// Whether the second half of the windows' bounds is no higher than the first by twice the standard error of the difference.
fn stands_still(windows: &[Window]) -> bool {
    // Of the last third only: the climb before it is history.
    let recent = &windows[windows.len() - (windows.len() / 3).max(4).min(windows.len())..];
    let means: Vec<f64> = recent.iter().map(|w| Moments::of(&w.bounds).mean()).collect();
    let (early, late) = means.split_at(means.len() / 2);
    let (early, late) = (Moments::of(early), Moments::of(late));
    let error = early.standard_error().hypot(late.standard_error());
    late.mean() - early.mean() <= 2.0 * error
}

fn average(windows: &[Window], steps: usize) -> Vec<f64> {
    let mut mean = vec![0.0; windows[0].sum.len()];
    for window in windows {
        mean.iter_mut().zip(&window.sum).for_each(|(m, s)| *m += s);
    }
    let count = (windows.len() * steps) as f64;
    for m in &mut mean {
        *m /= count;
    }
    mean
}

/// Buffers of a step, and its estimate.
pub(crate) struct Step {
    noise: Vec<f64>,
    z: Vec<f64>,
    log_q: Vec<f64>,
    values: Vec<f64>,
    slopes: Vec<f64>,
    score: Vec<f64>,
    /// Rules; the factor on the noise may change between steps.
    pub options: StochasticOptions,
    /// The gradient of the ELBO in the guide's parameters.
    pub gradient: Vec<f64>,
    /// The ELBO's estimate.
    pub elbo: f64,
}

impl Step {
    pub fn new(guide: &dyn Guide, options: StochasticOptions) -> Self {
        let (n, d, s) = (guide.noise_dimension(), guide.dimension(), options.draws);
        Self {
            noise: vec![0.0; s * n],
            z: vec![0.0; s * d],
            log_q: vec![0.0; s],
            values: vec![0.0; s],
            slopes: vec![0.0; s * d],
            score: vec![0.0; d],
            options,
            gradient: vec![0.0; guide.parameters().len()],
            elbo: f64::NAN,
        }
    }

    /// One estimate of the ELBO and its gradient; failed draws are left out and their number returned.
    pub fn estimate<D: LogDensity + ?Sized>(
        &mut self,
        batch: &mut Batch<'_, D>,
        guide: &dyn Guide,
        key: Key,
        number: u64,
    ) -> Result<usize, LogDensityError> {
        let (n, d) = (guide.noise_dimension(), guide.dimension());
        noise::fresh(key, number, self.options.noise, self.options.draws, n, &mut self.noise);
        if self.options.wide != 1.0 {
            for e in &mut self.noise {
                *e *= self.options.wide;
            }
        }
        for ((noise, z), log_q) in self.noise.chunks(n).zip(self.z.chunks_mut(d)).zip(&mut self.log_q) {
            *log_q = guide.draw(noise, z);
        }
        let failed = batch.gradients(&self.z, &mut self.values, &mut self.slopes)?;
        let used = (self.options.draws - failed) as f64;
        let landing = self.options.gradient != GradientChoice::ClosedFormEntropy || guide.entropy(None).is_none();
        self.gradient.fill(0.0);
        self.elbo = 0.0;
        let rows = self.noise.chunks(n).zip(self.z.chunks(d)).zip(self.slopes.chunks_mut(d));
        for (((noise, z), slope), (value, log_q)) in rows.zip(self.values.iter().zip(&self.log_q)) {
            if value.is_nan() {
                continue;
            }
            self.elbo += (value - log_q) / used;
            if landing {
                // Leaves out the score of the guide's own parameters, whose mean is 0 (Roeder et al. 2017, eq. 6).
                guide.score(noise, z, &mut self.score);
                slope.iter_mut().zip(&self.score).for_each(|(s, q)| *s -= q);
            }
            guide.pull_back(noise, z, slope, 0.0, &mut self.gradient);
        }
        for g in &mut self.gradient {
            *g /= used.max(1.0);
        }
        if !landing {
            guide.entropy(Some(&mut self.gradient));
        }
        Ok(failed)
    }
}
