//! The normal distribution and the error function where plain values underflow or cancel.
//!
//! Mills' ratio `M(x) = (1 - Φ(x)) / φ(x)` carries all of it. On the half-line `(1 + x) M(x)` and `(1 + x)² (1 - x M(x))` are smooth
//! from 0 to infinity, and one polynomial in `(x - 4)/(x + 4)` each holds them to a few ulp (Shepherd and Laframboise 1981 do so for
//! `erfcx`; the coefficients are from `fit.py`).
//! Errors are relative, the worst over the rows of `golden.csv`, which `golden.py` computed with 60 digits.

mod coefficients;
mod erf;
mod erfcx;
mod inverse_mills;
mod log_cdf;
mod log_diff_cdf;
mod log_quantile;
mod log_sub_exp;
mod mills;

pub use erf::{erf, erfc};
pub use erfcx::erfcx;
pub use inverse_mills::inverse_mills;
pub(super) use log_cdf::LN_SQRT_TAU;
pub use log_cdf::log_normal_cdf;
pub use log_diff_cdf::log_diff_normal_cdf;
pub(crate) use log_diff_cdf::{log_between, log_interval};
pub use log_quantile::log_normal_quantile;
pub use log_sub_exp::log_sub_exp;
pub(super) use mills::{density, mills, mills_slope};
