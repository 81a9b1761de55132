//! Exponential and logarithm of one lane, branch-free, so that loops over nodes vectorise.
//!
//! Fused multiply-adds in a fixed order: every instruction set gives the same bits.

/// Adding and subtracting 1.5·2⁵² rounds to the nearest integer, and leaves it in the low bits of the sum.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 cut to 33 bits, so that its product with an exponent is exact, and the rest.
const LN2: [f64; 2] = [6.93147180369123816490e-1, 1.90821492927058770002e-10];
/// `(e^r - 1 - r) / r²` for |r| <= ln 2 / 2, error 1.3e-17 of `e^r` (elementary.py).
const EXP: [f64; 10] = [
    0.5000000000000001,
    0.16666666666666669,
    0.041666666666624164,
    0.008333333333330065,
    0.0013888888917196881,
    0.0001984126986304067,
    2.4801521322116825e-05,
    2.7557268480116333e-06,
    2.762007599981065e-07,
    2.5100375924709717e-08,
];
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
/// `2 (atanh(s) / s - 1) / s²` in `s²` up to 0.0295, error 1e-17 of the logarithm (elementary.py).
const ATANH: [f64; 7] = [
    0.666666666666667,
    0.39999999999899505,
    0.28571428625975487,
    0.2222221113479508,
    0.18182889125261723,
    0.15331721600556042,
    0.14616449685043406,
];

/// Where `ATANH` ends.
const TOP: f64 = 0.0294;

/// `c0 + c1 x + c2 x² + …` by Horner's rule with fused multiply-adds.
#[inline(always)]
#[allow(clippy::inline_always)]
fn horner<const N: usize>(x: f64, c: &[f64; N]) -> f64 {
    let mut sum = c[N - 1];
    for i in (0..N - 1).rev() {
        sum = sum.mul_add(x, c[i]);
    }
    sum
}

/// `e^x` taken apart: `2^n`, `r = x - n ln 2`, and `e^r - 1 - r`; `x` is clamped to [-700, 700].
#[inline(always)]
#[allow(clippy::inline_always)]
fn parts(x: f64) -> (f64, f64, f64) {
    let x = x.clamp(-700.0, 700.0);
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN2[1], n.mul_add(-LN2[0], x));
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(0x3ff0_0000_0000_0000));
    (power, r, r * r * horner(r, &EXP))
}

/// `e^x`, with x clamped to [-700, 700].
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn exp(x: f64) -> f64 {
    let (power, r, tail) = parts(x);
    power.mul_add(r + tail, power)
}

/// `e^(-s)`, `1 - e^(-s)` and `s - (1 - e^(-s))` for s in [0, 700], each to a few ulp.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn decay(s: f64) -> (f64, f64, f64) {
    let (power, r, tail) = parts(-s);
    let fallen = power.mul_add(-(r + tail), 1.0 - power);
    // Where n = 0, r is -s, and s - (1 - e^(-s)) is the tail of the series itself.
    (power.mul_add(r + tail, power), fallen, if power == 1.0 { tail } else { s - fallen })
}

/// `ln(1 + u)` for u > -1, finite: `1 + u = 2^e m` with `m` in [√½, √2), and `ln m = 2 atanh(t / (2 + t))`, `t = m - 1`.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn ln_1p(u: f64) -> f64 {
    // One bias is added before the shift: every exponent is positive then, and arithmetic shifts of 64 bits are not needed,
    // which AVX2 lacks; the integer becomes a float through the significand of 2^52.
    let bits = (1.0 + u).to_bits().wrapping_add((1023 << 52) - SQRT_HALF);
    let e = f64::from_bits((bits >> 52) | (1075 << 52)) - (4503599627370496.0 + 1023.0);
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + SQRT_HALF);
    let t = if e == 0.0 { u } else { m - 1.0 };
    let half_square = 0.5 * t * t;
    let s = t / (2.0 + t);
    let z = s * s;
    // ln(1 + t) = t - t²/2 + s (t²/2 + 2 (s²/3 + s⁴/5 + …)).
    let rest = s.mul_add(z.mul_add(horner(z, &ATANH), half_square), e.mul_add(LN2[1], -half_square));
    e.mul_add(LN2[0], t + rest)
}

/// `ln(1 + u)` and `ln(1 + u) - u` for u in [0, 1.5], the second without cancellation.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn ln_1p_and_rest(u: f64) -> (f64, f64) {
    let l = ln_1p(u);
    // u = 2 s + s u, and ln(1 + u) = 2 (s + s³/3 + …).
    let s = u / (2.0 + u);
    let z = s * s;
    let near = s * (z * horner(z, &ATANH) - u);
    (l, if z < TOP { near } else { l - u })
}

#[cfg(test)]
mod tests {
    use super::{decay, exp, ln_1p};

    #[test]
    fn kernels_agree_with_the_standard_library() {
        let mut worst = [0.0_f64; 5];
        let error = |value: f64, truth: f64| ((value - truth) / (truth * f64::EPSILON)).abs();
        for k in 0..200_000 {
            let s = 10f64.powf(-20.0 + 22.5 * f64::from(k) / 200_000.0);
            let (left, fallen, rest) = decay(s);
            worst[0] = worst[0].max(error(exp(s), s.exp()));
            worst[1] = worst[1].max(error(left, (-s).exp()));
            worst[2] = worst[2].max(error(fallen, -(-s).exp_m1()));
            let series = s * s * (0.5 - s * (1.0 / 6.0 - s * (1.0 / 24.0 - s / 120.0 * (1.0 - s / 6.0))));
            worst[3] = worst[3].max(error(rest, if s < 1e-2 { series } else { s + (-s).exp_m1() }) * s.min(1.0));
            worst[4] = worst[4].max(error(ln_1p(s), s.ln_1p()));
        }
        println!("exp, decay (three parts), ln_1p: worst distance from the standard library in epsilon {worst:.1?}");
        // One rounding of each operation after the polynomial's; the third part of `decay` cancels by a factor of 6 at s = ln 2 / 2.
        assert!(worst.iter().all(|&w| w < 4.0));
    }
}
