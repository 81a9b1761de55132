//! A linear layer with its activation.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use reparam_core::noise::Key;

use super::{Activation, uniform_parameter};
use crate::fused;

/// `f(x weight + bias)`.
///
/// Weights start uniform within ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010, equation 16), biases at 0.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[inputs, outputs]`.
    pub weight: Param<Tensor<2>>,
    /// `[outputs]`.
    pub bias: Param<Tensor<1>>,
    #[module(skip)]
    activation: Activation,
}

impl Linear {
    /// A layer with fresh weights.
    #[must_use]
    pub fn new(inputs: usize, outputs: usize, activation: Activation, key: Key, device: &Device) -> Self {
        let bound = (6.0 / (inputs + outputs).max(1) as f32).sqrt();
        Self {
            weight: uniform_parameter([inputs, outputs], bound, key.site("weight"), device),
            bias: Param::from_data(TensorData::zeros::<f32, _>([outputs]), device),
            activation,
        }
    }

    /// A layer with these weights, `[inputs, outputs]` row-major, and this bias.
    ///
    /// # Panics
    /// When there are not as many weights as inputs times outputs.
    #[must_use]
    pub fn from_values(weights: Vec<f32>, bias: Vec<f32>, activation: Activation, device: &Device) -> Self {
        let outputs = bias.len();
        let inputs = weights.len().checked_div(outputs).unwrap_or(0);
        Self {
            weight: Param::from_data(TensorData::new(weights, [inputs, outputs]), device),
            bias: Param::from_data(TensorData::new(bias, [outputs]), device),
            activation,
        }
    }

    /// The same layer with other weights, `[inputs, outputs]` row-major, and another bias; the number of inputs may differ.
    ///
    /// # Panics
    /// When there are not as many weights as inputs times outputs.
    #[must_use]
    pub fn with_values(&self, weights: Vec<f32>, bias: Vec<f32>) -> Self {
        Self::from_values(weights, bias, self.activation, &self.bias.val().device())
    }

    /// The layer's output for each row.
    #[must_use]
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        fused::linear(x, self.weight.val(), self.bias.val(), self.activation)
    }

    /// The same layer with another bias, if `bias` is as long as the layer is wide.
    #[must_use]
    pub fn with_bias(mut self, bias: &[f32]) -> Self {
        let device = self.bias.val().device();
        if self.bias.val().dims()[0] == bias.len() {
            self.bias = Param::from_data(TensorData::new(bias.to_vec(), [bias.len()]), &device);
        }
        self
    }
}
