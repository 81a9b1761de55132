//! Minimisation by limited-memory BFGS.
//!
//! Ours, because two things here look into it: a point where a model cannot be solved is not an error but a step too far, and
//! Pathfinder needs every iterate with the curvature that the search knew there.

use std::collections::VecDeque;
use std::ops::ControlFlow;

/// When to stop, and how much to remember.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LbfgsOptions {
    /// Most iterations.
    pub iterations: usize,
    /// Pairs of steps and changes of gradient that are kept.
    pub history: usize,
    /// Stops where the largest absolute coordinate of the gradient is at most this.
    pub gradient_tolerance: f64,
    /// Stops where an iteration lowers the function by at most this times its size (at least 1).
    pub value_tolerance: f64,
}

impl Default for LbfgsOptions {
    fn default() -> Self {
        Self { iterations: 1000, history: 10, gradient_tolerance: 1e-8, value_tolerance: 1e-13 }
    }
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LbfgsEnd {
    /// The gradient is small enough.
    Gradient,
    /// The function falls no further, in its own digits or by the tolerance.
    Value,
    /// The budget of iterations is spent.
    Iterations,
    /// The caller asked for it.
    Interrupted,
    /// There is no value at the start.
    NoStart,
}

/// A point of the search.
#[derive(Clone, Debug, PartialEq)]
pub struct Iterate<'a> {
    /// The point.
    pub x: &'a [f64],
    /// The function there.
    pub value: f64,
    /// The gradient there.
    pub gradient: &'a [f64],
    /// Steps and changes of gradient known there, the oldest first.
    pub pairs: &'a VecDeque<(Vec<f64>, Vec<f64>)>,
}

/// Where a search ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// The point.
    pub x: Vec<f64>,
    /// The function there; infinite where there was no start.
    pub value: f64,
    /// The gradient there.
    pub gradient: Vec<f64>,
    /// Iterations.
    pub iterations: usize,
    /// Why.
    pub end: LbfgsEnd,
}

