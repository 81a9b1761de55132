//! The logarithm of the normal distribution function.

use super::mills::mills;
use crate::special::normal_cdf;

/// `ln √(2π)`.
pub const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// `ln Φ(x)`; `ln(1 - Φ(x))` is that of `-x`. Worst relative error 1e-15, from -1e154 to 38, where the value is `-Φ(-x)`.
///
/// Below -1, `-x²/2 - ln √(2π) + ln M(-x)` with Mills' ratio; up to 0 the logarithm of [`normal_cdf`](crate::special::normal_cdf); above,
/// `ln(1 - Φ(-x))`. Its derivative is [`inverse_mills`](super::inverse_mills).
///
/// ```
/// use reparam_core::special::log_normal_cdf;
/// assert_eq!(log_normal_cdf(0.0), -std::f64::consts::LN_2);
/// assert!((log_normal_cdf(-1e150) / -5e299 - 1.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn log_normal_cdf(x: f64) -> f64 {
    if x < -1.0 {
        return x * (-0.5 * x) + (mills(-x).ln() - LN_SQRT_TAU);
    }
    if x < 0.0 { normal_cdf(x).ln() } else { (-normal_cdf(-x)).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::log_normal_cdf;
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values_and_ends() {
        let region = |v: &[f64]| match v[0] {
            x if x < -1.0 => "x < -1",
            x if x < 0.0 => "-1 <= x < 0",
            _ => "x >= 0",
        };
        let bounds = [("x < -1", 1e-15), ("-1 <= x < 0", 1e-15), ("x >= 0", 1e-15)];
        check(include_str!("golden.csv"), "log_normal_cdf", |v| log_normal_cdf(v[0]), region, &bounds);
        assert_eq!(log_normal_cdf(f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(log_normal_cdf(f64::INFINITY), 0.0);
        assert_eq!(log_normal_cdf(-1e300), f64::NEG_INFINITY);
        assert!(log_normal_cdf(f64::NAN).is_nan());
    }
}
