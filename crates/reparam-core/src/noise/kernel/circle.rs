//! A point on the unit circle from random bits, one lane.
//!
//! The angle is drawn as two bits and a fraction `f` of a quarter turn in (-½, ½): `(cos, sin)(π f / 2)`, the cosine's sign from one
//! bit, the two exchanged by the other. No range reduction, and the polynomials see an eighth of a turn only. The lattice of `f` is
//! odd multiples of half its step, so that no point falls on an axis. Coefficients: coefficients.py.

use std::f64::consts::FRAC_PI_2;

/// `(x, y)` on the unit circle from bits 7 to 31 of `word`; `f` has 23 bits.
#[inline(always)]
pub(crate) fn point_f32(word: u32) -> (f32, f32) {
    let f = f32::from_bits(((word << 2) >> 9) | 0x3f80_0000) - 1.5 + 1.0 / 16777216.0;
    let z = f * f;
    let s = (-0.004604834131896496 * z + 0.0796814113855362) * z - 0.6459636092185974;
    let c = (0.0009037665440700948 * z - 0.02086016535758972) * z + 0.25366923213005066;
    // π/2 is its nearest float and the rest.
    let sine = f * 1.5707963705062866 + f * (s * z - 4.3711390001862426e-8);
    let cosine = 1.0 + (c * z - 1.2337005138397217) * z;
    let cosine = f32::from_bits(cosine.to_bits() ^ ((word << 1) & 0x8000_0000));
    if word >> 31 == 0 { (cosine, sine) } else { (sine, cosine) }
}

/// `(x, y)` on the unit circle from bits 10 to 63 of `word`; `f` has 52 bits.
#[inline(always)]
pub(crate) fn point_f64(word: u64) -> (f64, f64) {
    let f = f64::from_bits(((word << 2) >> 12) | (1023 << 52)) - 1.5 + 1.0 / 9007199254740992.0;
    let z = f * f;
    let mut s = 5.634463146886591e-8;
    s = s * z - 3.5986477757149787e-6;
    s = s * z + 0.00016044115216842377;
    s = s * z - 0.0046817541325625805;
    s = s * z + 0.0796926262460598;
    s = s * z - 0.6459640975062448;
    let mut c = -6.32120215247489e-9;
    c = c * z + 4.7106096700891656e-7;
    c = c * z - 2.520203678831573e-5;
    c = c * z + 0.0009192602741910721;
    c = c * z - 0.02086348076331257;
    c = c * z + 0.2536695079010468;
    c = c * z - 1.2337005501361697;
    let sine = f * FRAC_PI_2 + f * (s * z + 6.123233995736766e-17);
    let cosine = 1.0 + c * z;
    let cosine = f64::from_bits(cosine.to_bits() ^ ((word << 1) & (1 << 63)));
    if word >> 63 == 0 { (cosine, sine) } else { (sine, cosine) }
}

#[cfg(test)]
mod tests {
    use super::{FRAC_PI_2, point_f32, point_f64};
    use crate::noise::kernel::testing::{Worst, spread};

    #[test]
    fn point_f32_is_within_its_documented_error() {
        let mut worst = Worst::default();
        for j in 0..1_u32 << 23 {
            let f = (2.0 * f64::from(j) + 1.0) / 16777216.0 - 0.5;
            let (sine, cosine) = (FRAC_PI_2 * f).sin_cos();
            let (x, y) = point_f32(j << 7);
            worst.see_f32(x, cosine);
            worst.see_f32(y, sine);
        }
        worst.report("point on the circle f32, ulp", 1.7);
    }

    #[test]
    fn point_f64_is_within_its_documented_error() {
        let mut worst = Worst::default();
        for j in spread(52, 1 << 20) {
            let f = (2 * j + 1) as f64 / 9007199254740992.0 - 0.5;
            let angle = FRAC_PI_2 * f;
            // What rounding took from the angle, and from π/2 itself.
            let lost = f.mul_add(FRAC_PI_2, -angle) + f * 6.123233995736766e-17;
            let (sine, cosine) = angle.sin_cos();
            let (x, y) = point_f64(j << 10);
            worst.see_f64(x, cosine - sine * lost);
            worst.see_f64(y, sine + cosine * lost);
        }
        worst.report("point on the circle f64, ulp from libm", 2.0);
    }

    #[test]
    fn the_two_upper_bits_reach_the_four_quarters() {
        let (x, y) = point_f32(1 << 20);
        assert_eq!(point_f32((1 << 20) | (1 << 30)), (-x, y));
        assert_eq!(point_f32((1 << 20) | (1 << 31)), (y, x));
        assert_eq!(point_f32((1 << 20) | (3 << 30)), (y, -x));
        let (x, y) = point_f64(1 << 50);
        assert_eq!(point_f64((1 << 50) | (1 << 62)), (-x, y));
        assert_eq!(point_f64((1 << 50) | (1 << 63)), (y, x));
        assert_eq!(point_f64((1 << 50) | (3 << 62)), (y, -x));
    }
}
