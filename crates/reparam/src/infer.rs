//! Scalar functions of tensors as log densities of `reparam_infer`.

use burn::tensor::{DType, Device, Tensor, TensorData};
use reparam_infer::{LogDensity, LogDensityError};

/// A log density written on tensors: a function of one `f64` vector that gives one number, differentiated by Burn.
///
/// A step of Burn costs microseconds an operation; a model whose loops are written out on slices is faster by far. This is for models that
/// hold a network, or that exist as tensor code already.
///
/// # Shapes
/// The function gets `[D]` and gives `[1]`.
///
/// # Errors
/// [`LogDensityError::Failed`] where the result does not depend on the parameters by way of Burn's graph.
///
/// ```
/// use reparam::infer::TensorDensity;
/// use reparam_infer::LogDensity;
/// let density = TensorDensity::new(2, |x| (x.clone() * x).sum().mul_scalar(-0.5));
/// let mut gradient = [0.0; 2];
/// assert_eq!(density.value_and_gradient(&[1.0, 3.0], &mut gradient), Ok(-5.0));
/// assert_eq!(gradient, [-1.0, -3.0]);
/// ```
pub struct TensorDensity<F> {
    dimension: usize,
    function: F,
}

impl<F: Fn(Tensor<1>) -> Tensor<1> + Sync> TensorDensity<F> {
    /// A function of `dimension` numbers.
    pub const fn new(dimension: usize, function: F) -> Self {
        Self { dimension, function }
    }
}

impl<F: Fn(Tensor<1>) -> Tensor<1> + Sync> LogDensity for TensorDensity<F> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let device = Device::flex().autodiff();
        let data = TensorData::new(x.to_vec(), [self.dimension]);
        let leaf = Tensor::<1>::from_data(data, (&device, DType::F64)).require_grad();
        let value = (self.function)(leaf.clone());
        if !value.is_tracked() {
            return Err(LogDensityError::Failed("the function's result does not depend on its argument".into()));
        }
        let found = leaf
            .grad(&value.backward())
            .map(|slope| slope.into_data().iter::<f64>().collect::<Vec<_>>())
            .ok_or_else(|| LogDensityError::Failed("the function's result does not depend on its argument".into()))?;
        gradient.copy_from_slice(&found);
        Ok(value.into_scalar::<f64>())
    }
}
