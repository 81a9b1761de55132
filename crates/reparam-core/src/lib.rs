//! Laws, noise and special functions with their derivatives, on plain numbers.

pub mod bijector;
pub mod diagnose;
pub mod kernel;
pub mod law;
pub mod noise;
pub mod special;
