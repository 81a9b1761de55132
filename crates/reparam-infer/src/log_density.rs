//! A log density with its gradient.

/// The logarithm of an unnormalised density on ℝⁿ, with its gradient.
///
/// Constrained parameters (a rate that is positive, a simplex) are the model's to transform, log-determinant included: every
/// point of ℝⁿ is a point of the model. A constant may be left out; the evidence is then known up to that constant.
///
/// Implementations hold no state that an evaluation changes, so that draws can be evaluated side by side.
///
/// ```
/// use reparam_infer::{LogDensity, LogDensityError};
///
/// /// A mean with a flat prior, given measurements with known scales: `Σ_i -(y_i - x)² / (2 s_i²)`.
/// struct Mean(Vec<[f64; 2]>);
///
/// impl LogDensity for Mean {
///     fn dimension(&self) -> usize {
///         1
///     }
///     fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
///         gradient[0] = self.0.iter().map(|[y, s]| (y - x[0]) / (s * s)).sum();
///         Ok(self.0.iter().map(|[y, s]| -0.5 * ((y - x[0]) / s).powi(2)).sum())
///     }
/// }
///
/// let mut gradient = [0.0];
/// let model = Mean(vec![[1.0, 1.0], [3.0, 1.0]]);
/// assert_eq!(model.value_and_gradient(&[2.0], &mut gradient), Ok(-1.0));
/// assert_eq!(gradient, [0.0]);
/// ```
pub trait LogDensity: Sync {
    /// Number of parameters.
    fn dimension(&self) -> usize;

    /// Name of a parameter, for tables and messages; `x[0]`, `x[1]`, … unless the model says otherwise.
    fn name(&self, index: usize) -> String {
        format!("x[{index}]")
    }

    /// The log density at `x`, in nats; its gradient goes into `gradient`, whose old contents do not matter.
    ///
    /// # Shapes
    /// `x` and `gradient`: [`dimension`](Self::dimension) numbers each; [`Evaluator`](crate::Evaluator) sees to it.
    ///
    /// # Errors
    /// [`LogDensityError::Failed`] where the model has no value: an equation that cannot be solved there. A NaN or an infinite
    /// value may be returned as it is; the [`Evaluator`](crate::Evaluator) treats both alike, as an event to count.
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError>;

    /// The log density at `x` alone; worth writing where a gradient costs more, as through differential equations.
    ///
    /// # Errors
    /// As [`value_and_gradient`](Self::value_and_gradient).
    fn value(&self, x: &[f64]) -> Result<f64, LogDensityError> {
        self.value_and_gradient(x, &mut vec![0.0; x.len()])
    }

    /// Rows that [`values_and_gradients`](Self::values_and_gradients) evaluates together. Whoever cuts draws into pieces for threads cuts at
    /// multiples of it, so that bits do not depend on the cut.
    fn together(&self) -> usize {
        1
    }

    /// The log density and its gradient at each row of `draws`.
    ///
    /// A draw at which the model has no value gets the value NaN and a gradient of 0; a value or gradient that is not finite is
    /// left as the model gave it. No row's result depends on the other rows; a model may add up a batch in another order than a
    /// single point, so that the last bits differ from [`value_and_gradient`](Self::value_and_gradient)'s.
    ///
    /// # Shapes
    /// `draws` and `gradients`: `[S, D]` with `D` the [`dimension`](Self::dimension); `values`: `S`.
    ///
    /// # Errors
    /// [`LogDensityError::Dimension`]: `draws` or `gradients` of another size than `S · D`. Failed draws are no error.
    fn values_and_gradients(
        &self,
        draws: &[f64],
        values: &mut [f64],
        gradients: &mut [f64],
    ) -> Result<(), LogDensityError> {
        let dimension = self.dimension();
        check_batch(dimension, draws, values, gradients)?;
        for (s, value) in values.iter_mut().enumerate() {
            let row = s * dimension..(s + 1) * dimension;
            let gradient = &mut gradients[row.clone()];
            *value = match self.value_and_gradient(&draws[row], gradient) {
                Ok(value) => value,
                Err(LogDensityError::Failed(_)) => {
                    gradient.fill(0.0);
                    f64::NAN
                }
                Err(error @ LogDensityError::Dimension { .. }) => return Err(error),
            };
        }
        Ok(())
    }
}

/// Whether a batch has the sizes that [`LogDensity::values_and_gradients`] asks for.
pub(crate) fn check_batch(
    dimension: usize,
    draws: &[f64],
    values: &[f64],
    gradients: &[f64],
) -> Result<(), LogDensityError> {
    let expected = dimension * values.len();
    for (what, found) in [("draws", draws.len()), ("gradients", gradients.len())] {
        if found != expected {
            return Err(LogDensityError::Dimension { what, expected, found });
        }
    }
    Ok(())
}

/// What can go wrong with a log density.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogDensityError {
    /// The model could not be evaluated at this point; at others it may. An event.
    #[error("log density: {0}")]
    Failed(String),
    /// A point, or the room for a gradient, of another size than the model.
    #[error("log density: {what} must have {expected} coordinates, got {found}")]
    Dimension {
        /// `point` or `gradient`; `draws` or `gradients` of a batch.
        what: &'static str,
        /// The model's dimension.
        expected: usize,
        /// Numbers that were given.
        found: usize,
    },
}

impl<D: LogDensity + ?Sized> LogDensity for &D {
    fn dimension(&self) -> usize {
        (**self).dimension()
    }

    fn name(&self, index: usize) -> String {
        (**self).name(index)
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        (**self).value_and_gradient(x, gradient)
    }

    fn value(&self, x: &[f64]) -> Result<f64, LogDensityError> {
        (**self).value(x)
    }

    fn together(&self) -> usize {
        (**self).together()
    }

    fn values_and_gradients(
        &self,
        draws: &[f64],
        values: &mut [f64],
        gradients: &mut [f64],
    ) -> Result<(), LogDensityError> {
        (**self).values_and_gradients(draws, values, gradients)
    }
}
