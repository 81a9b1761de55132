//! A log density as `nuts-rs` wants it.

use crate::LogDensity;
use nuts_rs::{CpuLogpFunc, CpuMathError, HasDims, LogpError, rand::Rng};
use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
};

/// Counts that outlive the sampler, which keeps the density to itself.
#[derive(Debug, Default)]
pub struct Counts {
    evaluations: AtomicU64,
    failures: AtomicU64,
}

impl Counts {
    pub fn evaluations(&self) -> u64 {
        self.evaluations.load(Ordering::Relaxed)
    }

    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

/// A density with the counts of its evaluations.
pub struct Counted<'a, D: ?Sized> {
    pub density: &'a D,
    pub counts: &'a Counts,
}

/// A point where the density has no value: the trajectory ends there, and counts as divergent.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoValue(pub String);

impl LogpError for NoValue {
    fn is_recoverable(&self) -> bool {
        true
    }
}

impl<D: LogDensity + ?Sized> Counted<'_, D> {
    /// Density and gradient, both finite.
    pub fn evaluate(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, NoValue> {
        self.counts.evaluations.fetch_add(1, Ordering::Relaxed);
        let value = match self.density.value_and_gradient(x, gradient) {
            Ok(value) if !value.is_finite() => Err(format!("a log density of {value}")),
            Ok(value) => match gradient.iter().position(|g| !g.is_finite()) {
                Some(i) => Err(format!("a gradient of {} at {}", gradient[i], self.density.name(i))),
                None => Ok(value),
            },
            Err(error) => Err(error.to_string()),
        };
        value.map_err(|reason| {
            self.counts.failures.fetch_add(1, Ordering::Relaxed);
            NoValue(reason)
        })
    }
}

impl<D: ?Sized> HasDims for Counted<'_, D>
where
    D: LogDensity,
{
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([("unconstrained_parameter".into(), self.density.dimension() as u64)])
    }
}

impl<D: LogDensity + ?Sized> CpuLogpFunc for Counted<'_, D> {
    type LogpError = NoValue;
    type FlowParameters = ();
    type ExpandedVector = ();

    fn dim(&self) -> usize {
        self.density.dimension()
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, NoValue> {
        self.evaluate(position, gradient)
    }

    fn expand_vector<R: Rng + ?Sized>(&mut self, _: &mut R, _: &[f64]) -> Result<(), CpuMathError> {
        Ok(())
    }
}
