//! `1 / (1 + e^-x)`.

/// `1 / (1 + e^-x)`, the logistic distribution function, without overflow. Worst error 2 ulp.
///
/// Below 0 it is `e^x / (1 + e^x)`, which keeps its relative accuracy down to the smallest `f64`.
///
/// ```
/// use reparam_core::special::sigmoid;
/// assert_eq!(sigmoid(0.0), 0.5);
/// assert_eq!(sigmoid(-700.0), (-700.0_f64).exp());
/// ```
#[must_use]
pub fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

#[cfg(test)]
mod tests {
    use super::sigmoid;

    #[test]
    fn golden_values_and_ends() {
        crate::special::golden::check("sigmoid", sigmoid, 2.0);
        assert_eq!(sigmoid(f64::INFINITY), 1.0);
        assert_eq!(sigmoid(f64::NEG_INFINITY), 0.0);
        assert!(sigmoid(f64::NAN).is_nan());
    }
}
