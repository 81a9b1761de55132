//! The loops over a whole row, which take every count for 0.

use crate::kernel::dispatch::multiversion;
use crate::kernel::{LANES, math};

/// What a negative binomial law gives a count of 0.
#[derive(Clone, Copy)]
pub(super) struct Zero {
    /// `-d log(1 + mean / d)`.
    pub value: f32,
    /// Slope in the logarithm of the mean, `-mean d / (d + mean)`.
    pub mean: f32,
    /// Slope in the logarithm of the dispersion.
    pub dispersion: f32,
}

/// Log-probability of 0 under a negative binomial law, with its slopes; `t = log(mean / d)`.
///
/// With `u` the smaller of mean and d over the larger, `log(1 + u) = 2 atanh s`, `s = u / (2 + u)`; where the mean is below d, the slope in
/// the dispersion is `d (u / (1 + u) - log(1 + u))`, whose leading terms cancel: written in s they are gone.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn negative_binomial_zero(mean: f32, d: f32, t: f32) -> Zero {
    let below = mean < d;
    let (small, large) = if below { (mean, d) } else { (d, mean) };
    let u = small / large;
    let (one, two) = (1.0 + u, 2.0 + u);
    let inverse = 1.0 / (one * two);
    let (r, s) = (two * inverse, u * one * inverse);
    let cubic = 2.0 * s * (s * s) * math::horner(s * s, &math::ATANH);
    let log1p = (s + s) + cubic;
    let softplus = if below { log1p } else { t + log1p };
    let of_dispersion = if below { -(s * s * two).mul_add(r, cubic) } else { r - softplus };
    Zero { value: -d * softplus, mean: -small * r, dispersion: d * of_dispersion }
}

multiversion! {
    /// `e^(l - m)` of each logit with m the largest; m and the sum are returned.
    pub fn exponentials(logits: &[f32], out: &mut [f32]) -> (f32, f64) {
        let (l_chunks, l_rest) = logits.as_chunks::<LANES>();
        let mut lanes = [f32::NEG_INFINITY; LANES];
        for l in l_chunks {
            for k in 0..LANES {
                lanes[k] = if l[k] > lanes[k] { l[k] } else { lanes[k] };
            }
        }
        let largest = lanes.iter().chain(l_rest).fold(f32::NEG_INFINITY, |m, l| if *l > m { *l } else { m });
        let (o_chunks, o_rest) = out.as_chunks_mut::<LANES>();
        let mut sums = [0.0_f64; LANES];
        for (l, o) in l_chunks.iter().zip(o_chunks) {
            for k in 0..LANES {
                let e = math::exp(l[k] - largest);
                o[k] = e;
                sums[k] += f64::from(e);
            }
        }
        let mut sum = sums.iter().sum::<f64>();
        for (l, o) in l_rest.iter().zip(o_rest) {
            *o = math::exp(l - largest);
            sum += f64::from(*o);
        }
        (largest, sum)
    }
}

/// The rows that a loop over zeros reads: means, `e^(log_dispersion)`, logits and log-dispersions.
pub(super) type Read<'a> = (&'a [f32], &'a [f32], &'a [f32], &'a [f32]);
/// What it writes: values, slopes in the mean, slopes in the dispersion. The slopes may be empty.
pub(super) type Write<'a> = (&'a mut [f32], &'a mut [f32], &'a mut [f32]);

