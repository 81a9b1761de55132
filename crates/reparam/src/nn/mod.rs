//! Networks for encoders and decoders, initialised from keyed noise.
//!
//! Any Burn module will do: implement [`Network`] for it. The ones here use the fused layers of [`crate::fused`].

mod conv;
mod init;
mod linear;
mod mlp;

pub use conv::{ConvDecoder, ConvEncoder};
pub use init::uniform_parameter;
pub use linear::Linear;
pub use mlp::Mlp;

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;

pub use reparam_core::kernel::Activation;

/// A module that maps rows to rows: an encoder, or a decoder.
///
/// In training it runs as a copy a shard, which is thrown away after the backward pass: of a step only the gradients of float parameters
/// survive. So Burn's `BatchNorm` learns its scale and shift but not its running statistics, which stay at their start and make
/// evaluation wrong; layer, group and instance normalisation do work. Burn's `Dropout` draws from a generator of the process, which
/// no seed of a run sets and all threads share: it trains, but not to the same bits twice.
pub trait Network: Module + ModuleDisplay {
    /// The output for each row of `x`.
    ///
    /// # Shapes
    /// `x`: `[N, inputs]`, result: `[N, outputs]`; images are flattened, channels first.
    fn forward(&self, x: Tensor<2>) -> Tensor<2>;

    /// The same network whose last bias is replaced, where it has one of this length; otherwise unchanged.
    ///
    /// A decoder that starts at the mean of the data saves the first epochs.
    #[must_use]
    fn with_output_bias(self, _bias: &[f32]) -> Self {
        self
    }
}
