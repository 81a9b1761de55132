//! The von Mises law at location 0: distribution function, quantile, and the path of a draw as the concentration changes.
//!
//! One method serves every concentration. All functions are integrals of `e^(κ cos t)` against 1 or `A(κ) - cos t`, from the angle x to the
//! end, 0 or π, on whose side of `arccos A(κ)` it lies. From there `A - cos t` keeps its sign, so that nothing cancels, and the
//! integrand is so smooth that a fixed Gauss-Legendre rule is exact to the last digits: 16 nodes towards 0, where the exponent changes by
//! at most 0.61; 32 towards π, or to where the integrand has fallen by `e^-38`, whichever is nearer. The exponent is
//! `κ (cos t - cos x) = -2κ sin((t + x)/2) sin((t - x)/2)`, and `A - cos t` is `2 sin²(t/2) - (1 - A)`, both products of what is known exactly.
//! Hill's recurrence and normal limit (1977), the usual method, lose the tails; as TensorFlow Probability differentiates them, the path is
//! off by 3e-6.
//!
//! Errors are relative, the worst over the rows of `golden.csv`, which `golden.py` computed with 40 digits.

mod cdf;
mod coefficients;
mod place;
mod quadrature;
mod quantile;
mod slope;
#[cfg(test)]
mod sweep;

pub use cdf::von_mises_cdf;
pub use quantile::von_mises_quantile;
pub use slope::von_mises_slope;
