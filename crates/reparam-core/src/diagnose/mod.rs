//! What a sample says of itself, and what quadrature says instead: moments, tails, exact expectations.

mod expectation;
mod moments;
mod panels;
mod tail;
#[cfg(test)]
mod tests;

pub use expectation::{Expectation, ExpectationError, Method, expectation, support_moves};
pub use moments::Moments;
pub use tail::{Tail, Verdict, tail};
