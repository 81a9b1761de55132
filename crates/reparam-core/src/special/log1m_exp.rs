//! `ln(1 - e^x)`.

use std::f64::consts::LN_2;

/// `ln(1 - e^x)` for `x <= 0`, without cancellation; `-inf` at 0, NaN above. Worst error 2 ulp.
///
/// `ln(-expm1(x))` near 0 and `ln_1p(-e^x)` below `-ln 2` (Mächler 2012, "Accurately computing log(1 - exp(-|a|))", equation 7).
///
/// ```
/// use reparam_core::special::log1m_exp;
/// assert_eq!(log1m_exp(-1e-300), 1e-300_f64.ln());
/// assert_eq!(log1m_exp(-1e3), 0.0);
/// ```
#[must_use]
pub fn log1m_exp(x: f64) -> f64 {
    if x > -LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::log1m_exp;

    #[test]
    fn golden_values_and_ends() {
        crate::special::golden::check("log1m_exp", log1m_exp, 2.0);
        assert_eq!(log1m_exp(0.0), f64::NEG_INFINITY);
        assert_eq!(log1m_exp(f64::NEG_INFINITY), 0.0);
        assert!(log1m_exp(1e-9).is_nan());
        assert!(log1m_exp(f64::NAN).is_nan());
    }
}
