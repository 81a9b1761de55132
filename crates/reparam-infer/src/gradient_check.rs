//! A gradient against finite differences.

use crate::{LogDensity, LogDensityError};

/// The gradient at `x` less its central differences, one number a parameter.
///
/// Steps are `ε^(1/3) max(1, |x|)`, ε the distance from 1 to the next number, which balances truncation, `h² f''' / 6`, and rounding,
/// `ε |f| / h`: a right gradient of a function of size and derivatives about 1 comes out below 1e-9.
///
/// # Errors
/// What the model says at `x` or beside it; a point of the wrong size.
///
/// ```
/// # use reparam_infer::{LogDensity, LogDensityError, gradient_errors};
/// struct Parabola;
/// # impl LogDensity for Parabola {
/// #     fn dimension(&self) -> usize { 1 }
/// fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
///     gradient[0] = -2.0 * x[0]; // wrong: the slope of -x²/2 is -x
///     Ok(-0.5 * x[0] * x[0])
/// }
/// # }
/// let errors = gradient_errors(&Parabola, &[3.0])?;
/// assert!((errors[0] + 3.0).abs() < 1e-8);
/// # Ok::<(), LogDensityError>(())
/// ```
pub fn gradient_errors<D: LogDensity + ?Sized>(density: &D, x: &[f64]) -> Result<Vec<f64>, LogDensityError> {
    let expected = density.dimension();
    if x.len() != expected {
        return Err(LogDensityError::Dimension { what: "point", expected, found: x.len() });
    }
    let (mut gradient, mut unused) = (vec![0.0; expected], vec![0.0; expected]);
    density.value_and_gradient(x, &mut gradient)?;
    let mut at = x.to_vec();
    for (i, slope) in gradient.iter_mut().enumerate() {
        let step = f64::EPSILON.cbrt() * x[i].abs().max(1.0);
        at[i] = x[i] + step;
        let (above, high) = (density.value_and_gradient(&at, &mut unused)?, at[i]);
        at[i] = x[i] - step;
        let (below, low) = (density.value_and_gradient(&at, &mut unused)?, at[i]);
        at[i] = x[i];
        // By the steps as they were rounded, not as they were meant.
        *slope -= (above - below) / (high - low);
    }
    Ok(gradient)
}
