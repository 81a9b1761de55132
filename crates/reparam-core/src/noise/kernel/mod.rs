//! Whole tiles of draws, in the widest instructions that the processor has.
//!
//! The code is written once, lane by lane, without branches; the compiler makes three machine codes of it. Every operation is one
//! that IEEE 754 rounds correctly (`+ - * / √`, conversions), in a fixed order, so all three give the same bits.
#![allow(unsafe_code)]
// Vector code is made of these functions only where they end up inside a function with the wide instructions enabled.
#![allow(clippy::inline_always)]

mod circle;
mod double;
pub(super) mod log;
pub(crate) mod philox;
mod single;
#[cfg(test)]
mod testing;

use super::Noise;
use philox::Tile;

/// Tiles whose bits are made before they are transformed: 2 KiB, which stay in the first-level cache.
const BATCH: usize = 16;

/// Whether draws are the stream's own or their mirror images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mirror {
    Plain,
    Reflected,
}

impl Mirror {
    /// The bits to flip: of `u`, which makes `1 - u` of it, or of the sign.
    #[inline(always)]
    fn mask(self) -> u64 {
        if self == Self::Reflected { u64::MAX } else { 0 }
    }
}

/// What a float type brings to the kernels.
pub trait Kernel: Copy + Default + Send + Sync + 'static {
    /// Draws in a tile.
    const TILE: usize;
    /// Turns tiles of bits into `TILE` times as many draws.
    fn transform(noise: Noise, mirror: Mirror, words: &[Tile], out: &mut [Self]);
}

/// Instruction sets with a machine code of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isa {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Isa {
    /// All that this processor has, the widest last.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn available() -> impl DoubleEndedIterator<Item = Self> {
        let avx2 = is_x86_feature_detected!("avx2");
        let avx512 = avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        [(Self::Plain, true), (Self::Avx2, avx2), (Self::Avx512, avx512)]
            .into_iter()
            .filter_map(|(isa, present)| present.then_some(isa))
    }

    /// All that this processor has, the widest last.
    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn available() -> impl DoubleEndedIterator<Item = Self> {
        std::iter::once(Self::Plain)
    }

    pub(crate) fn best() -> Self {
        Self::available().next_back().unwrap_or(Self::Plain)
    }
}

/// What to draw: the law, its mirror image or not, and the stream = (upper half of the counter, key).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    pub noise: Noise,
    pub mirror: Mirror,
    pub id: [u64; 2],
}

/// Fills `out`, whose length is a multiple of `T::TILE`, with the draws of the tiles from `first` on.
pub(crate) fn fill<T: Kernel>(isa: Isa, task: Task, first: u64, out: &mut [T]) {
    match isa {
        Isa::Plain => body(task, first, out),
        // SAFETY: `Isa::available` makes this value only where the processor has AVX2.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { avx2(task, first, out) },
        // SAFETY: `Isa::available` makes this value only where the processor has these parts of AVX-512.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => unsafe { avx512(task, first, out) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<T: Kernel>(task: Task, first: u64, out: &mut [T]) {
    body(task, first, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl")]
fn avx512<T: Kernel>(task: Task, first: u64, out: &mut [T]) {
    body(task, first, out);
}

/// The bits of a batch, on cache lines of their own: a vector that straddles two lines costs twice.
#[repr(align(64))]
struct Batch([Tile; BATCH]);

#[inline(always)]
fn body<T: Kernel>(task: Task, first: u64, out: &mut [T]) {
    if out.len() == T::TILE {
        // A single draw: clearing a batch would cost more than the tile.
        let mut words = [[0; philox::TILE_WORDS]];
        philox::tiles(task.id, first, &mut words);
        return T::transform(task.noise, task.mirror, &words, out);
    }
    let mut batch = Batch([[0; philox::TILE_WORDS]; BATCH]);
    for (n, part) in out.chunks_mut(BATCH * T::TILE).enumerate() {
        let words = &mut batch.0[..part.len() / T::TILE];
        philox::tiles(task.id, first.wrapping_add((n * BATCH) as u64), words);
        T::transform(task.noise, task.mirror, words, part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits_of<T: Kernel + bytemuck::NoUninit>(isa: Isa, task: Task, tiles: usize) -> Vec<u8> {
        let mut out = vec![T::default(); tiles * T::TILE];
        fill(isa, task, u64::MAX / 3, &mut out);
        bytemuck::cast_slice(&out).to_vec()
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        // The test that would notice a compiler that fuses or reorders: 5 laws, both images, 51,200 and 25,600 draws each.
        println!("instruction sets: {:?}", Isa::available().collect::<Vec<_>>());
        for noise in Noise::ALL {
            for mirror in [Mirror::Plain, Mirror::Reflected] {
                let task = Task { noise, mirror, id: [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210] };
                let plain = (bits_of::<f32>(Isa::Plain, task, 1600), bits_of::<f64>(Isa::Plain, task, 1600));
                for isa in Isa::available() {
                    assert!(bits_of::<f32>(isa, task, 1600) == plain.0, "f32 {noise:?} {mirror:?} {isa:?}");
                    assert!(bits_of::<f64>(isa, task, 1600) == plain.1, "f64 {noise:?} {mirror:?} {isa:?}");
                }
            }
        }
    }
}
