//! The normal quantile of a probability given by its logarithm.

use super::{inverse_mills, log_normal_cdf};
use crate::special::normal_quantile;
use std::f64::consts::{LN_2, SQRT_2, TAU};

/// `x` with `ln Φ(x) = log_p`; `-inf` at `-inf`, `inf` at 0, NaN above. Worst relative error 1e-15; where the
/// quantile is near 0 it grows as the condition of the problem, to 1e-14 at 0.01.
///
/// From the probability, or from its complement `-expm1(log_p)` above one half, by [`normal_quantile`](crate::special::normal_quantile). Below
/// -700, where the probability underflows, Newton's method on the logarithm from `-√(-2 log_p - ln(-4π log_p))`: one step is enough
/// for the last place, two are made.
///
/// ```
/// use reparam_core::special::{log_normal_cdf, log_normal_quantile};
/// assert!((log_normal_quantile(-1e300) / -2.0_f64.sqrt() / 1e150 - 1.0).abs() < 1e-15);
/// assert!((log_normal_quantile(log_normal_cdf(-50.0)) + 50.0).abs() < 1e-13);
/// ```
#[must_use]
pub fn log_normal_quantile(log_p: f64) -> f64 {
    if log_p > -LN_2 {
        return -normal_quantile(-log_p.exp_m1());
    }
    if log_p > -700.0 {
        return normal_quantile(log_p.exp());
    }
    // Twice the argument would overflow at the end of the range, where the rest is nothing beside it.
    if log_p < -1e200 {
        return -SQRT_2 * (-log_p).sqrt();
    }
    let mut x = -(-2.0 * log_p - (-2.0 * TAU * log_p).ln()).sqrt();
    for _ in 0..2 {
        x -= (log_normal_cdf(x) - log_p) / inverse_mills(x);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::{LN_2, log_normal_quantile};
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values_and_ends() {
        let region = |v: &[f64]| match v[0] {
            p if p < -700.0 => "below -700",
            p if (p + LN_2).abs() < 0.1 => "beside the median",
            _ => "elsewhere",
        };
        let bounds = [("below -700", 1e-15), ("beside the median", 1e-14), ("elsewhere", 1e-15)];
        check(include_str!("golden.csv"), "log_normal_quantile", |v| log_normal_quantile(v[0]), region, &bounds);
        assert_eq!(log_normal_quantile(f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(log_normal_quantile(0.0), f64::INFINITY);
        assert!(log_normal_quantile(-f64::MAX).is_finite());
        assert!(log_normal_quantile(1e-300).is_nan());
        assert!(log_normal_quantile(f64::NAN).is_nan());
    }
}
