//! Sums over slices in a fixed order, so that the result does not depend on how the work was shared out.

use super::LANES;
use super::dispatch::multiversion;

multiversion! {
    /// `sum[j] += Σ_i rows[i, j]`, rows added in order.
    pub fn add_rows(rows: &[f32], sum: &mut [f32]) {
        for row in rows.chunks_exact(sum.len().max(1)) {
            for (s, r) in sum.iter_mut().zip(row) {
                *s += r;
            }
        }
    }
}

multiversion! {
    /// `a += b`.
    pub fn add_assign(a: &mut [f32], b: &[f32]) {
        for (a, b) in a.iter_mut().zip(b) {
            *a += b;
        }
    }
}

multiversion! {
    /// `Σ a²`, in f32 within blocks of 4,096 and in f64 between them.
    pub fn sum_of_squares(a: &[f32]) -> f64 {
        let mut total = 0.0_f64;
        for block in a.chunks(4096) {
            let (chunks, rest) = block.as_chunks::<LANES>();
            let mut lanes = [0.0_f32; LANES];
            for chunk in chunks {
                for k in 0..LANES {
                    lanes[k] = chunk[k].mul_add(chunk[k], lanes[k]);
                }
            }
            let mut sum = 0.0_f64;
            for lane in lanes {
                sum += f64::from(lane);
            }
            for r in rest {
                sum += f64::from(*r) * f64::from(*r);
            }
            total += sum;
        }
        total
    }
}
