//! `ln(p / (1 - p))`.

/// `ln p - ln(1 - p)` for `p` in [0, 1], the inverse of [`sigmoid`](super::sigmoid); `±inf` at the ends, NaN outside. Worst error 2 ulp.
///
/// Between ¼ and ¾, where the two logarithms cancel, it is `ln(1 + (2 p - 1) / (1 - p))`, with the sign taken out: `2 p - 1` is exact there.
///
/// ```
/// use reparam_core::special::logit;
/// assert_eq!(logit(0.5), 0.0);
/// assert!((logit(0.75) - 3.0_f64.ln()).abs() < 1e-15);
/// assert_eq!(logit(0.0), f64::NEG_INFINITY);
/// ```
#[must_use]
pub fn logit(p: f64) -> f64 {
    if p < 0.25 {
        p.ln() - (-p).ln_1p()
    } else if p <= 0.5 {
        -((1.0 - 2.0 * p) / p).ln_1p()
    } else {
        // `1 - p` is exact from ½ on.
        let q = 1.0 - p;
        if q < 0.25 { (-q).ln_1p() - q.ln() } else { ((1.0 - 2.0 * q) / q).ln_1p() }
    }
}

#[cfg(test)]
mod tests {
    use super::logit;

    #[test]
    fn golden_values_and_ends() {
        crate::special::golden::check("logit", logit, 2.0);
        assert_eq!(logit(1.0), f64::INFINITY);
        assert!(logit(-1e-300).is_nan());
        assert!(logit(1.0 + f64::EPSILON).is_nan());
        assert!(logit(f64::NAN).is_nan());
    }

    #[test]
    fn odd_about_one_half() {
        for i in 0..=1024 {
            let p = f64::from(i) / 1024.0;
            assert_eq!(logit(p), -logit(1.0 - p));
        }
    }
}
