//! Plans: how draws depend on one another.

use super::kernel::Mirror;
use super::stream::{in_pieces, split_at_last_index};
use super::{Noise, NoiseFloat, Stream};
use std::num::NonZeroU64;

/// How the draws of a stream depend on one another: the caller's choice, beside the stream.
///
/// Every single draw has its law whatever the plan. A mirrored draw is `-z` for normal and logistic, `1 - u` for uniform, both
/// exactly, and the transform of `1 - u` for exponential and Gumbel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Plan {
    /// All draws are independent.
    #[default]
    Independent,
    /// Draw `2 i` is the stream's draw `i`, and draw `2 i + 1` mirrors it (Hammersley and Morton 1956).
    Antithetic,
    /// Blocks of that many draws: block `2 b` is the stream's block `b`, and block `2 b + 1` mirrors it place by place. For noise of
    /// shape `[S, N, K]` a block of `N K` draws makes antithetic pairs of samples.
    AntitheticBlocks(NonZeroU64),
    /// The step is left out: every step sees the numbers of step 0.
    Common,
}

/// A stream read through a [`Plan`].
///
/// ```
/// use reparam_core::noise::{Key, Noise, Plan};
/// let pairs = Key::new(1).step(0).plan(Plan::Antithetic);
/// let mut z = [0.0_f32; 6];
/// pairs.fill(Noise::StandardNormal, 0, &mut z);
/// assert_eq!(z[1], -z[0]);
/// assert_eq!(z[5], -z[4]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlannedStream {
    stream: Stream,
    plan: Plan,
}

/// Blocks from this width on are filled in place, narrower ones by way of a window.
const WIDE: u64 = 512;
/// Draws of the plan in a window.
const WINDOW: usize = 1024;
/// The stream's draws in a window: half as many, and at both ends the rest of a block.
const BASE: usize = WINDOW / 2 + 2 * WIDE as usize;

impl PlannedStream {
    pub(super) const fn new(stream: Stream, plan: Plan) -> Self {
        let stream = if let Plan::Common = plan { stream.common() } else { stream };
        Self { stream, plan }
    }

    /// The plan.
    pub const fn plan(&self) -> Plan {
        self.plan
    }

    /// The stream that is read; for [`Plan::Common`] that of step 0.
    pub const fn stream(&self) -> Stream {
        self.stream
    }

    /// Draws `first`, `first + 1`, … of the plan into `out`, on this thread.
    pub fn fill<T: NoiseFloat>(&self, noise: Noise, first: u64, out: &mut [T]) {
        let (out, wrapped) = split_at_last_index(first, out);
        if !wrapped.is_empty() {
            self.fill(noise, 0, wrapped);
        }
        match self.width() {
            None => self.stream.fill(noise, first, out),
            Some(width) if width >= WIDE => {
                for_blocks(width, first, out, |mirror, base, part| {
                    self.stream.fill_mirrored(noise, mirror, base, part);
                });
            }
            Some(width) => self.fill_windows(width, noise, first, out),
        }
    }

    /// The same bits as [`fill`](Self::fill), made on the threads of the current rayon pool.
    pub fn fill_parallel<T: NoiseFloat>(&self, noise: Noise, first: u64, out: &mut [T]) {
        in_pieces(first, out, |first, out| self.fill(noise, first, out));
    }

    /// Draw `index` of the plan.
    #[must_use]
    pub fn draw<T: NoiseFloat>(&self, noise: Noise, index: u64) -> T {
        let mut out = [T::default()];
        self.fill(noise, index, &mut out);
        out[0]
    }

    const fn width(&self) -> Option<u64> {
        match self.plan {
            Plan::Independent | Plan::Common => None,
            Plan::Antithetic => Some(1),
            Plan::AntitheticBlocks(width) => Some(width.get()),
        }
    }

    fn fill_windows<T: NoiseFloat>(&self, width: u64, noise: Noise, first: u64, out: &mut [T]) {
        let mut images = [[T::default(); BASE]; 2];
        for (n, part) in out.chunks_mut(WINDOW).enumerate() {
            let first = first + (n * WINDOW) as u64;
            let start = first / 2 / width * width;
            let last = first + (part.len() as u64 - 1);
            let count = ((last / 2 / width + 1) * width - start) as usize;
            for (image, mirror) in images.iter_mut().zip([Mirror::Plain, Mirror::Reflected]) {
                self.stream.fill_mirrored(noise, mirror, start, &mut image[..count]);
            }
            for_blocks(width, first, part, |mirror, base, part| {
                let from = (base - start) as usize;
                part.copy_from_slice(&images[mirror as usize][from..from + part.len()]);
            });
        }
    }
}

/// Cuts a range of the plan at the ends of blocks; `each` gets the image, the stream's first index, and the place for the draws.
fn for_blocks<T>(width: u64, first: u64, out: &mut [T], mut each: impl FnMut(Mirror, u64, &mut [T])) {
    let (mut block, mut skip, mut rest) = (first / width, first % width, out);
    while !rest.is_empty() {
        let length = (width - skip).min(rest.len() as u64) as usize;
        let (part, after) = rest.split_at_mut(length);
        let mirror = if block % 2 == 0 { Mirror::Plain } else { Mirror::Reflected };
        each(mirror, block / 2 * width + skip, part);
        (block, skip, rest) = (block.wrapping_add(1), 0, after);
    }
}
