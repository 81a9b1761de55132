//! The exponential function.

use super::{Domain, ScalarBijector};

/// `y = e^x`.
///
/// ```
/// use reparam_core::bijector::{Exp, ScalarBijector};
/// assert_eq!((Exp.forward(0.0), Exp.log_slope(-800.0)), (1.0, -800.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exp;

impl ScalarBijector for Exp {
    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::POSITIVE
    }

    fn forward(&self, x: f64) -> f64 {
        x.exp()
    }

    fn inverse(&self, y: f64) -> f64 {
        y.ln()
    }

    fn slope(&self, x: f64) -> f64 {
        x.exp()
    }

    fn log_slope(&self, x: f64) -> f64 {
        x
    }

    fn log_slope_slope(&self, _: f64) -> f64 {
        1.0
    }
}
