//! The distribution of Student's t.

use super::distribution::tails_at;
use super::inverse::{Split, quantile};
use super::side::Point;
use std::f64::consts::LN_2;

/// `df / (df + t²)` and `t² / (df + t²)`, whose logarithms are finite for every finite `t` but 0.
pub(super) fn point(df: f64, t: f64) -> Point {
    let root = t / df.sqrt();
    let q = root * root;
    let ln_root = if root.is_finite() { root.abs().ln() } else { t.abs().ln() - 0.5 * df.ln() };
    if q <= 1.0 {
        // ln y from t itself: q may underflow.
        let ln_x = -q.ln_1p();
        Point { x: 1.0 / (1.0 + q), y: q / (1.0 + q), ln_x, ln_y: 2.0 * ln_root + ln_x }
    } else {
        let r = 1.0 / q;
        let ln_y = -r.ln_1p();
        Point { x: r / (1.0 + r), y: 1.0 / (1.0 + r), ln_x: ln_y - 2.0 * ln_root, ln_y }
    }
}

/// The probability below `t` under Student's t with `df` degrees of freedom; NaN unless `df > 0`, normal at `df = inf`.
///
/// `½ I_x(df/2, ½)`, `x = df / (df + t²)`, for negative `t` (DLMF 8.17; the upper tail is that at `-t`), with `x` and `1 - x` both known to
/// full precision. Relative error in either tail at most `4ε (4 + |ln F| + √df)`, ε = 2.2e-16: 1e-14 for `df` up to 1e4 and probabilities from
/// 1e-8.
///
/// ```
/// use reparam_core::special::student_t_cdf;
/// // Cauchy's law at df = 1.
/// assert!((student_t_cdf(1.0, -1.0) - 0.25).abs() < 1e-15);
/// ```
#[must_use]
pub fn student_t_cdf(df: f64, t: f64) -> f64 {
    if df.is_nan() || df <= 0.0 || t.is_nan() {
        return f64::NAN;
    }
    if df.is_infinite() {
        return crate::special::normal_cdf(t);
    }
    if t == 0.0 {
        return 0.5;
    }
    if t.is_infinite() {
        return if t > 0.0 { 1.0 } else { 0.0 };
    }
    let tail = 0.5 * tails_at(0.5 * df, 0.5, point(df, t)).lower;
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// The probability above `t` under Student's t with `df` degrees of freedom, to its own relative accuracy: the distribution function at `-t`.
///
/// ```
/// use reparam_core::special::student_t_survival;
/// // 1 / (π t) far out under Cauchy's law.
/// assert!((student_t_survival(1.0, 1e100) * 1e100 * std::f64::consts::PI - 1.0).abs() < 1e-13);
/// ```
#[must_use]
pub fn student_t_survival(df: f64, t: f64) -> f64 {
    student_t_cdf(df, -t)
}

/// `t` with distribution function `p` under Student's t with `df` degrees of freedom; `±inf` at the ends, NaN outside the domain.
///
/// Through the inverse of the incomplete beta function, by whichever of the tail and the middle is smaller. Infinite where the
/// quantile is beyond the largest `f64`, which is common below `df = 0.03`. For an upper tail too small to be held as `1 - q`, use
/// `-student_t_quantile(df, q)`. Worst relative error 5e-15 of the conditioning, `1 + 1/df`.
///
/// ```
/// use reparam_core::special::student_t_quantile;
/// assert!((student_t_quantile(1.0, 0.75) - 1.0).abs() < 1e-15);
/// assert!((student_t_quantile(2.0, 1e-200) / -7.0710678118654752e99 - 1.0).abs() < 1e-13);
/// ```
#[must_use]
pub fn student_t_quantile(df: f64, p: f64) -> f64 {
    if !(df > 0.0 && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    if df.is_infinite() {
        return crate::special::normal_quantile(p);
    }
    let tail = p.min(1.0 - p);
    let sign = if p < 0.5 { -1.0 } else { 1.0 };
    if tail == 0.0 {
        return sign * f64::INFINITY;
    }
    if tail == 0.5 {
        return 0.0;
    }
    // Both tails of the beta law are exact: 2 p, and 1 - 2 p, which loses no bit where it is the smaller one.
    let split = if tail < 0.25 { Split::lower(2.0 * tail) } else { Split::lower(1.0 - 2.0 * tail).swapped() };
    let at = quantile(0.5 * df, 0.5, split);
    let size = if at.x > f64::MIN_POSITIVE && at.y > f64::MIN_POSITIVE {
        df.sqrt() * (at.y / at.x).sqrt()
    } else {
        (0.5 * (df.ln() + at.ln_y - at.ln_x)).exp()
    };
    sign * size
}

/// The logarithm of [`student_t_cdf`], for finite `df`: also where the probability underflows or is all but 1.
pub(crate) fn log_student_t_cdf(df: f64, t: f64) -> f64 {
    if t.is_nan() || !(df > 0.0 && df.is_finite()) {
        return f64::NAN;
    }
    if t == 0.0 {
        return -LN_2;
    }
    if t.is_infinite() {
        return if t > 0.0 { 0.0 } else { f64::NEG_INFINITY };
    }
    let tails = tails_at(0.5 * df, 0.5, point(df, t));
    if t < 0.0 { tails.log_lower - LN_2 } else { (-0.5 * tails.lower).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::{student_t_cdf, student_t_quantile, student_t_survival};
    use crate::special::{normal_cdf, normal_quantile};

    #[test]
    fn ends_limits_and_outside() {
        for df in [1e-8, 1.0, 1e8, f64::INFINITY] {
            assert_eq!(student_t_cdf(df, 0.0), 0.5);
            assert_eq!(student_t_cdf(df, f64::INFINITY), 1.0);
            assert_eq!(student_t_survival(df, f64::INFINITY), 0.0);
            assert_eq!(student_t_quantile(df, 0.5), 0.0);
            assert_eq!(student_t_quantile(df, 0.0), f64::NEG_INFINITY);
            assert_eq!(student_t_quantile(df, 1.0), f64::INFINITY);
            assert!(student_t_cdf(df, f64::NAN).is_nan() && student_t_quantile(df, -0.1).is_nan());
        }
        assert!(student_t_cdf(-1.0, 0.0).is_nan() && student_t_quantile(f64::NAN, 0.5).is_nan());
        for t in [-30.0, -3.0, -0.1, 2.0] {
            // The normal limit: F - Φ = -(t³ + t) φ / (4 df), next to Φ at most t⁴ / (4 df) of it.
            assert!((student_t_cdf(1e18, t) / normal_cdf(t) - 1.0).abs() < 1e-12);
        }
        assert!((student_t_quantile(1e18, 1e-300) / normal_quantile(1e-300) - 1.0).abs() < 1e-12);
        // df = 2: t = (2p - 1) √(2 / (4 p (1 - p))).
        for p in [1e-300_f64, 1e-20, 0.1, 0.49999, 0.7, 1.0 - 1e-10] {
            let exact = (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt();
            assert!((student_t_quantile(2.0, p) / exact - 1.0).abs() < 1e-13, "{p}");
        }
        // Beyond the range of x = df/(df + t²), where the tail is still large.
        let far = student_t_quantile(0.01, 0.02);
        assert!(far < -1e130 && (student_t_cdf(0.01, far) / 0.02 - 1.0).abs() < 1e-13, "{far:e}");
        let farther = student_t_cdf(0.01, -1e300);
        assert!(farther > 4e-4 && (student_t_quantile(0.01, farther) / -1e300 - 1.0).abs() < 1e-11, "{farther}");
    }
}
