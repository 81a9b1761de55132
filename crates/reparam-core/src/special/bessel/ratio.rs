//! Ratios of neighbouring orders.

use super::debye::Debye;
use super::{FAR, ratio_one};

/// `I_ν(x)/I_(ν-1)(x)` for `ν >= ½` and `x >= 0`, from 0 to 1; NaN outside. Worst relative error 2e-15.
///
/// At `ν = 1` the mean resultant length of a von Mises law, at `ν = d/2` that of a von Mises-Fisher law in d dimensions. Polynomials for
/// `ν = 1` below 32; otherwise Debye's expansion, and below `√(ν² + x²) = 32` the recurrence down from it.
///
/// ```
/// use reparam_core::special::bessel_ratio;
/// assert!((bessel_ratio(0.5, 0.7) - 0.7_f64.tanh()).abs() < 1e-15);
/// assert!((bessel_ratio(1.0, 2e-9) / 1e-9 - 1.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn bessel_ratio(order: f64, x: f64) -> f64 {
    match Place::of(order, x) {
        Place::Outside => f64::NAN,
        Place::Infinite => 1.0,
        Place::One => ratio_one(x).0,
        Place::Near => x / denominator(order, x),
        Place::Far => x / far_denominator(order, &Debye::new(order, x)),
    }
}

/// `1 - I_ν(x)/I_(ν-1)(x)` without cancellation: `(ν - ½)/x` for large x. Worst relative error 2e-15 for `ν >= 1`.
///
/// Below order 1 the leading term itself cancels (`1 - tanh x` at one half), and the error is some ulp of `1/x`.
///
/// ```
/// use reparam_core::special::bessel_ratio_complement;
/// assert!((bessel_ratio_complement(1.0, 1e8) - 0.5e-8 - 0.125e-16).abs() < 1e-23);
/// ```
#[must_use]
pub fn bessel_ratio_complement(order: f64, x: f64) -> f64 {
    match Place::of(order, x) {
        Place::Outside => f64::NAN,
        Place::Infinite => 0.0,
        Place::One => ratio_one(x).1,
        Place::Near => {
            let mut at = top(order, x);
            let mut rest = far_complement(at, x);
            while at > order + 0.5 {
                at -= 1.0;
                rest = (2.0 * at - x * rest) / (2.0 * at + x - x * rest);
            }
            rest
        }
        Place::Far => far_complement(order, x),
    }
}

/// The derivative of `I_ν(x)/I_(ν-1)(x)` in x: `1/(2ν)` at 0, `(ν - ½)/x²` for large x. Worst relative error 2e-15 for `ν >= 1`.
///
/// Debye's expansion differentiated term by term above `√(ν² + x²) = 32`; below, with `r_ν` for the ratio, the recurrence of [`bessel_ratio`]
/// differentiated, `r'_ν = (2ν - x² r'_(ν+1)) (r_ν/x)²`. The textbook's `1 - r_ν² - (2ν - 1) r_ν/x` cancels at both ends; it serves only
/// `ν = 1` from 1.25 to 32, from the complement.
///
/// ```
/// use reparam_core::special::bessel_ratio_slope;
/// assert_eq!(bessel_ratio_slope(1.0, 0.0), 0.5);
/// assert!((bessel_ratio_slope(1.0, 1e8) / 0.5e-16 - 1.0).abs() < 1e-7);
/// ```
#[must_use]
pub fn bessel_ratio_slope(order: f64, x: f64) -> f64 {
    match Place::of(order, x) {
        Place::Outside => f64::NAN,
        Place::Infinite => 0.0,
        Place::One if x >= 1.25 => {
            let (ratio, rest) = ratio_one(x);
            (2.0 - rest) * rest - ratio / x
        }
        Place::One | Place::Near => {
            let mut at = top(order, x);
            let debye = Debye::new(at, x);
            let mut below = far_denominator(at, &debye);
            let mut slope = far_slope(at, x, &debye);
            while at > order + 0.5 {
                at -= 1.0;
                below = 2.0 * at + x * (x / below);
                slope = (2.0 * at - x * (x * slope)) / below / below;
            }
            slope
        }
        Place::Far => far_slope(order, x, &Debye::new(order, x)),
    }
}

