//! Products of a sparse matrix of few rows with a dense one.

use crate::kernel::dispatch::multiversion;

/// Columns of the dense matrix taken at once: four AVX-512 registers of running sums, which stay there along a sparse row.
const BLOCK: usize = 64;

/// A matrix in compressed rows: row i has the entries `starts[i]..starts[i + 1]` of `columns` and `values`.
#[derive(Clone, Copy, Debug)]
pub struct SparseMatrix<'a> {
    /// One more than there are rows, from 0 on, increasing.
    pub starts: &'a [usize],
    /// Column of each entry.
    pub columns: &'a [u32],
    /// Value of each entry.
    pub values: &'a [f32],
}

multiversion! {
    /// `out += x dense`, entries of a row in order.
    ///
    /// # Shapes
    /// x: `[rows, columns]`, sparse; `dense`: `[columns, width]`; `out`: `[rows, width]`.
    ///
    /// # Panics
    /// When x names a column that `dense` has not, or `out` is too short.
    pub fn sparse_product(x: SparseMatrix<'_>, dense: &[f32], width: usize, out: &mut [f32]) {
        for (i, out) in out.chunks_exact_mut(width.max(1)).enumerate().take(x.starts.len().saturating_sub(1)) {
            let entries = x.starts[i]..x.starts[i + 1];
            let (columns, values) = (&x.columns[entries.clone()], &x.values[entries]);
            let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
            for (b, block) in blocks.iter_mut().enumerate() {
                let mut sums = *block;
                for (c, v) in columns.iter().zip(values) {
                    let from = *c as usize * width + b * BLOCK;
                    let row: &[f32; BLOCK] = dense[from..from + BLOCK].as_array().expect("a block");
                    for k in 0..BLOCK {
                        sums[k] = v.mul_add(row[k], sums[k]);
                    }
                }
                *block = sums;
            }
            let done = width - rest.len();
            if rest.is_empty() {
                continue;
            }
            for (c, v) in columns.iter().zip(values) {
                let from = *c as usize * width;
                for (o, d) in rest.iter_mut().zip(&dense[from + done..from + width]) {
                    *o = v.mul_add(*d, *o);
                }
            }
        }
    }
}

/// `out = xᵀ dense`, rows of x in order; all of `out` is written.
///
/// x is turned first (a counting sort), so that each row of `out` is summed in registers and written once: `out` is as large as a weight,
/// `dense` as small as a batch, and stays in the first-level cache.
///
/// # Shapes
/// x: `[rows, columns]`, sparse; `dense`: `[rows, width]`; `out`: `[columns, width]`.
///
/// # Panics
/// When `dense` or `out` do not fit.
pub fn transposed_sparse_product(x: SparseMatrix<'_>, dense: &[f32], width: usize, out: &mut [f32]) {
    if width == 0 {
        return;
    }
    let columns = out.len() / width;
    let mut starts = vec![0; columns + 1];
    for c in x.columns {
        starts[*c as usize + 1] += 1;
    }
    for c in 0..columns {
        starts[c + 1] += starts[c];
    }
    let mut next = starts.clone();
    let (mut rows, mut values) = (vec![0; x.columns.len()], vec![0.0; x.columns.len()]);
    for (i, range) in x.starts.windows(2).enumerate() {
        for k in range[0]..range[1] {
            let at = &mut next[x.columns[k] as usize];
            (rows[*at], values[*at]) = (i as u32, x.values[k]);
            *at += 1;
        }
    }
    out.fill(0.0);
    sparse_product(SparseMatrix { starts: &starts, columns: &rows, values: &values }, dense, width, out);
}

multiversion! {
    /// `sum += factor · row`.
    pub fn add_scaled(sum: &mut [f32], row: &[f32], factor: f32) {
        for (s, r) in sum.iter_mut().zip(row) {
            *s = factor.mul_add(*r, *s);
        }
    }
}
