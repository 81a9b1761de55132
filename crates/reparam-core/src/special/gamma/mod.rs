//! The gamma function's family: log-gamma and its derivatives, differences that do not cancel, the incomplete gamma functions, their
//! inverses, and the derivative of a gamma draw in its shape.
//!
//! A function takes plain `f64`s, allocates nothing and never panics; NaN means an argument outside the domain. Errors are relative to
//! the values of `golden/*.csv` (mpmath 1.4.1, 40 digits or more, written by `golden.py`); the tests print them by region and fail above
//! the figures in the documentation. Coefficients come from `coefficients.py`.

mod beta;
mod difference;
mod digamma;
mod fraction;
mod function;
mod grid;
mod incomplete;
mod inverse;
mod log1p_minus;
mod polygamma;
mod ratio;
mod rational;
mod slope;
mod stirling;
mod tail;

pub use beta::log_beta;
pub use difference::{digamma_difference, log_gamma_difference};
pub use digamma::digamma;
pub use function::log_gamma;
pub use incomplete::{gamma_p, gamma_q, log_gamma_p, log_gamma_q};
pub use inverse::{gamma_p_inverse, gamma_q_inverse, log_gamma_p_inverse, log_gamma_q_inverse};
pub use log1p_minus::log1p_minus;
pub use polygamma::{tetragamma, trigamma};
pub(crate) use slope::gamma_slope_by_fraction;
pub use slope::{gamma_p_shape_derivative, gamma_slope, log_gamma_slope};
pub use stirling::log_gamma_correction;

pub(crate) use digamma::log_minus_digamma;
pub(crate) use incomplete::{gamma_side, log_gamma_side};
pub(crate) use stirling::{LARGE, REMAINDER};
pub(crate) use tail::log_kernel;

#[cfg(test)]
mod tests;
