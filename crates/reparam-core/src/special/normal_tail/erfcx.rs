//! The scaled complementary error function.

use super::mills::mills;
use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

/// `e^(x²) erfc(x)`: `1/(x√π)` for large x, infinite below -26.64. Worst relative error 1e-15.
///
/// `√(2/π) M(x√2)` with Mills' ratio from one polynomial on the half-line; below 0, `2 e^(x²) - erfcx(-x)`.
///
/// ```
/// use reparam_core::special::erfcx;
/// assert!((erfcx(0.0) - 1.0).abs() < 1e-15);
/// assert!((erfcx(1e10) * 1e10 * std::f64::consts::PI.sqrt() - 1.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn erfcx(x: f64) -> f64 {
    let half = 0.5 * FRAC_2_SQRT_PI * SQRT_2 * mills(x.abs() * SQRT_2);
    if x >= 0.0 {
        return half;
    }
    let square = x * x;
    if square > 710.0 {
        return f64::INFINITY;
    }
    // The rounding of x² is put right to first order.
    let rest = x.mul_add(x, -square);
    2.0 * square.exp() * (1.0 + rest) - half
}

#[cfg(test)]
mod tests {
    use super::erfcx;
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values_and_ends() {
        let region = |v: &[f64]| if v[0] < 0.0 { "x < 0" } else { "x >= 0" };
        check(include_str!("golden.csv"), "erfcx", |v| erfcx(v[0]), region, &[("x < 0", 1e-15), ("x >= 0", 1e-15)]);
        assert_eq!((erfcx(f64::NEG_INFINITY), erfcx(f64::INFINITY)), (f64::INFINITY, 0.0));
        assert_eq!(erfcx(-1e200), f64::INFINITY);
        assert!(erfcx(f64::NAN).is_nan());
    }
}
