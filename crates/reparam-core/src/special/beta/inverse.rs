//! The quantile of the beta distribution.

use super::distribution::{log_power, proper, tails_at};
use super::side::Point;
use crate::special::{log_gamma_correction, normal_quantile};
use std::f64::consts::TAU;

/// A point of [0, 1] and its distance from 1, each to its own relative accuracy.
///
/// ```
/// use reparam_core::special::beta_i_inverse;
/// let median = beta_i_inverse(3.0, 3.0, 0.5);
/// assert!((median.x - 0.5).abs() < 1e-15 && (median.y - 0.5).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitPoint {
    /// The point.
    pub x: f64,
    /// `1 - x`.
    pub y: f64,
    /// `ln(x / y)`, which is finite where `x` or `y` underflows.
    pub logit: f64,
}

/// The logarithms of both tails' probabilities.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    log_lower: f64,
    log_upper: f64,
}

impl Split {
    /// From the lower tail's probability.
    pub(super) fn lower(p: f64) -> Self {
        Self { log_lower: p.ln(), log_upper: (-p).ln_1p() }
    }

    pub(super) fn swapped(self) -> Self {
        Self { log_lower: self.log_upper, log_upper: self.log_lower }
    }
}

/// Steps at most; it takes two to ten.
const STEPS: usize = 60;

/// The point with these tails, with its logarithms, which stay finite where it underflows.
///
/// The logarithm of the tail on the near side is a convex or a concave function of `ln x` over that whole side, according to the sign of
/// `1 - b`: Newton's method on it cannot fail, and Halley's correction, which costs nothing, makes it cubic.
pub(super) fn quantile(a: f64, b: f64, split: Split) -> Point {
    let total = a + b + 1.0;
    let middle = Point::new((a + 0.5) / total, (b + 0.5) / total);
    let at_middle = tails_at(a, b, middle);
    // The comparison by the smaller tail, whose logarithm says more.
    let below = if at_middle.log_lower < at_middle.log_upper {
        split.log_lower <= at_middle.log_lower
    } else {
        split.log_upper >= at_middle.log_upper
    };
    if below { near(a, b, split, middle) } else { near(b, a, split.swapped(), middle.swapped()).swapped() }
}

/// The point for a side whose far end is `middle`.
fn near(a: f64, b: f64, split: Split, middle: Point) -> Point {
    // What is solved is whichever tail is smaller: a probability near 1 has no digits.
    let by_lower = split.log_lower <= split.log_upper;
    let mut theta = start(a, b, split).min(middle.ln_x);
    let mut at = point(theta, middle);
    let (mut low, mut high) = (f64::NEG_INFINITY, middle.ln_x);
    let mut last = f64::INFINITY;
    for _ in 0..STEPS {
        let tails = tails_at(a, b, at);
        // x p(x) over the tail: the slope of its logarithm in ln x.
        let ln_xp = log_power(a, b, at) - at.ln_y;
        let (miss, slope) = if by_lower {
            (tails.log_lower - split.log_lower, (ln_xp - tails.log_lower).exp())
        } else {
            (tails.log_upper - split.log_upper, -(ln_xp - tails.log_upper).exp())
        };
        let newton = miss / slope;
        // At a tiny shape the rounding of the tail moves ln x by far more than its own: steps that no longer shrink have arrived.
        let target = if by_lower { split.log_lower } else { split.log_upper };
        if miss.abs() <= 1e-13 * target.abs().max(1.0) && newton.abs() >= 0.5 * last {
            break;
        }
        last = newton.abs();
        // Second derivative over the first: d ln(x p)/d ln x minus the slope.
        let bend = a - (b - 1.0) * (at.x / at.y) - slope;
        let halley = newton / (1.0 - 0.5 * newton * bend).max(0.5);
        if newton > 0.0 {
            high = theta;
        } else {
            low = theta;
        }
        let mut next = theta - halley;
        // Outside what is known of the root, or not a number: halve.
        if !(low..=high).contains(&next) {
            next = if low.is_finite() { 0.5 * (low + high) } else { high - 1.0 - high.abs() };
        }
        let moved = next - theta;
        theta = next;
        at = moved_point(at, moved, theta, middle);
        if moved.abs() <= 1e-15 || moved.abs() <= 4.0 * f64::EPSILON * theta.abs() {
            break;
        }
    }
    at
}

/// The point at `ln x = theta`.
fn point(theta: f64, middle: Point) -> Point {
    if theta >= middle.ln_x {
        return middle;
    }
    let (x, y) = (theta.exp(), -theta.exp_m1());
    Point { x, y, ln_x: theta, ln_y: if x < 0.5 { (-x).ln_1p() } else { y.ln() } }
}

/// A last small step multiplies `x`, which keeps digits that the logarithm of a tiny `x` does not have.
fn moved_point(at: Point, moved: f64, theta: f64, middle: Point) -> Point {
    if moved.abs() > 1e-3 || at.x < f64::MIN_POSITIVE {
        return point(theta, middle);
    }
    let x = at.x + at.x * moved.exp_m1();
    let y = at.y - at.x * moved.exp_m1();
    if x <= y {
        Point { x, y: 1.0 - x, ln_x: theta, ln_y: (-x).ln_1p() }
    } else {
        Point { x: 1.0 - y, y, ln_x: (-y).ln_1p(), ln_y: y.ln() }
    }
}

