//! Many draws evaluated, side by side where it pays.

use crate::{LogDensity, LogDensityError};
use rayon::prelude::*;
use std::time::Instant;

/// A log density with counts, evaluated at many draws at a time.
///
/// Each draw is evaluated by itself, so that bits do not depend on threads; the clock decides only whether threads are worth waking.
pub(crate) struct Batch<'a, D: ?Sized> {
    density: &'a D,
    /// Evaluations, failed ones included.
    pub evaluations: u64,
    /// Evaluations that failed, or were not finite.
    pub failures: u64,
    /// What the last failure said.
    pub last_failure: Option<String>,
    seconds_per_draw: f64,
}

/// Work below this is done on one thread: waking another costs some microseconds.
const WORTH_THREADS: f64 = 2e-4;
/// Draws that take longer than this are handed out one by one.
const DEAR: f64 = 2e-5;

impl<'a, D: LogDensity + ?Sized> Batch<'a, D> {
    pub fn new(density: &'a D) -> Self {
        Self { density, evaluations: 0, failures: 0, last_failure: None, seconds_per_draw: 0.0 }
    }

    pub fn density(&self) -> &'a D {
        self.density
    }

    /// Counts what another batch on the same model did.
    pub fn count(&mut self, other: &Batch<'_, impl LogDensity + ?Sized>) {
        self.evaluations += other.evaluations;
        self.failures += other.failures;
        if other.last_failure.is_some() {
            self.last_failure.clone_from(&other.last_failure);
        }
    }

    /// Values and gradients at the rows of `draws`; NaN and a gradient of 0 where one fails. Returns how many failed.
    pub fn gradients(
        &mut self,
        draws: &[f64],
        values: &mut [f64],
        gradients: &mut [f64],
    ) -> Result<usize, LogDensityError> {
        let (d, density) = (self.density.dimension(), self.density);
        let began = Instant::now();
        if self.threads(values.len()) {
            let piece = self.piece();
            let rows =
                draws.par_chunks(piece * d).zip(values.par_chunks_mut(piece)).zip(gradients.par_chunks_mut(piece * d));
            rows.try_for_each(|((x, values), gradients)| density.values_and_gradients(x, values, gradients))?;
        } else {
            density.values_and_gradients(draws, values, gradients)?;
        }
        let mut failed = Vec::new();
        for ((x, value), gradient) in draws.chunks(d).zip(values.iter_mut()).zip(gradients.chunks_mut(d)) {
            if value.is_finite() && gradient.iter().all(|g| g.is_finite()) {
                continue;
            }
            failed.push(reason(density, x, *value, gradient)?);
            *value = f64::NAN;
            gradient.fill(0.0);
        }
        Ok(self.account(values.len(), failed, began))
    }

    /// Values alone.
    pub fn values(&mut self, draws: &[f64], values: &mut [f64]) -> Result<usize, LogDensityError> {
        let (d, density) = (self.density.dimension(), self.density);
        let one = |(x, value): (&[f64], &mut f64)| match checked(density.value(x)) {
            Ok(v) => {
                *value = v;
                Ok(None)
            }
            Err(LogDensityError::Failed(reason)) => {
                *value = f64::NAN;
                Ok(Some(reason))
            }
            Err(error) => Err(error),
        };
        let began = Instant::now();
        let failed: Vec<String> = if self.threads(values.len()) {
            let rows = draws.par_chunks(d).zip(values.par_iter_mut());
            rows.map(one).filter_map(Result::transpose).collect::<Result<_, _>>()?
        } else {
            let rows = draws.chunks(d).zip(values.iter_mut());
            rows.map(one).filter_map(Result::transpose).collect::<Result<_, _>>()?
        };
        Ok(self.account(values.len(), failed, began))
    }

    /// One point; `None`, counted, where it fails.
    pub fn one(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<Option<f64>, LogDensityError> {
        let mut value = [f64::NAN];
        let failed = self.gradients(x, &mut value, gradient)?;
        Ok((failed == 0).then_some(value[0]))
    }

    /// Draws that one thread is handed at a time: as few as can be where they are dear, so many that a batch pays otherwise. Cut at multiples of
    /// what the model evaluates together, so that the cut changes no bit.
    fn piece(&self) -> usize {
        let together = self.density.together().max(1);
        if self.seconds_per_draw > DEAR { together } else { together * 16_usize.div_ceil(together) }
    }

    fn threads(&self, draws: usize) -> bool {
        draws > self.piece() && rayon::current_num_threads() > 1 && self.seconds_per_draw * draws as f64 > WORTH_THREADS
    }

    fn account(&mut self, evaluated: usize, failed: Vec<String>, began: Instant) -> usize {
        self.seconds_per_draw = began.elapsed().as_secs_f64() / evaluated.max(1) as f64;
        self.evaluations += evaluated as u64;
        self.failures += failed.len() as u64;
        let count = failed.len();
        if let Some(reason) = failed.into_iter().next_back() {
            self.last_failure = Some(reason);
        }
        count
    }
}

/// A value that is not finite is a failure that names itself.
fn checked(value: Result<f64, LogDensityError>) -> Result<f64, LogDensityError> {
    let value = value?;
    if value.is_finite() { Ok(value) } else { Err(LogDensityError::Failed(format!("log density is {value}"))) }
}

/// Why a draw failed. What a batch does not say a single evaluation does: failures are rare.
fn reason<D: LogDensity + ?Sized>(
    density: &D,
    x: &[f64],
    value: f64,
    gradient: &mut [f64],
) -> Result<String, LogDensityError> {
    if let Some(i) = gradient.iter().position(|g| !g.is_finite()).filter(|_| value.is_finite()) {
        return Ok(format!("gradient in {} is {}", density.name(i), gradient[i]));
    }
    match checked(density.value_and_gradient(x, gradient)) {
        Ok(_) => Ok(format!("log density is {value}")),
        Err(LogDensityError::Failed(reason)) => Ok(reason),
        Err(error @ LogDensityError::Dimension { .. }) => Err(error),
    }
}
