//! The derivative of a Student-t draw in its degrees of freedom.

use super::elementary::{decay, exp, ln_1p, ln_1p_and_rest};
use super::rule::{NODE, WEIGHT};
use super::side::{BLOCKS, LANES, Point, Side, nodes};
use super::slopes::relative_slopes;
use super::student_t::point;
use super::tail::total;
use crate::kernel::dispatch::multiversion;
use crate::special::log1p_minus;

/// `2 d(ln density)/d(df)` is negative beyond `t² = 1 + √2` at large `df`, beyond 4.2 at `df = 2`, positive nearer to 0.
const MIDDLE: f64 = 1.7;
/// Below it the slope through the beta law loses nothing.
const FEW: f64 = 2.0;

/// `(4^k - 1) B_2k / k`, k = 1, …, 9.
const SERIES: [f64; 9] = [
    1.0 / 2.0,
    -1.0 / 4.0,
    1.0 / 2.0,
    -17.0 / 8.0,
    31.0 / 2.0,
    -691.0 / 4.0,
    5461.0 / 2.0,
    -929569.0 / 16.0,
    3202291.0 / 2.0,
];

/// `ψ((df + 1)/2) - ψ(df/2) - 1/df`, which is `1/(2 df²)` at large `df`.
///
/// `κ(v) = κ(v + 2) + 2 / (v (v + 1)(v + 2))` up to 20, all terms positive, then the asymptotic series of Nielsen's beta function,
/// `Σ (4^k - 1) B_2k / (k v^2k)`.
fn kappa(df: f64) -> f64 {
    let (mut v, mut sum) = (df, 0.0);
    while v < 20.0 {
        sum += 2.0 / (v * (v + 1.0) * (v + 2.0));
        v += 2.0;
    }
    let u = 1.0 / (v * v);
    sum + u * SERIES.iter().rev().fold(0.0, |sum, c| sum * u + c)
}

multiversion! {
    /// `∫ e^(-as) (1 + K(1 - e^(-s)))^(-½) h ds` with `h = -(s - E) + bend - y E + (1 - x e^(-s))/df + κ`, `E = 1 - e^(-s)`.
    pub fn tail_moment(df: f64, at: [f64; 2], bend: f64, kappa: f64, length: f64, m: f64) -> f64 {
        let [x, y] = at;
        let (a, k) = (0.5 * df, x / y);
        let mut sums = [0.0; LANES];
        for block in 0..BLOCKS {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let (s, w) = nodes(block, lane, length, m);
                let (_, fallen, rest) = decay(s);
                let f = w * exp((-0.5_f64).mul_add(ln_1p(k * fallen), -(a * s)));
                let h = (kappa - (rest - bend)) + (y + x * fallen) / df - y * fallen;
                *sum = f.mul_add(h, *sum);
            }
        }
        total(sums)
    }
}

/// `ln(1 + q) - q / (1 + q)` for `q >= 0`.
fn bend(q: f64) -> f64 {
    log1p_minus(q) + q * (q / (1.0 + q))
}

multiversion! {
    /// `∫_0^1 f(tv)/f(t) h(tv) dv`, `h = κ + u/((1 + u) df) - (ln(1 + u) - u/(1 + u))`, `u = q v²`.
    pub fn middle_moment(df: f64, q: f64, kappa: f64) -> f64 {
        let ln = ln_1p(q);
        let mut sums = [0.0; LANES];
        for block in 0..BLOCKS {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let i = block * LANES + lane;
                let u = q * (NODE[i] * NODE[i]);
                let (l, rest) = ln_1p_and_rest(u);
                let share = u / (1.0 + u);
                let h = kappa + share / df - u.mul_add(share, rest);
                *sum = (WEIGHT[i] * exp(0.5 * (df + 1.0) * (ln - l))).mul_add(h, *sum);
            }
        }
        total(sums)
    }
}

/// `dt/d(df)` at fixed distribution function of a standard Student-t draw `t`; NaN unless `0 < df < inf` and `t` is finite.
///
/// `∂ ln f/∂df = h/2`, `h = -(ln(1 + q) - q/(1 + q)) + q/((1 + q) df) + κ`, `q = t²/df`, keeps its digits at any `df`. From `df = 2` on its
/// integral over the middle (|t| < 1.7) or over the tail is taken, on which it hardly changes its sign; below, the slope of the beta
/// draw `df/(df + t²)` with shapes `df/2` and ½.
///
/// Worst relative error 3e-14 for `df` from 1e-8 to 1e8, `t` from 1e-12 to the quantile 1e-8. It is infinite only where it is beyond the
/// largest `f64`.
///
/// ```
/// use reparam_core::special::student_t_slope;
/// // -(t³ + t) / (4 df²) at large df.
/// assert!((student_t_slope(1e8, 2.0) / -2.5e-16 - 1.0).abs() < 1e-7);
/// ```
#[must_use]
pub fn student_t_slope(df: f64, t: f64) -> f64 {
    if !(df > 0.0 && df.is_finite() && t.is_finite()) {
        return f64::NAN;
    }
    if t == 0.0 {
        return t;
    }
    let at = point(df, t);
    if df < FEW {
        return t * few(df, at);
    }
    let kappa = kappa(df);
    let root = t / df.sqrt();
    let q = root * root;
    if t.abs() < MIDDLE {
        // ∂F/∂df over f is t/2 times the moment; the slope is its negative.
        return -0.5 * t * middle_moment(df, q, kappa);
    }
    let side = Side { a: 0.5 * df, b: 0.5, at, upper: false };
    let (length, m) = side.map();
    // -(ln(1 + q) - q / (1 + q)), which needs the logarithm where q overflows.
    let start = if q < 1.0 { -bend(q) } else { at.ln_x + at.y };
    let moment = tail_moment(df, [at.x, at.y], start, kappa, length, m);
    // df / (2 t x) = t / (2 y).
    0.5 * t / at.y * (0.5 * moment)
}

/// `∂ ln f(t)/∂df` of a standard Student-t density: half of `h` at `t`. Of the size of `1/df²` at large `df`, with its digits.
pub(crate) fn student_t_density_slope(df: f64, t: f64) -> f64 {
    let at = point(df, t);
    let root = t / df.sqrt();
    let q = root * root;
    // -(ln(1 + q) - q / (1 + q)), as in the slope.
    let start = if q < 1.0 { -bend(q) } else { at.ln_x + at.y };
    0.5 * (start + at.y / df + kappa(df))
}

/// The slope over `t` through the beta law: `t² = df y/x`.
fn few(df: f64, at: Point) -> f64 {
    let side = Side::new(0.5 * df, 0.5, at);
    let [first, second] = relative_slopes(&side);
    if side.upper { 0.5 / df + 0.25 * second / at.x } else { 0.5 / df - 0.25 * first / at.y }
}
