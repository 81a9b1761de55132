//! Distribution functions of counts, and their logarithms where they underflow.

use super::counts::{Counts, gauss_legendre};
use super::saddle::Odds;

/// `P(X <= x)` and `P(X > x)` of the Poisson law: incomplete gamma functions.
pub(super) fn poisson(x: f64, rate: f64) -> (f64, f64) {
    if x < 0.0 { (0.0, 1.0) } else { standin(x, |k| super::saddle::log_poisson(k, rate)) }
}

/// `P(X <= x)` and `P(X > x)` of the binomial law: incomplete beta functions.
pub(super) fn binomial(x: f64, n: f64, odds: &Odds) -> (f64, f64) {
    if x < 0.0 {
        (0.0, 1.0)
    } else if x >= n || odds.p == 0.0 {
        (1.0, 0.0)
    } else if odds.q == 0.0 {
        (0.0, 1.0)
    } else {
        standin(x, |k| if k > n { f64::NEG_INFINITY } else { super::saddle::log_binomial(k, n, odds) })
    }
}

/// `P(X <= x)` and `P(X > x)` of the count of successes before `failures` (any positive number) failures.
pub(super) fn negative_binomial(x: f64, failures: f64, odds: &Odds) -> (f64, f64) {
    if x < 0.0 {
        (0.0, 1.0)
    } else {
        standin(x, |k| {
            if k == 0.0 {
                failures * odds.log_q
            } else {
                super::saddle::log_multiplied(k, failures, odds, k * odds.q - failures * odds.p)
                    - (k / failures).ln_1p()
            }
        })
    }
}

/// Below this a probability may have lost digits to underflow.
const SMALL: f64 = 1e-280;

/// `log F(x)` of a law of counts.
pub(super) fn log_cdf(law: &impl Counts, x: f64) -> f64 {
    let (below, above) = (law.cdf(x), law.survival(x));
    if below < SMALL && x >= 0.0 {
        log_sum(law, x.floor(), -1.0)
    } else if above < 0.5 {
        (-above).ln_1p()
    } else {
        below.ln()
    }
}

/// `log P(X > x)` of a law of counts.
pub(super) fn log_survival(law: &impl Counts, x: f64) -> f64 {
    let (below, above) = (law.cdf(x), law.survival(x));
    if above < SMALL && x < law.support().bounds().1 {
        log_sum(law, x.floor() + 1.0, 1.0)
    } else if below < 0.5 {
        (-below).ln_1p()
    } else {
        above.ln()
    }
}

/// Logarithm of the sum of the masses at `x`, `x + step`, …, far out in a tail, `step` 1 or -1.
///
/// There the masses fall by at least a constant ratio. Where it is near 1, and the masses so smooth, the sum is an integral with the
/// first end correction of Laplace's formula.
fn log_sum(law: &impl Counts, x: f64, step: f64) -> f64 {
    let start = law.log_prob(x);
    if start == f64::NEG_INFINITY {
        return start;
    }
    let relative = |count: f64| (law.log_mass(x + step * count) - start).exp();
    let fall = 1.0 - relative(1.0);
    if fall < 1e-3 {
        let panel =
            |left: f64| gauss_legendre().map(|(t, w)| 2.0 * w * relative((left + 2.0 * (t + 1.0)) / fall - 0.5));
        let integral: f64 = (0..12).flat_map(|k| panel(4.0 * f64::from(k))).sum();
        return start + (integral / fall - fall / 24.0).ln();
    }
    // At most 40 / 1e-3 terms: beyond lies e^-40 of the sum.
    let (mut sum, mut term, mut count) = (1.0, 1.0, 0.0);
    while term > 1e-18 * sum && count < 50_000.0 {
        count += 1.0;
        term = (law.log_prob(x + step * count) - start).exp();
        sum += term;
    }
    start + sum.ln()
}

fn standin(x: f64, log: impl Fn(f64) -> f64) -> (f64, f64) {
    let last = x.floor() as u32;
    (
        (0..=last).rev().map(|k| log(f64::from(k)).exp()).sum::<f64>().min(1.0),
        (last + 1..last + 3000).rev().map(|k| log(f64::from(k)).exp()).sum::<f64>().min(1.0),
    )
}
