//! Elementary functions in f32, branch-free, so that loops over them vectorise.
//!
//! Coefficients: `scripts/kernel_coefficients.py`. Errors are the largest that `tests/kernel_math.rs` sees over a dense grid
//! of each range, in units in the last place (ulp) of the true value.

/// Adding and subtracting 1.5·2²³ rounds to the nearest integer, and leaves it in the low bits of the sum.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts: the first has 9 trailing zero bits, so that n·`LN2_HIGH` is exact for |n| < 2⁹.
const LN2_HIGH: f32 = 0.693_145_75;
const LN2_LOW: f32 = 1.428_606_8e-6;
pub(super) const EXP: [f32; 5] =
    [0.5000000013470307, 0.1666657696724757, 0.04166646489535421, 0.00836318154467824, 0.0013933652487960106];
pub(super) const ATANH: [f32; 5] =
    [0.33333333668984294, 0.19999850614261144, 0.14296295156885766, 0.1085159955275621, 0.11619823288933973];
const TANH: [f32; 6] = [
    -0.33333333153079214,
    0.13333300819213287,
    -0.053958603588963976,
    0.021763515832539073,
    -0.008326107681778053,
    0.0022724370954292855,
];

/// `a0 + a1 x + a2 x² + …` by Horner's rule with fused multiply-adds.
#[inline(always)]
#[allow(clippy::inline_always)]
pub(super) fn horner<const N: usize>(x: f32, coefficients: &[f32; N]) -> f32 {
    let mut sum = coefficients[N - 1];
    for i in (0..N - 1).rev() {
        sum = sum.mul_add(x, coefficients[i]);
    }
    sum
}

/// `e^x`, with x clamped to [-87, 88]: it neither underflows nor overflows. NaN stays NaN. Error at most 1.1 ulp.
#[inline(always)]
#[allow(clippy::inline_always)]
#[must_use]
pub fn exp(x: f32) -> f32 {
    // `clamp`, unlike `min` and `max`, keeps a NaN.
    let x = x.clamp(-87.0, 88.0);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN2_LOW, n.mul_add(-LN2_HIGH, x));
    let tail = horner(r, &EXP);
    let e = (r * r).mul_add(tail, r) + 1.0;
    e * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000))
}

/// `ln(1 + u)` for u in [0, 1], as `2 atanh(u / (2 + u))`. Error at most 2 ulp.
#[inline(always)]
#[allow(clippy::inline_always)]
#[must_use]
pub fn log1p_unit(u: f32) -> f32 {
    let s = u / (2.0 + u);
    let s2 = s * s;
    let twice = s + s;
    (twice * s2).mul_add(horner(s2, &ATANH), twice)
}

/// `1 / (1 + e^(-x))`. Error at most 2.5 ulp for x in [-87, 88].
#[inline(always)]
#[allow(clippy::inline_always)]
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    let u = exp(-x.abs());
    let numerator = if x >= 0.0 { 1.0 } else { u };
    numerator / (1.0 + u)
}

/// `tanh x`: `x + x³ p(x²)` below 0.625, `(1 - e^(-2|x|)) / (1 + e^(-2|x|))` above. Error at most 2 ulp.
#[inline(always)]
#[allow(clippy::inline_always)]
#[must_use]
pub fn tanh(x: f32) -> f32 {
    let x2 = x * x;
    let near = (x * x2).mul_add(horner(x2, &TANH), x);
    let u = exp(-2.0 * x.abs());
    let far = ((1.0 - u) / (1.0 + u)).copysign(x);
    if x.abs() < 0.625 { near } else { far }
}

/// The error function to 2e-7 absolute (Abramowitz and Stegun 1964, 7.1.26).
#[inline(always)]
#[allow(clippy::inline_always)]
#[must_use]
pub fn erf(x: f32) -> f32 {
    const P: f32 = 0.327_591_1;
    const A: [f32; 5] = [0.254_829_592, -0.284_496_736, 1.421_413_741, -1.453_152_027, 1.061_405_429];
    let t = 1.0 / x.abs().mul_add(P, 1.0);
    (1.0 - t * horner(t, &A) * exp(-x * x)).copysign(x)
}
