//! The logarithm of the normal probability of an interval.

use super::log_cdf::LN_SQRT_TAU;
use super::log_normal_cdf;
use super::mills::mills;
use crate::special::normal_cdf;

/// Gauss and Legendre's rule of 12 points on [-1, 1], one half: node and weight.
const RULE: [(f64, f64); 6] = [
    (0.125_233_408_511_468_92, 0.249_147_045_813_402_8),
    (0.367_831_498_998_180_2, 0.233_492_536_538_354_8),
    (0.587_317_954_286_617_4, 0.203_167_426_723_065_93),
    (0.769_902_674_194_304_7, 0.160_078_328_543_346_23),
    (0.904_117_256_370_474_9, 0.106_939_325_995_318_43),
    (0.981_560_634_246_719_3, 0.047_175_336_386_511_83),
];

/// `ln(Φ(b) - Φ(a))` for `a <= b`, the normalisation of a truncated normal; `-inf` for an empty interval, NaN for `a > b`.
///
/// By region, for bounds folded so that the nearer to 0, `c`, is not negative:
/// - a short interval, over which the density falls by less than `e²`: `∫ e^(-(t² - c²)/2) dt` by a Gauss-Legendre rule of 12 points;
/// - a long one on one side of 0: `φ(c) (M(c) - e^(-(d² - c²)/2) M(d))` with Mills' ratio, all inside the logarithm;
/// - a long one around 0: `ln(1 - Φ(a) - Φ(-b))`.
///
/// Worst error 1e-15, relative to the larger of 1 and the value. The rounding of the bounds before the
/// call is not counted: their distance is taken as it stands.
///
/// ```
/// use reparam_core::special::log_diff_normal_cdf;
/// // Over a short interval far out, density times width.
/// let width = 2.0_f64.powi(-30);
/// let value = log_diff_normal_cdf(-1e3, -1e3 + width);
/// assert!((value + 5e5 - (width / std::f64::consts::TAU.sqrt()).ln()).abs() < 1e-6);
/// ```
#[must_use]
pub fn log_diff_normal_cdf(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() || a > b {
        return f64::NAN;
    }
    if a == b {
        return f64::NEG_INFINITY;
    }
    log_between(a, b, b - a)
}

/// `ln(Φ(b) - Φ(a))` for `a < b`, whose distance is known better than by their difference.
pub(crate) fn log_between(a: f64, b: f64, width: f64) -> f64 {
    if a == f64::NEG_INFINITY {
        return log_normal_cdf(b);
    }
    if b == f64::INFINITY {
        return log_normal_cdf(-a);
    }
    // The same probability, with the larger size above.
    let (c, d) = if b.abs() < a.abs() { (-b, -a) } else { (a, b) };
    if c < 0.0 && (width > 2.0 || width * (d + c) > 4.0) {
        return (-(normal_cdf(c) + normal_cdf(-d))).ln_1p();
    }
    log_beside(c, d, width) - 0.5 * c * c - LN_SQRT_TAU
}

/// `ln ∫₀^width e^(-(start s + s²/2)) ds` for `start >= 0`: the logarithm of the normal probability of an interval over the density at its
/// start, right to rounding however far out the interval lies. `width` may be infinite.
pub(crate) fn log_interval(start: f64, width: f64) -> f64 {
    if width == f64::INFINITY { mills(start).ln() } else { log_beside(start, start + width, width) }
}

/// The same from `c` to `d`; a negative `c` only for a short interval.
fn log_beside(c: f64, d: f64, width: f64) -> f64 {
    let fall = 0.5 * width * (d + c);
    if fall > 2.0 || width > 2.0 {
        return (mills(c) - (-fall).exp() * mills(d)).ln();
    }
    let half = 0.5 * width;
    let middle = c + half;
    // (t² - m²)/2 at t = m + s.
    let at = |s: f64| (-s * (middle + 0.5 * s)).exp();
    let sum: f64 = RULE.iter().rev().map(|(node, weight)| weight * (at(half * node) + at(-half * node))).sum();
    (half * sum).ln() - half * (c + 0.5 * half)
}

#[cfg(test)]
mod tests {
    use super::{log_diff_normal_cdf, log_interval};
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values_and_ends() {
        let region = |v: &[f64]| if v[0] < 0.0 && v[1] > 0.0 { "around 0" } else { "one side" };
        let bounds = [("around 0", 1e-15), ("one side", 1e-15)];
        // Errors of the logarithm near 0 are errors of the probability: they count from 1.
        let shifted = |value: f64| if value.abs() < 1.0 { value.exp() } else { value };
        check(
            include_str!("golden.csv"),
            "log_diff_normal_cdf",
            |v| shifted(log_diff_normal_cdf(v[0], v[1])),
            region,
            &bounds,
        );
        assert_eq!(log_diff_normal_cdf(f64::NEG_INFINITY, f64::INFINITY), 0.0);
        assert_eq!(log_diff_normal_cdf(1.0, 1.0), f64::NEG_INFINITY);
        assert_eq!(log_diff_normal_cdf(-1e300, 1e300), 0.0);
        assert_eq!(log_diff_normal_cdf(1e300, 2e300), f64::NEG_INFINITY);
        assert!(log_diff_normal_cdf(1.0, 0.0).is_nan());
    }

    #[test]
    fn an_interval_far_out_is_that_of_an_exponential_law() {
        // s²/2 is at most (50/c)²/2 and moves the logarithm by some 1/c² = 1e-18.
        for (width, expected) in [(f64::INFINITY, 1.0_f64), (1e-9, 0.632_120_558_828_557_7), (1e-13, 1e-4 - 5e-9)] {
            let value = log_interval(1e9, width) - (expected * 1e-9).ln();
            // The third is truncated at x³/6 = 2e-9 of it.
            let tolerance = if width < 1e-12 { 2e-9 } else { 1e-14 };
            assert!(value.abs() < tolerance, "{width}: {value}");
        }
        // Where both are the same, from the tail itself.
        for (start, width) in [(0.0, 1.0), (0.5, 3.0), (2.0, 0.1), (3.0, 8.0), (6.0, 0.3)] {
            let density = -0.5 * start * start - super::LN_SQRT_TAU;
            let other = log_diff_normal_cdf(start, start + width) - density;
            assert!((log_interval(start, width) - other).abs() < 1e-13, "{start}, {width}");
        }
    }
}
