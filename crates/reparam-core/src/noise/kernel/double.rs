//! Draws in `f64` from raw bits: 64 bits each, a tile of 16 draws at a time. The lanes are those of single.rs.

use super::circle::point_f64;
use super::log::ln_f64;
use super::philox::{TILE_WORDS, Tile};
use super::{Kernel, Mirror};
use crate::noise::Noise;

const PAIRS: usize = TILE_WORDS / 2;

impl Kernel for f64 {
    const TILE: usize = TILE_WORDS;

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

trait Lane {
    fn draw(word: u64) -> f64;
}

#[inline(always)]
fn each<L: Lane>(mirror: Mirror, words: &[Tile], out: &mut [f64]) {
    let flip = mirror.mask();
    for (out, word) in out.iter_mut().zip(words.as_flattened()) {
        *out = L::draw(u64::from_le(*word) ^ flip);
    }
}

#[inline(always)]
fn normal(mirror: Mirror, words: &[Tile], out: &mut [f64]) {
    let sign = mirror.mask() & (1 << 63);
    for (word, out) in words.iter().zip(out.as_chunks_mut::<TILE_WORDS>().0) {
        let (low, high) = out.split_at_mut(PAIRS);
        for l in 0..PAIRS {
            let radius = (2.0 * exponential(u64::from_le(word[l]))).sqrt();
            let radius = f64::from_bits(radius.to_bits() ^ sign);
            let (x, y) = point_f64(u64::from_le(word[PAIRS + l]));
            low[l] = radius * x;
            high[l] = radius * y;
        }
    }
}

/// `1 - u` to the last place, for `u = (k + ½) / 2^64`.
#[inline(always)]
fn upper(k: u64) -> f64 {
    (!k as f64 + 0.5) * (1.0 / 18446744073709551616.0)
}

/// `-ln u`, `u = (k + ½) / 2^64`.
#[inline(always)]
fn exponential(k: u64) -> f64 {
    -ln_f64(k as f64 + 0.5, 64.0, -upper(k))
}

struct UniformLane;
impl Lane for UniformLane {
    #[inline(always)]
    fn draw(word: u64) -> f64 {
        f64::from_bits((word >> 12) | (1023 << 52)) - 1.0 + 1.0 / 9007199254740992.0
    }
}

struct ExponentialLane;
impl Lane for ExponentialLane {
    #[inline(always)]
    fn draw(word: u64) -> f64 {
        exponential(word)
    }
}

struct GumbelLane;
impl Lane for GumbelLane {
    #[inline(always)]
    fn draw(word: u64) -> f64 {
        let e = exponential(word);
        -ln_f64(e, 0.0, e - 1.0)
    }
}

struct LogisticLane;
impl Lane for LogisticLane {
    #[inline(always)]
    fn draw(word: u64) -> f64 {
        let small = word.min(!word);
        let ratio = (!small - small) as f64 / (small as f64 + 0.5);
        let size = ln_f64(1.0 + ratio, 0.0, ratio);
        f64::from_bits(size.to_bits() | (!word & (1 << 63)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::kernel::testing::{Worst, spread};

    const TWO_64: f64 = 18446744073709551616.0;

    /// By the platform's logarithms, whose own error is below an ulp: as good as an `f64` reference gets without more digits.
    fn reference_exponential(k: u64) -> f64 {
        if k >> 63 == 0 { -((k as f64 + 0.5) / TWO_64).ln() } else { -(-(!k as f64 + 0.5) / TWO_64).ln_1p() }
    }

    fn words() -> impl Iterator<Item = u64> {
        spread(64, 1 << 19)
    }

    #[test]
    fn exponential_is_within_its_documented_error() {
        let mut worst = Worst::default();
        words().for_each(|k| worst.see_f64(exponential(k), reference_exponential(k)));
        worst.report("exponential f64, ulp from libm", 2.0);
    }

    #[test]
    fn normal_is_within_its_documented_error() {
        let mut worst = Worst::default();
        for k in words() {
            let angle = k.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32) >> 2;
            let f = (((angle << 2) >> 12) * 2 + 1) as f64 / 9007199254740992.0 - 0.5;
            let radius = (2.0 * reference_exponential(k)).sqrt();
            let (sine, cosine) = (std::f64::consts::FRAC_PI_2 * f).sin_cos();
            let (x, y) = point_f64(angle);
            let draw = (2.0 * exponential(k)).sqrt();
            worst.see_f64(draw * x, radius * cosine);
            worst.see_f64(draw * y, radius * sine);
        }
        worst.report("normal f64, ulp from libm", 4.0);
    }

    #[test]
    fn gumbel_is_within_its_documented_error() {
        let mut worst = Worst::default();
        for k in words() {
            worst.see_f64_with_floor(GumbelLane::draw(k), -reference_exponential(k).ln(), 1.0);
        }
        worst.report("gumbel f64, ulp of max(|x|, 1) from libm", 2.0);
    }

    #[test]
    fn logistic_is_odd_and_within_its_documented_error() {
        let mut worst = Worst::default();
        for k in words() {
            let small = k.min(!k);
            let size = ((!small - small) as f64 / (small as f64 + 0.5)).ln_1p();
            let draw = LogisticLane::draw(k);
            worst.see_f64(draw, if k >> 63 == 0 { -size } else { size });
            assert_eq!(draw, -LogisticLane::draw(!k));
        }
        worst.report("logistic f64, ulp from libm", 2.0);
    }

    #[test]
    fn uniform_lattice_is_odd_multiples_and_its_own_mirror() {
        assert_eq!(UniformLane::draw(0), 1.0 / 9007199254740992.0);
        assert_eq!(UniformLane::draw(u64::MAX), 1.0 - 1.0 / 9007199254740992.0);
        for k in words() {
            assert_eq!(UniformLane::draw(k) * 9007199254740992.0, (2 * (k >> 12) + 1) as f64);
            assert_eq!(UniformLane::draw(!k), 1.0 - UniformLane::draw(k));
        }
    }

    #[test]
    fn ranges_are_as_documented() {
        let top = 65.0 * std::f64::consts::LN_2;
        assert_eq!(exponential(0), top);
        assert_eq!(exponential(u64::MAX), 0.5 / TWO_64);
        assert_eq!(GumbelLane::draw(u64::MAX), top);
        assert_eq!(GumbelLane::draw(0), -top.ln());
        assert_eq!(LogisticLane::draw(u64::MAX), top);
        assert_eq!(LogisticLane::draw(0), -top);
    }
}
