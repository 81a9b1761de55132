//! Convolutional encoder and decoder for images.

use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::tensor::{Device, Tensor, activation};
use reparam_core::noise::Key;

use super::{Activation, Linear, Network, uniform_parameter};

fn activate(x: Tensor<4>, kind: Activation) -> Tensor<4> {
    match kind {
        Activation::Identity => x,
        Activation::Relu => activation::relu(x),
        Activation::Tanh => activation::tanh(x),
        Activation::Gelu => activation::gelu(x),
        Activation::Silu => activation::silu(x),
    }
}

/// Height and width after a 3x3 convolution with stride 2 and padding 1: half, rounded up.
const fn halved(size: usize) -> usize {
    size.div_ceil(2)
}

/// Two 3x3 convolutions of stride 2, then a linear layer.
///
/// Weights start uniform within ±√(6 / (inputs + outputs)) counted over the kernel (Glorot and Bengio 2010, equation 16).
#[derive(Module, Debug)]
pub struct ConvEncoder {
    first: Conv2d,
    second: Conv2d,
    head: Linear,
    shape: [usize; 3],
    #[module(skip)]
    activation: Activation,
}

fn convolution(channels: [usize; 2], key: Key, device: &Device) -> Conv2d {
    let mut layer = Conv2dConfig::new(channels, [3, 3])
        .with_stride([2, 2])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .with_initializer(Initializer::Zeros)
        .init(device);
    layer.weight = uniform_parameter([channels[1], channels[0], 3, 3], glorot(channels), key.site("weight"), device);
    layer
}

fn glorot(channels: [usize; 2]) -> f32 {
    (6.0 / (9 * (channels[0] + channels[1])) as f32).sqrt()
}

impl ConvEncoder {
    /// An encoder of images `[channels, height, width]` to rows of `outputs`, with `features` maps in its second layer and
    /// half of them in its first.
    #[must_use]
    pub fn new(
        shape: [usize; 3],
        features: usize,
        outputs: usize,
        activation: Activation,
        key: Key,
        device: &Device,
    ) -> Self {
        let half = features.div_ceil(2);
        let flat = features * halved(halved(shape[1])) * halved(halved(shape[2]));
        Self {
            first: convolution([shape[0], half], key.site("first"), device),
            second: convolution([half, features], key.site("second"), device),
            head: Linear::new(flat, outputs, Activation::Identity, key.site("head"), device),
            shape,
            activation,
        }
    }
}

impl Network for ConvEncoder {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let [n, _] = x.dims();
        let [c, h, w] = self.shape;
        let x = activate(self.first.forward(x.reshape([n, c, h, w])), self.activation);
        let x = activate(self.second.forward(x), self.activation);
        self.head.forward(x.flatten(1, 3))
    }
}

/// A linear layer, then two transposed 3x3 convolutions of stride 2: the mirror of [`ConvEncoder`].
///
/// The last layer has a bias for each channel and pixel, so that it can start at the mean of the data.
#[derive(Module, Debug)]
pub struct ConvDecoder {
    head: Linear,
    first: ConvTranspose2d,
    second: ConvTranspose2d,
    pixel_bias: Param<Tensor<1>>,
    shape: [usize; 3],
    features: usize,
    #[module(skip)]
    activation: Activation,
}

fn transposed(channels: [usize; 2], grow: [bool; 2], key: Key, device: &Device) -> ConvTranspose2d {
    // A side of n becomes 2n - 1, or 2n with one row of output padding.
    let mut layer = ConvTranspose2dConfig::new(channels, [3, 3])
        .with_stride([2, 2])
        .with_padding([1, 1])
        .with_padding_out(grow.map(usize::from))
        .with_initializer(Initializer::Zeros)
        .init(device);
    layer.weight = uniform_parameter([channels[0], channels[1], 3, 3], glorot(channels), key.site("weight"), device);
    layer
}

impl ConvDecoder {
    /// A decoder of rows of `inputs` to images `[channels, height, width]`, with `features` maps in its first layer.
    #[must_use]
    pub fn new(
        inputs: usize,
        features: usize,
        shape: [usize; 3],
        activation: Activation,
        key: Key,
        device: &Device,
    ) -> Self {
        let half = features.div_ceil(2);
        let (h, w) = (halved(shape[1]), halved(shape[2]));
        let even = |size: usize| size.is_multiple_of(2);
        Self {
            head: Linear::new(inputs, features * halved(h) * halved(w), activation, key.site("head"), device),
            first: transposed([features, half], [even(h), even(w)], key.site("first"), device),
            second: transposed([half, shape[0]], [even(shape[1]), even(shape[2])], key.site("second"), device),
            pixel_bias: uniform_parameter([shape.iter().product()], 0.0, key.site("bias"), device),
            shape,
            features,
            activation,
        }
    }
}

impl Network for ConvDecoder {
    fn forward(&self, z: Tensor<2>) -> Tensor<2> {
        let [n, _] = z.dims();
        let [_, h, w] = self.shape;
        let x = self.head.forward(z).reshape([n, self.features, halved(halved(h)), halved(halved(w))]);
        let x = activate(self.first.forward(x), self.activation);
        self.second.forward(x).flatten::<2>(1, 3) + self.pixel_bias.val().unsqueeze::<2>()
    }

    fn with_output_bias(mut self, bias: &[f32]) -> Self {
        let old = self.pixel_bias.val();
        if old.dims()[0] == bias.len() {
            self.pixel_bias =
                Param::from_data(burn::tensor::TensorData::new(bias.to_vec(), [bias.len()]), &old.device());
        }
        self
    }
}
