//! Differentiates through randomness, on Burn tensors.
//!
//! A loss that contains a draw from a law has no derivative that backpropagation can see. [`dist`] draws so that it has one:
//! [`dist::Rsample::rsample`] writes the draw as a function of the law's parameters and of noise that is given from outside.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use reparam::dist::{Normal, Rsample};
//! let device = Device::flex().autodiff();
//! let loc = Tensor::<1>::from_floats([0.5], &device).require_grad();
//! let scale = Tensor::<1>::from_floats([2.0], &device);
//! let noise = Tensor::<1>::from_floats([1.5], &device);
//! let z = Normal::new(loc.clone(), scale).unwrap().rsample(noise);
//! let gradient = loc.grad(&(z.clone() * z).backward()).unwrap(); // d z²/d loc = 2 z = 7
//! assert_eq!(gradient.into_scalar::<f32>(), 7.0);
//! ```

pub mod attach;
pub mod cells;
pub mod dist;
pub mod estimator;
pub mod fused;
pub mod infer;
pub mod measure;
pub mod nn;
pub mod noise;
pub mod objective;
pub mod special;
pub mod train;
pub mod vae;
