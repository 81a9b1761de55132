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
    /// A parameter whose last axes do not hold what one law needs.
    #[error("{law}: {parameter} of shape {shape:?} must end in {expected:?}")]
    LastAxes {
        /// Law.
        law: &'static str,
        /// Parameter.
        parameter: &'static str,
        /// Its shape.
        shape: Vec<usize>,
        /// The sizes of its last axes.
        expected: Vec<usize>,
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

/// The shape that parameters, each with its name, broadcast to.
pub(super) fn broadcast<const D: usize>(
    law: &'static str,
    parameters: &[(&'static str, &Tensor<D>)],
) -> Result<[usize; D], ShapeError> {
    for (i, (second, b)) in parameters.iter().enumerate() {
        for (first, a) in &parameters[..i] {
            if shape::broadcast(&[a.dims(), b.dims()]).is_none() {
                let (first_shape, second_shape) = (a.dims().to_vec(), b.dims().to_vec());
                return Err(ShapeError::Broadcast { law, first, first_shape, second, second_shape });
            }
        }
    }
    // Shapes that broadcast in pairs broadcast together: on each axis there is one size beside 1.
    let shapes: Vec<_> = parameters.iter().map(|(_, p)| p.dims()).collect();
    Ok(shape::broadcast(&shapes).unwrap_or([1; D]))
}

/// That the last axis of `tensor`, which holds categories, is there and not empty.
pub(super) fn nonempty<const D: usize>(
    law: &'static str,
    parameter: &'static str,
    tensor: &Tensor<D>,
) -> Result<(), ShapeError> {
    match tensor.dims().last() {
        None | Some(0) => Err(ShapeError::NoCategories { law, parameter, shape: tensor.dims().to_vec() }),
        Some(_) => Ok(()),
    }
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

/// The first element of `value` outside the bounds at its place, as an error; the bounds themselves lie inside.
pub(super) fn check_between<const D: usize>(
    law: &'static str,
    value: &Tensor<D>,
    [low, high]: [Tensor<D>; 2],
) -> Result<(), ValueError> {
    let dims = shape::broadcast(&[value.dims(), low.dims(), high.dims()]).unwrap_or(value.dims());
    let read = |t: &Tensor<D>| shape::fill(t.clone(), dims).to_data_as::<f64>();
    let (values, low, high) = (read(value), read(&low), read(&high));
    for (place, ((value, low), high)) in values.iter::<f64>().zip(low.iter()).zip(high.iter()).enumerate() {
        let rule = Support::Closed(low, high);
        if !rule.contains(value) {
            return Err(ValueError::Value { law, parameter: "value", rule, value, index: unravel(place, dims) });
        }
    }
    Ok(())
}

/// The first place where `low` is not below `high`, as an error.
pub(super) fn check_order<const D: usize>(
    law: &'static str,
    (low_name, low): (&'static str, Tensor<D>),
    (high_name, high): (&'static str, Tensor<D>),
) -> Result<(), ValueError> {
    let dims = shape::broadcast(&[low.dims(), high.dims()]).unwrap_or(low.dims());
    let read = |t: Tensor<D>| shape::fill(t, dims).to_data_as::<f64>();
    let (low, high) = (read(low), read(high));
    for (place, (low, high)) in low.iter::<f64>().zip(high.iter::<f64>()).enumerate() {
        if low >= high {
            let index = unravel(place, dims);
            let rule = format!("{low_name} must be below {high_name}, got {low} and {high} at index {index:?}");
            return Err(ValueError::Together { law, rule });
        }
    }
    Ok(())
}

/// `error` of the law at index `batch`.
pub(super) fn placed(error: ValueError, batch: Vec<usize>) -> ValueError {
    match error {
        ValueError::Value { law, parameter, rule, value, index } => {
            ValueError::Value { law, parameter, rule, value, index: [batch, index].concat() }
        }
        ValueError::Together { law, rule } if !batch.is_empty() => {
            ValueError::Together { law, rule: format!("{rule} at index {batch:?}") }
        }
        error => error,
    }
}

/// Index on each axis of the element at `place` in row-major order.
pub(super) fn unravel<const D: usize>(mut place: usize, dims: [usize; D]) -> Vec<usize> {
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
