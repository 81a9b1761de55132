//! Any order.

use super::FAR;
use super::debye::Debye;
use std::f64::consts::{LN_2, TAU};

/// `e^-x I_ν(x)` for order `ν >= 0` and `x >= 0`; NaN outside. Worst relative error 2e-15 where
/// `√(ν² + x²)` is below 32, and above it an ulp of the exponent `ν asinh(ν/x)`: 1e-13, and 3e-13 where the value is below 1e-100.
///
/// The power series below `√(ν² + x²) = 32`, Debye's expansion above.
///
/// ```
/// use reparam_core::special::{bessel_i0e, bessel_ie};
/// assert!((bessel_ie(0.0, 50.0) / bessel_i0e(50.0) - 1.0).abs() < 2e-15);
/// // Half-integer orders are elementary: I_½(x) = √(2/(πx)) sinh x.
/// assert!((bessel_ie(0.5, 2.0) * std::f64::consts::PI.sqrt() / (-(-4.0_f64).exp_m1() / 2.0) - 1.0).abs() < 1e-14);
/// ```
#[must_use]
pub fn bessel_ie(order: f64, x: f64) -> f64 {
    if !valid(order, x) {
        return f64::NAN;
    }
    if x == f64::INFINITY || order == f64::INFINITY {
        return 0.0;
    }
    if order.hypot(x) < FAR {
        return (0.5 * x).powf(order) / libm::tgamma(order + 1.0) * (series(order, x) * (-x).exp());
    }
    let debye = Debye::new(order, x);
    exponent(order, x, debye.w).exp() * debye.u / (TAU * debye.w).sqrt()
}

/// `ln I_ν(x)` for order `ν >= 0` and `x >= 0`, where `I_ν` itself would overflow or underflow; `-inf` at x = 0 for `ν > 0`.
///
/// Worst error 6e-15, relative to the larger of 1 and the value. The method is that of [`bessel_ie`].
///
/// ```
/// use reparam_core::special::log_bessel_i;
/// assert_eq!(log_bessel_i(0.0, 0.0), 0.0);
/// // The normalisation of a von Mises-Fisher law in 2000 dimensions.
/// assert!((log_bessel_i(999.0, 10.0) + 4297.366_948_999_692).abs() < 1e-11);
/// ```
#[must_use]
pub fn log_bessel_i(order: f64, x: f64) -> f64 {
    if !valid(order, x) {
        return f64::NAN;
    }
    if x == 0.0 {
        return if order == 0.0 { 0.0 } else { f64::NEG_INFINITY };
    }
    if order == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    if order.hypot(x) < FAR {
        return order * (x.ln() - LN_2) - libm::lgamma(order + 1.0) + series(order, x).ln();
    }
    let debye = Debye::new(order, x);
    x + exponent(order, x, debye.w) + (debye.u / (TAU * debye.w).sqrt()).ln()
}

fn valid(order: f64, x: f64) -> bool {
    order >= 0.0 && x >= 0.0
}

/// `ν η - x`, `ν η = w + ν ln(x/(ν + w))`: of the two large parts only what is left of them.
fn exponent(order: f64, x: f64, w: f64) -> f64 {
    order * (order / (w + x)) - order * log_gain(order, x, w)
}

/// `asinh(ν/x) = ln((ν + w)/x)`.
fn log_gain(order: f64, x: f64, w: f64) -> f64 {
    if order < x {
        return ((order + order * (order / (w + x))) / x).ln_1p();
    }
    let gain = (order + w) / x;
    if gain.is_finite() { gain.ln() } else { (order + w).ln() - x.ln() }
}

/// `Σ (x²/4)^k / (k! (ν + 1)_k)`.
fn series(order: f64, x: f64) -> f64 {
    let square = 0.25 * x * x;
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    // Terms rise to the middle of about w/2 and fall from there; 100 are more than any argument below 32 needs.
    while k < 100.0 {
        term *= square / (k * (k + order));
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{bessel_ie, log_bessel_i};
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values_and_ends() {
        let rows = include_str!("golden.csv");
        let region = |v: &[f64]| match v[0].hypot(v[1]) {
            w if w < 32.0 => "w < 32",
            w if w < 64.0 => "32 <= w < 64",
            _ => "w >= 64",
        };
        // Where the value is small its exponent is large, and its rounding counts.
        let value_region = |v: &[f64]| match bessel_ie(v[0], v[1]) {
            y if y < 1e-100 => "value < 1e-100",
            _ => region(v),
        };
        let bounds = [("w < 32", 2e-15), ("32 <= w < 64", 3e-14), ("w >= 64", 1e-13), ("value < 1e-100", 3e-13)];
        check(rows, "bessel_ie", |v| bessel_ie(v[0], v[1]), value_region, &bounds);
        // Errors near 0 count from 1.
        let shifted = |value: f64| if value.abs() < 1.0 { value + 3.0 } else { value };
        check(
            rows,
            "log_bessel_i",
            |v| shifted(log_bessel_i(v[0], v[1])),
            region,
            &bounds.map(|(label, _)| (label, 6e-15))[..3],
        );
        assert_eq!((bessel_ie(0.0, 0.0), bessel_ie(2.0, 0.0)), (1.0, 0.0));
        assert_eq!(log_bessel_i(2.5, 0.0), f64::NEG_INFINITY);
        assert!(log_bessel_i(1e8, 5e-324).is_finite());
        assert!(bessel_ie(-1.0, 1.0).is_nan() && bessel_ie(1.0, -1.0).is_nan() && log_bessel_i(1.0, f64::NAN).is_nan());
    }
}
