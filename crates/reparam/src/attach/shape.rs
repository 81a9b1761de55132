//! Broadcasting of shapes.

use burn::tensor::Tensor;

/// The shape that all of `shapes` broadcast to: on each axis one size, beside sizes of 1.
pub(crate) fn broadcast<const D: usize>(shapes: &[[usize; D]]) -> Option<[usize; D]> {
    let mut all = [1; D];
    for shape in shapes {
        for (a, &b) in all.iter_mut().zip(shape) {
            match (*a, b) {
                (1, _) => *a = b,
                (a, b) if a == b || b == 1 => {}
                _ => return None,
            }
        }
    }
    Some(all)
}

/// `tensor` repeated to `dims`; itself when it has that shape, so that no operation is recorded.
pub(crate) fn fill<const D: usize>(tensor: Tensor<D>, dims: [usize; D]) -> Tensor<D> {
    if tensor.dims() == dims { tensor } else { tensor.expand(dims) }
}

#[cfg(test)]
mod tests {
    use super::broadcast;

    #[test]
    fn sizes_of_one_stretch() {
        assert_eq!(broadcast(&[[2, 1], [1, 3]]), Some([2, 3]));
        assert_eq!(broadcast(&[[2, 1], [0, 3]]), None);
        assert_eq!(broadcast(&[[1, 3], [0, 3]]), Some([0, 3]));
        assert_eq!(broadcast(&[[2, 2], [2, 3]]), None);
    }
}
