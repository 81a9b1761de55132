//! Draws in `f32` from raw bits: 32 bits each, a tile of 32 draws at a time.

use super::circle::point_f32;
use super::log::ln_f32;
use super::philox::{TILE_WORDS, Tile};
use super::{Kernel, Mirror};
use crate::noise::Noise;

const LANES: usize = 2 * TILE_WORDS;
const PAIRS: usize = LANES / 2;

impl Kernel for f32 {
    const TILE: usize = LANES;

    #[inline(always)]
    fn transform(noise: Noise, mirror: Mirror, words: &[Tile], out: &mut [Self]) {
        match noise {
            Noise::Uniform => each::<UniformLane>(mirror, words, out),
            Noise::StandardNormal => normal(mirror, words, out),
            Noise::Exponential => each::<ExponentialLane>(mirror, words, out),
            Noise::Gumbel => each::<GumbelLane>(mirror, words, out),
            Noise::Logistic => each::<LogisticLane>(mirror, words, out),
        }
    }
}

/// One draw from 32 bits. A trait and not a closure: the vector code is made only where everything is inlined.
trait Lane {
    fn draw(word: u32) -> f32;
}

#[inline(always)]
fn each<L: Lane>(mirror: Mirror, words: &[Tile], out: &mut [f32]) {
    let flip = mirror.mask() as u32;
    let words: &[u32] = bytemuck::cast_slice(words.as_flattened());
    for (out, word) in out.iter_mut().zip(words) {
        *out = L::draw(u32::from_le(*word) ^ flip);
    }
}

/// Box and Muller 1958: the lower half of the words are radii, the upper half are angles.
#[inline(always)]
fn normal(mirror: Mirror, words: &[Tile], out: &mut [f32]) {
    let sign = (mirror.mask() as u32) & 0x8000_0000;
    for (tile, out) in words.iter().zip(out.as_chunks_mut::<LANES>().0) {
        let word: [u32; LANES] = bytemuck::cast(*tile);
        let (low, high) = out.split_at_mut(PAIRS);
        for l in 0..PAIRS {
            let angle = u32::from_le(word[PAIRS + l]);
            let radius = f32::from_bits(radius(u32::from_le(word[l]), angle & 0x7f).to_bits() ^ sign);
            let (x, y) = point_f32(angle);
            low[l] = radius * x;
            high[l] = radius * y;
        }
    }
}

/// `√(-2 ln u)`, `u = (2^7 k + more + ½) / 2^39`: the seven bits that the angle has no use for carry the tail from 6.8 to 7.4.
#[inline(always)]
fn radius(k: u32, more: u32) -> f32 {
    let u = k as f32 * 128.0 + (more as f32 + 0.5);
    (-2.0 * ln_f32(u, 39.0, -upper(k))).sqrt()
}

/// `1 - u` to the last place, for `u = (k + ½) / 2^32`.
#[inline(always)]
fn upper(k: u32) -> f32 {
    (!k as f32 + 0.5) * (1.0 / 4294967296.0)
}

/// `-ln u`, `u = (k + ½) / 2^32`.
#[inline(always)]
fn exponential(k: u32) -> f32 {
    -ln_f32(k as f32 + 0.5, 32.0, -upper(k))
}

struct UniformLane;
impl Lane for UniformLane {
    #[inline(always)]
    fn draw(word: u32) -> f32 {
        f32::from_bits((word >> 9) | 0x3f80_0000) - 1.0 + 1.0 / 16777216.0
    }
}

struct ExponentialLane;
impl Lane for ExponentialLane {
    #[inline(always)]
    fn draw(word: u32) -> f32 {
        exponential(word)
    }
}

struct GumbelLane;
impl Lane for GumbelLane {
    #[inline(always)]
    fn draw(word: u32) -> f32 {
        let e = exponential(word);
        -ln_f32(e, 0.0, e - 1.0)
    }
}

