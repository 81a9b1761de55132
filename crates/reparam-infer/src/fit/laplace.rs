//! The normal at a mode.

use super::batch::Batch;
use crate::guide::FullRank;
use crate::{LogDensity, LogDensityError, matrix};

/// Minus the Hessian of the log density at `mode`, by central differences of gradients; `None` where the model fails beside it.
///
/// Steps are `ε^(1/3)` times the scale given for each coordinate: the error is about `ε^(2/3)` of the Hessian, for gradients right to rounding.
///
/// # Errors
/// Wrong sizes.
pub(crate) fn precision<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    mode: &[f64],
    scale: &[f64],
) -> Result<Option<Vec<f64>>, LogDensityError> {
    let n = mode.len();
    let mut draws = Vec::with_capacity(2 * n * n);
    // Through a differential equation a gradient has the solver's error, not rounding: wider steps lose nothing that a normal needs.
    let steps: Vec<f64> = scale.iter().map(|s| 1e-3 * s).collect();
    for (i, step) in steps.iter().enumerate() {
        for sign in [1.0, -1.0] {
            let mut x = mode.to_vec();
            x[i] += sign * step;
            draws.extend(x);
        }
    }
    let (mut values, mut gradients) = (vec![0.0; 2 * n], vec![0.0; 2 * n * n]);
    if batch.gradients(&draws, &mut values, &mut gradients)? > 0 {
        return Ok(None);
    }
    let mut precision = vec![0.0; n * n];
    for i in 0..n {
        let width = draws[2 * i * n + i] - draws[(2 * i + 1) * n + i];
        for j in 0..n {
            let slope = (gradients[2 * i * n + j] - gradients[(2 * i + 1) * n + j]) / width;
            precision[i * n + j] -= 0.5 * slope;
            precision[j * n + i] -= 0.5 * slope;
        }
    }
    Ok(Some(precision))
}

/// The normal at the mode (Laplace 1774; Tierney and Kadane 1986); `None` where minus the Hessian is not positive definite: no maximum, or a
/// flat direction.
///
/// # Errors
/// Wrong sizes.
pub(crate) fn laplace<D: LogDensity + ?Sized>(
    batch: &mut Batch<'_, D>,
    mode: &[f64],
    scale: &[f64],
) -> Result<Option<FullRank>, LogDensityError> {
    let n = mode.len();
    let Some(precision) = precision(batch, mode, scale)? else { return Ok(None) };
    let Some(lower) = matrix::cholesky(&precision, n) else { return Ok(None) };
    let Some(lower) = matrix::cholesky(&matrix::inverse(&lower, n), n) else { return Ok(None) };
    Ok(Some(FullRank::new(mode, &matrix::packed(&lower, n))))
}