/// Minimises `function` (value returned, gradient written; `None` where it has no value) from `start`; `watch` sees every iterate, the start
/// included.
///
/// Two-loop recursion with the scaling of Nocedal and Wright (2006, algorithm 7.4, eq. 7.20); a step satisfies the strong Wolfe conditions where
/// the line search finds one, and otherwise the first of them. Where nothing lowers the function the search forgets its pairs once, and then ends.
///
/// ```
/// use reparam_infer::lbfgs::{LbfgsOptions, minimise};
/// use std::ops::ControlFlow;
/// let square = |x: &[f64], g: &mut [f64]| {
///     (g[0], g[1]) = (2.0 * (x[0] - 1.0), 20.0 * x[1]);
///     Some((x[0] - 1.0).powi(2) + 10.0 * x[1] * x[1])
/// };
/// let minimum = minimise(square, &[5.0, 3.0], &LbfgsOptions::default(), |_| ControlFlow::Continue(()));
/// assert!((minimum.x[0] - 1.0).abs() < 1e-8 && minimum.x[1].abs() < 1e-8);
/// ```
pub fn minimise(
    mut function: impl FnMut(&[f64], &mut [f64]) -> Option<f64>,
    start: &[f64],
    options: &LbfgsOptions,
    mut watch: impl FnMut(&Iterate<'_>) -> ControlFlow<()>,
) -> Minimum {
    let n = start.len();
    let mut at = Minimum {
        x: start.to_vec(),
        value: f64::INFINITY,
        gradient: vec![0.0; n],
        iterations: 0,
        end: LbfgsEnd::NoStart,
    };
    match evaluate(&mut function, start, &mut at.gradient) {
        Some(value) => at.value = value,
        None => return at,
    }
    let mut pairs: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::with_capacity(options.history + 1);
    loop {
        if watch(&Iterate { x: &at.x, value: at.value, gradient: &at.gradient, pairs: &pairs }).is_break() {
            at.end = LbfgsEnd::Interrupted;
            return at;
        }
        let steepest = at.gradient.iter().fold(0.0_f64, |a, g| a.max(g.abs()));
        if steepest <= options.gradient_tolerance {
            at.end = LbfgsEnd::Gradient;
            return at;
        }
        if at.iterations >= options.iterations {
            at.end = LbfgsEnd::Iterations;
            return at;
        }
        let (found, before) = loop {
            let direction = direction(&at.gradient, &pairs);
            // Without curvature the first trial is a step of length at most 1.
            let trial = if pairs.is_empty() { (1.0 / norm(&at.gradient)).min(1.0) } else { 1.0 };
            match line_search(&mut function, &at, &direction, trial) {
                Some(next) => break (Some(next), at.value),
                None if pairs.is_empty() => break (None, at.value),
                None => pairs.clear(),
            }
        };
        let Some((x, value, gradient)) = found else {
            at.end = LbfgsEnd::Value;
            return at;
        };
        let step: Vec<f64> = x.iter().zip(&at.x).map(|(a, b)| a - b).collect();
        let change: Vec<f64> = gradient.iter().zip(&at.gradient).map(|(a, b)| a - b).collect();
        // Curvature that is lost in rounding would make the next direction worthless.
        if dot(&step, &change) > f64::EPSILON * dot(&change, &change) {
            pairs.push_back((step, change));
            if pairs.len() > options.history {
                pairs.pop_front();
            }
        }
        (at.x, at.value, at.gradient) = (x, value, gradient);
        at.iterations += 1;
        if before - at.value <= options.value_tolerance * at.value.abs().max(1.0) {
            let _ = watch(&Iterate { x: &at.x, value: at.value, gradient: &at.gradient, pairs: &pairs });
            at.end = LbfgsEnd::Value;
            return at;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn evaluate(
    function: &mut impl FnMut(&[f64], &mut [f64]) -> Option<f64>,
    x: &[f64],
    gradient: &mut [f64],
) -> Option<f64> {
    let value = function(x, gradient)?;
    (value.is_finite() && gradient.iter().all(|g| g.is_finite())).then_some(value)
}

/// `-H g`, H the inverse Hessian that the pairs tell of.
fn direction(gradient: &[f64], pairs: &VecDeque<(Vec<f64>, Vec<f64>)>) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut alphas = Vec::with_capacity(pairs.len());
    for (s, y) in pairs.iter().rev() {
        let alpha = dot(s, &q) / dot(s, y);
        q.iter_mut().zip(y).for_each(|(q, y)| *q -= alpha * y);
        alphas.push(alpha);
    }
    if let Some((s, y)) = pairs.back() {
        let scale = dot(s, y) / dot(y, y);
        for q in &mut q {
            *q *= scale;
        }
    }
    for ((s, y), alpha) in pairs.iter().zip(alphas.iter().rev()) {
        let beta = dot(y, &q) / dot(s, y);
        q.iter_mut().zip(s).for_each(|(q, s)| *q += (alpha - beta) * s);
    }
    q
}

/// Slope conditions: `f` must fall by at least this share of what the first slope promises…
const DECREASE: f64 = 1e-4;
/// … and the slope to at most this share.
const CURVATURE: f64 = 0.9;
/// Trials of one line search.
const TRIALS: usize = 40;

/// A point along `direction` where the Wolfe conditions hold, by bracketing and cubic interpolation (safeguarded by bisection); the best that
/// lowers the function enough, if none satisfies the second; `None` if nothing does.
fn line_search(
    function: &mut impl FnMut(&[f64], &mut [f64]) -> Option<f64>,
    at: &Minimum,
    direction: &[f64],
    trial: f64,
) -> Option<(Vec<f64>, f64, Vec<f64>)> {
    let slope = dot(&at.gradient, direction);
    if slope >= 0.0 || !slope.is_finite() {
        return None;
    }
    let mut low = (0.0, at.value, slope);
    let mut high: Option<(f64, f64, Option<f64>)> = None;
    let mut best: Option<(Vec<f64>, f64, Vec<f64>)> = None;
    let mut length = trial;
    for _ in 0..TRIALS {
        let x: Vec<f64> = at.x.iter().zip(direction).map(|(x, d)| x + length * d).collect();
        if x == at.x {
            break;
        }
        let mut gradient = vec![0.0; x.len()];
        match evaluate(function, &x, &mut gradient) {
            None => high = Some((length, f64::INFINITY, None)),
            Some(value) => {
                let here = dot(&gradient, direction);
                let falls = value <= at.value + DECREASE * length * slope;
                if falls && value < at.value && best.as_ref().is_none_or(|b| value < b.1) {
                    best = Some((x, value, gradient));
                }
                if !falls || value >= low.1 && low.0 > 0.0 {
                    high = Some((length, value, Some(here)));
                } else if here.abs() <= -CURVATURE * slope {
                    break;
                } else if here >= 0.0 {
                    high = Some((length, value, Some(here)));
                    // The minimum lies between the two; the better end stays the lower one.
                    if value < low.1 {
                        high = Some((low.0, low.1, Some(low.2)));
                        low = (length, value, here);
                    }
                } else {
                    low = (length, value, here);
                }
            }
        }
        length = match high {
            None => (length * 2.0).min(1e10),
            Some((end, value, here)) => between(low, (end, value, here)),
        };
    }
    best
}

/// The minimum of the cubic through both ends where it lies well inside, their middle otherwise.
fn between(low: (f64, f64, f64), high: (f64, f64, Option<f64>)) -> f64 {
    let (a, b) = (low.0.min(high.0), low.0.max(high.0));
    let guess = high.2.map(|slope| {
        let d1 = low.2 + slope - 3.0 * (low.1 - high.1) / (low.0 - high.0);
        let d2 = (d1 * d1 - low.2 * slope).sqrt().copysign(high.0 - low.0);
        high.0 - (high.0 - low.0) * (slope + d2 - d1) / (slope - low.2 + 2.0 * d2)
    });
    match guess {
        Some(guess) if guess > a + 0.1 * (b - a) && guess < b - 0.1 * (b - a) => guess,
        // A point without a value says nothing of how far it is: come much nearer.
        _ if high.1.is_infinite() => low.0 + 0.2 * (high.0 - low.0),
        _ => 0.5 * (a + b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go_on(_: &Iterate<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "a function to minimise may have no value")]
    fn rosenbrock(x: &[f64], g: &mut [f64]) -> Option<f64> {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        (g[0], g[1]) = (-2.0 * a - 400.0 * x[0] * b, 200.0 * b);
        Some(a * a + 100.0 * b * b)
    }

    #[test]
    fn rosenbrock_valley_is_followed_to_its_end() {
        let minimum = minimise(rosenbrock, &[-1.2, 1.0], &LbfgsOptions::default(), go_on);
        assert!((minimum.x[0] - 1.0).abs() < 1e-6 && (minimum.x[1] - 1.0).abs() < 1e-6, "{minimum:?}");
        assert!(minimum.iterations < 100);
    }

    #[test]
    fn places_without_a_value_are_steps_too_far() {
        // -ln x + x has its minimum at 1 and no value left of 0.
        let function = |x: &[f64], g: &mut [f64]| {
            g[0] = 1.0 - 1.0 / x[0];
            (x[0] > 0.0).then(|| x[0] - x[0].ln())
        };
        for start in [1e-3, 50.0] {
            let minimum = minimise(function, &[start], &LbfgsOptions::default(), go_on);
            assert!((minimum.x[0] - 1.0).abs() < 1e-6, "{minimum:?}");
        }
        assert_eq!(minimise(function, &[-1.0], &LbfgsOptions::default(), go_on).end, LbfgsEnd::NoStart);
    }

    #[test]
    fn searches_end() {
        let linear = |_: &[f64], g: &mut [f64]| {
            g[0] = 1.0;
            Some(f64::NEG_INFINITY)
        };
        assert_eq!(minimise(linear, &[0.0], &LbfgsOptions::default(), go_on).end, LbfgsEnd::NoStart);
        let falling = |x: &[f64], g: &mut [f64]| {
            g[0] = 1.0;
            Some(x[0])
        };
        let options = LbfgsOptions { iterations: 20, ..Default::default() };
        assert_eq!(minimise(falling, &[0.0], &options, go_on).end, LbfgsEnd::Iterations);
        let lying = |x: &[f64], g: &mut [f64]| {
            g[0] = -1.0;
            Some(x[0])
        };
        assert_eq!(minimise(lying, &[0.0], &LbfgsOptions::default(), go_on).end, LbfgsEnd::Value);
        let stop = minimise(rosenbrock, &[0.0, 0.0], &LbfgsOptions::default(), |_| ControlFlow::Break(()));
        assert_eq!(stop.end, LbfgsEnd::Interrupted);
    }
}