/// `ln(u / (1 - u)) = ± ln(1 + d / v)` with `v` the smaller of the two and `d` their difference, which is an exact integer: odd in
/// `u - ½` to the bit, and right to the last places near 0.
struct LogisticLane;
impl Lane for LogisticLane {
    #[inline(always)]
    fn draw(word: u32) -> f32 {
        let small = word.min(!word);
        let ratio = (!small - small) as f32 / (small as f32 + 0.5);
        let size = ln_f32(1.0 + ratio, 0.0, ratio);
        f32::from_bits(size.to_bits() | (!word & 0x8000_0000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::kernel::testing::{Worst, spread};

    /// `(k + ½) / 2^32`, exact in `f64`.
    fn u(k: u32) -> f64 {
        (f64::from(k) + 0.5) / 4294967296.0
    }

    fn reference_exponential(k: u32) -> f64 {
        if k >> 31 == 0 { -u(k).ln() } else { -(-u(!k)).ln_1p() }
    }

    fn words() -> impl Iterator<Item = u32> {
        spread(32, 1 << 20).map(|k| k as u32)
    }

    #[test]
    fn exponential_is_within_its_documented_error() {
        let mut worst = Worst::default();
        words().for_each(|k| worst.see_f32(exponential(k), reference_exponential(k)));
        worst.report("exponential f32, ulp", 2.4);
    }

    #[test]
    fn radius_is_within_its_documented_error() {
        let mut worst = Worst::default();
        for k in words() {
            let more = k.wrapping_mul(0x9e37_79b9) >> 25;
            let fine = (f64::from(k) * 128.0 + f64::from(more) + 0.5) / 549755813888.0;
            // Near 1 the seven bits are left out: less than a lattice cell of u, far below what a normal draw resolves.
            let e = if k >> 31 == 0 { -fine.ln() } else { reference_exponential(k) };
            worst.see_f32(radius(k, more), (2.0 * e).sqrt());
        }
        worst.report("normal radius f32, ulp", 1.7);
    }

    #[test]
    fn normal_is_within_its_documented_error() {
        let mut worst = Worst::default();
        for k in words() {
            let angle = k.wrapping_mul(0x9e37_79b9).rotate_left(16) & !0x7f;
            let f = f64::from(((angle << 2) >> 9) * 2 + 1) / 16777216.0 - 0.5;
            let (sine, cosine) = (std::f64::consts::FRAC_PI_2 * f).sin_cos();
            let fine = (f64::from(k) * 128.0 + 0.5) / 549755813888.0;
            let e = if k >> 31 == 0 { -fine.ln() } else { reference_exponential(k) };
            let (x, y) = point_f32(angle & !(3 << 30));
            worst.see_f32(radius(k, 0) * x, (2.0 * e).sqrt() * cosine);
            worst.see_f32(radius(k, 0) * y, (2.0 * e).sqrt() * sine);
        }
        worst.report("normal f32, ulp", 4.0);
    }

    #[test]
    fn gumbel_is_within_its_documented_error() {
        // Absolute below 1: the draw passes through 0 where an exponential draw is 1, and that one is rounded.
        let mut worst = Worst::default();
        for k in words() {
            let reference = -reference_exponential(k).ln();
            worst.see_f32_with_floor(GumbelLane::draw(k), reference, 1.0);
        }
        worst.report("gumbel f32, ulp of max(|x|, 1)", 2.1);
    }

    #[test]
    fn logistic_is_odd_and_within_its_documented_error() {
        let mut worst = Worst::default();
        for k in words() {
            let (small, ratio) = (k.min(!k), f64::from(k.max(!k) - k.min(!k)));
            let size = (ratio / (f64::from(small) + 0.5)).ln_1p();
            let draw = LogisticLane::draw(k);
            worst.see_f32(draw, if k >> 31 == 0 { -size } else { size });
            assert_eq!(draw, -LogisticLane::draw(!k));
        }
        worst.report("logistic f32, ulp", 3.3);
    }

    #[test]
    fn uniform_lattice_is_odd_multiples_and_its_own_mirror() {
        assert_eq!(UniformLane::draw(0), 1.0 / 16777216.0);
        assert_eq!(UniformLane::draw(u32::MAX), 1.0 - 1.0 / 16777216.0);
        for k in words() {
            let j = f64::from(k >> 9);
            assert_eq!(f64::from(UniformLane::draw(k)), (2.0 * j + 1.0) / 16777216.0);
            assert_eq!(UniformLane::draw(!k), 1.0 - UniformLane::draw(k));
        }
    }

    #[test]
    fn ranges_are_as_documented() {
        assert_eq!(radius(0, 0), (80.0 * 2.0_f64.ln()).sqrt() as f32);
        assert_eq!(radius(u32::MAX, 127), (2.0_f64).powi(-16) as f32);
        assert_eq!(exponential(0), (33.0 * 2.0_f64.ln()) as f32);
        assert_eq!(exponential(u32::MAX), (2.0_f64).powi(-33) as f32);
        assert_eq!(GumbelLane::draw(u32::MAX), (33.0 * 2.0_f64.ln()) as f32);
        assert_eq!(GumbelLane::draw(0), -(33.0 * 2.0_f64.ln()).ln() as f32);
        assert_eq!(LogisticLane::draw(u32::MAX), (33.0 * 2.0_f64.ln()) as f32);
    }
}
