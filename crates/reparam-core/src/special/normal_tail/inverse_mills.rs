//! The slope of the logarithm of the normal distribution function.

use super::mills::{density, mills};
use crate::special::normal_cdf;

/// `φ(x)/Φ(x)`, the derivative of `ln Φ(x)`: about `-x` far to the left, 0 far to the right. Worst relative error 1e-15.
///
/// `1/M(-x)` for `x <= 0`, the quotient above. Also the mean of a standard normal draw truncated to lie above `-x`.
///
/// ```
/// use reparam_core::special::inverse_mills;
/// assert!((inverse_mills(-1e9) / 1e9 - 1.0).abs() < 1e-15);
/// assert_eq!(inverse_mills(40.0), 0.0);
/// ```
#[must_use]
pub fn inverse_mills(x: f64) -> f64 {
    if x <= 0.0 { 1.0 / mills(-x) } else { density(x) / normal_cdf(x) }
}

#[cfg(test)]
mod tests {
    use super::inverse_mills;
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values_and_ends() {
        let region = |v: &[f64]| if v[0] <= 0.0 { "x <= 0" } else { "x > 0" };
        let bounds = [("x <= 0", 1e-15), ("x > 0", 1e-15)];
        check(include_str!("golden.csv"), "inverse_mills", |v| inverse_mills(v[0]), region, &bounds);
        assert_eq!(inverse_mills(f64::NEG_INFINITY), f64::INFINITY);
        assert_eq!(inverse_mills(f64::INFINITY), 0.0);
        assert!(inverse_mills(f64::NAN).is_nan());
    }
}
