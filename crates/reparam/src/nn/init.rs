//! Initial weights from keyed noise: the same for the same seed on every device and with any number of threads.

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use reparam_core::noise::{Key, Noise};

/// A parameter drawn uniformly from (-bound, bound).
#[must_use]
pub fn uniform_parameter<const D: usize>(shape: [usize; D], bound: f32, key: Key, device: &Device) -> Param<Tensor<D>> {
    let mut values = vec![0.0_f32; shape.iter().product()];
    key.step(0).fill(Noise::Uniform, 0, &mut values);
    for v in &mut values {
        *v = bound * (2.0 * *v - 1.0);
    }
    Param::from_data(TensorData::new(values, shape), device)
}
