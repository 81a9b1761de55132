//! The hyperbolic tangent.

use super::{Domain, ScalarBijector};
use crate::special::{log1p_exp, sigmoid};
use std::f64::consts::LN_2;

/// `y = tanh x`.
///
/// ```
/// use reparam_core::bijector::{ScalarBijector, Tanh};
/// assert_eq!(Tanh.forward(1e3), 1.0);
/// // log(1 - tanh²x) = 2 (log 2 - x - log(1 + e^-2x)), where 1 - tanh²x itself is 0.
/// assert!((Tanh.log_slope(1e3) - (2.0 * std::f64::consts::LN_2 - 2e3)).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanh;

impl ScalarBijector for Tanh {
    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::Interval(-1.0, 1.0)
    }

    fn forward(&self, x: f64) -> f64 {
        x.tanh()
    }

    fn inverse(&self, y: f64) -> f64 {
        y.atanh()
    }

    fn slope(&self, x: f64) -> f64 {
        // sech² x = 4 σ(2x) σ(-2x).
        4.0 * sigmoid(2.0 * x) * sigmoid(-2.0 * x)
    }

    fn log_slope(&self, x: f64) -> f64 {
        let x = x.abs();
        2.0 * (LN_2 - x - log1p_exp(-2.0 * x))
    }

    fn log_slope_slope(&self, x: f64) -> f64 {
        -2.0 * x.tanh()
    }
}
