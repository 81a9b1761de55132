//! Matrix products on slices, by the `gemm` crate, on the calling thread.
//!
//! One thread on purpose: training cuts a batch into shards that run side by side, which loses nothing to hand-over inside a
//! product, and makes the result independent of the number of threads.
#![allow(unsafe_code)]

use gemm::Parallelism;

/// A matrix in a slice: rows, columns, and whether the slice holds its transpose row by row.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    transposed: bool,
}

impl<'a> Matrix<'a> {
    /// `values` row by row.
    ///
    /// # Panics
    /// When there are not `rows · columns` values.
    #[must_use]
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "a {rows} x {columns} matrix needs that many values");
        Self { values, rows, columns, transposed: false }
    }

    /// The transpose of this matrix, over the same values.
    #[must_use]
    pub fn t(self) -> Self {
        Self { values: self.values, rows: self.columns, columns: self.rows, transposed: !self.transposed }
    }

    /// Column stride and row stride.
    fn strides(&self) -> (isize, isize) {
        if self.transposed { (self.rows as isize, 1) } else { (1, self.columns as isize) }
    }
}

/// The product `lhs rhs`, row by row, in a fresh buffer.
///
/// ```
/// use reparam::fused::product::{Matrix, product};
/// let (a, b) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0]);
/// assert_eq!(product(Matrix::new(&a, 2, 2), Matrix::new(&b, 2, 1)), [17.0, 39.0]);
/// ```
///
/// # Panics
/// When the inner dimensions differ.
#[must_use]
pub fn product(lhs: Matrix<'_>, rhs: Matrix<'_>) -> Vec<f32> {
    multiply(lhs, rhs, Order::Rows)
}

/// How a fresh product lies in its buffer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Rows,
    Columns,
}

fn multiply(lhs: Matrix<'_>, rhs: Matrix<'_>, order: Order) -> Vec<f32> {
    assert_eq!(lhs.columns, rhs.rows, "inner dimensions of a product must agree");
    let (m, n, k) = (lhs.rows, rhs.columns, lhs.columns);
    if k == 0 {
        return vec![0.0; m * n];
    }
    let mut out = Vec::<f32>::with_capacity(m * n);
    let ((lhs_cs, lhs_rs), (rhs_cs, rhs_rs)) = (lhs.strides(), rhs.strides());
    let (out_cs, out_rs) = if order == Order::Rows { (1, n as isize) } else { (m as isize, 1) };
    // SAFETY: the strides describe the m x k and k x n matrices whose lengths `Matrix::new` checked, the destination has room
    // for m x n values in either order, and with `read_dst` false the product writes each of them and reads none before `set_len`.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            out_cs,
            out_rs,
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

/// Smallest side of the second factor at which [`product_by_transpose`] takes the detour.
const WIDE: usize = 128;

/// The product `lhs rhsᵀ`, row by row, for `rhs` row by row: the gradient of a layer in its input.
///
/// Taken as it stands, this product makes `gemm` repack the whole of `rhs` against the grain, which for a wide layer and a
/// shard of 64 rows costs as much as the product itself. Computed into column-major order it reads the rows of `rhs` as they lie; what is
/// left is to turn the small result (BENCHMARKS.md has the figures).
///
/// # Panics
/// When the rows of `lhs` and `rhs` are not equally long.
#[must_use]
pub fn product_by_transpose(lhs: Matrix<'_>, rhs: Matrix<'_>) -> Vec<f32> {
    if rhs.rows < WIDE || rhs.columns < WIDE || lhs.transposed || rhs.transposed {
        return product(lhs, rhs.t());
    }
    let turned = multiply(lhs, rhs.t(), Order::Columns);
    transpose(&turned, rhs.rows, lhs.rows)
}

/// The transpose of a matrix of `rows` x `columns`, row by row, in blocks that stay in the first-level cache.
fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    const BLOCK: usize = 16;
    let mut out = vec![0.0; values.len()];
    for r0 in (0..rows).step_by(BLOCK) {
        for c0 in (0..columns).step_by(BLOCK) {
            for r in r0..(r0 + BLOCK).min(rows) {
                for c in c0..(c0 + BLOCK).min(columns) {
                    out[c * rows + r] = values[r * columns + c];
                }
            }
        }
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

    #[test]
    fn products_equal_three_loops_in_every_layout() {
        for (m, k, n) in [(1, 1, 1), (3, 5, 2), (17, 33, 9), (64, 20, 31), (4, 0, 3), (0, 2, 3)] {
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

    #[test]
    fn the_detour_by_the_transpose_gives_the_same_product() {
        // Shapes on both sides of the threshold, with odd edges; small whole numbers, so that every sum is exact.
        for (m, k, n) in [(64, 128, 128), (7, 200, 131), (1, 150, 300), (64, 20, 500), (0, 128, 128)] {
            let lhs: Vec<f32> = (0..m * k).map(|i| ((i * 7 % 11) as f32) - 5.0).collect();
            let rhs: Vec<f32> = (0..n * k).map(|i| ((i * 5 % 13) as f32) - 6.0).collect();
            let (a, b) = (Matrix::new(&lhs, m, k), Matrix::new(&rhs, n, k));
            assert_eq!(product_by_transpose(a, b), product(a, b.t()), "{m} x {k} x {n}");
        }
    }
}
