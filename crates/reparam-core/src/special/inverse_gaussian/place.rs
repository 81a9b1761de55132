//! A point in the standard form of the law.

use crate::special::normal_cdf;
use crate::special::normal_tail::{LN_SQRT_TAU, density, mills, mills_slope};

/// Gauss and Legendre's rule of 8 points on [-1, 1], one half: node and half the weight.
const RULE: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.181_341_891_689_181),
    (0.525_532_409_916_329, 0.156_853_322_938_943_66),
    (0.796_666_477_413_626_7, 0.111_190_517_226_687_23),
    (0.960_289_856_497_536_2, 0.050_614_268_145_188_13),
];

/// `a` and `b` of the module's head, for x > 0.
pub struct Place {
    /// `√(λ/x) (x/μ - 1)`.
    pub a: f64,
    /// `√(λ/x) (x/μ + 1)`.
    pub b: f64,
    /// `b - a = 2 √(λ/x)`.
    pub gap: f64,
}

impl Place {
    /// Nothing for parameters that are not positive and finite, or an x that is not positive.
    #[must_use]
    pub fn of(mean: f64, concentration: f64, x: f64) -> Option<Self> {
        let valid = |v: f64| v > 0.0 && v.is_finite();
        (valid(mean) && valid(concentration) && x > 0.0).then(|| {
            let ratio = concentration / x;
            // Quotients that leave the range of normal numbers are taken root by root.
            let root = if ratio.is_normal() { ratio.sqrt() } else { concentration.sqrt() / x.sqrt() };
            let share = x / mean;
            if share == f64::INFINITY {
                let both = concentration.sqrt() / mean.sqrt() * (x.sqrt() / mean.sqrt());
                return Self { a: both, b: both, gap: 2.0 * root };
            }
            Self { a: root * ((x - mean) / mean), b: root * (share + 1.0), gap: 2.0 * root }
        })
    }

    /// `F`.
    #[must_use]
    pub fn below(&self) -> f64 {
        if self.a < 0.0 {
            density(self.a) * self.below_share()
        } else {
            normal_cdf(self.a) + density(self.a) * mills(self.b)
        }
    }

    /// `1 - F = φ(a) (M(a) - M(b))`.
    #[must_use]
    pub fn above(&self) -> f64 {
        if self.a < 0.0 && self.gap >= 1.0 {
            normal_cdf(-self.a) - density(self.a) * mills(self.b)
        } else {
            density(self.a) * self.above_share()
        }
    }

    /// `F/φ(a)` for a <= 0.
    #[must_use]
    pub fn below_share(&self) -> f64 {
        mills(-self.a) + mills(self.b)
    }

    /// `(1 - F)/φ(a)` for a >= 0.
    #[must_use]
    pub fn above_share(&self) -> f64 {
        if self.gap < 1.0 { self.difference() } else { mills(self.a) - mills(self.b) }
    }

    /// `ln φ(a)`.
    #[must_use]
    pub fn log_density(&self) -> f64 {
        self.a * (-0.5 * self.a) - LN_SQRT_TAU
    }

    /// `M(a) - M(b) = ∫ (1 - t M(t)) dt` from a to b.
    fn difference(&self) -> f64 {
        let half = 0.5 * self.gap;
        let middle = self.a + half;
        let pair = |node: f64| mills_slope(middle + half * node) + mills_slope(middle - half * node);
        self.gap * RULE.iter().rev().map(|(node, weight)| weight * pair(*node)).sum::<f64>()
    }
}
