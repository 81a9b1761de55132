//! Laws made of laws.

mod independent;

pub use independent::Independent;
