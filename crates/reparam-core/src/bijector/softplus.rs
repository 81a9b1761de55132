//! The softplus function.

use super::{Domain, ScalarBijector};
use crate::special::{log1m_exp, log1p_exp, sigmoid};

/// `y = log(1 + e^x)`: about `e^x` below 0 and `x` above.
///
/// ```
/// use reparam_core::bijector::{ScalarBijector, Softplus};
/// assert_eq!(Softplus.forward(1e4), 1e4);
/// assert_eq!(Softplus.inverse(1e-300), (1e-300_f64).ln());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softplus;

impl ScalarBijector for Softplus {
    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::POSITIVE
    }

    fn forward(&self, x: f64) -> f64 {
        log1p_exp(x)
    }

    fn inverse(&self, y: f64) -> f64 {
        // x = log(e^y - 1) = y + log(1 - e^-y).
        y + log1m_exp(-y)
    }

    fn slope(&self, x: f64) -> f64 {
        sigmoid(x)
    }

    fn log_slope(&self, x: f64) -> f64 {
        -log1p_exp(-x)
    }

    fn log_slope_slope(&self, x: f64) -> f64 {
        sigmoid(-x)
    }
}
