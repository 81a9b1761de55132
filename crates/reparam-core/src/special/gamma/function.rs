//! `ln Γ(x)`.

use super::rational::LOG_GAMMA_0_1;

/// `ln Γ(x)` for `x >= 0`; `inf` at 0, NaN below. Relative error at most 5e-16, also near its zeros at 1 and 2.
///
/// The `libm` crate's `lgamma` (that of FreeBSD's library), which expands about the zeros.
///
/// ```
/// use reparam_core::special::log_gamma;
/// assert_eq!(log_gamma(2.0), 0.0);
/// assert!((log_gamma(0.5) - 0.5 * std::f64::consts::PI.ln()).abs() < 1e-15);
/// ```
#[must_use]
#[inline]
pub fn log_gamma(x: f64) -> f64 {
    if x >= 0.0 { libm::lgamma(x) } else { f64::NAN }
}

/// `ln Γ(1 + x)` for `x >= 0`, without the rounding of `1 + x`, which costs digits where `x` is small.
#[inline]
pub(super) fn log_gamma_of_next(x: f64) -> f64 {
    if x <= 1.0 { x * (x - 1.0) * LOG_GAMMA_0_1.at(x) } else { libm::lgamma(1.0 + x) }
}
