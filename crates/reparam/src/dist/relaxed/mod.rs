//! Laws of discrete values relaxed to continuous ones, with temperatures. As stand-ins for the discrete laws they are biased.

mod binary_concrete;
mod gumbel_softmax;

pub use binary_concrete::BinaryConcrete;
pub use gumbel_softmax::GumbelSoftmax;
