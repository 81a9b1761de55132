//! The quantile of a law that knows its distribution function alone.

use crate::law::Law;

/// Newton steps and halvings before the search gives up refining: halvings alone reach neighbouring numbers in 64.
const STEPS: usize = 200;

/// Which tail a probability is that of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// `F(x)`.
    Lower,
    /// `P(X > x)`.
    Upper,
}

/// The `x` between `low` and `high` at which the logarithm of this tail's probability is `target`, for a continuous law.
///
/// Newton's method on the logarithm of the probability, which is nearly linear in the far tails, kept inside a bracket; a step that
/// leaves it, or that fails to shrink it, is replaced by halving the bracket **in the order of floating-point numbers**, so
/// that bounds at infinity and roots near 0 cost at most 64 halvings.
pub fn quantile(law: &dyn Law, tail: Tail, target: f64, mut low: f64, mut high: f64, start: f64) -> f64 {
    let log_tail = |x: f64| match tail {
        Tail::Lower => law.log_cdf(x),
        Tail::Upper => law.log_survival(x),
    };
    let mut x = if start > low && start < high { start } else { halfway(low, high) };
    let (mut width, mut wait) = (f64::INFINITY, 0);
    for _ in 0..STEPS {
        let here = log_tail(x);
        let off = here - target;
        if off == 0.0 || low >= high {
            return x;
        }
        let above = (off > 0.0) == (tail == Tail::Lower);
        if above {
            high = x
        } else {
            low = x
        }
        // d log tail / dx = ±p / tail.
        let slope = (law.log_prob(x) - here).exp() * if tail == Tail::Lower { 1.0 } else { -1.0 };
        let step = off / slope;
        let next = x - step;
        wait += 1;
        let stuck = wait > 8 && {
            let before = width;
            (width, wait) = (high - low, 0);
            width > 0.25 * before
        };
        if next > low && next < high && !stuck {
            if step.abs() <= f64::EPSILON * x.abs() {
                return next;
            }
            x = next;
        } else {
            let middle = halfway(low, high);
            if middle == low || middle == high {
                return middle;
            }
            x = middle;
        }
    }
    x
}

/// The smallest integer from `low` on, and not above `high`, at which the distribution function reaches `probability`.
pub fn integer_quantile(law: &dyn Law, probability: f64, low: f64, high: f64) -> f64 {
    let (mut below, mut reached) = (low - 1.0, high);
    while reached - below > 1.0 {
        let middle = (0.5 * (below + reached)).floor();
        if law.cdf(middle) >= probability { reached = middle } else { below = middle }
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
                    low = middle
                } else {
                    high = middle
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
}
