//! Mills' ratio of the normal distribution, and its slope.

use super::coefficients::{MILLS, SLOPE};
use crate::special::horner::horner;
use crate::special::normal_cdf;

/// `(x - 4)/(x + 4)`, also at infinity.
fn place(x: f64) -> f64 {
    if x < 4.0 { (x - 4.0) / (x + 4.0) } else { 1.0 - 8.0 / (x + 4.0) }
}

/// `M(x) = (1 - Φ(x)) / φ(x)` for `x >= 0`; worst relative error 1e-15.
#[must_use]
pub fn mills(x: f64) -> f64 {
    horner(place(x), &MILLS) / (1.0 + x)
}

/// `-M'(x) = 1 - x M(x)`: for `x >= 0` from its own polynomial, with a worst relative error of 1e-15; below 0 down to -1 as it stands.
#[must_use]
pub fn mills_slope(x: f64) -> f64 {
    if x < 0.0 {
        return 1.0 - x * mills_below(x);
    }
    horner(place(x), &SLOPE) / (1.0 + x) / (1.0 + x)
}

/// `M(x)` for `x < 0`: `Φ(-x)/φ(x)`, infinite below -38.6.
#[must_use]
pub fn mills_below(x: f64) -> f64 {
    normal_cdf(-x) / density(x)
}

/// `φ(x)`, with a relative error of 2 ulp also in the tails: the rounding of `x²` is put right in the exponent.
#[must_use]
pub fn density(x: f64) -> f64 {
    const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;
    let square = x * x;
    if square > 1500.0 {
        return 0.0;
    }
    let rest = x.mul_add(x, -square);
    FRAC_1_SQRT_TAU * ((-0.5 * square).exp() * (1.0 - 0.5 * rest))
}

#[cfg(test)]
mod tests {
    use super::{mills, mills_slope};
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values() {
        let rows = include_str!("golden.csv");
        check(rows, "mills", |v| mills(v[0]), |_| "x >= 0", &[("x >= 0", 1e-15)]);
        let region = |v: &[f64]| if v[0] < 0.0 { "x < 0" } else { "x >= 0" };
        check(rows, "mills_slope", |v| mills_slope(v[0]), region, &[("x < 0", 1e-15), ("x >= 0", 1e-15)]);
        assert_eq!(mills(f64::INFINITY), 0.0);
        assert_eq!(mills_slope(f64::INFINITY), 0.0);
    }
}
