//! Fused operations of a training step on the CPU, each with its plain tensor expression for other devices.
//!
//! A linear layer with its activation, and the Bernoulli log-likelihood of an image, are most of a variational autoencoder's
//! step. As chains of tensor operations they write a temporary for every link. Here each is one node of the graph whose
//! forward and backward passes run over the data once. On another device than Burn's `flex`, or in another type than f32,
//! the plain expression runs.

mod bernoulli;
mod counts;
mod linear;
mod ops;
pub mod product;
pub(crate) mod slices;
mod sparse_linear;

pub use bernoulli::{bernoulli_log_likelihood, bernoulli_log_likelihood_plain};
pub use counts::{
    CountLaw, CountRows, CountRowsError, accessibility_log_likelihood, accessibility_log_likelihood_plain,
    count_log_likelihood, count_log_likelihood_plain,
};
pub use linear::{linear, linear_plain};
pub use reparam_core::kernel::Activation;
pub use sparse_linear::{sparse_linear, sparse_linear_plain};

use burn::tensor::{DType, Device, Tensor};

/// Whether a device is Burn's CPU back end, on which the fused operations run; autodiff on or off.
#[must_use]
pub fn is_flex(device: &Device) -> bool {
    // Burn compares devices by hardware and ignores autodiff.
    *device == Device::flex()
}

/// Whether a fused operation can take a tensor.
fn fusible<const D: usize>(tensor: &Tensor<D>) -> bool {
    tensor.dtype() == DType::F32 && is_flex(&tensor.device())
}