multiversion! {
    /// Log-probability of 0 for every gene of a row, with the slopes where there is room for them; the sum of the values is returned.
    /// `read.0` holds `e^(l - m)` and becomes the means by `scale`; `shift` takes a logit to `log mean`.
    pub fn zeros(read: Read<'_>, scale: f32, shift: f32, write: Write<'_>) -> f64 {
        if write.1.is_empty() {
            zero_row::<false>(read, scale, shift, write)
        } else {
            zero_row::<true>(read, scale, shift, write)
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always)]
fn zero_row<const SLOPES: bool>(read: Read<'_>, scale: f32, shift: f32, write: Write<'_>) -> f64 {
    let (e, d, l, ld) = read;
    let (v, m, o) = write;
    let mut values = [0.0_f64; LANES];
    let ((ec, er), (dc, dr)) = (e.as_chunks::<LANES>(), d.as_chunks::<LANES>());
    let ((lc, lr), (ldc, ldr)) = (l.as_chunks::<LANES>(), ld.as_chunks::<LANES>());
    let (vc, vr) = v.as_chunks_mut::<LANES>();
    let ((mc, mr), (oc, or)) = (m.as_chunks_mut::<LANES>(), o.as_chunks_mut::<LANES>());
    for i in 0..vc.len().min(ec.len()).min(dc.len()).min(lc.len()).min(ldc.len()) {
        let (e, d, l, ld, v) = (&ec[i], &dc[i], &lc[i], &ldc[i], &mut vc[i]);
        let mut of_mean = [0.0_f32; LANES];
        let mut of_dispersion = [0.0_f32; LANES];
        for k in 0..LANES {
            let zero = negative_binomial_zero(e[k] * scale, d[k], l[k] + shift - ld[k]);
            v[k] = zero.value;
            (of_mean[k], of_dispersion[k]) = (zero.mean, zero.dispersion);
            values[k] += f64::from(zero.value);
        }
        if SLOPES {
            mc[i] = of_mean;
            oc[i] = of_dispersion;
        }
    }
    let mut value = values.iter().sum::<f64>();
    for i in 0..vr.len() {
        let zero = negative_binomial_zero(er[i] * scale, dr[i], lr[i] + shift - ldr[i]);
        vr[i] = zero.value;
        value += f64::from(zero.value);
        if SLOPES {
            (mr[i], or[i]) = (zero.mean, zero.dispersion);
        }
    }
    value
}

/// What more zeros make of the log-probability `v` of 0: `log(g + (1 - g) e^v)`, `g = σ(logit)`; the factor of the slopes of v, and the
/// slope in the logit. Where the count is not 0, `v + log(1 - g)`.
///
/// Near `v = 0` as `log(1 - y)`, `y = (1 - g)(1 - e^v)`. Else as `softplus(v - logit) - softplus(-logit)`, whose kinks are taken together:
/// both would be large for a logit far below 0, and cancel.
#[inline(always)]
#[allow(clippy::inline_always)]
fn inflate(v: f32, logit: f32, nonzero: bool) -> (f32, f32, f32) {
    let a = math::exp(-logit.abs());
    let ra = 1.0 / (1.0 + a);
    let kept = if logit > 0.0 { a * ra } else { ra };
    let x = v - logit;
    let b = math::exp(-x.abs());
    let rb = 1.0 / (1.0 + b);
    let (weight, rest) = if x > 0.0 { (rb, b * rb) } else { (b * rb, rb) };
    let near = v > -0.34;
    // e^v - 1 without cancellation: the reduced range of `exp` is |v| <= ln 2 / 2.
    let close = if near { v } else { 0.0 };
    let expm1 = (close * close).mul_add(math::horner(close, &math::EXP), close);
    let y = kept * if near { -expm1 } else { 1.0 - math::exp(v) };
    let kink = if logit < 0.0 { logit } else { 0.0 };
    let kink = if v > kink { v } else { kink };
    let la = math::log1p_unit(a);
    let l1 = math::log1p_unit(if near { -y } else { b });
    let of_zero = if near { l1 } else { kink + (l1 - la) };
    let positive = if logit > 0.0 { logit } else { 0.0 };
    let of_other = v - (positive + la);
    if nonzero { (of_other, 1.0, kept - 1.0) } else { (of_zero, weight, y * rest) }
}

multiversion! {
    /// Takes the values of [`zeros`] to those with more zeros, and the slopes with them; writes the slopes in the logits. `x` tells which
    /// counts are 0. The sum of the values is returned.
    pub fn inflate_zeros(values: &[f32], logits: &[f32], x: &[f32], slopes: Write<'_>) -> f64 {
        let (m, o, p) = slopes;
        let mut value = [0.0_f64; LANES];
        let read = values.chunks(LANES).zip(logits.chunks(LANES)).zip(x.chunks(LANES));
        if m.is_empty() {
            for ((v, l), x) in read {
                for (((v, l), x), sum) in v.iter().zip(l).zip(x).zip(&mut value) {
                    *sum += f64::from(inflate(*v, *l, *x > 0.0).0);
                }
            }
            return value.iter().sum();
        }
        let write = m.chunks_mut(LANES).zip(o.chunks_mut(LANES)).zip(p.chunks_mut(LANES));
        for (((v, l), x), ((m, o), p)) in read.zip(write) {
            // For a whole chunk the length is known, and the loop becomes vectors.
            if m.len() == LANES {
                let whole = (&mut m[..LANES], &mut o[..LANES], &mut p[..LANES]);
                inflate_chunk(&v[..LANES], &l[..LANES], &x[..LANES], whole, &mut value);
            } else {
                inflate_chunk(v, l, x, (m, o, p), &mut value);
            }
        }
        value.iter().sum()
    }
}

#[inline(always)]
#[allow(clippy::inline_always)]
fn inflate_chunk(v: &[f32], l: &[f32], x: &[f32], (m, o, p): Write<'_>, value: &mut [f64; LANES]) {
    for k in 0..v.len() {
        let (new, weight, of_logit) = inflate(v[k], l[k], x[k] > 0.0);
        m[k] *= weight;
        o[k] *= weight;
        p[k] = of_logit;
        value[k] += f64::from(new);
    }
}

multiversion! {
    /// The sum in f64.
    pub fn sum(values: &[f32]) -> f64 {
        let (chunks, rest) = values.as_chunks::<LANES>();
        let mut lanes = [0.0_f64; LANES];
        for chunk in chunks {
            for k in 0..LANES {
                lanes[k] += f64::from(chunk[k]);
            }
        }
        lanes.iter().sum::<f64>() + rest.iter().map(|v| f64::from(*v)).sum::<f64>()
    }
}

multiversion! {
    /// `slope -= share · e`: takes slopes in log-means through the softmax.
    pub fn through_softmax(slopes: &mut [f32], e: &[f32], share: f32) {
        for (s, e) in slopes.iter_mut().zip(e) {
            *s = (-share).mul_add(*e, *s);
        }
    }
}

multiversion! {
    /// `out = factor · e`.
    pub fn scaled(e: &[f32], factor: f32, out: &mut [f32]) {
        for (o, e) in out.iter_mut().zip(e) {
            *o = factor * e;
        }
    }
}

multiversion! {
    /// `e^x` of each element in f32, as [`math::exp`].
    pub fn exponential(x: &[f32], out: &mut [f32]) {
        for (o, x) in out.iter_mut().zip(x) {
            *o = math::exp(*x);
        }
    }
}
