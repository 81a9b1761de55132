//! The remainder of Stirling's formula, and the series that the other functions share with it.

use super::rational::{CORRECTION_1_2, CORRECTION_2_8, CORRECTION_HALF_1};

/// From here on ten terms of the asymptotic series in `1/x²` leave less than 2e-16 of the sum.
pub(crate) const LARGE: f64 = 8.0;

/// `½ ln 2π`.
pub(super) const HALF_LN_2PI: f64 = 0.918_938_533_204_672_7;

/// `B_2k / (2k (2k - 1))`, `k = 1, …, 10` (DLMF 5.11.1).
pub(crate) const REMAINDER: [f64; 10] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
    43867.0 / 244_188.0,
    -174_611.0 / 125_400.0,
];

/// `B_2k / 2k`, `k = 1, …, 10` (DLMF 5.11.2).
pub(super) const DIGAMMA: [f64; 10] = [
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
    -691.0 / 32_760.0,
    1.0 / 12.0,
    -3617.0 / 8160.0,
    43867.0 / 14_364.0,
    -174_611.0 / 6600.0,
];

/// `Σ c[k] u^k`.
#[inline]
pub(super) fn polynomial(c: &[f64; 10], u: f64) -> f64 {
    c.iter().rev().fold(0.0, |sum, c| sum * u + c)
}

/// `Σ c[k] (u^k - w^k) / (u - w)`: Horner's scheme for the divided difference, which needs no difference of near values.
pub(super) fn divided_difference(c: &[f64; 10], u: f64, w: f64) -> f64 {
    let (mut sum, mut quotient) = (0.0, 0.0);
    for c in c.iter().rev() {
        quotient = quotient * w + sum;
        sum = sum * u + c;
    }
    quotient
}

/// Stirling's remainder `ln Γ(x) - ((x - ½) ln x - x + ½ ln 2π)` for `x > 0`, Binet's function; `inf` at 0, NaN below.
///
/// Relative error at most 1e-15. From 8 on its asymptotic series (DLMF 5.11.1), between ½ and 8 ratios of polynomials, below ½ the
/// recurrence in `x`.
///
/// ```
/// use reparam_core::special::log_gamma_correction;
/// assert!((log_gamma_correction(1e6) - 1.0 / 12e6).abs() < 1e-20);
/// ```
#[must_use]
pub fn log_gamma_correction(x: f64) -> f64 {
    if x >= LARGE {
        let y = 1.0 / x;
        y * polynomial(&REMAINDER, y * y)
    } else if x >= 2.0 {
        CORRECTION_2_8.at(x) / x
    } else if x >= 1.0 {
        CORRECTION_1_2.at(x) / x
    } else if x >= 0.5 {
        CORRECTION_HALF_1.at(x) / x
    } else if x >= 0.0 {
        let next = 1.0 + x;
        (x + 0.5) * (x.ln_1p() - x.ln()) - 1.0 + CORRECTION_1_2.at(next) / next
    } else {
        f64::NAN
    }
}
