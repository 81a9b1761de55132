//! A first harmonic by least squares.

use super::{CycleError, check, wrapped};

/// The first harmonic of values on a circle: `mean + amplitude cos(angle - peak)` by least squares.
///
/// ```
/// use reparam_cells::cycle::Harmonic;
/// let angles: Vec<f64> = (0..50).map(|i| f64::from(i) * 0.37).collect();
/// let values: Vec<f64> = angles.iter().map(|a| 3.0 + 2.0 * (a - 1.0).cos()).collect();
/// let fit = Harmonic::fit(&angles, &values).unwrap();
/// assert!((fit.peak - 1.0).abs() < 1e-9 && (fit.amplitude - 2.0).abs() < 1e-9);
/// assert!(fit.share > 0.999_999 && fit.p_value < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Harmonic {
    /// The level.
    pub mean: f64,
    /// How far it swings to either side, at least 0.
    pub amplitude: f64,
    /// The angle of its peak, in `[0, 2π)`.
    pub peak: f64,
    /// Share of the variance that it explains, in `[0, 1]`; 0 for values that do not vary.
    pub share: f64,
    /// Probability of at least this share where values have nothing to do with angles: the F test with 2 and `n - 3` degrees of freedom.
    ///
    /// It holds for normal values and nearly for others of many cells. Where the angles were found from the same values it is too small.
    pub p_value: f64,
}

impl Harmonic {
    /// The fit to the values of cells at these angles.
    ///
    /// # Errors
    /// Fewer than four cells, lengths that differ, values that are not finite.
    pub fn fit(angles: &[f64], values: &[f64]) -> Result<Self, CycleError> {
        check("angles", angles, angles.len())?;
        check("values", values, angles.len())?;
        if angles.len() < 4 {
            return Err(CycleError::Few { what: "a harmonic", least: 4, got: angles.len() });
        }
        let n = angles.len() as f64;
        let mean_of = |f: &dyn Fn(usize) -> f64| (0..angles.len()).map(f).sum::<f64>() / n;
        let (c, s) = (mean_of(&|i| angles[i].cos()), mean_of(&|i| angles[i].sin()));
        let level = mean_of(&|i| values[i]);
        // Moments about the means; the normal equations of the two slopes.
        let moment = |f: &dyn Fn(f64, f64, f64) -> f64| {
            mean_of(&|i| f(angles[i].cos() - c, angles[i].sin() - s, values[i] - level))
        };
        let (cc, cs, ss) = (moment(&|c, _, _| c * c), moment(&|c, s, _| c * s), moment(&|_, s, _| s * s));
        let (cy, sy, yy) = (moment(&|c, _, y| c * y), moment(&|_, s, y| s * y), moment(&|_, _, y| y * y));
        let determinant = cc * ss - cs * cs;
        // All angles equal, or two opposite ones: a harmonic is not determined, and explains nothing.
        let (a, b) = if determinant > 1e-12 {
            ((cy * ss - sy * cs) / determinant, (sy * cc - cy * cs) / determinant)
        } else {
            (0.0, 0.0)
        };
        let share = if yy > 0.0 { ((a * cy + b * sy) / yy).clamp(0.0, 1.0) } else { 0.0 };
        Ok(Self {
            mean: level - a * c - b * s,
            amplitude: a.hypot(b),
            peak: wrapped(b.atan2(a)),
            share,
            // With two degrees of freedom above, the survival function of F is (1 + 2 F / (n - 3))^(-(n - 3) / 2), and F is
            // (n - 3) share / (2 (1 - share)).
            p_value: (0.5 * (n - 3.0) * (-share).ln_1p()).exp(),
        })
    }

    /// The value of the curve at an angle.
    #[must_use]
    pub fn at(&self, angle: f64) -> f64 {
        self.mean + self.amplitude * (angle - self.peak).cos()
    }
}
