//! Laws made of laws.

mod independent;
mod truncated_normal;

pub use independent::Independent;
pub use truncated_normal::TruncatedNormal;
