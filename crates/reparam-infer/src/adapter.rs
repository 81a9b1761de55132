//! Densities written for `nuts-rs`, as log densities.

use crate::{LogDensity, LogDensityError};
use nuts_rs::CpuLogpFunc;
use std::sync::{Mutex, PoisonError};

/// A density written for `nuts-rs` (as `PyMC` and `Stan` models come to it by way of `nutpie`), as a [`LogDensity`].
///
/// Such densities keep buffers that an evaluation changes, so that draws take turns: one lock around each evaluation.
///
/// # Errors
/// What `nuts-rs` calls a recoverable error is an event, [`LogDensityError::Failed`]; so is one that it calls unrecoverable, for it
/// belongs to a point as well.
pub struct FromNuts<F> {
    inner: Mutex<F>,
    dimension: usize,
    names: Vec<String>,
}

impl<F: CpuLogpFunc + Send> FromNuts<F> {
    /// The density, its parameters named `x[0]`, `x[1]`, …
    pub fn new(density: F) -> Self {
        let dimension = density.dim();
        Self { inner: Mutex::new(density), dimension, names: Vec::new() }
    }

    /// With names of its parameters; those that are missing keep their numbers.
    #[must_use]
    pub fn with_names(mut self, names: Vec<String>) -> Self {
        self.names = names;
        self
    }
}

impl<F: CpuLogpFunc + Send> LogDensity for FromNuts<F> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn name(&self, index: usize) -> String {
        self.names.get(index).cloned().unwrap_or_else(|| format!("x[{index}]"))
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        // A density that panicked in another thread left nothing here that this evaluation would read.
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.logp(x, gradient).map_err(|error| LogDensityError::Failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nuts_rs::{CpuMathError, HasDims, LogpError, rand};
    use std::collections::HashMap;

    /// A standard normal that has no value beyond 5.
    struct Standard;

    #[derive(Debug, thiserror::Error)]
    #[error("too far")]
    struct TooFar;

    impl LogpError for TooFar {
        fn is_recoverable(&self) -> bool {
            true
        }
    }

    impl HasDims for Standard {
        fn dim_sizes(&self) -> HashMap<String, u64> {
            HashMap::new()
        }
    }

    impl CpuLogpFunc for Standard {
        type LogpError = TooFar;
        type FlowParameters = ();
        type ExpandedVector = Vec<f64>;

        fn dim(&self) -> usize {
            2
        }

        fn logp(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, TooFar> {
            if x[0].abs() > 5.0 {
                return Err(TooFar);
            }
            gradient.iter_mut().zip(x).for_each(|(g, x)| *g = -x);
            Ok(-0.5 * x.iter().map(|x| x * x).sum::<f64>())
        }

        fn expand_vector<R: rand::Rng + ?Sized>(&mut self, _: &mut R, x: &[f64]) -> Result<Vec<f64>, CpuMathError> {
            Ok(x.to_vec())
        }
    }

    #[test]
    fn its_values_and_failures_pass() {
        let density = FromNuts::new(Standard).with_names(vec!["a".into()]);
        let mut gradient = [0.0; 2];
        assert_eq!(density.value_and_gradient(&[1.0, 2.0], &mut gradient), Ok(-2.5));
        assert_eq!((gradient, density.name(0), density.name(1)), ([-1.0, -2.0], "a".into(), "x[1]".into()));
        assert_eq!(
            density.value_and_gradient(&[6.0, 0.0], &mut gradient),
            Err(LogDensityError::Failed("too far".into()))
        );
    }
}
