//! The arithmetic of a draw, many lanes at a time.
//!
//! Correctly rounded operations alone and no fused multiply-add, as for all noise: a lane gives the same bits in every instruction set, in
//! a block and alone.

use crate::kernel::dispatch::multiversion;
use crate::noise::ln_f64;

/// Lanes of the inner loops; blocks are whole multiples.
pub(super) const LANES: usize = 16;

/// The constants of Marsaglia and Tsang (2000), of the shape `a` or, below 1, of `a + 1`.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn constants(concentration: f64) -> (f64, f64) {
    let boosted = if concentration < 1.0 { concentration + 1.0 } else { concentration };
    let d = boosted - 1.0 / 3.0;
    (d, 1.0 / (3.0 * d.sqrt()))
}

/// `ln(z/d) = 3 ln(1 + c x)` of a normal `x` and an exponential `e`, or NaN where the try is refused.
///
/// With `y = c x` the rule `ln u < x²/2 + d (1 - v + ln v)`, `v = (1 + y)³`, reads `e > d ((v - 1) - ln v) - x²/2`. Since `9 d c² = 1`, its
/// right side is `3 d (y⁴/4 - y⁵/5 + …)`, which is used where the difference would cancel: truncated after four terms, 1e-12 of it.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn attempt(x: f64, e: f64, d: f64, c: f64) -> f64 {
    let y = c * x;
    let root = 1.0 + y;
    let log = 3.0 * ln_f64(root, 0.0, y);
    let far = d * (y * (3.0 + y * (3.0 + y)) - log) - 0.5 * x * x;
    let square = y * y;
    let near = (d * square) * (square * (0.75 - y * (0.6 - y * (0.5 - y * (3.0 / 7.0)))));
    let bound = if y.abs() < 1e-3 { near } else { far };
    // The logarithm's lane is rubbish for a root that is not positive.
    let bound = if root > 0.0 { bound } else { f64::INFINITY };
    if e > bound { log } else { f64::NAN }
}

/// `e^y` as `(p, n)`, `p 2^n` with `p` in [0.7, 1.42]; `y` beyond ±4000 counts as ±4000, whatever scales it.
///
/// Taylor's polynomial of degree 13 on `|r| <= ln 2 / 2`: truncated at 4e-18.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn exp_parts(y: f64) -> (f64, f64) {
    let y = if y < -4000.0 { -4000.0 } else { y };
    let y = if y > 4000.0 { 4000.0 } else { y };
    let n = (y * std::f64::consts::LOG2_E + ROUND) - ROUND;
    let r = (y - n * LN2[0]) - n * LN2[1];
    let (r2, r4) = (r * r, (r * r) * (r * r));
    let p0 = (0.5 + r * INVERSE_FACTORIAL[0]) + r2 * (INVERSE_FACTORIAL[1] + r * INVERSE_FACTORIAL[2]);
    let p4 = (INVERSE_FACTORIAL[3] + r * INVERSE_FACTORIAL[4]) + r2 * (INVERSE_FACTORIAL[5] + r * INVERSE_FACTORIAL[6]);
    let p8 =
        (INVERSE_FACTORIAL[7] + r * INVERSE_FACTORIAL[8]) + r2 * (INVERSE_FACTORIAL[9] + r * INVERSE_FACTORIAL[10]);
    (1.0 + (r + r2 * (p0 + r4 * (p4 + r4 * p8))), n)
}

/// Adding and subtracting 1.5·2⁵² rounds to the nearest integer, and leaves it in the low bits of the sum.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 cut to 33 bits, so that its product with an exponent is exact, and the rest.
const LN2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// `1/k!` from 3 on.
const INVERSE_FACTORIAL: [f64; 11] = [
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5040.0,
    1.0 / 40320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];

/// `value 2^n`, held within the positive `f64`, by two factors: one would leave the range of exponents too early.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn times_power_of_two(value: f64, n: f64) -> f64 {
    let n = if n < -2040.0 { -2040.0 } else { n };
    let n = if n > 2040.0 { 2040.0 } else { n };
    let half = (0.5 * n + ROUND) - ROUND;
    let x = value * power_of_two(half) * power_of_two(n - half);
    let x = if x < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { x };
    if x > f64::MAX { f64::MAX } else { x }
}

