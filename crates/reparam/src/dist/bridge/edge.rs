//! Draws that narrowing must not move out of their support.

use burn::tensor::Tensor;
use reparam_core::law::Support;

/// The numbers of a tensor's type next to 0, to 1 and to infinity: narrowing must not move a draw out of an open support.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    least: f64,
    below_one: f64,
    largest: f64,
}

impl Edge {
    pub(super) fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let (least, epsilon, largest) = match tensor.dtype().finfo() {
            Some(info) => (info.min_positive, info.epsilon, info.max),
            None => (f64::MIN_POSITIVE, f64::EPSILON, f64::MAX),
        };
        Self { least, below_one: 1.0 - epsilon / 2.0, largest }
    }

    /// `x`, or a number just above it.
    fn up(self, x: f64) -> f64 {
        if x.is_finite() { x + x.abs() * 2.0 * (1.0 - self.below_one) } else { x }
    }

    /// The slope at draw `z`: 0 where the type's range holds the draw, and within that range itself.
    pub(super) fn slope(self, z: f64, slope: f64) -> f64 {
        if z.abs() >= self.largest { 0.0 } else { slope.clamp(-self.largest, self.largest) }
    }

    /// `x` so that it stays in the support when it is narrowed.
    pub(super) fn inside(self, support: Support, x: f64) -> f64 {
        // What the `f64` law draws is finite; its type's range is not to change that.
        let x = if x.is_finite() { x.clamp(-self.largest, self.largest) } else { x };
        match support {
            Support::Positive => x.max(self.least),
            // 0 itself stays: an atom, or the quantile of 0.
            Support::NonNegative if x > 0.0 => x.max(self.least),
            Support::OpenUnitInterval => x.clamp(self.least, self.below_one),
            Support::UnitInterval if x > 0.0 && x < 1.0 => x.clamp(self.least, self.below_one),
            // Rounding a bound such as π may leave the set.
            Support::Closed(low, high) => {
                let (low, high) = (self.up(low), -self.up(-high));
                // The type may have no number between two bounds.
                if low <= high { x.clamp(low, high) } else { x }
            }
            // Rounded from the largest count of f64.
            Support::Count => x.min(self.largest),
            _ => x,
        }
    }
}