enum Place {
    Outside,
    Infinite,
    One,
    Near,
    Far,
}

impl Place {
    fn of(order: f64, x: f64) -> Self {
        match order.hypot(x) {
            _ if !(order >= 0.5 && order.is_finite() && x >= 0.0) => Self::Outside,
            _ if x == f64::INFINITY => Self::Infinite,
            w if w >= FAR => Self::Far,
            _ if order == 1.0 => Self::One,
            _ => Self::Near,
        }
    }
}

/// `order + n` where the expansion holds.
fn top(order: f64, x: f64) -> f64 {
    let need = (FAR * FAR - x * x).max(0.0).sqrt() - order;
    order + need.max(0.0).ceil()
}

/// `x/r_ν = 2ν + x r_(ν+1)`.
fn denominator(order: f64, x: f64) -> f64 {
    let mut at = top(order, x);
    let mut below = far_denominator(at, &Debye::new(at, x));
    while at > order + 0.5 {
        at -= 1.0;
        below = 2.0 * at + x * (x / below);
    }
    below
}

/// `x/r_ν = ν + x I'_ν/I_ν`.
fn far_denominator(order: f64, debye: &Debye) -> f64 {
    order + debye.w * (1.0 + debye.excess())
}

fn far_complement(order: f64, x: f64) -> f64 {
    let debye = Debye::new(order, x);
    // In units of w, so that nothing overflows; w - x without the difference.
    let share = order / debye.w;
    let gap = share * (order / (debye.w + x));
    (share + gap + debye.excess()) / (share + 1.0 + debye.excess())
}

fn far_slope(order: f64, x: f64, debye: &Debye) -> f64 {
    let (share, rest) = (order / debye.w, x / debye.w);
    let below = share + 1.0 + debye.excess();
    let above = share + share * share * (1.0 + debye.excess()) - rest * rest * debye.excess_slope();
    above / (below * below) / debye.w
}

#[cfg(test)]
mod tests {
    use super::{bessel_ratio, bessel_ratio_complement, bessel_ratio_slope};
    use crate::special::golden_rows::check;

    #[test]
    fn golden_values_and_ends() {
        let rows = include_str!("golden.csv");
        let region = |v: &[f64]| match (v[0], v[0].hypot(v[1])) {
            (1.0, w) if w < 32.0 => "order 1",
            (_, w) if w < 32.0 => "w < 32",
            _ => "w >= 32",
        };
        let bounds = |b: [f64; 3]| [("order 1", b[0]), ("w < 32", b[1]), ("w >= 32", b[2])];
        check(rows, "bessel_ratio", |v| bessel_ratio(v[0], v[1]), region, &bounds([2e-15; 3]));
        let complement = |v: &[f64]| bessel_ratio_complement(v[0], v[1]);
        check(rows, "bessel_ratio_complement", complement, region, &bounds([2e-15; 3]));
        check(rows, "bessel_ratio_slope", |v| bessel_ratio_slope(v[0], v[1]), region, &bounds([2e-14, 1e-14, 2e-14]));
        assert_eq!((bessel_ratio(3.0, 0.0), bessel_ratio_complement(3.0, 0.0)), (0.0, 1.0));
        assert_eq!((bessel_ratio(3.0, f64::INFINITY), bessel_ratio_complement(3.0, f64::INFINITY)), (1.0, 0.0));
        assert_eq!(bessel_ratio_slope(3.0, f64::INFINITY), 0.0);
        assert!(bessel_ratio(0.0, 1.0).is_nan() && bessel_ratio(1.0, -1.0).is_nan());
    }
}
