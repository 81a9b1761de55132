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
