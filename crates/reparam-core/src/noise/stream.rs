//! An infinite array of draws.

use super::kernel::{self, Isa, Mirror, Task, philox};
use super::{Key, Noise, NoiseFloat, Plan, PlannedStream, SobolStream};
use rayon::prelude::*;

/// Draws that one thread makes at a time: some ten microseconds, against about one to hand them over.
const PIECE: usize = 1 << 14;

/// The numbers of one seed, site and step, addressed by index. See the [module](super) for what holds.
///
/// Indices run over all of `u64` and wrap around.
///
/// ```
/// use reparam_core::noise::{Key, Noise};
/// let stream = Key::new(1).site("prior").step(3);
/// let mut draws = vec![0.0_f64; 1000];
/// stream.fill_parallel(Noise::Gumbel, 0, &mut draws);
/// assert_eq!(draws[999], stream.draw(Noise::Gumbel, 999));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stream {
    key: Key,
    step: u64,
    /// (upper half of the counter, key) of all blocks. A bijective image of (site, step) for each seed: streams of one seed never
    /// share a block, and neighbouring ones are not neighbours here.
    id: [u64; 2],
}

impl Stream {
    pub(super) const fn new(key: Key, step: u64) -> Self {
        Self { key, step, id: philox::block([key.site, step], key.seed) }
    }

    /// Draws `first`, `first + 1`, … into `out`, on this thread.
    pub fn fill<T: NoiseFloat>(&self, noise: Noise, first: u64, out: &mut [T]) {
        self.fill_mirrored(noise, Mirror::Plain, first, out);
    }

    /// The same bits as [`fill`](Self::fill), made on the threads of the current rayon pool.
    pub fn fill_parallel<T: NoiseFloat>(&self, noise: Noise, first: u64, out: &mut [T]) {
        in_pieces(first, out, |first, out| self.fill(noise, first, out));
    }

    /// Draw `index`. Costs about as much as 32 draws of [`fill`](Self::fill).
    #[must_use]
    pub fn draw<T: NoiseFloat>(&self, noise: Noise, index: u64) -> T {
        let mut out = [T::default()];
        self.fill(noise, index, &mut out);
        out[0]
    }

    /// Word `index` of the raw bits: those that `f64` draw `index` is made of, and, low half first, `f32` draws `2 index` and
    /// `2 index + 1`. (A normal draw shares two words with its partner, 8 places away in `f64`, 16 half-words away in `f32`.)
    #[must_use]
    pub const fn bits(&self, index: u64) -> u64 {
        let words = philox::TILE_WORDS as u64;
        let (tile, place) = (index / words, index % words);
        let block = tile * (words / 2) + place % (words / 2);
        philox::block([block, self.id[0]], self.id[1])[(place / (words / 2)) as usize]
    }

    /// This stream read through a plan.
    pub const fn plan(self, plan: Plan) -> PlannedStream {
        PlannedStream::new(self, plan)
    }

    /// Scrambled Sobol' points of this place, at the same step.
    #[must_use]
    pub const fn sobol(self) -> SobolStream {
        SobolStream::new(self.key, self.step)
    }

    /// The stream of step 0 of this place, whatever this stream's step: the same numbers at every step.
    #[must_use]
    pub const fn common(self) -> Self {
        Self::new(self.key, 0)
    }

    /// Branch `number` of this place, at the same step: a stream of its own, for draws that need several numbers or several tries.
    #[must_use]
    pub const fn branch(self, number: u64) -> Self {
        Self::new(self.key.number(number), self.step)
    }

    /// The seed and the site.
    pub const fn key(&self) -> Key {
        self.key
    }

    pub(super) fn fill_mirrored<T: NoiseFloat>(&self, noise: Noise, mirror: Mirror, first: u64, out: &mut [T]) {
        let (out, wrapped) = split_at_last_index(first, out);
        if !wrapped.is_empty() {
            self.fill_mirrored(noise, mirror, 0, wrapped);
        }
        let id = self.id;
        let (isa, task) = (Isa::best(), Task { noise, mirror, id });
        let mut tile = first / T::TILE as u64;
        let mut rest = out;
        let skip = (first % T::TILE as u64) as usize;
        if skip > 0 {
            let (head, after) = rest.split_at_mut(rest.len().min(T::TILE - skip));
            part_of_tile(isa, task, tile, skip, head);
            (tile, rest) = (tile + 1, after);
        }
        let (whole, tail) = rest.split_at_mut(rest.len() / T::TILE * T::TILE);
        kernel::fill(isa, task, tile, whole);
        part_of_tile(isa, task, tile + (whole.len() / T::TILE) as u64, 0, tail);
    }
}

/// The part of a range up to index `u64::MAX`, and the rest, which goes on at index 0.
pub(super) fn split_at_last_index<T>(first: u64, out: &mut [T]) -> (&mut [T], &mut [T]) {
    let last = usize::try_from(u64::MAX - first).unwrap_or(usize::MAX);
    let count = out.len().min(last.saturating_add(1));
    out.split_at_mut(count)
}

/// Draws `skip` and following of a tile; `out` ends within it.
fn part_of_tile<T: NoiseFloat>(isa: Isa, task: Task, tile: u64, skip: usize, out: &mut [T]) {
    // The largest tile, that of `f32`.
    let mut whole = [T::default(); <f32 as kernel::Kernel>::TILE];
    if !out.is_empty() {
        kernel::fill(isa, task, tile, &mut whole[..T::TILE]);
        out.copy_from_slice(&whole[skip..skip + out.len()]);
    }
}

/// Gives `fill` the pieces of a range, on all threads of the pool. Pieces begin where tiles do, so that no tile is made twice.
pub(super) fn in_pieces<T: NoiseFloat>(first: u64, out: &mut [T], fill: impl Fn(u64, &mut [T]) + Sync) {
    if out.len() < 2 * PIECE || rayon::current_num_threads() == 1 {
        return fill(first, out);
    }
    let (head, rest) = out.split_at_mut(PIECE - (first % PIECE as u64) as usize);
    let second = first.wrapping_add(head.len() as u64);
    rayon::join(
        || fill(first, head),
        || {
            rest.par_chunks_mut(PIECE)
                .enumerate()
                .for_each(|(n, piece)| fill(second.wrapping_add((n * PIECE) as u64), piece));
        },
    );
}
