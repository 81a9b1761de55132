//! Differentiates through randomness, on Burn tensors.

pub mod attach;
pub mod dist;
pub mod noise;
