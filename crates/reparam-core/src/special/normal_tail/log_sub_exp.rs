//! `ln(e^a - e^b)`.

use crate::special::log1m_exp;

/// `ln(e^a - e^b)` for `a >= b`; `-inf` where they are equal, NaN for `a < b`. Worst error 4 ulp of the larger of `|a|`, `|b|` and 1.
///
/// `a + ln(1 - e^(b - a))` with [`log1m_exp`].
///
/// ```
/// use reparam_core::special::log_sub_exp;
/// assert_eq!(log_sub_exp(1e4, f64::NEG_INFINITY), 1e4);
/// assert_eq!(log_sub_exp(2.0, 2.0), f64::NEG_INFINITY);
/// ```
#[must_use]
pub fn log_sub_exp(a: f64, b: f64) -> f64 {
    // Also the infinities, whose difference is no number.
    if a == b { f64::NEG_INFINITY } else { a + log1m_exp(b - a) }
}

#[cfg(test)]
mod tests {
    use super::log_sub_exp;
    use std::f64::consts::LN_2;

    #[test]
    fn known_differences_and_ends() {
        for k in 1..40_i32 {
            // 2^(k+1) - 2^k = 2^k. The arguments carry half an ulp each, magnified by 2 and 1.
            let value = log_sub_exp(f64::from(k + 1) * LN_2, f64::from(k) * LN_2);
            assert!((value - f64::from(k) * LN_2).abs() <= 4.0 * f64::EPSILON * f64::from(k + 1), "{k}: {value}");
        }
        assert_eq!(log_sub_exp(f64::INFINITY, 1.0), f64::INFINITY);
        assert_eq!(log_sub_exp(f64::NEG_INFINITY, f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert!(log_sub_exp(1.0, 2.0).is_nan());
        assert!(log_sub_exp(f64::NAN, 2.0).is_nan());
    }
}
