//! Integrals under a law with a density, in the probability.

use std::f64::consts::PI;

use super::expectation::CostSlope;
use super::panels::integrate;
use crate::law::Law;

/// Mass that is left out of a sum or an integral at either end.
pub(super) const LEFT_OUT: f64 = 1e-18;

/// Share of an integral that a term at the outermost place may have. Terms of a loss that grows like `u^-k` fall like `u^(1 - k)`, which at
/// `u = 1e-220` is this for `k = 0.96`: nearer to 1 the integral is not reached, from 1 on it diverges.
const SHARE: f64 = 1e-8;

/// Ends of the panels of the variable `t`; `u = ½ / (1 + e^{-π sinh t})` falls to 1e-220 at the left end.
const ENDS: [f64; 13] = [-5.8, -5.0, -4.2, -3.4, -2.6, -1.8, -1.2, -0.6, 0.0, 0.6, 1.2, 2.0, 3.2];

/// A value of the law, with cost and slope of the cost there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub x: f64,
    pub cost: f64,
    pub slope: f64,
}

/// Expectations of several functions.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub values: Vec<f64>,
    pub errors: Vec<f64>,
    /// Whether the integral diverges, or falls off too slowly to be had.
    pub diverges: Vec<bool>,
}

/// Expectations of `width` functions, which `each` writes for a place. Both halves of the law, each from the median outwards, in a variable
/// in which tails fall off doubly exponentially (Takahasi and Mori 1974).
pub(super) fn expected(
    law: &dyn Law,
    cost: &mut CostSlope<'_>,
    width: usize,
    mut each: impl FnMut(Place, &mut [f64]),
) -> Expected {
    let mut total = Expected { values: vec![0.0; width], errors: vec![0.0; width], diverges: vec![false; width] };
    for upper in [false, true] {
        let found = integrate(&ENDS, width, 1e-13, 60, |t, out| {
            terms(law, upper, cost, t, out, &mut each);
        });
        // The outermost place where quantile and cost are numbers.
        let mut end = vec![0.0; width];
        let reached = (0..30).any(|i| terms(law, upper, cost, &[ENDS[0] + 0.1 * f64::from(i)], &mut end, &mut each));
        for (k, end) in end.iter().enumerate() {
            total.values[k] += found.values[k];
            total.errors[k] += found.errors[k];
            total.diverges[k] |= reached && end.abs() > SHARE * found.sizes[k];
        }
    }
    total
}

/// Terms at places `t`, a row each; whether quantile and cost are numbers at all of them.
fn terms(
    law: &dyn Law,
    upper: bool,
    cost: &mut CostSlope<'_>,
    t: &[f64],
    out: &mut [f64],
    each: &mut impl FnMut(Place, &mut [f64]),
) -> bool {
    let [mut places, mut masses, mut weights] = [const { Vec::new() }; 3];
    for t in t {
        let s = PI * t.sinh();
        // u and du/dt, without overflow on either side.
        let e = (-s.abs()).exp();
        let u = if s < 0.0 { 0.5 * e / (1.0 + e) } else { 0.5 / (1.0 + e) };
        weights.push(0.5 * PI * t.cosh() * e / ((1.0 + e) * (1.0 + e)));
        masses.push(u);
        places.push(if upper { law.upper_quantile(u) } else { law.quantile(u) });
    }
    let (mut costs, mut slopes) = (vec![0.0; t.len()], vec![0.0; t.len()]);
    cost(&places, &mut costs, &mut slopes);
    let mut reached = true;
    for (i, out) in out.chunks_exact_mut(out.len() / t.len().max(1)).enumerate() {
        let place = Place { x: places[i], cost: costs[i], slope: slopes[i] };
        let next_to_nothing = masses[i] < LEFT_OUT;
        // A place that rounds to an end of the support is no place of a draw, and the cost may be infinite there (the logarithm at 0); with
        // mass it is an error, and where it hides an integral that diverges the last place before it tells.
        if weights[i] == 0.0 || !place.x.is_finite() || next_to_nothing && !place.cost.is_finite() {
            out.fill(0.0);
            reached = false;
            continue;
        }
        each(place, out);
        for out in out {
            // Where the place rounds to an end of the support the score has no value, and next to no mass may be left.
            *out = if next_to_nothing && !out.is_finite() { 0.0 } else { weights[i] * *out };
        }
    }
    reached
}
