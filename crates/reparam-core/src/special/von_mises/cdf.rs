//! The distribution function.

use super::place::{Place, complement};
use crate::special::bessel_i0e;
use std::f64::consts::{PI, TAU};

/// The distribution function of the von Mises law of location 0 and concentration `κ >= 0` at x in [-π, π]; the survival function is that
/// of `-x`.
///
/// `½ ± ∫` of the density from 0 near the middle, `∫` of it from the end in both tails, which keep their relative accuracy: worst error
/// 5e-15, and half an ulp of the exponent `κ (1 - cos x)` besides, to 3e-13 at 1e-300. Method: the module's. NaN for an angle
/// outside, or a concentration that is negative or not finite.
///
/// ```
/// use reparam_core::special::von_mises_cdf;
/// assert_eq!(von_mises_cdf(3.0, 0.0), 0.5);
/// assert!((von_mises_cdf(0.0, 1.0) - 0.5 - 1.0 / std::f64::consts::TAU).abs() < 1e-15);
/// assert!((von_mises_cdf(4.0, -1.0) + von_mises_cdf(4.0, 1.0) - 1.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn von_mises_cdf(concentration: f64, x: f64) -> f64 {
    let Some(complement) = complement(concentration) else { return f64::NAN };
    let y = x.abs();
    if y == PI {
        return if x < 0.0 { 0.0 } else { 1.0 };
    }
    if y.is_nan() || y > PI {
        return f64::NAN;
    }
    let place = Place::of(concentration, complement, y);
    let part = (-place.exponent).exp() / (TAU * bessel_i0e(concentration)) * place.mass;
    match (place.central, x < 0.0) {
        (true, true) => 0.5 - part,
        (true, false) => 0.5 + part,
        (false, true) => part,
        (false, false) => 1.0 - part,
    }
}

#[cfg(test)]
mod tests {
    use super::von_mises_cdf;
    use crate::special::golden_rows::check;
    use std::f64::consts::PI;

    #[test]
    fn golden_values_and_ends() {
        let region = |v: &[f64]| match von_mises_cdf(v[0], v[1]) {
            p if p < 1e-20 => "below 1e-20",
            p if p < 0.15 => "below 0.15",
            _ => "above",
        };
        let bounds = [("below 1e-20", 3e-13), ("below 0.15", 2e-14), ("above", 1e-15)];
        check(include_str!("golden.csv"), "von_mises_cdf", |v| von_mises_cdf(v[0], v[1]), region, &bounds);
        for k in [0.0, 1e-300, 1e-8, 2.0, 1e8, 1e300] {
            assert_eq!((von_mises_cdf(k, -PI), von_mises_cdf(k, 0.0), von_mises_cdf(k, PI)), (0.0, 0.5, 1.0));
        }
        assert!(von_mises_cdf(1.0, 3.2).is_nan() && von_mises_cdf(-1.0, 0.0).is_nan());
    }
}
