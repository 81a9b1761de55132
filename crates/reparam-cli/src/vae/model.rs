//! Encoder and decoder as the configuration says.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use reparam::nn::{ConvDecoder, ConvEncoder, Mlp, Network};
use reparam::vae::Vae;
use reparam_core::noise::Key;

use super::options::NetworkKind;
use super::{RunConfig, VaeError};

/// The model of every run.
pub type Model = Vae<AnyEncoder, AnyDecoder>;

/// An encoder of either kind.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "a run has one, and its weights lie elsewhere")]
pub enum AnyEncoder {
    /// Fully connected.
    Mlp(Mlp),
    /// Convolutional.
    Conv(ConvEncoder),
}

/// A decoder of either kind.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "a run has one, and its weights lie elsewhere")]
pub enum AnyDecoder {
    /// Fully connected.
    Mlp(Mlp),
    /// Convolutional.
    Conv(ConvDecoder),
}

impl Network for AnyEncoder {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Mlp(network) => network.forward(x),
            Self::Conv(network) => network.forward(x),
        }
    }
}

impl Network for AnyDecoder {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Mlp(network) => network.forward(x),
            Self::Conv(network) => network.forward(x),
        }
    }

    fn with_output_bias(self, bias: &[f32]) -> Self {
        match self {
            Self::Mlp(network) => Self::Mlp(network.with_output_bias(bias)),
            Self::Conv(network) => Self::Conv(network.with_output_bias(bias)),
        }
    }
}

/// The model with fresh weights, for images `[channels, height, width]`.
pub fn build(config: &RunConfig, shape: [usize; 3], device: &Device) -> Result<Model, VaeError> {
    let likelihood = config.pixel_law()?;
    let key = Key::new(config.seed).site("init");
    let pixels: usize = shape.iter().product();
    let (codes, outputs) = (2 * config.latents, likelihood.outputs_per_pixel());
    let activation = config.activation.into();
    let (encoder, decoder) = match config.network {
        NetworkKind::Mlp => {
            let hidden = || config.hidden.iter().copied();
            let down: Vec<usize> = [pixels].into_iter().chain(hidden()).chain([codes]).collect();
            let up: Vec<usize> = [config.latents].into_iter().chain(hidden().rev()).chain([pixels * outputs]).collect();
            (
                AnyEncoder::Mlp(Mlp::new(&down, activation, key.site("encoder"), device)),
                AnyDecoder::Mlp(Mlp::new(&up, activation, key.site("decoder"), device)),
            )
        }
        NetworkKind::Conv => {
            if outputs > 1 {
                return Err(VaeError::Option {
                    name: "network",
                    rule: "mlp with the categorical likelihood".into(),
                    got: "conv".into(),
                    hint: Some("the convolutional decoder gives one number a pixel".into()),
                });
            }
            let features = config.features;
            (
                AnyEncoder::Conv(ConvEncoder::new(shape, features, codes, activation, key.site("encoder"), device)),
                AnyDecoder::Conv(ConvDecoder::new(
                    config.latents,
                    features,
                    shape,
                    activation,
                    key.site("decoder"),
                    device,
                )),
            )
        }
    };
    Ok(Vae::new(encoder, decoder, config.latents, likelihood, device))
}
