//! Bernoulli log-likelihood of rows of logits, with its slope, in one pass.

use super::dispatch::multiversion;
use super::{LANES, math};

multiversion! {
    /// Log-likelihood of each row, `Σ_j x_j l_j - ln(1 + e^(l_j))`, and its slope `x_j - σ(l_j)` in every logit.
    ///
    /// # Shapes
    /// `logits`, `x`, `slope`: rows × `width`, row-major; `rows`: one sum a row. A `slope` of length 0 is not computed.
    pub fn bernoulli_rows(logits: &[f32], x: &[f32], width: usize, slope: &mut [f32], rows: &mut [f32]) {
        let with_slope = !slope.is_empty();
        for (i, sum) in rows.iter_mut().enumerate() {
            let at = i * width..(i + 1) * width;
            let (l_chunks, l_rest) = logits[at.clone()].as_chunks::<LANES>();
            let (x_chunks, x_rest) = x[at.clone()].as_chunks::<LANES>();
            let mut lanes = [0.0_f32; LANES];
            let mut rest = 0.0_f32;
            if with_slope {
                let (s_chunks, s_rest) = slope[at].as_chunks_mut::<LANES>();
                for ((l, x), s) in l_chunks.iter().zip(x_chunks).zip(s_chunks) {
                    for k in 0..LANES {
                        let (value, derivative) = element(l[k], x[k]);
                        lanes[k] += value;
                        s[k] = derivative;
                    }
                }
                for ((l, x), s) in l_rest.iter().zip(x_rest).zip(s_rest) {
                    let (value, derivative) = element(*l, *x);
                    rest += value;
                    *s = derivative;
                }
            } else {
                for (l, x) in l_chunks.iter().zip(x_chunks) {
                    for k in 0..LANES {
                        lanes[k] += element(l[k], x[k]).0;
                    }
                }
                for (l, x) in l_rest.iter().zip(x_rest) {
                    rest += element(*l, *x).0;
                }
            }
            *sum = lanes.iter().sum::<f32>() + rest;
        }
    }
}

/// Log-likelihood and slope of one element; `e^(-|l|)` serves both.
#[inline(always)]
#[allow(clippy::inline_always)]
fn element(l: f32, x: f32) -> (f32, f32) {
    let u = math::exp(-l.abs());
    let positive = if l > 0.0 { l } else { 0.0 };
    let value = x.mul_add(l, -(positive + math::log1p_unit(u)));
    let numerator = if l >= 0.0 { 1.0 } else { u };
    (value, x - numerator / (1.0 + u))
}

multiversion! {
    /// Multiplies each row of `values` by its factor, in place.
    pub fn scale_rows(values: &mut [f32], width: usize, factors: &[f32]) {
        for (row, factor) in values.chunks_exact_mut(width.max(1)).zip(factors) {
            for v in row {
                *v *= factor;
            }
        }
    }
}
