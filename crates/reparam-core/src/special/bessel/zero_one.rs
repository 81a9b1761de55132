//! Orders 0 and 1.

use super::coefficients::{I0_FAR, I0_NEAR, I1_FAR, I1_NEAR};
use crate::special::horner::horner;

/// `e^-|x| I_0(x)`; worst relative error 1e-15.
///
/// Below 8 a polynomial in `x²` with positive coefficients, above one in `1/x` for `√x e^-x I_0(x)`.
///
/// ```
/// use reparam_core::special::bessel_i0e;
/// assert_eq!(bessel_i0e(0.0), 1.0);
/// assert!((bessel_i0e(1e8) * (std::f64::consts::TAU * 1e8).sqrt() - 1.0 - 1.25e-9).abs() < 1e-15);
/// ```
#[must_use]
pub fn bessel_i0e(x: f64) -> f64 {
    let x = x.abs();
    if x < 8.0 { horner(x * x / 64.0, &I0_NEAR) * (-x).exp() } else { horner(16.0 / x - 1.0, &I0_FAR) / x.sqrt() }
}

/// `e^-|x| I_1(x)`, odd; worst relative error 1e-15. The method is that of [`bessel_i0e`].
///
/// ```
/// use reparam_core::special::bessel_i1e;
/// assert_eq!(bessel_i1e(2e-20), 1e-20);
/// assert_eq!(bessel_i1e(-3.0), -bessel_i1e(3.0));
/// ```
#[must_use]
pub fn bessel_i1e(x: f64) -> f64 {
    let y = x.abs();
    if y < 8.0 {
        return x * (horner(x * x / 64.0, &I1_NEAR) * (-y).exp());
    }
    (horner(16.0 / y - 1.0, &I1_FAR) / y.sqrt()).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::{bessel_i0e, bessel_i1e};
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values_and_ends() {
        let rows = include_str!("golden.csv");
        let region = |v: &[f64]| if v[0] < 8.0 { "x < 8" } else { "x >= 8" };
        let bounds = [("x < 8", 1e-15), ("x >= 8", 1e-15)];
        check(rows, "bessel_i0e", |v| bessel_i0e(v[0]), region, &bounds);
        check(rows, "bessel_i1e", |v| bessel_i1e(v[0]), region, &bounds);
        assert_eq!((bessel_i0e(f64::INFINITY), bessel_i1e(f64::NEG_INFINITY)), (0.0, 0.0));
        assert!(bessel_i0e(f64::NAN).is_nan() && bessel_i1e(f64::NAN).is_nan());
    }
}
