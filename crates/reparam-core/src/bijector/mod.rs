//! Smooth invertible maps with the logarithm of their Jacobian determinant, and derivatives of both.
//!
//! A [`Bijector`] maps vectors. Maps of one number are [`ScalarBijector`]s, which [`Elementwise`] applies to every number of a vector.
//! [`Chain`] and [`Inverse`] make new ones of both kinds.
//!
//! Values under a constraint have fewer degrees of freedom than numbers; their log-determinant is with respect to the coordinates that
//! each map names (all but the last of a simplex, the strictly lower triangle of a correlation matrix's factor).
//!
//! ```
//! use reparam_core::bijector::{Bijector, StickBreaking};
//! let map = StickBreaking::new(3).unwrap();
//! let mut y = [0.0; 3];
//! let log_det = map.forward_and_log_det(&[0.0, 0.0], &mut y);
//! assert!(y.iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-15)); // zeros are the centre
//! assert!((log_det - (1.0_f64 / 27.0).ln()).abs() < 1e-14);
//! ```

mod affine;
mod chain;
mod correlation_cholesky;
mod domain;
mod elementwise;
mod exp;
mod identity;
mod inverse;
mod lower_cholesky;
mod ordered;
mod sigmoid;
mod softmax_centred;
mod softplus;
mod stick_breaking;
mod tanh;
#[cfg(test)]
mod tests;

use std::fmt::Debug;

pub use affine::Affine;
pub use chain::Chain;
pub use correlation_cholesky::CorrelationCholesky;
pub use domain::Domain;
pub use elementwise::Elementwise;
pub use exp::Exp;
pub use identity::Identity;
pub use inverse::Inverse;
pub use lower_cholesky::LowerCholesky;
pub use ordered::Ordered;
pub use sigmoid::Sigmoid;
pub use softmax_centred::SoftmaxCentred;
pub use softplus::Softplus;
pub use stick_breaking::StickBreaking;
pub use tanh::Tanh;

/// A smooth, strictly monotone map of one number.
pub trait ScalarBijector: Debug + Send + Sync {
    /// Where `x` may lie.
    fn input(&self) -> Domain;

    /// Where `y` lies.
    fn output(&self) -> Domain;

    /// `y`.
    fn forward(&self, x: f64) -> f64;

    /// `x`.
    fn inverse(&self, y: f64) -> f64;

    /// `dy/dx`.
    fn slope(&self, x: f64) -> f64;

    /// `log |dy/dx|`, finite also where the slope under- or overflows.
    fn log_slope(&self, x: f64) -> f64;

    /// `d log |dy/dx| / dx`.
    fn log_slope_slope(&self, x: f64) -> f64;

    /// Whether `y` grows with `x`.
    fn increasing(&self) -> bool {
        true
    }
}

/// A smooth invertible map between vectors.
///
/// Inputs and outputs have the lengths that the map says; with others nothing panics, and what is written or returned is `NaN`.
pub trait Bijector: Debug + Send + Sync {
    /// How many numbers go in.
    fn input_len(&self) -> usize;

    /// How many come out.
    fn output_len(&self) -> usize;

    /// Where `x` may lie.
    fn input(&self) -> Domain;

    /// Where `y` lies.
    fn output(&self) -> Domain;

    /// Writes `y`, and returns `log |det ∂y/∂x|`: one pass for both.
    fn forward_and_log_det(&self, x: &[f64], y: &mut [f64]) -> f64;

    /// Writes `y`.
    fn forward(&self, x: &[f64], y: &mut [f64]) {
        self.forward_and_log_det(x, y);
    }

    /// `log |det ∂y/∂x|`.
    fn log_det(&self, x: &[f64]) -> f64 {
        self.forward_and_log_det(x, &mut vec![0.0; self.output_len()])
    }

    /// Writes `x`.
    fn inverse(&self, y: &[f64], x: &mut [f64]);

    /// Carries gradients back: `x_cotangent[i] += Σ_j y_cotangent[j] ∂y_j/∂x_i + log_det_cotangent ∂ log|det| / ∂x_i`.
    fn pull_back(&self, x: &[f64], y_cotangent: &[f64], log_det_cotangent: f64, x_cotangent: &mut [f64]);

    /// Carries a gradient back through the inverse, at `y = forward(x)`: `y_cotangent[j] += Σ_i x_cotangent[i] ∂x_i/∂y_j`.
    ///
    /// Where `y` is under a constraint, only the part along it has a meaning.
    fn pull_back_inverse(&self, x: &[f64], y: &[f64], x_cotangent: &[f64], y_cotangent: &mut [f64]);
}

impl<B: Bijector + ?Sized> Bijector for Box<B> {
    fn input_len(&self) -> usize {
        (**self).input_len()
    }

    fn output_len(&self) -> usize {
        (**self).output_len()
    }

    fn input(&self) -> Domain {
        (**self).input()
    }

    fn output(&self) -> Domain {
        (**self).output()
    }

    fn forward_and_log_det(&self, x: &[f64], y: &mut [f64]) -> f64 {
        (**self).forward_and_log_det(x, y)
    }

    fn inverse(&self, y: &[f64], x: &mut [f64]) {
        (**self).inverse(y, x);
    }

    fn pull_back(&self, x: &[f64], y_cotangent: &[f64], log_det_cotangent: f64, x_cotangent: &mut [f64]) {
        (**self).pull_back(x, y_cotangent, log_det_cotangent, x_cotangent);
    }

    fn pull_back_inverse(&self, x: &[f64], y: &[f64], x_cotangent: &[f64], y_cotangent: &mut [f64]) {
        (**self).pull_back_inverse(x, y, x_cotangent, y_cotangent);
    }
}

/// A bijector that cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{bijector}: {rule}")]
pub struct BijectorError {
    /// Kebab-case name of the map.
    pub bijector: &'static str,
    /// What must hold, and what was given.
    pub rule: String,
}

/// The error for a map that needs more numbers.
fn at_least(bijector: &'static str, what: &str, least: usize, got: usize) -> Result<(), BijectorError> {
    if got >= least {
        return Ok(());
    }
    Err(BijectorError { bijector, rule: format!("{what} must be at least {least}, got {got}") })
}

/// Whether the lengths are right; where they are not, `out` is filled with `NaN`.
fn fits(lengths: &[(usize, usize)], out: &mut [f64]) -> bool {
    let right = lengths.iter().all(|(got, expected)| got == expected);
    if !right {
        out.fill(f64::NAN);
    }
    right
}
