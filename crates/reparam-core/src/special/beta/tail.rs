//! Integrals over the tail of a beta density, relative to the density at the point where the tail starts.
//!
//! With `t = x e^(-s)` and `K = x/y`, `∫_0^x p(t) h dt = x p(x) ∫_0^∞ e^(-as) g(s) h ds`, `g = (1 + K(1 - e^(-s)))^(b - 1)`: nothing
//! overflows, and one rule of 24 nodes serves all shapes.

use super::elementary::{decay, exp, ln_1p};
use super::side::{BLOCKS, LANES, Side, nodes};
use crate::kernel::dispatch::multiversion;

#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn total(lanes: [f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

multiversion! {
    /// `∫ e^(-as) g {1, s, L} ds` with `L = ln(1 + K(1 - e^(-s)))`.
    #[allow(clippy::needless_range_loop)]
    pub fn plain_moments(a: f64, b: f64, k: f64, length: f64, m: f64) -> [f64; 3] {
        let mut sums = [[0.0; LANES]; 3];
        for block in 0..BLOCKS {
            for lane in 0..LANES {
                let (s, w) = nodes(block, lane, length, m);
                let (_, fallen, _) = decay(s);
                let l = ln_1p(k * fallen);
                let f = w * exp((b - 1.0).mul_add(l, -(a * s)));
                sums[0][lane] += f;
                sums[1][lane] = f.mul_add(s, sums[1][lane]);
                sums[2][lane] = f.mul_add(l, sums[2][lane]);
            }
        }
        sums.map(total)
    }
}

multiversion! {
    /// `∫ e^(-as) g {e^(-s) / (1 + K(1 - e^(-s))), that times s, M} ds` with `M = -ln(1 - x e^(-s))`.
    #[allow(clippy::needless_range_loop)]
    pub fn parted_moments(a: f64, b: f64, k: f64, x: f64, length: f64, m: f64) -> [f64; 3] {
        let mut sums = [[0.0; LANES]; 3];
        for block in 0..BLOCKS {
            for lane in 0..LANES {
                let (s, w) = nodes(block, lane, length, m);
                let (left, fallen, _) = decay(s);
                let f = w * exp((b - 1.0).mul_add(ln_1p(k * fallen), -(a * s)));
                let g = f * left / k.mul_add(fallen, 1.0);
                sums[0][lane] += g;
                sums[1][lane] += g * s;
                sums[2][lane] -= f * ln_1p(-x * left);
            }
        }
        sums.map(total)
    }
}

multiversion! {
    /// `∫ e^(-as) ((1 - x e^(-s))^(b - 1) - 1) ds`.
    pub fn excess(a: f64, b: f64, x: f64, length: f64, m: f64) -> f64 {
        let mut sums = [0.0; LANES];
        for block in 0..BLOCKS {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let (s, w) = nodes(block, lane, length, m);
                let (left, _, _) = decay(s);
                *sum += w * (exp((b - 1.0) * ln_1p(-x * left)  - a * s) - exp(-a * s));
            }
        }
        total(sums)
    }
}

/// What the slopes and the distribution function need of the tail.
pub(super) enum Tail {
    /// `∫ e^(-as) g {1, s, L} ds`.
    Plain([f64; 3]),
    /// `a < 1`, once by parts, so that the integrand's scale is 1 and not `1/a`: with `g' = dg/ds`, `∫ e^(-as) g' {1, s} ds`, and
    /// `∫ e^(-as) g M ds` with `M = -ln(1 - x e^(-s)) = -ln y - L`.
    Parted([f64; 3]),
}

impl Tail {
    pub(super) fn new(side: &Side) -> Self {
        let (length, m) = side.map();
        let k = side.at.x / side.at.y;
        if side.tiny() {
            let [d, ds, gm] = parted_moments(side.a, side.b, k, side.at.x, length, m);
            let factor = (side.b - 1.0) * k;
            Self::Parted([factor * d, factor * ds, gm])
        } else {
            Self::Plain(plain_moments(side.a, side.b, k, length, m))
        }
    }

    /// `F(x) / (x p(x))`.
    pub(super) fn mass(&self, a: f64) -> f64 {
        match self {
            Self::Plain([mass, ..]) => *mass,
            Self::Parted([gain, ..]) => (1.0 + gain) / a,
        }
    }
}
