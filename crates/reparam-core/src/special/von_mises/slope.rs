//! The path of a draw.

use super::place::{Place, complement};
use std::f64::consts::PI;

/// `dx/dκ` at fixed distribution function for the von Mises law of location 0, concentration `κ >= 0` and an angle x in [-π, π].
///
/// The pathwise derivative of a draw (implicit reparameterisation, Figurnov et al. 2018): `-(∂F/∂κ)/p`, which is
/// `-e^(-κ cos x) ∫_0^x e^(κ cos t) (cos t - A(κ)) dt`. It is odd, never NaN, and vanishes at 0 and at ±π; near them the error is relative
/// too, at ±π in the distance of the number x from π. Worst relative error 4e-15 for κ from 1e-8 to 1e8
/// (2e-15 was measured). Method: the module's.
/// NaN for an angle outside, or a concentration that is negative or not finite.
///
/// ```
/// use reparam_core::special::von_mises_slope;
/// // Without concentration -sin x, with much of it a normal's -x/(2κ).
/// assert!((von_mises_slope(0.0, 1.0) + 1.0_f64.sin()).abs() < 1e-15);
/// assert!((von_mises_slope(1e8, 1e-4) + 1e-4 / 2e8).abs() < 1e-19);
/// ```
#[must_use]
pub fn von_mises_slope(concentration: f64, x: f64) -> f64 {
    match complement(concentration) {
        Some(complement) if x.abs() <= PI => (-Place::of(concentration, complement, x.abs()).slope).copysign(-x),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::von_mises_slope;
    use crate::special::golden_rows::check;
    use std::f64::consts::PI;

    #[test]
    fn golden_values() {
        let region = |v: &[f64]| match v[0] {
            k if k < 1e-3 => "κ < 1e-3",
            k if k < 1.0 => "1e-3 <= κ < 1",
            k if k < 40.0 => "1 <= κ < 40",
            k if k <= 1e4 => "40 <= κ <= 1e4",
            _ => "κ > 1e4",
        };
        let bounds =
            ["κ < 1e-3", "1e-3 <= κ < 1", "1 <= κ < 40", "40 <= κ <= 1e4", "κ > 1e4"].map(|label| (label, 4e-15));
        check(include_str!("golden.csv"), "von_mises_slope", |v| von_mises_slope(v[0], v[1]), region, &bounds);
    }

    #[test]
    fn odd_and_finite_to_the_ends() {
        for k in [0.0, 5e-324, 1e-300, 1e-8, 1e-3, 0.5, 3.0, 1e3, 1e8, 1e15, 1e100, 1e300, f64::MAX] {
            for x in [0.0, 5e-324, 1e-300, 1e-20, 1e-8, 0.3, 1.5, 3.0, PI.next_down(), PI] {
                let slope = von_mises_slope(k, x);
                // The greater the concentration the nearer to 0.
                assert!((-2.0..=0.0).contains(&slope), "{k} {x}: {slope}");
                assert_eq!(von_mises_slope(k, -x), -slope);
            }
            assert_eq!(von_mises_slope(k, 0.0), 0.0);
            assert!(von_mises_slope(k, PI).abs() < 4e-16);
        }
        assert!(von_mises_slope(1.0, 3.2).is_nan() && von_mises_slope(-1.0, 0.0).is_nan());
        assert!(von_mises_slope(f64::INFINITY, 0.0).is_nan() && von_mises_slope(1.0, f64::NAN).is_nan());
    }
}
