//! The error function and its complement.

/// `erf(x) = 2/√π ∫_0^x e^(-t²) dt`, that of the `libm` crate. Worst relative error 3e-16.
///
/// ```
/// assert_eq!(reparam_core::special::erf(0.0), 0.0);
/// assert_eq!(reparam_core::special::erf(1e3), 1.0);
/// ```
#[must_use]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// `erfc(x) = 1 - erf(x)`, that of the `libm` crate; 0 above 27.3, where [`erfcx`](super::erfcx) goes on. Worst relative error 5e-16.
///
/// ```
/// assert_eq!(reparam_core::special::erfc(0.0), 1.0);
/// ```
#[must_use]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

#[cfg(test)]
mod tests {
    use super::{erf, erfc};
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values_and_ends() {
        let rows = include_str!("golden.csv");
        check(rows, "erf", |v| erf(v[0]), |_| "all x", &[("all x", 3e-16)]);
        let region = |v: &[f64]| if v[0] < 26.5 { "x < 26.5" } else { "subnormal" };
        check(rows, "erfc", |v| erfc(v[0]), region, &[("x < 26.5", 5e-16), ("subnormal", 5e-16)]);
        assert_eq!((erf(f64::NEG_INFINITY), erfc(f64::INFINITY)), (-1.0, 0.0));
        assert!(erf(f64::NAN).is_nan() && erfc(f64::NAN).is_nan());
    }
}
