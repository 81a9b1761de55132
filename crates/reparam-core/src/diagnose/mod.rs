//! What a sample says of itself, and what quadrature says instead: moments, tails, exact expectations.

mod expectation;
mod generalised_pareto;
mod moments;
mod one_draw;
mod panels;
mod probability;
mod tail;
#[cfg(test)]
mod tests;

pub use expectation::{CostSlope, Expectation, ExpectationError, Method, expectation, support_moves};
pub use generalised_pareto::GeneralisedPareto;
pub use moments::Moments;
pub use one_draw::{OneDraw, one_draw_variances};
pub use tail::{Tail, Verdict, tail};
