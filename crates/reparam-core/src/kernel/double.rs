//! Elementary functions in f64, branch-free, so that loops over them vectorise.

/// Adding and subtracting 1.5·2⁵² rounds to the nearest integer, and leaves it in the low bits of the sum.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 cut to 33 bits, so that its product with an exponent is exact, and the rest.
const LN2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// `1/k!` from 2 to 13: Taylor's polynomial is truncated at 4e-18 on `|r| <= ln 2 / 2`.
const INVERSE_FACTORIAL: [f64; 12] = [
    1.0 / 2.0,
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

/// `e^x`, with x clamped to [-708, 709]: it neither underflows nor overflows. NaN stays NaN. Error at most 1 ulp from libm's.
#[inline(always)]
#[allow(clippy::inline_always)]
#[must_use]
pub fn exp(x: f64) -> f64 {
    // `clamp`, unlike `min` and `max`, keeps a NaN.
    let x = x.clamp(-708.0, 709.0);
    let shifted = x.mul_add(std::f64::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(-LN2[1], n.mul_add(-LN2[0], x));
    // Two interleaved chains, in r²: half the latency of one.
    let (square, f) = (r * r, &INVERSE_FACTORIAL);
    let (mut even, mut odd) = (f[10], f[11]);
    for k in (0..5).rev() {
        even = even.mul_add(square, f[2 * k]);
        odd = odd.mul_add(square, f[2 * k + 1]);
    }
    let tail = odd.mul_add(r, even);
    let e = square.mul_add(tail, r) + 1.0;
    e * f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52))
}

/// `tanh x` as `(1 - u) / (1 + u)`, `u = e^(-2|x|)`. Absolute error at most 3e-16, NaN stays NaN.
#[inline(always)]
#[allow(clippy::inline_always)]
#[must_use]
pub fn tanh(x: f64) -> f64 {
    let u = exp(-2.0 * x.abs());
    ((1.0 - u) / (1.0 + u)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::{exp, tanh};

    #[test]
    fn exp_is_within_its_documented_error() {
        for k in 0..=1_000_000 {
            let x = -708.0 + 1417.0 * f64::from(k) / 1e6;
            let (found, truth) = (exp(x), x.exp());
            let ulp = f64::from_bits(truth.to_bits() + 1) - truth;
            assert!((found - truth).abs() <= ulp, "exp({x}) = {found}, not {truth}");
        }
        assert!(exp(f64::NAN).is_nan() && exp(-1e9) > 0.0 && exp(1e9).is_finite());
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn tanh_is_within_its_documented_error() {
        for k in -100_000..=100_000 {
            let x = f64::from(k) / 4e3;
            assert!((tanh(x) - x.tanh()).abs() <= 3e-16, "tanh({x})");
        }
        assert!(tanh(f64::NAN).is_nan());
        assert_eq!((tanh(1e300), tanh(f64::NEG_INFINITY)), (1.0, -1.0));
    }
}
