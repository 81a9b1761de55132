//! A line.

use super::{BijectorError, Domain, ScalarBijector};

/// `y = loc + scale · x`.
///
/// ```
/// use reparam_core::bijector::{Affine, ScalarBijector};
/// let map = Affine::new(1.0, -2.0).unwrap();
/// assert_eq!((map.forward(3.0), map.inverse(-5.0)), (-5.0, 3.0));
/// assert_eq!((map.log_slope(0.0), map.increasing()), (2.0_f64.ln(), false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    loc: f64,
    scale: f64,
}

impl Affine {
    /// The line with this value at 0 and this slope.
    ///
    /// # Errors
    ///
    /// `loc` not finite, `scale` not finite or 0.
    pub fn new(loc: f64, scale: f64) -> Result<Self, BijectorError> {
        if !loc.is_finite() || !scale.is_finite() || scale == 0.0 {
            let rule = format!("loc must be finite and scale finite and not 0, got {loc} and {scale}");
            return Err(BijectorError { bijector: "affine", rule });
        }
        Ok(Self { loc, scale })
    }
}

impl ScalarBijector for Affine {
    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::Real
    }

    fn forward(&self, x: f64) -> f64 {
        self.loc + self.scale * x
    }

    fn inverse(&self, y: f64) -> f64 {
        (y - self.loc) / self.scale
    }

    fn slope(&self, _: f64) -> f64 {
        self.scale
    }

    fn log_slope(&self, _: f64) -> f64 {
        self.scale.abs().ln()
    }

    fn log_slope_slope(&self, _: f64) -> f64 {
        0.0
    }

    fn increasing(&self) -> bool {
        self.scale > 0.0
    }
}
