//! Small dense matrices as slices, row by row: what guides need of them. Factorisations are faer's, on one thread, so that bits do not
//! depend on how many there are.

use faer::linalg::cholesky::llt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::{MatMut, Par};

/// The lower Cholesky factor of a symmetric matrix, zeros above; `None` where it is not positive definite.
pub(crate) fn cholesky(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    if matrix.iter().any(|a| !a.is_finite()) {
        return None;
    }
    // By columns, so that what faer calls the lower triangle is ours: the matrix is symmetric.
    let mut columns = matrix.to_vec();
    let mut memory =
        faer::dyn_stack::MemBuffer::new(cholesky_in_place_scratch::<f64>(n, Par::Seq, faer::prelude::default()));
    let stack = faer::dyn_stack::MemStack::new(&mut memory);
    let view = MatMut::from_column_major_slice_mut(&mut columns, n, n);
    cholesky_in_place(view, faer::prelude::default(), Par::Seq, stack, faer::prelude::default()).ok()?;
    let mut lower = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            lower[i * n + j] = columns[j * n + i];
        }
    }
    (0..n).all(|i| lower[i * n + i] > 0.0 && lower[i * n + i].is_finite()).then_some(lower)
}

/// The same with the smallest of growing multiples of the diagonal added that makes the matrix positive definite; where even that fails
/// (numbers that are not finite), the identity.
pub(crate) fn cholesky_with_ridge(matrix: &[f64], n: usize) -> Vec<f64> {
    let size = (0..n).map(|i| matrix[i * n + i].abs()).fold(f64::MIN_POSITIVE, f64::max);
    let mut ridge = 0.0;
    for _ in 0..20 {
        let mut shifted = matrix.to_vec();
        (0..n).for_each(|i| shifted[i * n + i] += ridge);
        if let Some(lower) = cholesky(&shifted, n) {
            return lower;
        }
        ridge = if ridge == 0.0 { size * 1e-14 } else { ridge * 10.0 };
    }
    identity(n)
}

/// The identity.
pub(crate) fn identity(n: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    (0..n).for_each(|i| matrix[i * n + i] = 1.0);
    matrix
}

/// `lower x = b`, in place.
pub(crate) fn solve_lower(lower: &[f64], n: usize, b: &mut [f64]) {
    for i in 0..n {
        let known: f64 = lower[i * n..i * n + i].iter().zip(&*b).map(|(l, x)| l * x).sum();
        b[i] = (b[i] - known) / lower[i * n + i];
    }
}

/// `lowerᵀ x = b`, in place.
pub(crate) fn solve_upper(lower: &[f64], n: usize, b: &mut [f64]) {
    for i in (0..n).rev() {
        b[i] /= lower[i * n + i];
        let x = b[i];
        for (j, b) in b[..i].iter_mut().enumerate() {
            *b -= lower[i * n + j] * x;
        }
    }
}

/// `lower lowerᵀ x = b`, in place.
pub(crate) fn solve_cholesky(lower: &[f64], n: usize, b: &mut [f64]) {
    solve_lower(lower, n, b);
    solve_upper(lower, n, b);
}

/// The inverse of `lower lowerᵀ`.
pub(crate) fn inverse(lower: &[f64], n: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; n * n];
    let mut column = vec![0.0; n];
    for j in 0..n {
        column.fill(0.0);
        column[j] = 1.0;
        solve_cholesky(lower, n, &mut column);
        for i in 0..n {
            inverse[i * n + j] = column[i];
        }
    }
    // Rounding makes the two halves differ; the mean of both is symmetric.
    for i in 0..n {
        for j in 0..i {
            let mean = 0.5 * (inverse[i * n + j] + inverse[j * n + i]);
            (inverse[i * n + j], inverse[j * n + i]) = (mean, mean);
        }
    }
    inverse
}

/// The rows of a lower triangle, one after the other.
pub(crate) fn packed(lower: &[f64], n: usize) -> Vec<f64> {
    (0..n).flat_map(|i| lower[i * n..=i * n + i].iter().copied()).collect()
}

/// Eigenvalues of a symmetric matrix, rising, and its eigenvectors as the columns of a square; `None` where it is not finite.
pub(crate) fn eigen(matrix: &[f64], n: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    if matrix.iter().any(|a| !a.is_finite()) {
        return None;
    }
    let view = faer::MatRef::from_row_major_slice(matrix, n, n);
    let found = view.self_adjoint_eigen(faer::Side::Lower).ok()?;
    let values = (0..n).map(|i| found.S()[i]).collect();
    let vectors = (0..n * n).map(|at| found.U()[(at / n, at % n)]).collect();
    Some((values, vectors))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATRIX: [f64; 9] = [4.0, 2.0, 0.4, 2.0, 5.0, -1.0, 0.4, -1.0, 3.0];

    #[test]
    fn factor_and_inverse_give_the_matrix_back() {
        let lower = cholesky(&MATRIX, 3).unwrap();
        let inverse = inverse(&lower, 3);
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 = (0..3).map(|k| lower[i * 3 + k] * lower[j * 3 + k]).sum();
                // A handful of roundings of numbers of size 5.
                assert!((product - MATRIX[i * 3 + j]).abs() < 1e-14);
                let one: f64 = (0..3).map(|k| MATRIX[i * 3 + k] * inverse[k * 3 + j]).sum();
                assert!((one - f64::from(u8::from(i == j))).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn what_is_not_positive_definite_is_refused_or_shifted() {
        let saddle = [1.0, 2.0, 2.0, 1.0];
        assert_eq!(cholesky(&saddle, 2), None);
        assert_eq!(cholesky(&[f64::NAN; 4], 2), None);
        assert_eq!(cholesky_with_ridge(&[f64::NAN; 4], 2), identity(2));
        let singular = cholesky_with_ridge(&[1.0, 1.0, 1.0, 1.0], 2);
        assert!((singular[0] - 1.0).abs() < 1e-6 && (singular[2] - 1.0).abs() < 1e-6 && singular[3] < 1e-5);
    }
}
