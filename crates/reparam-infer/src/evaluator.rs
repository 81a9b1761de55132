//! Evaluations that count what fails.

use crate::{LogDensity, LogDensityError};

/// A log density, with counts of its evaluations and of those that failed.
///
/// A point where the model cannot be solved, or where value or gradient are not finite, is an event: it is counted, and the caller
/// goes on without it. A wrong size is a wrong program, and an error.
///
/// ```
/// # use reparam_infer::{Evaluator, LogDensity, LogDensityError};
/// struct Logarithm;
/// # impl LogDensity for Logarithm {
/// #     fn dimension(&self) -> usize { 1 }
/// fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
///     gradient[0] = 1.0 / x[0];
///     Ok(x[0].ln())
/// }
/// # }
/// let (mut evaluator, mut gradient) = (Evaluator::new(Logarithm), [0.0]);
/// assert_eq!(evaluator.evaluate(&[1.0], &mut gradient), Ok(Some(0.0)));
/// assert_eq!(evaluator.evaluate(&[-1.0], &mut gradient), Ok(None));
/// assert_eq!((evaluator.evaluations(), evaluator.failures()), (2, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Evaluator<D> {
    density: D,
    evaluations: u64,
    failures: u64,
    last_failure: Option<String>,
}

impl<D: LogDensity> Evaluator<D> {
    /// No evaluations yet.
    pub const fn new(density: D) -> Self {
        Self { density, evaluations: 0, failures: 0, last_failure: None }
    }

    /// The log density.
    pub const fn density(&self) -> &D {
        &self.density
    }

    /// Evaluations, failed ones included.
    pub const fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// Evaluations that failed.
    pub const fn failures(&self) -> u64 {
        self.failures
    }

    /// What the last failed evaluation said.
    pub fn last_failure(&self) -> Option<&str> {
        self.last_failure.as_deref()
    }

    /// The log density at `x`, its gradient in `gradient`; `None`, counted, and a gradient of 0, where it fails or is not finite.
    ///
    /// # Errors
    /// [`LogDensityError::Dimension`]: `x` or `gradient` of another size than the model.
    pub fn evaluate(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<Option<f64>, LogDensityError> {
        let expected = self.density.dimension();
        for (what, found) in [("point", x.len()), ("gradient", gradient.len())] {
            if found != expected {
                return Err(LogDensityError::Dimension { what, expected, found });
            }
        }
        self.evaluations += 1;
        let failure = match self.density.value_and_gradient(x, gradient) {
            Ok(value) => match gradient.iter().position(|g| !g.is_finite()) {
                _ if !value.is_finite() => format!("log density is {value}"),
                Some(i) => {
                    let name = self.density.name(i);
                    format!("gradient in {name} is {}", gradient[i])
                }
                None => return Ok(Some(value)),
            },
            Err(LogDensityError::Failed(reason)) => reason,
            Err(error @ LogDensityError::Dimension { .. }) => return Err(error),
        };
        self.failures += 1;
        self.last_failure = Some(failure);
        gradient.fill(0.0);
        Ok(None)
    }
}
