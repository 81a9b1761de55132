//! `ψ(x) = d ln Γ(x)/dx`.

use super::rational::{DIGAMMA_1_2, DIGAMMA_2_4, DIGAMMA_4_8, DIGAMMA_ZERO};
use super::stirling::{DIGAMMA, LARGE, polynomial};

/// `ψ(x) = d ln Γ(x)/dx` for `x >= 0`; `-inf` at 0, NaN below. Relative error at most 1e-15, also near its zero, 1.4616….
///
/// From 8 on its asymptotic series (DLMF 5.11.2); between 1 and 8 ratios of polynomials, with the zero taken out of the first; below 1
/// the recurrence in `x`.
///
/// ```
/// use reparam_core::special::digamma;
/// assert!((digamma(1.0) + 0.577_215_664_901_532_9).abs() < 1e-15);
/// ```
#[must_use]
#[inline]
pub fn digamma(x: f64) -> f64 {
    if x >= LARGE {
        x.ln() - log_minus_digamma(x)
    } else if x >= 1.0 {
        from_one(x)
    } else if x >= 0.0 {
        from_one(1.0 + x) - 1.0 / x
    } else {
        f64::NAN
    }
}

/// `ln x - ψ(x)` from 8 on, without cancellation.
#[inline]
pub(crate) fn log_minus_digamma(x: f64) -> f64 {
    let y = 1.0 / x;
    0.5 * y + y * y * polynomial(&DIGAMMA, y * y)
}

/// Between 1 and 8.
#[inline]
fn from_one(x: f64) -> f64 {
    if x < 2.0 {
        ((x - DIGAMMA_ZERO[0]) - DIGAMMA_ZERO[1]) * DIGAMMA_1_2.at(x)
    } else if x < 4.0 {
        DIGAMMA_2_4.at(x)
    } else {
        DIGAMMA_4_8.at(x)
    }
}
