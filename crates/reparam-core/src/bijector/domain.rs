//! Sets that bijectors map between.

use std::fmt;

/// A set of numbers or of vectors.
///
/// ```
/// use reparam_core::bijector::Domain;
/// assert!(Domain::Simplex.contains(&[0.5, 0.25, 0.25]));
/// assert!(!Domain::Ordered.contains(&[1.0, 0.0]));
/// assert_eq!(Domain::Interval(-1.0, 1.0).to_string(), "each in (-1, 1)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// Any finite numbers.
    Real,
    /// Finite numbers, each above the first bound and below the second.
    Interval(f64, f64),
    /// Numbers from 0 on whose sum is 1.
    Simplex,
    /// Finite numbers, each above the one before.
    Ordered,
    /// A lower triangular matrix with positive diagonal, row-major, zeros written out.
    LowerCholesky,
    /// The same, with rows of length 1: the Cholesky factor of a correlation matrix.
    CorrelationCholesky,
}

impl Domain {
    /// Finite numbers above 0.
    pub const POSITIVE: Self = Self::Interval(0.0, f64::INFINITY);

    /// Whether all of `x` lies in the set; ends of an interval are in, because rounding reaches them, and equations hold to rounding.
    pub fn contains(self, x: &[f64]) -> bool {
        if !x.iter().all(|x| x.is_finite()) {
            return false;
        }
        let side = x.len().isqrt();
        let rows = || x.chunks_exact(side.max(1)).enumerate();
        let lower =
            || side * side == x.len() && rows().all(|(i, r)| r[i] >= 0.0 && r[i + 1..].iter().all(|x| *x == 0.0));
        // A sum of n numbers of size 1 is off by n roundings at most.
        let near_one = |sum: f64| (sum - 1.0).abs() <= 4.0 * (x.len() as f64 + 4.0) * f64::EPSILON;
        match self {
            Self::Real => true,
            Self::Interval(low, high) => x.iter().all(|x| *x >= low && *x <= high),
            Self::Simplex => x.iter().all(|x| *x >= 0.0) && near_one(x.iter().sum()),
            Self::Ordered => x.windows(2).all(|w| w[0] <= w[1]),
            Self::LowerCholesky => lower(),
            Self::CorrelationCholesky => lower() && rows().all(|(_, r)| near_one(r.iter().map(|x| x * x).sum())),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real => f.write_str("finite"),
            Self::Interval(low, f64::INFINITY) => write!(f, "each > {low}"),
            Self::Interval(low, high) => write!(f, "each in ({low}, {high})"),
            Self::Simplex => f.write_str("each >= 0, sum 1"),
            Self::Ordered => f.write_str("increasing"),
            Self::LowerCholesky => f.write_str("lower triangular with positive diagonal"),
            Self::CorrelationCholesky => f.write_str("lower triangular with positive diagonal and rows of length 1"),
        }
    }
}
