//! The second and third derivatives of `ln Γ`.

use super::stirling::LARGE;

/// `B_2k`, `k = 1, …, 10`.
const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174_611.0 / 330.0,
];

/// `ψ'(x)` for `x >= 0`; `inf` at 0, NaN below. Relative error at most 1e-15.
///
/// `Σ_{k<n} 1/(x + k)²` up to 8, then the asymptotic series (DLMF 5.15.8): a sum of positive terms.
///
/// ```
/// use reparam_core::special::trigamma;
/// assert!((trigamma(1.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn trigamma(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < LARGE {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let (y, u) = (1.0 / x, 1.0 / (x * x));
    let series = BERNOULLI.iter().rev().fold(0.0, |s, b| s * u + b);
    sum + y * (1.0 + 0.5 * y + u * series)
}

/// `ψ''(x)` for `x >= 0`; `-inf` at 0, NaN below. Relative error at most 1e-15.
///
/// As [`trigamma`]: `-2 Σ 1/(x + k)³` and the derivative of its series.
///
/// ```
/// use reparam_core::special::tetragamma;
/// assert!((tetragamma(1.0) + 2.404_113_806_319_188_5).abs() < 1e-14);
/// ```
#[must_use]
pub fn tetragamma(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < LARGE {
        sum += 2.0 / (x * x * x);
        x += 1.0;
    }
    let (y, u) = (1.0 / x, 1.0 / (x * x));
    let series = BERNOULLI.iter().enumerate().rev().fold(0.0, |s, (k, b)| s * u + (2 * k + 3) as f64 * b);
    -(sum + u * (1.0 + y + u * series))
}
