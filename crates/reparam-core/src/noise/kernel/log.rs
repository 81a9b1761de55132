//! Natural logarithm of one lane, from correctly rounded operations alone.
//!
//! `x = 2^e m` with `m` in [√½, √2), `ln x = e ln 2 + ln(1 + t)`, `t = m - 1`. No fused multiply-add: processors without one would
//! have to emulate it at a hundred times the cost, to give the same bits. Coefficients: coefficients.py.

/// ln 2 cut to 9 bits, so that its product with an exponent is exact in `f32`, and the rest.
const LN2_F32: [f32; 2] = [0.693359375, -2.12194440e-4];
/// ln 2 cut to 33 bits, so that its product with an exponent is exact in `f64`, and the rest.
const LN2_F64: [f64; 2] = [6.93147180369123816490e-1, 1.90821492927058770002e-10];
const SQRT_HALF_F32: u32 = 0x3f35_04f3;
const SQRT_HALF_F64: u64 = 0x3fe6_a09e_667f_3bcd;

/// `ln(x / 2^shift)` for positive, normal, finite `x`; `near` is `x / 2^shift - 1`, read only where `x / 2^shift` is in [√½, √2).
///
/// The caller often knows `near` better than the rounded `x` does: then the result keeps its relative accuracy at 1.
/// `ln(1 + t) = t - t²/2 + t³ P(t)`, approximation error 2^-28.
#[inline(always)]
pub(crate) fn ln_f32(x: f32, shift: f32, near: f32) -> f32 {
    let bits = x.to_bits().wrapping_sub(SQRT_HALF_F32) as i32;
    let e = (bits >> 23) as f32 - shift;
    let m = f32::from_bits((bits & 0x007f_ffff) as u32 + SQRT_HALF_F32);
    let t = if e == 0.0 { near } else { m - 1.0 };
    let square = t * t;
    // Estrin's order: a shorter chain of dependent operations than Horner's, whose latency is what a lane waits for.
    let p0 = (0.3333331346511841 - 0.25000008940696716 * t) + (0.2000211924314499 - 0.1666799634695053 * t) * square;
    let p4 = (0.14219552278518677 - 0.12405591458082199 * t) + (0.11888159066438675 - 0.11675634235143661 * t) * square;
    let fourth = square * square;
    let p = p0 + (p4 + 0.06746626645326614 * fourth) * fourth;
    let rest = p * (t * square) + e * LN2_F32[1] - 0.5 * square;
    e * LN2_F32[0] + (t + rest)
}

/// `ln(x / 2^shift)`, as [`ln_f32`].
///
/// `ln(1 + t) = t - t²/2 + s (t²/2 + s² Q(s²))`, `s = t / (2 + t)`: the series of the inverse hyperbolic tangent, whose division
/// halves the number of terms; approximation error 2^-59.
#[inline(always)]
pub(crate) fn ln_f64(x: f64, shift: f64, near: f64) -> f64 {
    // One bias is added before the shift: every exponent is positive then, and arithmetic shifts of 64 bits are not needed,
    // which AVX2 lacks; the integer becomes a float through the significand of 2^52.
    let bits = x.to_bits().wrapping_add((1023 << 52) - SQRT_HALF_F64);
    let e = f64::from_bits((bits >> 52) | (1075 << 52)) - (4503599627370496.0 + 1023.0) - shift;
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + SQRT_HALF_F64);
    let t = if e == 0.0 { near } else { m - 1.0 };
    let half_square = 0.5 * t * t;
    let s = t / (2.0 + t);
    let z = s * s;
    let z2 = z * z;
    let q0 = (0.6666666666666734 + 0.3999999999941468 * z) + (0.285714287423865 + 0.2222219857333696 * z) * z2;
    let q4 = (0.18183564316968692 + 0.15314050806510823 * z) + 0.14795947016528796 * z2;
    let q = q0 + q4 * (z2 * z2);
    let rest = s * (half_square + q * z) + e * LN2_F64[1] - half_square;
    e * LN2_F64[0] + (t + rest)
}

#[cfg(test)]
mod tests {
    use super::{ln_f32, ln_f64};
    use crate::noise::kernel::testing::{Worst, spread};

    #[test]
    fn ln_f32_is_within_its_documented_error() {
        let mut worst = Worst::default();
        // All floats in [½, 2), where the polynomial does the work, and a sample of each other exponent.
        let near_one = 0x3f00_0000..0x4000_0000_u32;
        let others = (0x0080_0000..0x7f80_0000_u32).step_by(9973);
        for x in near_one.chain(others).map(f32::from_bits) {
            worst.see_f32(ln_f32(x, 0.0, x - 1.0), f64::from(x).ln());
        }
        worst.report("ln f32, ulp", 0.9);
    }

    #[test]
    fn ln_f64_is_within_its_documented_error() {
        let mut worst = Worst::default();
        let near_one = spread(53, 1 << 20).map(|k| f64::from_bits((0x3fe << 52) + k));
        let others = (0x0010_0000_0000_0000..0x7ff0_0000_0000_0000_u64).step_by((1 << 43) + 12345).map(f64::from_bits);
        for x in near_one.chain(others) {
            worst.see_f64(ln_f64(x, 0.0, x - 1.0), x.ln());
        }
        worst.report("ln f64, ulp from libm", 1.0);
    }
}
