//! Special functions of one `f64`, a function a file, each with its method and its measured error.
//!
//! Errors are distances from the correctly rounded value in units of the last place (ulp), the worst over the arguments of `golden.csv`,
//! which `golden.py` computed with 60 digits (mpmath 1.3.0). Each function's test measures its error, and fails above the figure in
//! its documentation; that is one more than measured with glibc 2.36's `exp` and `ln`, because those are the platform's.
//!
//! Functions of several arguments are in folders, each with its own table; their errors are relative. Polynomials and quadrature rules there
//! are from `fit.py`.

mod bessel;
mod beta;
mod gamma;
mod horner;
mod inverse_gaussian;
mod log1m_exp;
mod log1p_exp;
mod log_sum_exp;
mod logit;
mod normal_cdf;
mod normal_quantile;
mod normal_tail;
mod sigmoid;
mod von_mises;

pub use bessel::{
    bessel_i0e, bessel_i1e, bessel_ie, bessel_ratio, bessel_ratio_complement, bessel_ratio_slope, log_bessel_i,
};
pub use beta::{
    BetaTails, UnitPoint, beta_i, beta_i_complement, beta_i_complement_inverse, beta_i_inverse,
    beta_i_shape_derivatives, beta_logit_slopes, beta_slopes, beta_tails, student_t_cdf, student_t_quantile,
    student_t_slope, student_t_survival,
};
pub(crate) use beta::{Point, log_power, log_student_t_cdf, student_t_density_slope, tails_at};
pub(crate) use gamma::log_minus_digamma;
pub use gamma::*;
pub use inverse_gaussian::{
    inverse_gaussian_cdf, inverse_gaussian_concentration_slope, inverse_gaussian_mean_slope, inverse_gaussian_quantile,
    inverse_gaussian_survival,
};
pub use log_sum_exp::log_sum_exp;
pub use log1m_exp::log1m_exp;
pub use log1p_exp::log1p_exp;
pub use logit::logit;
pub use normal_cdf::normal_cdf;
pub use normal_quantile::normal_quantile;
pub use normal_tail::{
    erf, erfc, erfcx, inverse_mills, log_diff_normal_cdf, log_normal_cdf, log_normal_quantile, log_sub_exp,
};
pub(crate) use normal_tail::{log_between, log_interval};
pub use sigmoid::sigmoid;
pub use von_mises::{von_mises_cdf, von_mises_quantile, von_mises_slope};

#[cfg(test)]
mod golden;
#[cfg(test)]
mod golden_rows;
