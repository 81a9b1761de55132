//! Laws of vectors: the last axis holds one draw. They are computed on the host, row by row (see [`bridge`](super::bridge)).

mod dirichlet;
mod low_rank_normal;
mod multinomial;
mod normal;
mod one_hot_categorical;
mod student_t;

use burn::tensor::Tensor;
pub use dirichlet::Dirichlet;
pub use low_rank_normal::LowRankMultivariateNormal;
pub use multinomial::Multinomial;
pub use normal::MultivariateNormal;
pub use one_hot_categorical::OneHotCategorical;
pub(crate) use one_hot_categorical::one_hot_of_largest;
pub use student_t::MultivariateStudentT;

use super::ShapeError;

/// `matrix` of rank `D + 1` with its last two axes made one, which holds its rows; the last but one must have `rows` places.
fn flat<const D: usize, const E: usize>(
    law: &'static str,
    parameter: &'static str,
    matrix: Tensor<E>,
    rows: usize,
    columns: Option<usize>,
) -> Result<Tensor<D>, ShapeError> {
    let shape = matrix.dims();
    let fits = E == D + 1 && shape[D - 1] == rows && columns.is_none_or(|columns| shape[D] == columns);
    if !fits {
        let expected = [Some(rows), columns].into_iter().flatten().collect();
        return Err(ShapeError::LastAxes { law, parameter, shape: shape.to_vec(), expected });
    }
    let mut dims = [1; D];
    dims[..D - 1].copy_from_slice(&shape[..D - 1]);
    dims[D - 1] = shape[D - 1] * shape[D];
    Ok(matrix.reshape(dims))
}

/// That the last axis of `tensor` has `length` places.
pub(super) fn ends_in<const D: usize>(
    law: &'static str,
    parameter: &'static str,
    tensor: &Tensor<D>,
    length: usize,
) -> Result<(), ShapeError> {
    match tensor.dims().last() {
        Some(&last) if last == length => Ok(()),
        _ => Err(ShapeError::LastAxes { law, parameter, shape: tensor.dims().to_vec(), expected: vec![length] }),
    }
}

/// `loc + L · noise`, `L` lower triangular, row-major.
fn affine(loc: &[f64], scale_tril: &[f64], noise: &[f64], out: &mut [f64]) {
    for ((z, loc), row) in out.iter_mut().zip(loc).zip(scale_tril.chunks_exact(loc.len())) {
        *z = loc + row.iter().zip(noise).map(|(l, e)| l * e).sum::<f64>();
    }
}

/// Adds `c` to the first places of `out`.
fn add(out: &mut [f64], c: impl IntoIterator<Item = f64>) {
    out.iter_mut().zip(c).for_each(|(place, c)| *place += c);
}
