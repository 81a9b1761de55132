//! Where a chain begins.

use super::{NutsError, density::Counted};
use crate::LogDensity;
use reparam_core::noise::{Noise, Stream};

/// Points that are tried.
const ATTEMPTS: u64 = 100;

/// A point near `start` with a finite density and gradient: uniform on a box that shrinks by a tenth every attempt, so that the last
/// ones lie within 3e-5 of its half width.
pub fn jittered<D: LogDensity + ?Sized>(
    density: &Counted<'_, D>,
    start: &[f64],
    jitter: f64,
    chain: usize,
    noise: Stream,
) -> Result<Vec<f64>, NutsError> {
    let (mut x, mut gradient) = (vec![0.0; start.len()], vec![0.0; start.len()]);
    let mut last = String::new();
    for attempt in 0..ATTEMPTS {
        noise.fill(Noise::Uniform, attempt * start.len() as u64, &mut x);
        let width = jitter * 0.9_f64.powf(attempt as f64);
        for (x, s) in x.iter_mut().zip(start) {
            *x = s + width * (2.0 * *x - 1.0);
        }
        match density.evaluate(&x, &mut gradient) {
            Ok(_) => return Ok(x),
            Err(reason) => last = reason.0,
        }
    }
    Err(NutsError::Start { chain, attempts: ATTEMPTS, last })
}
