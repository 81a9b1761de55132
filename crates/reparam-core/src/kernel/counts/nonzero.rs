//! Corrections at the counts that are not 0.

use super::gamma::{self, Exact};
use super::zero::negative_binomial_zero;
use crate::kernel::dispatch::multiversion;

/// Counts taken at once. (A loop of 8 is unrolled before it is made vectors of, and then is not.)
const WIDE: usize = 32;
/// Whole counts up to this are products; there are that many factors at most.
const SMALL: usize = 16;
/// Products from here to [`MOST`], and products of two of them, are neither 0 nor infinite.
const LEAST: f64 = 1e-150;
const MOST: f64 = 1e150;
/// Below this, `e^(l - m)` is at its floor or near it, and says nothing of the logit.
const FLOOR: f32 = 1e-34;
/// `1 / k`.
const RECIPROCAL: [f64; SMALL + 1] = {
    let mut table = [0.0; SMALL + 1];
    let mut k = 1;
    while k <= SMALL {
        table[k] = 1.0 / k as f64;
        k += 1;
    }
    table
};

/// Whether a count is whole and at most 16. Adding 2²³ rounds to a whole number, where `trunc` would be a call on the plain target.
#[inline(always)]
#[allow(clippy::inline_always)]
fn is_small(x: f32) -> bool {
    const ROUND: f32 = 8_388_608.0;
    x <= SMALL as f32 && ((x + ROUND) - ROUND == x)
}

/// A row as its corrections read it.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub logits: &'a [f32],
    pub log_dispersion: &'a [f32],
    pub dispersion: &'a [f32],
    /// `e^(l - m)`.
    pub e: &'a [f32],
    /// Takes `e` to means.
    pub scale: f32,
    /// Takes logits to log-means.
    pub shift: f64,
    pub columns: &'a [u32],
    pub values: &'a [f32],
}

/// Some counts with their means and dispersions, and what becomes of them. All in f64, flags too, so that the loops vectorise.
struct Lanes {
    /// 0 where the exact path is taken.
    x: [f64; WIDE],
    mean: [f64; WIDE],
    d: [f64; WIDE],
    /// `Γ(x + d) / (Γ(d) x!) (mean / (d + mean))^x`.
    factor: [f64; WIDE],
    /// Slopes in log-mean and log-dispersion; of the latter, what the count adds to that of a 0.
    slopes: [[f64; WIDE]; 2],
    /// 1 where the product does not hold and the exact path is taken, else 0.
    exact: [f64; WIDE],
}

impl Lanes {
    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn gather(row: &Row<'_>, columns: &[u32], values: &[f32]) -> Self {
        let (mut v, mut e, mut dispersion) = ([0.0_f32; WIDE], [1.0_f32; WIDE], [1.0_f32; WIDE]);
        v[..values.len()].copy_from_slice(values);
        for ((e, d), g) in e.iter_mut().zip(&mut dispersion).zip(columns) {
            (*e, *d) = (row.e[*g as usize], row.dispersion[*g as usize]);
        }
        let (mut x, mut mean, mut d, mut exact) = ([0.0; WIDE], [1.0; WIDE], [1.0; WIDE], [0.0; WIDE]);
        for i in 0..WIDE {
            let small = e[i] > FLOOR && is_small(v[i]);
            x[i] = if small { f64::from(v[i]) } else { 0.0 };
            exact[i] = if small { 0.0 } else { 1.0 };
            mean[i] = f64::from(e[i] * row.scale);
            d[i] = f64::from(dispersion[i]);
        }
        Self { x, mean, d, factor: [1.0; WIDE], slopes: [[0.0; WIDE]; 2], exact }
    }

    /// The products of up to x factors, for all lanes together. Whether any takes the exact path is returned.
    ///
    /// The slope in the log-dispersion, `Σ_(k<x) d / (d + k) - x d / (d + mean)`, is `d / (d + mean) Σ (mean - k) / (d + k)`: no term
    /// cancels, and the sum of fractions is one fraction.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn multiply(&mut self) -> bool {
        let Self { x, mean, d, factor, slopes: [of_mean, of_dispersion], exact } = self;
        let (mut share, mut q) = ([0.0_f64; WIDE], [0.0_f64; WIDE]);
        let (mut above, mut below) = ([0.0_f64; WIDE], [1.0_f64; WIDE]);
        for i in 0..WIDE {
            let inverse = 1.0 / (d[i] + mean[i]);
            (share[i], q[i]) = (mean[i] * inverse, d[i] * inverse);
        }
        let largest = x.iter().fold(0.0_f64, |m, x| if *x > m { *x } else { m });
        let mut step = 0.0;
        for reciprocal in RECIPROCAL.iter().skip(1).take(largest as usize) {
            // Where x is reached, the step is one by 1 and by 0: no branch.
            for i in 0..WIDE {
                let active = step < x[i];
                let next = if active { d[i] + step } else { 1.0 };
                let added = if active { mean[i] - step } else { 0.0 };
                let scale = if active { share[i] * reciprocal } else { 1.0 };
                above[i] = above[i].mul_add(next, added * below[i]);
                below[i] *= next;
                factor[i] *= next * scale;
            }
            step += 1.0;
        }
        let mut any = 0.0;
        for i in 0..WIDE {
            of_mean[i] = (x[i] - mean[i]) * q[i];
            of_dispersion[i] = q[i] * (above[i] / below[i]);
            let holds = factor[i] >= LEAST && factor[i] <= MOST && below[i] >= LEAST && below[i] <= MOST;
            factor[i] = if holds { factor[i] } else { 1.0 };
            exact[i] = if holds { exact[i] } else { 1.0 };
        }
        for e in exact {
            any = if *e > any { *e } else { any };
        }
        any > 0.0
    }

    /// Takes the exact path where the product does not hold: the slopes are replaced, the values' sum is returned.
    #[cold]
    #[inline(never)]
    fn take_exact(&mut self, row: &Row<'_>, columns: &[u32], values: &[f32]) -> f64 {
        let mut sum = 0.0;
        for (i, (g, x)) in columns.iter().zip(values).enumerate() {
            if self.exact[i] == 0.0 {
                continue;
            }
            let exact = exact_difference(row, *g as usize, *x);
            sum += exact.value;
            (self.slopes[0][i], self.slopes[1][i]) = (exact.mean, exact.dispersion);
        }
        sum
    }
}

