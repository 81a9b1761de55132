//! The inverse Gaussian law: distribution function, quantile, and the paths of a draw.
//!
//! With mean μ, concentration λ, `a = √(λ/x) (x/μ - 1)` and `b = √(λ/x) (x/μ + 1)`, the distribution function is
//! `Φ(a) + e^(2λ/μ) Φ(-b)` (Chhikara and Folks 1989). As `e^(2λ/μ) φ(b) = φ(a)`, the term that overflows is `φ(a) M(b)` with Mills' ratio M, and
//! everything is φ(a) times differences and sums of Mills' ratios and their slopes `1 - x M(x)`, which have polynomials of their own.
//!
//! Errors are relative, the worst over the rows of `golden.csv`, which `golden.py` computed with 60 digits.

mod cdf;
mod place;
mod quantile;
mod slope;

pub use cdf::{inverse_gaussian_cdf, inverse_gaussian_survival};
pub use quantile::inverse_gaussian_quantile;
pub use slope::{inverse_gaussian_concentration_slope, inverse_gaussian_mean_slope};
