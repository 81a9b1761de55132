//! The standard normal distribution function.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// `1/√2` minus its nearest `f64`.
const FRAC_1_SQRT_2_REST: f64 = -4.833646656726457e-17;

/// `Φ(x)`, the probability that a standard normal draw is below `x`; `Φ(-x)` is the upper tail. Worst error 3 ulp, tails included.
///
/// `erfc(-x / √2) / 2` with the error function of the `libm` crate. The argument's rounding, which the lower tail would magnify by
/// `x²` (to 3e-13 at -37), is put right to first order: `erfc(y + r) = erfc(y) - r 2/√π e^(-y²)`.
///
/// ```
/// use reparam_core::special::normal_cdf;
/// assert_eq!(normal_cdf(0.0), 0.5);
/// assert!((normal_cdf(-37.0) / 5.725571222524577e-300 - 1.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    let y = -x * FRAC_1_SQRT_2;
    let value = libm::erfc(y);
    // Above 0 the argument's rounding does no harm; below -40 the value is 0, and infinities would make NaN of the rest.
    if !(-40.0..0.0).contains(&x) {
        return 0.5 * value;
    }
    let rest = (-x).mul_add(FRAC_1_SQRT_2, -y) - x * FRAC_1_SQRT_2_REST;
    0.5 * (value - rest * FRAC_2_SQRT_PI * (-y * y).exp())
}

#[cfg(test)]
mod tests {
    use super::normal_cdf;

    #[test]
    fn golden_values_and_ends() {
        crate::special::golden::check("normal_cdf", normal_cdf, 3.0);
        assert_eq!(normal_cdf(f64::INFINITY), 1.0);
        assert_eq!(normal_cdf(f64::NEG_INFINITY), 0.0);
        assert!(normal_cdf(f64::NAN).is_nan());
    }
}
