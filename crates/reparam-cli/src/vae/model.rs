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

/// Memory of a model in training, at most.
const MOST_BYTES: u128 = 8 << 30;
/// Bytes of a parameter in training: the weight, its gradient, and two moments, 32 bits each.
const PARAMETER_BYTES: u128 = 16;

/// Weights of encoder and decoder, biases left out.
fn weights(config: &RunConfig, [channels, height, width]: [usize; 3], outputs: usize) -> u128 {
    let wide = |n: usize| n as u128;
    let law = config.latents_law();
    let codes = wide(law.code_width(config.latents)) + wide(law.value_width(config.latents));
    match config.network {
        NetworkKind::Mlp => {
            let pixels = wide(channels) * wide(height) * wide(width);
            let inner: u128 = config.hidden.windows(2).map(|pair| 2 * wide(pair[0]) * wide(pair[1])).sum();
            let (first, last) = (config.hidden.first().copied(), config.hidden.last().copied());
            inner + pixels * (1 + wide(outputs)) * wide(first.unwrap_or(1)) + codes * wide(last.unwrap_or(1))
        }
        NetworkKind::Conv => {
            let features = wide(config.features);
            let half = features.div_ceil(2);
            let flat = features * wide(height).div_ceil(4) * wide(width).div_ceil(4);
            2 * 9 * half * (wide(channels) + features) + codes * flat
        }
    }
}

/// Refuses a model that would end the memory before the first step.
fn check_size(config: &RunConfig, shape: [usize; 3], outputs: usize) -> Result<(), VaeError> {
    let weights = weights(config, shape, outputs);
    if weights * PARAMETER_BYTES <= MOST_BYTES {
        return Ok(());
    }
    Err(VaeError::Option {
        name: "the model",
        rule: format!("of at most {} parameters (8 GiB in training)", MOST_BYTES / PARAMETER_BYTES),
        got: format!("about {weights}"),
        hint: Some("a smaller --hidden, --features or --latents".into()),
    })
}

/// The model with fresh weights, for images `[channels, height, width]`.
pub fn build(config: &RunConfig, shape: [usize; 3], device: &Device) -> Result<Model, VaeError> {
    let likelihood = config.pixel_law()?;
    check_size(config, shape, likelihood.outputs_per_pixel())?;
    let key = Key::new(config.seed).site("init");
    let pixels: usize = shape.iter().product();
    let law = config.latents_law();
    let (codes, values) = (law.code_width(config.latents), law.value_width(config.latents));
    let outputs = likelihood.outputs_per_pixel();
    let activation = config.activation.into();
    let (encoder, decoder) = match config.network {
        NetworkKind::Mlp => {
            let hidden = || config.hidden.iter().copied();
            let down: Vec<usize> = [pixels].into_iter().chain(hidden()).chain([codes]).collect();
            let up: Vec<usize> = [values].into_iter().chain(hidden().rev()).chain([pixels * outputs]).collect();
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
                AnyDecoder::Conv(ConvDecoder::new(values, features, shape, activation, key.site("decoder"), device)),
            )
        }
    };
    Ok(Vae::new(encoder, decoder, config.latents, likelihood, device).with_latent_law(law))
}

#[cfg(test)]
mod tests {
    use reparam::train::parameter_count;

    use super::*;

    #[test]
    fn models_are_counted_and_those_beyond_memory_refused() {
        for network in [NetworkKind::Mlp, NetworkKind::Conv] {
            let config = RunConfig { network, hidden: vec![40, 30], features: 7, latents: 5, ..RunConfig::default() };
            let shape = [3, 9, 6];
            let all = parameter_count(&build(&config, shape, &Device::flex()).unwrap()) as u128;
            let counted = weights(&config, shape, 1);
            // Biases: 40 + 30 + 10 and 30 + 40 + 162, or 4 + 7 + 10 and 7·3·2 + 4 + 3 + 162.
            let biases = if network == NetworkKind::Mlp { 312 } else { 232 };
            assert_eq!(counted + biases, all, "{network:?}");
            let wide = RunConfig { network, hidden: vec![65_536; 3], features: 65_536, ..RunConfig::default() };
            let error = build(&wide, shape, &Device::flex()).unwrap_err().to_string();
            assert!(error.starts_with("the model must be of at most 536870912 parameters"), "{error}");
        }
    }
}
