//! The logistic function.

use super::{Domain, ScalarBijector};
use crate::special::{log1p_exp, logit, sigmoid};

/// `y = 1 / (1 + e^-x)`.
///
/// ```
/// use reparam_core::bijector::{ScalarBijector, Sigmoid};
/// assert_eq!(Sigmoid.forward(0.0), 0.5);
/// assert_eq!(Sigmoid.log_slope(1e4), -1e4);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sigmoid;

impl ScalarBijector for Sigmoid {
    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::Interval(0.0, 1.0)
    }

    fn forward(&self, x: f64) -> f64 {
        sigmoid(x)
    }

    fn inverse(&self, y: f64) -> f64 {
        logit(y)
    }

    fn slope(&self, x: f64) -> f64 {
        sigmoid(x) * sigmoid(-x)
    }

    fn log_slope(&self, x: f64) -> f64 {
        // log σ(x) + log σ(-x), even in x.
        -x.abs() - 2.0 * log1p_exp(-x.abs())
    }

    fn log_slope_slope(&self, x: f64) -> f64 {
        // 1 - 2 σ(x).
        -(0.5 * x).tanh()
    }
}
