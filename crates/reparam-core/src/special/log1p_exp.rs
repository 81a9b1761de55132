//! `ln(1 + e^x)`.

/// `ln(1 + e^x)`, the softplus function, without overflow or cancellation. Worst error 2 ulp.
///
/// `max(x, 0) + ln(1 + e^-|x|)`: the logarithm's argument never leaves (1, 2].
///
/// ```
/// use reparam_core::special::log1p_exp;
/// assert_eq!(log1p_exp(0.0), std::f64::consts::LN_2);
/// assert_eq!(log1p_exp(1e4), 1e4);
/// ```
#[must_use]
pub fn log1p_exp(x: f64) -> f64 {
    let rest = (-x.abs()).exp().ln_1p();
    if x > 0.0 { x + rest } else { rest }
}

#[cfg(test)]
mod tests {
    use super::log1p_exp;

    #[test]
    fn golden_values_and_ends() {
        crate::special::golden::check("log1p_exp", log1p_exp, 2.0);
        assert_eq!(log1p_exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(log1p_exp(f64::NEG_INFINITY), 0.0);
        assert!(log1p_exp(f64::NAN).is_nan());
    }
}
