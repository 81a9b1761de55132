//! Scrambled Sobol' points: noise whose draws fill the cube evenly.

mod directions;
mod scramble;
#[cfg(test)]
mod tests;
mod transform;

pub use transform::FromBits;

use super::{Key, Noise, NoiseFloat};
use rayon::prelude::*;
use scramble::{Seeds, mixed, scrambled};

/// Numbers that one thread makes at a time in [`SobolStream::fill_parallel`], about half a millisecond.
const PIECE: usize = 1 << 13;

/// Noise of shape `[draws, rows, width]` where the draws of each row are a scrambled Sobol' set of points in `width` dimensions.
///
/// Every single draw has its law, independent of the draws of all other rows; the draws of one row depend on each other so that `2^m`
/// of them, from the first on, lie one in each of the `2^m` equal parts of every coordinate, and as evenly as a digital net can in
/// several coordinates. A mean over `S` draws is unbiased; its variance falls faster than `1/S` for square-integrable functions, up to
/// about `S^-3` for smooth functions of few coordinates (Owen 1997), and best where `S` is a power of two.
///
/// - **Points.** Direction numbers of Joe and Kuo (2008) for the first [`COORDINATES`](Self::COORDINATES) coordinates, in natural order;
///   coordinates beyond are independent draws.
/// - **Scrambling.** Nested uniform (Owen 1995), exact for up to 2^30 draws: each node of a coordinate's binary tree has its own random bit,
///   and below the digits that tell the points apart each point has its own. The bits of rows and coordinates come from the stream
///   (Philox), those of the nodes from `SplitMix64` seeded by it.
/// - **Values.** The inverse distribution function of `(k + ½) / 2^64` (uniform draws: `/ 2^52`, in `f32` `/ 2^23`), both tails with full
///   relative accuracy: never 0 or 1, never infinite. `f32` draws are those of `f64`, rounded, except uniform ones. Normal draws beyond
///   1.44 take the platform's logarithm; all others are the same bits everywhere.
///
/// A number depends on (seed, site, step, row, draw, coordinate) alone, not on the shape that was asked for.
///
/// ```
/// use reparam_core::noise::{Key, Noise};
/// let points = Key::new(7).site("encoder").step(0).sobol();
/// let mut u = [0.0_f64; 8];
/// points.fill(Noise::Uniform, [8, 1, 1], 0, &mut u);
/// let mut parts = u.map(|u| (8.0 * u) as usize);
/// parts.sort();
/// assert_eq!(parts, [0, 1, 2, 3, 4, 5, 6, 7]); // one in each eighth
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SobolStream {
    key: Key,
    step: u64,
}

impl SobolStream {
    /// Coordinates that are Sobol' points.
    pub const COORDINATES: usize = directions::COORDINATES;

    pub(super) const fn new(key: Key, step: u64) -> Self {
        // A site of its own: the points share no bits with the stream's other branches.
        Self { key: key.site("sobol"), step }
    }

    /// All draws of rows `first_row`, `first_row + 1`, … into `out`, row-major `[draws, rows, width]`, on this thread.
    ///
    /// Where `out` is longer than the shape its further places stay as they are; where it is shorter the first places are written.
    pub fn fill<T: NoiseFloat>(&self, noise: Noise, shape: [usize; 3], first_row: u64, out: &mut [T]) {
        if let Some(job) = Job::new(self, noise, shape, first_row) {
            job.fill(0, job.part_of(out));
        }
    }

    /// The same bits as [`fill`](Self::fill), made on the threads of the current rayon pool.
    pub fn fill_parallel<T: NoiseFloat>(&self, noise: Noise, shape: [usize; 3], first_row: u64, out: &mut [T]) {
        let Some(job) = Job::new(self, noise, shape, first_row) else { return };
        let draws = PIECE.div_ceil(job.seeds.len());
        let pieces = job.part_of(out).par_chunks_mut(draws.saturating_mul(job.seeds.len()));
        pieces.enumerate().for_each(|(n, piece)| job.fill((n * draws) as u64, piece));
    }

    /// The seeds of the coordinates of a row.
    fn seeds(&self, row: u64, width: usize) -> impl Iterator<Item = Seeds> + use<> {
        let stream = self.key.number(row).step(self.step);
        (0..width as u64).map(move |c| Seeds { tree: stream.bits(2 * c), shift: stream.bits(2 * c + 1) })
    }
}

/// What all draws of a call share.
struct Job {
    noise: Noise,
    draws: usize,
    /// `[rows, width]`.
    seeds: Vec<Seeds>,
    width: usize,
    /// For each bit of the draw's number the exclusive or of the directions up to it: what counting up to a multiple of `2^bit` flips.
    flips: Vec<Vec<u64>>,
}

impl Job {
    /// Nothing where the shape has no places.
    fn new(of: &SobolStream, noise: Noise, [draws, rows, width]: [usize; 3], first_row: u64) -> Option<Self> {
        if draws == 0 || rows == 0 || width == 0 {
            return None;
        }
        let seeds = (0..rows as u64).flat_map(|n| of.seeds(first_row.wrapping_add(n), width)).collect();
        let bits = usize::BITS - (draws - 1).leading_zeros();
        let mut flips = directions::directions(bits as usize, width.min(SobolStream::COORDINATES));
        for bit in 1..flips.len() {
            let (before, after) = flips.split_at_mut(bit);
            after[0].iter_mut().zip(&before[bit - 1]).for_each(|(v, sum)| *v ^= sum);
        }
        Some(Self { noise, draws, seeds, width, flips })
    }

    fn part_of<'a, T>(&self, out: &'a mut [T]) -> &'a mut [T] {
        let count = self.draws.saturating_mul(self.seeds.len()).min(out.len());
        &mut out[..count]
    }

    /// Draws `first`, `first + 1`, …, as many as `out` has places for.
    fn fill<T: NoiseFloat>(&self, first: u64, out: &mut [T]) {
        let mut point = vec![0; self.width.min(SobolStream::COORDINATES)];
        for bit in 0..self.flips.len() {
            // Bit `b` of the number brings in direction `b`, which is what two neighbouring sums differ by.
            if first >> bit & 1 == 1 {
                flip(&mut point, &self.flips[bit]);
                if bit > 0 {
                    flip(&mut point, &self.flips[bit - 1]);
                }
            }
        }
        for (draw, block) in (first..).zip(out.chunks_mut(self.seeds.len())) {
            if draw > first {
                flip(&mut point, &self.flips[draw.trailing_zeros() as usize]);
            }
            for (row, seeds) in block.chunks_mut(self.width).zip(self.seeds.chunks(self.width)) {
                let (directed, beyond) = seeds.split_at(point.len());
                let (here, there) = row.split_at_mut(point.len().min(row.len()));
                for ((x, point), seeds) in here.iter_mut().zip(&point).zip(directed) {
                    *x = T::from_bits(self.noise, scrambled(*point, *seeds));
                }
                for (x, seeds) in there.iter_mut().zip(beyond) {
                    *x = T::from_bits(self.noise, mixed(seeds.tree, draw) ^ seeds.shift);
                }
            }
        }
    }
}

fn flip(point: &mut [u64], by: &[u64]) {
    point.iter_mut().zip(by).for_each(|(x, v)| *x ^= v);
}
