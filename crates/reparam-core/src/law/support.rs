//! Sets of real numbers.

use std::fmt;

/// A set of real numbers: where a law has its mass, or where a parameter may lie. `NaN` lies in none, infinities in one only.
///
/// ```
/// use reparam_core::law::Support;
/// assert!(Support::UnitInterval.contains(0.0) && !Support::Positive.contains(0.0));
/// assert_eq!(Support::Index(3).to_string(), "an integer in [0, 3)");
/// assert_eq!(Support::Open(-1.0, f64::INFINITY).to_string(), "in (-1, inf)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Support {
    /// Every finite number.
    Real,
    /// Every number, and both infinities: bounds of a truncation.
    Extended,
    /// Finite numbers above 0.
    Positive,
    /// Finite numbers from 0 on.
    NonNegative,
    /// `0 <= x <= 1`.
    UnitInterval,
    /// `0 < x < 1`.
    OpenUnitInterval,
    /// Finite numbers from the first to the second bound, both included where they are finite.
    Closed(f64, f64),
    /// Finite numbers between the bounds, without them.
    Open(f64, f64),
    /// 0 and 1.
    Boolean,
    /// The integers from 0 to this number, without it.
    Index(usize),
    /// The integers from 0 to this number, which is one of them.
    CountTo(u64),
    /// The integers from 0 on.
    Count,
    /// The integers from the first to the second bound, both included where they are finite.
    Integers(f64, f64),
}

impl Support {
    /// Whether `x` lies in the set.
    pub fn contains(self, x: f64) -> bool {
        (x.is_finite() || self == Self::Extended && !x.is_nan())
            && match self {
                Self::Real | Self::Extended => true,
                Self::Positive => x > 0.0,
                Self::NonNegative => x >= 0.0,
                Self::UnitInterval => (0.0..=1.0).contains(&x),
                Self::OpenUnitInterval => x > 0.0 && x < 1.0,
                Self::Closed(low, high) => x >= low && x <= high,
                Self::Open(low, high) => x > low && x < high,
                Self::Boolean => x == 0.0 || x == 1.0,
                Self::Index(count) => x >= 0.0 && x < count as f64 && x.fract() == 0.0,
                Self::CountTo(last) => x >= 0.0 && x <= last as f64 && x.fract() == 0.0,
                Self::Count => x >= 0.0 && x.fract() == 0.0,
                Self::Integers(low, high) => x >= low && x <= high && x.fract() == 0.0,
            }
    }

    /// Whether the set consists of isolated points.
    pub fn is_discrete(self) -> bool {
        matches!(self, Self::Boolean | Self::Index(_) | Self::CountTo(_) | Self::Count | Self::Integers(..))
    }

    /// Greatest lower and least upper bound.
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Self::Real | Self::Extended => (f64::NEG_INFINITY, f64::INFINITY),
            Self::Positive | Self::NonNegative | Self::Count => (0.0, f64::INFINITY),
            Self::UnitInterval | Self::OpenUnitInterval | Self::Boolean => (0.0, 1.0),
            Self::Closed(low, high) | Self::Open(low, high) | Self::Integers(low, high) => (low, high),
            Self::Index(count) => (0.0, count as f64 - 1.0),
            Self::CountTo(last) => (0.0, last as f64),
        }
    }
}

impl fmt::Display for Support {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real => f.write_str("finite"),
            Self::Extended => f.write_str("a number or infinite"),
            Self::Positive => f.write_str("> 0"),
            Self::NonNegative => f.write_str(">= 0"),
            Self::UnitInterval => f.write_str("in [0, 1]"),
            Self::OpenUnitInterval => f.write_str("in (0, 1)"),
            Self::Closed(low, high) => write!(f, "in {}", Interval(*low, *high)),
            Self::Open(low, high) => write!(f, "in ({low}, {high})"),
            Self::Boolean => f.write_str("0 or 1"),
            Self::Index(count) => write!(f, "an integer in [0, {count})"),
            Self::CountTo(last) => write!(f, "an integer in [0, {last}]"),
            Self::Count => f.write_str("an integer >= 0"),
            Self::Integers(low, high) => write!(f, "an integer in {}", Interval(*low, *high)),
        }
    }
}

/// Shows `[0, 2.5]`, and `(-inf, 1]`.
struct Interval(f64, f64);

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(low, high) = self;
        let (open, close) = (if low.is_finite() { '[' } else { '(' }, if high.is_finite() { ']' } else { ')' });
        write!(f, "{open}{low}, {high}{close}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_no_finite_number_lies_in_a_support() {
        let all = [
            Support::Real,
            Support::Positive,
            Support::NonNegative,
            Support::UnitInterval,
            Support::OpenUnitInterval,
            Support::Closed(0.0, f64::INFINITY),
            Support::Open(0.0, f64::INFINITY),
            Support::Boolean,
            Support::Index(3),
            Support::CountTo(3),
            Support::Count,
            Support::Integers(f64::NEG_INFINITY, 3.0),
        ];
        for s in all {
            assert!(!s.contains(f64::NAN), "{s}");
            assert!(!s.contains(f64::INFINITY), "{s}");
            assert!(s.contains(1.0) || s == Support::OpenUnitInterval, "{s}");
        }
    }
}
