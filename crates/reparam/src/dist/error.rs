//! Errors of constructors and of the check of values.

use burn::tensor::{Tensor, kind::Basic};
pub use reparam_core::law::ParameterError as ValueError;
use reparam_core::law::Support;

use crate::attach::shape;

/// Parameters whose shapes do not make a law.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Normal;
/// let device = Device::flex();
/// let error = Normal::new(Tensor::<1>::zeros([2], &device), Tensor::ones([3], &device)).unwrap_err();
/// assert_eq!(error.to_string(), "normal: loc of shape [2] and scale of shape [3] do not broadcast");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// Two parameters that do not broadcast.
    #[error("{law}: {first} of shape {first_shape:?} and {second} of shape {second_shape:?} do not broadcast")]
    Broadcast {
        /// Law.
        law: &'static str,
        /// One parameter.
        first: &'static str,
        /// Its shape.
        first_shape: Vec<usize>,
        /// The other.
        second: &'static str,
        /// Its shape.
        second_shape: Vec<usize>,
    },
    /// A last axis that must hold categories and is empty.
    #[error("{law}: {parameter} of shape {shape:?} must hold at least one category on the last axis")]
    NoCategories {
        /// Law.
        law: &'static str,
        /// Parameter.
        parameter: &'static str,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// More event axes than there are batch axes to take them from.
    #[error("independent: {event_dims} event axes do not fit into batch shape {batch_shape:?}")]
    EventDims {
        /// Axes asked for.
        event_dims: usize,
        /// Batch shape of the base.
        batch_shape: Vec<usize>,
    },
}

/// The shape that two parameters broadcast to.
pub(super) fn broadcast<const D: usize>(
    law: &'static str,
    (first, a): (&'static str, &Tensor<D>),
    (second, b): (&'static str, &Tensor<D>),
) -> Result<[usize; D], ShapeError> {
    shape::broadcast(&[a.dims(), b.dims()]).ok_or_else(|| ShapeError::Broadcast {
        law,
        first,
        first_shape: a.dims().to_vec(),
        second,
        second_shape: b.dims().to_vec(),
    })
}

/// The first element of `tensor` outside `rule`, as an error.
pub(super) fn check<const D: usize, K: Basic>(
    law: &'static str,
    parameter: &'static str,
    rule: Support,
    tensor: &Tensor<D, K>,
) -> Result<(), ValueError> {
    let data = tensor.to_data_as::<f64>();
    match data.iter::<f64>().enumerate().find(|(_, v)| !rule.contains(*v)) {
        None => Ok(()),
        Some((place, value)) => {
            Err(ValueError::Value { law, parameter, rule, value, index: unravel(place, tensor.dims()) })
        }
    }
}

/// Index on each axis of the element at `place` in row-major order.
fn unravel<const D: usize>(mut place: usize, dims: [usize; D]) -> Vec<usize> {
    let mut index = vec![0; D];
    for (i, size) in index.iter_mut().zip(dims).rev() {
        *i = place % size;
        place /= size;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::unravel;

    #[test]
    fn places_count_along_the_last_axis_first() {
        assert_eq!(unravel(0, [3, 4]), [0, 0]);
        assert_eq!(unravel(23, [2, 3, 4]), [1, 2, 3]);
        assert_eq!(unravel(17, [3, 8]), [2, 1]);
    }
}
