//! Between Burn's CPU tensors and slices.

use burn::backend::Flex;
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Shape, TensorData};

/// The values of an f32 tensor, row-major; copied only where the tensor is a strided view.
pub(crate) fn with_slice<R>(tensor: &FloatTensor<Flex>, f: impl FnOnce(&[f32]) -> R) -> R {
    match tensor.as_slice::<f32>() {
        Some(values) => f(values),
        None => f(tensor.to_contiguous().storage::<f32>()),
    }
}

/// A row-major tensor that is backed by a whole buffer of its own, so that `storage` is its values.
pub(crate) fn packed(tensor: FloatTensor<Flex>) -> FloatTensor<Flex> {
    let whole = tensor.is_contiguous()
        && tensor.layout().start_offset() == 0
        && tensor.bytes().len() == tensor.layout().num_elements() * size_of::<f32>();
    if whole { tensor } else { from_vec(with_slice(&tensor, <[f32]>::to_vec), tensor.layout().shape().clone()) }
}

/// A tensor that takes over a buffer.
pub(crate) fn from_vec(values: Vec<f32>, shape: impl Into<Shape>) -> FloatTensor<Flex> {
    Flex::float_from_data(TensorData::new(values, shape), &burn::backend::FlexDevice)
}