/// `ln x` to start from: the power law of the tail `I ≈ x^a / (a B(a, b))`, or the normal approximation to the logarithm of odds where it
/// reaches further.
fn start(a: f64, b: f64, split: Split) -> f64 {
    // -ln(a B(a, b)), by Stirling's formula with its remainder.
    let end = a + b;
    let stirling = log_gamma_correction(end) - log_gamma_correction(a) - log_gamma_correction(b);
    let norm = 0.5 * (b / (a * end) / TAU).ln() - a * (a / end).ln() - b * (b / end).ln() + stirling;
    let power = (split.log_lower - norm) / a;
    if a < 2.0 || b < 0.5 {
        return power;
    }
    let p = split.log_lower.exp();
    let z = if p > 1e-300 { normal_quantile(p) } else { -(-2.0 * split.log_lower).sqrt() };
    // The logit of a beta draw is roughly normal: mean ln(a/b), variance 1/a + 1/b, with Wilson and Hilferty's cube roots in the tails.
    let cube = |shape: f64, z: f64| {
        let c = 1.0 / (9.0 * shape);
        (1.0 - c + z * c.sqrt()).max(0.05).powi(3) * shape
    };
    let share = (b / end).sqrt();
    let odds = cube(a, z * share) / cube(b, -z * (a / end).sqrt());
    let normal = -(1.0 / odds).ln_1p();
    // x^a / (a B(a, b)) bounds the tail from above where b > 1, from below where b < 1: so does its inverse, the other way round.
    if b > 1.0 { normal.max(power) } else { normal.min(power) }
}

fn checked(a: f64, b: f64, p: f64, split: fn(f64) -> Split, empty: UnitPoint) -> UnitPoint {
    if !(proper(a, b) && (0.0..=1.0).contains(&p)) {
        return UnitPoint { x: f64::NAN, y: f64::NAN, logit: f64::NAN };
    }
    if p == 0.0 {
        return empty;
    }
    if p == 1.0 {
        return UnitPoint { x: empty.y, y: empty.x, logit: -empty.logit };
    }
    let at = quantile(a, b, split(p));
    UnitPoint { x: at.x, y: at.y, logit: at.ln_x - at.ln_y }
}

/// `x` with `I_x(a, b) = p`, and `1 - x`; NaN outside the domain.
///
/// Worst relative error of the smaller of `x` and `1 - x` 1e-14 times its conditioning, `tail / (x p(x))`, which is `1/a` in the tail.
///
/// Newton's method with Halley's correction on the logarithm of the tail as a function of `ln x` (or of `ln(1 - x)` on the side of 1). A
/// point below the smallest positive `f64` comes back as 0, with its logit.
///
/// ```
/// use reparam_core::special::beta_i_inverse;
/// // I = x² at b = 1.
/// assert!((beta_i_inverse(2.0, 1.0, 1e-300).x / 1e-150 - 1.0).abs() < 1e-13);
/// assert!((beta_i_inverse(1.0, 1.0, 0.25).y - 0.75).abs() < 1e-15);
/// ```
#[must_use]
pub fn beta_i_inverse(a: f64, b: f64, p: f64) -> UnitPoint {
    checked(a, b, p, Split::lower, UnitPoint { x: 0.0, y: 1.0, logit: f64::NEG_INFINITY })
}

/// `x` with `1 - I_x(a, b) = q`, and `1 - x`; NaN outside the domain. For upper tails too small to be held as `1 - p`.
///
/// ```
/// use reparam_core::special::beta_i_complement_inverse;
/// assert!((beta_i_complement_inverse(1.0, 2.0, 1e-300).y / 1e-150 - 1.0).abs() < 1e-13);
/// ```
#[must_use]
pub fn beta_i_complement_inverse(a: f64, b: f64, q: f64) -> UnitPoint {
    checked(a, b, q, |q| Split::lower(q).swapped(), UnitPoint { x: 1.0, y: 0.0, logit: f64::INFINITY })
}

#[cfg(test)]
mod tests {
    use super::{beta_i_complement_inverse, beta_i_inverse};

    #[test]
    fn ends_tails_and_outside() {
        let at = beta_i_inverse(2.0, 3.0, 0.0);
        assert_eq!((at.x, at.y), (0.0, 1.0));
        let at = beta_i_complement_inverse(2.0, 3.0, 0.0);
        assert_eq!((at.x, at.y), (1.0, 0.0));
        assert!(beta_i_inverse(2.0, 3.0, 1.1).x.is_nan() && beta_i_inverse(0.0, 3.0, 0.1).y.is_nan());
        // 1e-20 = x^a at a = 1e-4: x is e^-460517.
        let at = beta_i_inverse(1e-4, 1.0, 1e-20);
        assert!(at.x == 0.0 && (at.logit / (1e-20_f64.ln() / 1e-4) - 1.0).abs() < 1e-14, "{at:?}");
        // I = x^a at b = 1, 1 - I = y^b at a = 1, tails of 1e-300 included.
        for shape in [0.99_f64, 1.0, 3.0, 50.0, 1e4, 1e8] {
            for p in [1e-300_f64, 1e-100, 1e-20, 1e-3, 0.3, 0.9] {
                let x = (p.ln() / shape).exp();
                let y = -(p.ln() / shape).exp_m1();
                let at = beta_i_inverse(shape, 1.0, p);
                // ln x keeps its relative precision: x that of ε |ln x|.
                let bound = 4e-15 + 4.0 * f64::EPSILON * x.ln().abs();
                assert!(
                    (at.x / x - 1.0).abs() < bound && (at.y / y - 1.0).abs() < 1e-13,
                    "{shape} {p}: {at:?} {x} {y}"
                );
                let at = beta_i_complement_inverse(1.0, shape, p);
                assert!(
                    (at.y / x - 1.0).abs() < bound && (at.x / y - 1.0).abs() < 1e-13,
                    "{shape} {p}: {at:?} {x} {y}"
                );
            }
        }
    }
}
