//! A multilayer perceptron.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use reparam_core::noise::Key;

use super::{Activation, Linear, Network};

/// Linear layers with an activation between them, and none after the last.
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
}

impl Mlp {
    /// A perceptron with these widths, the first being its input and the last its output.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::nn::{Activation, Mlp, Network};
    /// use reparam_core::noise::Key;
    /// let device = Device::flex();
    /// let mlp = Mlp::new(&[784, 200, 10], Activation::Tanh, Key::new(0), &device);
    /// assert_eq!(mlp.forward(Tensor::zeros([3, 784], &device)).dims(), [3, 10]);
    /// ```
    #[must_use]
    pub fn new(widths: &[usize], activation: Activation, key: Key, device: &Device) -> Self {
        let last = widths.len().saturating_sub(2);
        let layers = widths
            .windows(2)
            .enumerate()
            .map(|(i, pair)| {
                let activation = if i == last { Activation::Identity } else { activation };
                Linear::new(pair[0], pair[1], activation, key.site("layer").number(i as u64), device)
            })
            .collect();
        Self { layers }
    }
}

impl Network for Mlp {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.layers.iter().fold(x, |x, layer| layer.forward(x))
    }

    fn with_output_bias(mut self, bias: &[f32]) -> Self {
        self.layers = match self.layers.pop() {
            Some(last) => self.layers.into_iter().chain([last.with_bias(bias)]).collect(),
            None => self.layers,
        };
        self
    }
}