multiversion! {
    /// What the counts of a negative binomial row add to the sum over zeros; `slopes` are those of zeros in log-mean and log-dispersion,
    /// both empty for none.
    pub fn negative_binomial(row: &Row<'_>, slopes: (&mut [f32], &mut [f32])) -> f64 {
        let (of_mean, of_dispersion) = slopes;
        let mut sum = 0.0;
        // The logarithm of a product of many counts' factors, taken before it leaves the range.
        let mut product = [1.0_f64; WIDE];
        for (columns, values) in row.columns.chunks(WIDE).zip(row.values.chunks(WIDE)) {
            let mut lanes = Lanes::gather(row, columns, values);
            if lanes.multiply() {
                sum += lanes.take_exact(row, columns, values);
            }
            let (mut least, mut most) = (1.0_f64, 1.0_f64);
            for (p, factor) in product.iter_mut().zip(&lanes.factor) {
                *p *= factor;
                least = if *p < least { *p } else { least };
                most = if *p > most { *p } else { most };
            }
            if least < LEAST || most > MOST {
                sum += take_logarithm(&mut product);
            }
            if !of_mean.is_empty() {
                for (i, g) in columns.iter().enumerate() {
                    let g = *g as usize;
                    of_mean[g] = lanes.slopes[0][i] as f32;
                    of_dispersion[g] += lanes.slopes[1][i] as f32;
                }
            }
        }
        sum + take_logarithm(&mut product)
    }
}

/// The exact value, and slope in the log-dispersion, less those that [`super::zero::zeros`] gave a 0; the slope in the log-mean in full.
fn exact_difference(row: &Row<'_>, g: usize, x: f32) -> Exact {
    // The same bits as in the loop over zeros, so that they leave the sum exactly.
    let (l, ld) = (row.logits[g], row.log_dispersion[g]);
    let zero = negative_binomial_zero(row.e[g] * row.scale, row.dispersion[g], l + row.shift as f32 - ld);
    // The range of `math::exp`, which made the dispersions.
    let ld = f64::from(ld).clamp(-87.0, 88.0);
    let exact = gamma::negative_binomial(f64::from(x), f64::from(l) + row.shift, ld);
    Exact {
        value: exact.value - f64::from(zero.value),
        dispersion: exact.dispersion - f64::from(zero.dispersion),
        ..exact
    }
}

/// The logarithm of the product of all lanes, which begin anew. A lane may have left the range by its last factor.
#[inline(always)]
#[allow(clippy::inline_always)]
fn take_logarithm(product: &mut [f64; WIDE]) -> f64 {
    let (mut sum, mut together) = (0.0, 1.0_f64);
    for p in product {
        if !(LEAST..=MOST).contains(p) {
            sum += p.ln();
            *p = 1.0;
        }
        together *= *p;
        *p = 1.0;
        if !(LEAST..=MOST).contains(&together) {
            sum += together.ln();
            together = 1.0;
        }
    }
    sum + together.ln()
}

/// `log x!` of small whole counts.
fn small_log_factorials() -> [f64; SMALL + 1] {
    let mut table = [0.0; SMALL + 1];
    let mut product = 1.0_f64;
    for (k, t) in table.iter_mut().enumerate().skip(1) {
        product *= k as f64;
        *t = product.ln();
    }
    table
}

/// What the counts of a Poisson row add to the sum over zeros; `of_mean` are the slopes of zeros, `-mean`, or empty for none.
pub(super) fn poisson(row: &Row<'_>, of_mean: &mut [f32]) -> f64 {
    let table = small_log_factorials();
    let mut sum = 0.0;
    for (g, x) in row.columns.iter().zip(row.values) {
        let (g, wide) = (*g as usize, f64::from(*x));
        let mean = row.e[g] * row.scale;
        let log_mean = f64::from(row.logits[g]) + row.shift;
        let slope = if is_small(*x) {
            sum += wide * log_mean - table[*x as usize];
            x - mean
        } else {
            let exact = gamma::poisson(wide, log_mean);
            sum += exact.value + f64::from(mean);
            exact.mean as f32
        };
        if let Some(of_mean) = of_mean.get_mut(g) {
            *of_mean = slope;
        }
    }
    sum
}
