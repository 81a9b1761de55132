//! The identity.

use super::{Domain, ScalarBijector};

/// `y = x`.
///
/// ```
/// use reparam_core::bijector::{Identity, ScalarBijector};
/// assert_eq!(Identity.forward(2.0), 2.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Identity;

impl ScalarBijector for Identity {
    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::Real
    }

    fn forward(&self, x: f64) -> f64 {
        x
    }

    fn inverse(&self, y: f64) -> f64 {
        y
    }

    fn slope(&self, _: f64) -> f64 {
        1.0
    }

    fn log_slope(&self, _: f64) -> f64 {
        0.0
    }

    fn log_slope_slope(&self, _: f64) -> f64 {
        0.0
    }
}