/// `2^n`, `|n| <= 1022` an integer.
#[inline(always)]
#[allow(clippy::inline_always)]
fn power_of_two(n: f64) -> f64 {
    f64::from_bits((n + (ROUND + 1023.0)).to_bits() << 52)
}

multiversion! {
    /// [`attempt`] of each lane, written over its normal number.
    pub fn attempts(x: &mut [f64], e: &[f64], d: f64, c: f64) {
        for (x, e) in x.as_chunks_mut::<LANES>().0.iter_mut().zip(e.as_chunks::<LANES>().0) {
            for l in 0..LANES {
                x[l] = attempt(x[l], e[l], d, c);
            }
        }
    }
}

multiversion! {
    /// The same with a shape for each lane, whose `d` is written beside.
    pub fn attempts_each(x: &mut [f64], e: &[f64], concentrations: &[f64], scales: &mut [f64]) {
        let (x, scales) = (x.as_chunks_mut::<LANES>().0, scales.as_chunks_mut::<LANES>().0);
        let (e, concentrations) = (e.as_chunks::<LANES>().0, concentrations.as_chunks::<LANES>().0);
        for (((x, e), a), scale) in x.iter_mut().zip(e).zip(concentrations).zip(scales) {
            for l in 0..LANES {
                let (d, c) = constants(a[l]);
                x[l] = attempt(x[l], e[l], d, c);
                scale[l] = d;
            }
        }
    }
}

multiversion! {
    /// The logarithm of the power of a uniform number that lowers a shape by one, added: `-e/a`; finite for all shapes.
    pub fn lower(y: &mut [f64], e: &[f64], concentration: f64) {
        for (y, e) in y.as_chunks_mut::<LANES>().0.iter_mut().zip(e.as_chunks::<LANES>().0) {
            for l in 0..LANES {
                y[l] = (y[l] - e[l] / concentration).max(f64::MIN);
            }
        }
    }
}

multiversion! {
    /// The same with a shape for each lane; shapes from 1 on are left as they are.
    pub fn lower_each(y: &mut [f64], e: &[f64], concentrations: &[f64]) {
        let (e, concentrations) = (e.as_chunks::<LANES>().0, concentrations.as_chunks::<LANES>().0);
        for ((y, e), a) in y.as_chunks_mut::<LANES>().0.iter_mut().zip(e).zip(concentrations) {
            for l in 0..LANES {
                y[l] = if a[l] < 1.0 { (y[l] - e[l] / a[l]).max(f64::MIN) } else { y[l] };
            }
        }
    }
}

multiversion! {
    /// `mantissa 2^exponent e^(sign y)` of each lane, held within the positive `f64`.
    pub fn scaled_exp(y: &[f64], sign: f64, mantissa: f64, exponent: f64, out: &mut [f64]) {
        for (y, out) in y.as_chunks::<LANES>().0.iter().zip(out.as_chunks_mut::<LANES>().0) {
            for l in 0..LANES {
                let (p, n) = exp_parts(sign * y[l]);
                out[l] = times_power_of_two(mantissa * p, n + exponent);
            }
        }
    }
}

multiversion! {
    /// `(scale e^y)^sign` with a scale for each lane, held within the positive `f64`.
    pub fn scaled_exp_each(y: &[f64], sign: f64, scales: &[f64], out: &mut [f64]) {
        let scales = scales.as_chunks::<LANES>().0;
        for ((y, scale), out) in y.as_chunks::<LANES>().0.iter().zip(scales).zip(out.as_chunks_mut::<LANES>().0) {
            for l in 0..LANES {
                let (p, n) = exp_parts(sign * y[l]);
                let scale = if sign < 0.0 { 1.0 / scale[l] } else { scale[l] };
                out[l] = times_power_of_two(scale * p, n);
            }
        }
    }
}
