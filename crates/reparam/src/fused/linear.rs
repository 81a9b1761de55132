//! A linear layer with its activation as one operation.

use burn::backend::Dispatch;
use burn::tensor::{Tensor, activation};
use reparam_core::kernel::Activation;

use super::fusible;
use super::ops::FusedOps;

/// `f(x weight + bias)`, differentiable in all three.
///
/// # Shapes
/// `x`: `[N, I]`, `weight`: `[I, O]`, `bias`: `[O]`; the result is `[N, O]`.
///
/// # Panics
/// When the shapes do not fit, as Burn's own operations do.
#[must_use]
pub fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, activation: Activation) -> Tensor<2> {
    let ([_, i], [wi, o], [bo]) = (x.dims(), weight.dims(), bias.dims());
    assert!(i == wi && o == bo, "linear: input of width {i}, weight {wi} x {o} and bias of {bo} do not fit");
    if fusible(&x) && fusible(&weight) && fusible(&bias) {
        let y = <Dispatch as FusedOps>::fused_linear(
            x.into_dispatch(),
            weight.into_dispatch(),
            bias.into_dispatch(),
            activation,
        );
        Tensor::from_dispatch(y)
    } else {
        linear_plain(x, weight, bias, activation)
    }
}

/// The same as a chain of tensor operations, for any device.
#[must_use]
pub fn linear_plain(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, activation: Activation) -> Tensor<2> {
    let y = x.matmul(weight) + bias.unsqueeze::<2>();
    match activation {
        Activation::Identity => y,
        Activation::Relu => activation::relu(y),
        Activation::Tanh => activation::tanh(y),
        Activation::Gelu => activation::gelu(y),
        Activation::Silu => activation::silu(y),
    }
}
