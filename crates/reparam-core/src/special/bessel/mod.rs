//! Modified Bessel functions of the first kind: scaled values, logarithms, ratios of neighbouring orders.
//!
//! Orders 0 and 1, and their ratio, have polynomials by region (`fit.py`). Other orders have two regions of `w = √(ν² + x²)`:
//! - `w >= 32`: Debye's uniform expansion (DLMF 10.41.3 and 10.41.5). Written in powers of `1/w` and `ν²/w²` it holds down to order 0,
//!   where it is Hankel's expansion, so that one table of 16 terms serves large orders and large arguments alike;
//! - below: the power series for values, whose terms are all positive, and for ratios the recurrence
//!   `r_ν = x / (2ν + x r_(ν+1))` downwards from the expansion, which shrinks every error on its way (Amos 1974).
//!
//! Errors are relative, the worst over the rows of `golden.csv`, which `golden.py` computed with 50 digits.

mod coefficients;
mod debye;
mod order;
mod ratio;
mod ratio_one;
mod zero_one;

pub use order::{bessel_ie, log_bessel_i};
pub use ratio::{bessel_ratio, bessel_ratio_complement, bessel_ratio_slope};
pub(super) use ratio_one::ratio_one;
pub use zero_one::{bessel_i0e, bessel_i1e};

/// Where the expansion takes over from series and recurrence.
const FAR: f64 = 32.0;
