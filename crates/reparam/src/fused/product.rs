//! Matrix products on slices, by the `gemm` crate, on the calling thread.
//!
//! One thread on purpose: training cuts a batch into shards that run side by side, which loses nothing to hand-over inside a
//! product, and makes the result independent of the number of threads.
#![allow(unsafe_code)]

use gemm::Parallelism;

/// A matrix in a slice: rows, columns, and whether the slice holds its transpose row by row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    transposed: bool,
}

impl<'a> Matrix<'a> {
    /// `values` row by row.
    pub(crate) fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(
            values.len(),
            rows * columns,
            "a {rows} x {columns} matrix needs that many values"
        );
        Self {
            values,
            rows,
            columns,
            transposed: false,
        }
    }

    /// The transpose of this matrix, over the same values.
    pub(crate) fn t(self) -> Self {
        Self {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            transposed: !self.transposed,
        }
    }

    /// Column stride and row stride.
    fn strides(&self) -> (isize, isize) {
        if self.transposed {
            (self.rows as isize, 1)
        } else {
            (1, self.columns as isize)
        }
    }
}

/// The product `lhs rhs`, row by row, in a fresh buffer.
///
/// # Panics
/// When the inner dimensions differ.
pub(crate) fn product(lhs: Matrix<'_>, rhs: Matrix<'_>) -> Vec<f32> {
    assert_eq!(
        lhs.columns, rhs.rows,
        "inner dimensions of a product must agree"
    );
    let (m, n, k) = (lhs.rows, rhs.columns, lhs.columns);
    if k == 0 {
        return vec![0.0; m * n];
    }
    let mut out = Vec::<f32>::with_capacity(m * n);
    let ((lhs_cs, lhs_rs), (rhs_cs, rhs_rs)) = (lhs.strides(), rhs.strides());
    // SAFETY: the strides describe the m x k and k x n matrices whose lengths `Matrix::new` checked, the destination has room
    // for m x n values, and with `read_dst` false the product writes each of them and reads none before `set_len`.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            n as isize,
            false,
            lhs.values.as_ptr(),
            lhs_cs,
            lhs_rs,
            rhs.values.as_ptr(),
            rhs_cs,
            rhs_rs,
            0.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
        out.set_len(m * n);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The safe twin: three loops.
    fn product_plain(lhs: &[f32], rhs: &[f32], m: usize, k: usize, n: usize) -> Vec<f32> {
        let mut out = vec![0.0; m * n];
        for i in 0..m {
            for j in 0..n {
                out[i * n + j] = (0..k).map(|l| lhs[i * k + l] * rhs[l * n + j]).sum();
            }
        }
        out
    }

    fn transpose(a: &[f32], rows: usize, columns: usize) -> Vec<f32> {
        (0..rows * columns)
            .map(|i| a[(i % rows) * columns + i / rows])
            .collect()
    }

    #[test]
    fn products_equal_three_loops_in_every_layout() {
        for (m, k, n) in [
            (1, 1, 1),
            (3, 5, 2),
            (17, 33, 9),
            (64, 20, 31),
            (4, 0, 3),
            (0, 2, 3),
        ] {
            let lhs: Vec<f32> = (0..m * k).map(|i| ((i * 7 % 11) as f32) - 5.0).collect();
            let rhs: Vec<f32> = (0..k * n).map(|i| ((i * 5 % 13) as f32) - 6.0).collect();
            // Small whole numbers: both sums are exact, so the results are equal to the bit.
            let expected = product_plain(&lhs, &rhs, m, k, n);
            let (lhs_t, rhs_t) = (transpose(&lhs, m, k), transpose(&rhs, k, n));
            let (a, b) = (Matrix::new(&lhs, m, k), Matrix::new(&rhs, k, n));
            let (at, bt) = (Matrix::new(&lhs_t, k, m).t(), Matrix::new(&rhs_t, n, k).t());
            for (l, r) in [(a, b), (at, b), (a, bt), (at, bt)] {
                assert_eq!(product(l, r), expected, "{m} x {k} x {n}");
            }
        }
    }
}
