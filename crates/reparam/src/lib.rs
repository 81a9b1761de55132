//! Differentiates through randomness, on Burn tensors.

pub mod fused;
pub mod nn;
pub mod objective;
pub mod train;
pub mod vae;
