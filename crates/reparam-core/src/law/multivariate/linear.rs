//! Small dense matrices, row-major in slices: the few operations that laws of vectors need.
//!
//! Sizes are checked where laws are made; here they are taken as right.

/// The lower triangular `L` with `L Lᵀ = a`, read from the lower triangle; `None` where `a` is not positive definite.
pub(super) fn cholesky(a: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut l = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let rest = a[i * n + j] - dot(&l[i * n..i * n + j], &l[j * n..j * n + j]);
            if i == j {
                // A pivot below the rounding of its own sum is noise.
                if !(rest.is_finite() && rest > f64::EPSILON * a[i * n + i].abs()) {
                    return None;
                }
                l[i * n + i] = rest.sqrt();
            } else {
                l[i * n + j] = rest / l[j * n + j];
            }
        }
    }
    Some(l)
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `L⁻¹ b`, in place.
pub(super) fn solve_lower(l: &[f64], b: &mut [f64]) {
    let n = b.len();
    for i in 0..n {
        let known = dot(&l[i * n..i * n + i], b);
        b[i] = (b[i] - known) / l[i * n + i];
    }
}

/// `L⁻ᵀ b`, in place.
pub(super) fn solve_lower_transposed(l: &[f64], b: &mut [f64]) {
    let n = b.len();
    for i in (0..n).rev() {
        b[i] /= l[i * n + i];
        let here = b[i];
        for (b, l) in b[..i].iter_mut().zip(&l[i * n..]) {
            *b -= l * here;
        }
    }
}

/// `A x` for a matrix of `x.len()` columns.
pub(super) fn times_vector(a: &[f64], x: &[f64]) -> Vec<f64> {
    a.chunks_exact(x.len().max(1)).map(|row| dot(row, x)).collect()
}

/// `Aᵀ x` for a matrix of `x.len()` rows.
pub(super) fn transposed_times_vector(a: &[f64], x: &[f64]) -> Vec<f64> {
    let columns = a.len() / x.len().max(1);
    let mut out = vec![0.0; columns];
    for (row, x) in a.chunks_exact(columns.max(1)).zip(x) {
        for (out, a) in out.iter_mut().zip(row) {
            *out += a * x;
        }
    }
    out
}

/// `A B` for a matrix `A` of `inner` columns and `B` of `inner` rows.
pub(super) fn product(a: &[f64], b: &[f64], inner: usize) -> Vec<f64> {
    a.chunks_exact(inner).flat_map(|row| transposed_times_vector(b, row)).collect()
}

/// `Aᵀ` of a matrix of this many columns.
pub(super) fn transpose(a: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|j| a.iter().skip(j).step_by(columns)).copied().collect()
}

/// `A Aᵀ` of a matrix of this many columns.
pub(super) fn gram(a: &[f64], columns: usize) -> Vec<f64> {
    a.chunks_exact(columns).flat_map(|r| a.chunks_exact(columns).map(move |s| dot(r, s))).collect()
}

/// `L⁻¹ B`, in place, for `B` of `n` rows.
pub(super) fn solve_lower_columns(l: &[f64], b: &mut [f64], n: usize) {
    let columns = b.len() / n;
    let mut column = vec![0.0; n];
    for j in 0..columns {
        column.iter_mut().enumerate().for_each(|(i, c)| *c = b[i * columns + j]);
        solve_lower(l, &mut column);
        column.iter().enumerate().for_each(|(i, c)| b[i * columns + j] = *c);
    }
}

pub(super) fn identity(n: usize) -> Vec<f64> {
    (0..n * n).map(|k| f64::from(u8::from(k / n == k % n))).collect()
}

/// `L⁻¹`.
pub(super) fn inverse_lower(l: &[f64], n: usize) -> Vec<f64> {
    let mut out = identity(n);
    solve_lower_columns(l, &mut out, n);
    out
}

/// `(L Lᵀ)⁻¹`.
pub(super) fn inverse_from_cholesky(l: &[f64], n: usize) -> Vec<f64> {
    gram(&transpose(&inverse_lower(l, n), n), n)
}

/// The diagonal.
pub(super) fn diagonal(a: &[f64], n: usize) -> impl Iterator<Item = f64> + '_ {
    a.iter().step_by(n + 1).copied()
}

/// `log det L`.
pub(super) fn log_det_lower(l: &[f64], n: usize) -> f64 {
    diagonal(l, n).map(f64::ln).sum()
}

/// Entries of the lower triangle of `a bᵀ`, zeros above.
pub(super) fn lower_outer(a: &[f64], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    (0..a.len() * n).map(|k| if k % n <= k / n { a[k / n] * b[k % n] } else { 0.0 }).collect()
}

/// Sets what lies above the diagonal to 0.
pub(super) fn keep_lower(a: &mut [f64], n: usize) {
    for i in 0..n {
        a[i * n + i + 1..(i + 1) * n].fill(0.0);
    }
}

/// `½ (A + Aᵀ)`.
pub(super) fn symmetrised(a: &[f64], n: usize) -> Vec<f64> {
    (0..n * n).map(|k| 0.5 * (a[k] + a[k % n * n + k / n])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 9] = [4.0, 2.0, -2.0, 2.0, 10.0, 5.0, -2.0, 5.0, 14.0];

    #[test]
    fn cholesky_factor_has_the_matrix_as_its_square() {
        // Small integers: every step is exact.
        assert_eq!(cholesky(&A, 3).unwrap(), [2.0, 0.0, 0.0, 1.0, 3.0, 0.0, -1.0, 2.0, 3.0]);
        assert_eq!(gram(&cholesky(&A, 3).unwrap(), 3), A);
        assert!(cholesky(&[1.0, 0.0, 2.0, 1.0], 2).is_none());
        assert!(cholesky(&[1.0, 0.0, 1.0, 1.0], 2).is_none());
        assert!(cholesky(&[f64::NAN], 1).is_none());
    }

    #[test]
    fn solutions_solve() {
        let l = cholesky(&A, 3).unwrap();
        let mut x = [2.0, 7.0, 13.0];
        solve_lower(&l, &mut x);
        assert_eq!(x, [1.0, 2.0, 10.0 / 3.0]);
        let mut y = [1.0, 2.0, 3.0];
        solve_lower_transposed(&l, &mut y);
        assert_eq!(transposed_times_vector(&l, &y), [1.0, 2.0, 3.0]);
        let unit = product(&A, &inverse_from_cholesky(&l, 3), 3);
        for (u, e) in unit.iter().zip(identity(3)) {
            // Entries up to 14 and condition 20: a few roundings of each product.
            assert!((u - e).abs() < 1e-13);
        }
        assert_eq!(transpose(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
