//! The quantile of a law that knows its distribution function alone.

use crate::law::Law;

/// Steps in which Newton's method is tried; the search takes 64 halvings more at worst.
const STEPS: usize = 40;

/// Which tail a probability is that of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// `F(x)`.
    Lower,
    /// `P(X > x)`.
    Upper,
}

/// The `x` between `low` and `high` at which the logarithm of this tail's probability is `target`, for a continuous law; in a gap of the
/// law, its lower end.
pub fn quantile(law: &dyn Law, tail: Tail, target: f64, low: f64, high: f64, start: f64) -> f64 {
    let log_tail = |x: f64| match tail {
        Tail::Lower => law.log_cdf(x),
        Tail::Upper => law.log_survival(x),
    };
    // d log tail / dx = ±p / tail.
    let with_slope = |x: f64| {
        let value = log_tail(x);
        (value, (law.log_prob(x) - value).exp())
    };
    solve(tail == Tail::Lower, target, [low, high], start, with_slope)
}

/// The smallest `x` between two ends at which `f`, the logarithm of a probability that rises (or falls) with `x`, reaches `target`.
///
/// `f` gives the logarithm and the size of its slope. Newton's method, as the logarithm is nearly linear in the far tails,
/// kept inside a bracket. A step that leaves it, that follows one which did not halve the distance from the target, or that starts where the
/// slope cannot be trusted, is replaced by halving the bracket **in the order of floating-point numbers**, so that ends at infinity
/// and roots near 0 cost at most 64 halvings. `f` is asked at most 104 times.
pub fn solve(
    rising: bool,
    target: f64,
    [mut low, mut high]: [f64; 2],
    start: f64,
    f: impl Fn(f64) -> (f64, f64),
) -> f64 {
    let size = target.abs().max(1.0);
    let mut x = if start > low && start < high { start } else { halfway(low, high) };
    let mut before = f64::INFINITY;
    for step in 0..STEPS + 64 {
        let (value, slope) = f(x);
        let off = value - target;
        if off == 0.0 && slope > 0.0 {
            return x;
        }
        let reached = if rising { off >= 0.0 } else { off <= 0.0 };
        if reached {
            high = x;
        } else {
            low = x;
        }
        let next = x - if rising { off / slope } else { -off / slope };
        // Rounding of the logarithm, or of `x`: this step is the last.
        let close = off.abs() <= 4.0 * f64::EPSILON * size || (next - x).abs() <= f64::EPSILON * x.abs();
        if close && off.abs() < 1e-3 && next >= low && next <= high {
            return next;
        }
        // Far out the slope is a difference of large logarithms, and rounding.
        let newton = next > low && next < high && off.abs() <= 0.5 * before && off.abs() < 100.0 * size && step < STEPS;
        if newton {
            (x, before) = (next, off.abs());
        } else {
            (x, before) = (halfway(low, high), f64::INFINITY);
            if x == low || x == high {
                return if high.is_finite() { high } else { low };
            }
        }
    }
    x
}

/// The quantile of a discrete law whose support begins at `low`, between `low` and `high`.
pub fn integer_quantile(law: &dyn Law, tail: Tail, probability: f64, low: f64, high: f64) -> f64 {
    let enough = |x: f64| match tail {
        Tail::Lower => law.cdf(x) >= probability,
        Tail::Upper => law.survival(x) <= probability,
    };
    let (mut below, mut reached) = (low - 1.0, low);
    // Steps that double find a place beyond.
    while reached < high && !enough(reached) {
        (below, reached) = (reached, (2.0 * (reached - low) + 1.0 + low).min(high));
    }
    while reached - below > 1.0 {
        let middle = (0.5 * (below + reached)).floor();
        // Beyond 2⁵³ integers have gaps.
        if middle <= below || middle >= reached {
            break;
        }
        if enough(middle) {
            reached = middle;
        } else {
            below = middle;
        }
    }
    reached
}

/// The number in the middle between two in the order of floating-point numbers, not in size; it is finite.
fn halfway(low: f64, high: f64) -> f64 {
    let place = |x: f64| {
        let bits = x.clamp(-f64::MAX, f64::MAX).to_bits() as i64;
        if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
    };
    // The difference of two places fits into 65 bits.
    let middle = ((i128::from(place(low)) + i128::from(place(high))) >> 1) as i64;
    f64::from_bits((if middle < 0 { i64::MIN.wrapping_sub(middle) } else { middle }) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{Laplace, Normal};
    use std::cell::Cell;

    #[test]
    fn halving_reaches_any_number_in_64_steps() {
        for x in [0.0, 5e-324, -1e-300, 1.0, -3.5, 1e308, f64::MAX] {
            let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
            let mut steps = 0;
            loop {
                let middle = halfway(low, high);
                if middle == x || middle == low || middle == high {
                    break;
                }
                if middle < x {
                    low = middle;
                } else {
                    high = middle;
                }
                steps += 1;
            }
            assert!(steps <= 64 && low <= x && x <= high, "{x}: {steps}");
        }
    }

    #[test]
    fn the_search_finds_quantiles_of_known_laws() {
        let laws: [&dyn Law; 2] = [&Normal::new(3.0, 1e-3).unwrap(), &Laplace::new(-1e5, 7.0).unwrap()];
        for law in laws {
            for p in [1e-300_f64, 1e-20, 0.01, 0.5, 0.9] {
                let x = quantile(law, Tail::Lower, p.ln(), f64::NEG_INFINITY, f64::INFINITY, 0.0);
                // The root of log F: rounding of log F, 1 ulp of up to 700, over its slope, at least 1 / (40 scale); and 2 ulp of x.
                let scale = law.variance().sqrt();
                let tolerance = 1e-13 * 40.0 * scale + 4.0 * f64::EPSILON * x.abs();
                assert!((x - law.quantile(p)).abs() <= tolerance, "{law:?} at {p}: {x}");
            }
        }
    }

    #[test]
    fn the_search_ends_whatever_it_is_given() {
        // Jumps, flat parts, slopes that are wrong or no numbers.
        let functions: [fn(f64) -> (f64, f64); 5] = [
            |x| (if x < 0.3 { -1e300 } else { 0.0 }, 0.0),
            |x| (x * 1e200, 1.0),
            |_| (f64::NAN, f64::NAN),
            |x| (-1.0 - (-x).exp(), 1e-300),
            |x| (x.powi(3), 1e-9),
        ];
        for f in functions {
            let count = Cell::new(0);
            let counted = |x: f64| {
                count.set(count.get() + 1);
                f(x)
            };
            let x = solve(true, -1.0, [f64::NEG_INFINITY, f64::INFINITY], 0.0, counted);
            assert!(!x.is_nan() && count.get() <= 104, "{x} after {}", count.get());
        }
        assert_eq!(solve(true, -1.0, [f64::NEG_INFINITY, f64::INFINITY], 0.0, functions[0]), 0.3);
    }

    #[test]
    fn in_a_gap_the_lower_end_is_found() {
        let f = |x: f64| ((0.5 * x.clamp(0.0, 1.0) + 0.5 * (x - 2.0).clamp(0.0, 1.0)).ln(), f64::from(x <= 1.0));
        assert_eq!(solve(true, 0.5_f64.ln(), [0.0, 3.0], 1.5, f), 1.0);
    }
}
