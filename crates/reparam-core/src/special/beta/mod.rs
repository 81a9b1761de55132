//! The incomplete beta function's family: tails, inverse, derivatives in the shapes, and Student's t through them.
//!
//! # Method
//!
//! One quadrature serves all shapes. With `t = x e^(-s)` and `K = x/y`, the tail below `x` relative to the density at `x` is
//! `∫_0^∞ e^(-as) (1 + K(1 - e^(-s)))^(b-1) ds`: nothing overflows. The derivatives in the shapes are covariances,
//! `∂I/∂a = ∫_0^x p(t) (ln t - E ln T) dt` and the same with `ln(1 - t)` for b, so the same 24 nodes give them, with `s` and
//! `ln(1 + K(1 - e^(-s)))` as further factors, and the slopes `dz/da = -(∂I/∂a)/p` need no density at all.
//!
//! - The side: below `(a + ½)/(a + b + 1)` the lower tail, above it the upper one, with shapes and ends exchanged. Then
//!   `K <= (a + ½)/(b + ½)`, the integrand's scales differ by a factor of at most 75, and hardly anything cancels.
//! - The nodes: Gauss-Legendre over the length on which the integrand falls by e^-36, after a Möbius map that moves its singularity at
//!   `s = -1/K` away from the interval. 24 nodes leave at most 1.3e-13.
//! - The near shape below 1: the integral is taken once by parts, so that its scale is 1 instead of `1/a`; what is left of the covariance
//!   at tiny shapes is `ψ(a + 1) - ψ(a + b)`, summed without cancellation.
//! - The factor `x^a y^b / B(a, b)`: Stirling's remainders and the divergence `a (v - ln(1 + v))` (as in `DiDonato` and Morris 1992, ACM TOMS
//!   18, 360).
//!
//! Power series and continued fractions (Boik and Robison-Cox 1998, J. Stat. Softw. 3), uniform expansions (Temme 1992) and a map of
//! regions between them were the alternative: their cost grows with the shapes, or their seams need care; the vectorised quadrature costs
//! the same 0.2 µs everywhere.
//!
//! # Accuracy
//!
//! Relative to `golden_beta.csv` and `golden_student_t.csv`, which golden.py wrote with 60 and 90 digits (mpmath 1.4.1); and over 10^5
//! random points to series of positive terms, 5e-14 at worst. The tests print the worst errors by region and fail above their bounds; the
//! functions quote them. Coefficients come from elementary.py and rule.py.

mod digamma_gaps;
mod distribution;
mod elementary;
mod inverse;
mod rule;
mod side;
mod slopes;
mod student_t;
mod student_t_slope;
mod tail;

pub use distribution::{BetaTails, beta_i, beta_i_complement, beta_tails};
pub use inverse::{UnitPoint, beta_i_complement_inverse, beta_i_inverse};
pub use slopes::{beta_i_shape_derivatives, beta_logit_slopes, beta_slopes};
pub use student_t::{student_t_cdf, student_t_quantile, student_t_survival};
pub use student_t_slope::student_t_slope;

// For laws, which know a point by its logarithms where it underflows.
pub(crate) use distribution::{log_power, tails_at};
pub(crate) use side::Point;
pub(crate) use student_t::log_student_t_cdf;
pub(crate) use student_t_slope::student_t_density_slope;

#[cfg(test)]
mod tests;
