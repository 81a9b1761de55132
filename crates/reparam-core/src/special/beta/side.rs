//! The side of the distribution on which a point lies, and the nodes of the quadrature over the tail beyond it.

use super::rule::{NODE, NODES, WEIGHT};

/// Exponent below the integrand's start at which the tail is cut: what is left is about 2e-16 of it.
const CUT: f64 = 36.0;

/// A point of (0, 1), both distances and their logarithms, which stay finite where a distance underflows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub x: f64,
    pub y: f64,
    pub ln_x: f64,
    pub ln_y: f64,
}

impl Point {
    /// From both distances. The smaller one decides; the logarithm of the larger one comes from it.
    pub(crate) fn new(x: f64, y: f64) -> Self {
        let (ln_x, ln_y) = if x <= y { (x.ln(), (-x).ln_1p()) } else { ((-y).ln_1p(), y.ln()) };
        Self { x, y, ln_x, ln_y }
    }

    /// From `ln(x / y)`.
    pub(crate) fn from_logit(logit: f64) -> Self {
        let far = (-logit.abs()).exp();
        let (ln_small, ln_large) = (-logit.abs() - far.ln_1p(), -far.ln_1p());
        let below = Self { x: far / (1.0 + far), y: 1.0 / (1.0 + far), ln_x: ln_small, ln_y: ln_large };
        if logit <= 0.0 { below } else { below.swapped() }
    }

    pub(super) fn swapped(self) -> Self {
        Self { x: self.y, y: self.x, ln_x: self.ln_y, ln_y: self.ln_x }
    }
}

/// A point seen from the nearer end of (0, 1), which is made the lower one by exchanging the shapes where needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    pub a: f64,
    pub b: f64,
    pub at: Point,
    /// Whether the nearer end is 1, and shapes and distances are exchanged.
    pub upper: bool,
}

impl Side {
    /// Near is what is below `(a + ½) / (a + b + 1)`, a mean that stays inside (0, 1) at tiny shapes.
    ///
    /// There the tail's integrand has one scale, or two whose ratio is bounded, for all shapes: `x/y <= (a + ½) / (b + ½)`.
    pub(super) fn new(a: f64, b: f64, at: Point) -> Self {
        if at.x * (b + 0.5) <= at.y * (a + 0.5) {
            Self { a, b, at, upper: false }
        } else {
            Self { a: b, b: a, at: at.swapped(), upper: true }
        }
    }

    /// Whether the first shape is so small that the tail is better integrated once by parts.
    pub(super) fn tiny(&self) -> bool {
        self.a < 1.0
    }

    /// The length in `s = ln(x/t)` over which `e^(-as) (1 + K(1 - e^(-s)))^(b - 1)`, `K = x/y`, falls by `e^(-36)`, or somewhat more.
    ///
    /// `ln(1 + K(1 - e^(-s))) <= x ln(1 + s/y)` and `z - ln(1 + z) >= z² / (2 + 4z/3)` leave a quadratic equation for `z = s/y`.
    pub(super) fn length(&self) -> f64 {
        let a = if self.tiny() { self.a + 1.0 } else { self.a };
        if self.b <= 1.0 {
            return CUT / a;
        }
        let (p, q) = (a * self.at.y, (self.b - 1.0) * self.at.x);
        let square = 4.0 / 3.0 * (p - q) + q;
        let linear = 2.0 * (p - q) - 4.0 / 3.0 * CUT;
        let root = (linear * linear + 8.0 * CUT * square).sqrt();
        let z = if linear < 0.0 { (root - linear) / (2.0 * square) } else { 4.0 * CUT / (root + linear) };
        self.at.y * z
    }

    /// Nodes in `s` from 0 to the length are `S v / (1 + m (1 - v))` at Gauss-Legendre's `v`: returns `S` and `m`.
    ///
    /// The integrand's nearest singularity is at `s = -1/K` (beyond 2π for small `K`); the map moves it away from 0, and the one that
    /// it brings in at `v = 1 + 1/m` stands where the integrand is gone. `m` makes the two about equally distant.
    pub(super) fn map(&self) -> (f64, f64) {
        let length = self.length();
        let k = (self.at.x / self.at.y).max(1.0);
        (length, (1.0 + 1.5 * k * length).sqrt() - 1.0)
    }
}

/// Lanes of the inner loops: one AVX-512 register.
pub(super) const LANES: usize = 8;

/// Nodes and weights of one register: `s` and `ds/dv` times the weight.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn nodes(block: usize, lane: usize, length: f64, m: f64) -> (f64, f64) {
    let (v, w) = (NODE[block * LANES + lane], WEIGHT[block * LANES + lane]);
    let r = 1.0 / m.mul_add(1.0 - v, 1.0);
    (length * v * r, w * (length * (1.0 + m)) * (r * r))
}

/// Registers of nodes.
pub(super) const BLOCKS: usize = NODES / LANES;
