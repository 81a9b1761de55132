//! What the tests of the engine share: made-up numbers, and tensors as numbers.
// Each test binary compiles this module and uses a part of it.
#![allow(dead_code)]

use burn::tensor::{Tensor, TensorData};
use reparam_core::noise::{Key, Noise};

/// Half the distance from 1 to the next f32: the largest relative error of one rounding.
pub const UNIT: f64 = 5.960_464_477_539_063e-8;

/// `n` standard normal draws of this site.
pub fn normals(site: &str, n: usize) -> Vec<f32> {
    let mut out = vec![0.0_f32; n];
    Key::new(20).site(site).step(0).fill(Noise::StandardNormal, 0, &mut out);
    out
}

/// `n` uniform draws of this site.
pub fn uniforms(site: &str, n: usize) -> Vec<f32> {
    let mut out = vec![0.0_f32; n];
    Key::new(20).site(site).step(0).fill(Noise::Uniform, 0, &mut out);
    out
}

/// A tensor's values, row-major.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let data = if tensor.is_autodiff() { tensor.inner().into_data() } else { tensor.into_data() };
    data.try_to_vec::<f32>().expect("f32 values")
}

/// A tensor with these values on the CPU, without a graph.
pub fn tensor<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &burn::tensor::Device::flex())
}

/// The same, as a leaf that gradients are taken in.
pub fn leaf<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
    let device = burn::tensor::Device::flex().autodiff();
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &device).require_grad()
}

/// Values as f64.
pub fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}

/// Central differences of `f` in every coordinate, with steps `step · max(1, |x|)`.
pub fn differences(x: &[f64], step: f64, f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    (0..x.len())
        .map(|i| {
            let h = step * x[i].abs().max(1.0);
            let mut at = x.to_vec();
            at[i] = x[i] + h;
            let above = f(&at);
            at[i] = x[i] - h;
            (above - f(&at)) / (2.0 * h)
        })
        .collect()
}

/// Mean and standard error of the mean.
pub fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}
