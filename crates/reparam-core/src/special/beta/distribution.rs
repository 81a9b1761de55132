//! The regularised incomplete beta function, its complement, and the logarithms of both.

use super::side::{Point, Side};
use super::tail::{Tail, excess};
use crate::special::{log_gamma_correction, log_gamma_difference, log1p_minus};
use std::f64::consts::TAU;

/// `I_x(a, b)` and `1 - I_x(a, b)`, with their logarithms: each tail to its own relative accuracy.
///
/// ```
/// use reparam_core::special::beta_tails;
/// let tails = beta_tails(2.0, 1.0, 1e-200, 1.0);
/// assert_eq!(tails.lower, 0.0);
/// assert!((tails.log_lower - 2.0 * 1e-200_f64.ln()).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaTails {
    /// `I_x(a, b)`, the probability below `x`.
    pub lower: f64,
    /// `1 - I_x(a, b) = I_y(b, a)`, the probability above `x`.
    pub upper: f64,
    /// `ln I_x(a, b)`, finite where the probability itself underflows.
    pub log_lower: f64,
    /// `ln(1 - I_x(a, b))`.
    pub log_upper: f64,
}

impl BetaTails {
    fn swapped(self) -> Self {
        Self { lower: self.upper, upper: self.lower, log_lower: self.log_upper, log_upper: self.log_lower }
    }

    const NAN: Self = Self { lower: f64::NAN, upper: f64::NAN, log_lower: f64::NAN, log_upper: f64::NAN };
    const NOTHING_BELOW: Self = Self { lower: 0.0, upper: 1.0, log_lower: f64::NEG_INFINITY, log_upper: 0.0 };
}

/// Whether both are proper shapes of a beta distribution.
pub(super) fn proper(a: f64, b: f64) -> bool {
    a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite()
}

/// `ln(x^a y^b / B(a, b))`, which is `ln(x y p(x))`.
///
/// `√(ab / (2π(a + b))) e^(-D + Δ(a + b) - Δ(a) - Δ(b))`, Δ Stirling's remainder and `D` the divergence of the mean from x, whose two
/// terms `a (v - ln(1 + v))`, `v = x / mean - 1`, are both positive (as in `DiDonato` and Morris 1992). Where `x` is far below the mean
/// the logarithms themselves are taken.
pub(crate) fn log_power(a: f64, b: f64, at: Point) -> f64 {
    // b x - a y, to the last bit: at large shapes every bit of it is magnified.
    let product = a * at.y;
    let step = b.mul_add(at.x, -product) - a.mul_add(at.y, -product);
    let deviance = |shape: f64, other: f64, v: f64, ln: f64| {
        // Far below the mean 1 + v is small, and its logarithm comes from that of the point.
        if v < -0.5 { shape * (ln + (other / shape).ln_1p() - v) } else { shape * log1p_minus(v) }
    };
    let d = deviance(a, b, step / a, at.ln_x) + deviance(b, a, -step / b, at.ln_y);
    let stirling = log_gamma_correction(a + b) - log_gamma_correction(a) - log_gamma_correction(b);
    0.5 * (a / TAU * (b / (a + b))).ln() + (d + stirling)
}

/// Both tails of the near side's own shapes.
fn tails(side: &Side) -> BetaTails {
    let (a, b, at) = (side.a, side.b, side.at);
    let log_lower = (log_power(a, b, at) + (Tail::new(side).mass(a) / at.y).ln()).min(0.0);
    let lower = log_lower.exp();
    if a >= 1.0 || lower < 0.5 {
        return BetaTails { lower, upper: 1.0 - lower, log_lower, log_upper: (-lower).ln_1p() };
    }
    // A small first shape, and x above half of the mass: ln I = a ln x - ln(a B(a, b)) + ln(1 + a ∫ e^(-as) ((1 - x e^(-s))^(b-1) - 1) ds),
    // of which every term is small with 1 - I.
    let (length, m) = side.map();
    let norm = log_gamma_difference(b, a) - log_gamma_difference(1.0, a);
    let log_lower = (a * at.ln_x + norm + (a * excess(a, b, at.x, length, m)).ln_1p()).min(0.0);
    let upper = -log_lower.exp_m1();
    BetaTails { lower: log_lower.exp(), upper, log_lower, log_upper: upper.ln() }
}

/// Both tails at a point given with its logarithms.
pub(crate) fn tails_at(a: f64, b: f64, at: Point) -> BetaTails {
    let side = Side::new(a, b, at);
    if side.upper { tails(&side).swapped() } else { tails(&side) }
}

/// Both tails of Beta(a, b) at `x = 1 - y`, for `a, b > 0` and `x, y` in [0, 1]; NaN elsewhere.
///
/// The smaller of `x` and `y` is taken as exact: near 1, pass the `y` that is known and not `1 - x`. Relative error of each tail at most
/// `4ε (4 + |ln I| + √(a + b))`, ε = 2.2e-16: the rounding of the exponent, and what the rounding of `x` itself does at large shapes.
///
/// ```
/// use reparam_core::special::beta_tails;
/// // The upper tail of Beta(½, 2) at 1 - 1e-30: ⅜ y².
/// assert!((beta_tails(0.5, 2.0, 1.0, 1e-30).upper / 0.375e-60 - 1.0).abs() < 1e-13);
/// ```
#[must_use]
pub fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> BetaTails {
    if !(proper(a, b) && (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y) && x + y > 0.0) {
        return BetaTails::NAN;
    }
    if x == 0.0 {
        BetaTails::NOTHING_BELOW
    } else if y == 0.0 {
        BetaTails::NOTHING_BELOW.swapped()
    } else {
        tails_at(a, b, Point::new(x, y))
    }
}

/// `I_x(a, b)`, the regularised incomplete beta function: the probability below `x` under Beta(a, b). NaN outside its domain.
///
/// ```
/// assert!((reparam_core::special::beta_i(2.0, 3.0, 0.5) - 0.6875).abs() < 1e-15);
/// ```
#[must_use]
pub fn beta_i(a: f64, b: f64, x: f64) -> f64 {
    beta_tails(a, b, x, 1.0 - x).lower
}

/// `1 - I_x(a, b)`, to its own relative accuracy. NaN outside its domain.
///
/// ```
/// // 1 - x^a at b = 1.
/// assert!((reparam_core::special::beta_i_complement(1e-8, 1.0, 0.5) / 6.931471781e-9 - 1.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn beta_i_complement(a: f64, b: f64, x: f64) -> f64 {
    beta_tails(a, b, x, 1.0 - x).upper
}
