//! `y = ln(z/d)` of draws, from the noise of a stream.

use super::lanes::{LANES, attempt, attempts, attempts_each, lower, lower_each};
use crate::noise::{Noise, Stream};

/// Draws at a time: all that a block needs stays in the first-level cache. Blocks begin at multiples of it, where tiles of noise do.
pub(super) const BLOCK: usize = 512;

/// Room for one number of each draw of a block.
#[repr(align(64))]
pub(super) struct Lanes(pub [f64; BLOCK]);

impl Lanes {
    pub(super) const fn new() -> Self {
        Self([0.0; BLOCK])
    }
}

/// Places of blocks in a range of draws: where each starts and how long it is.
pub(super) fn blocks(first: u64, count: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let index = first.wrapping_add(start as u64);
        let length = (BLOCK - (index % BLOCK as u64) as usize).min(count - start);
        let block = (start, length);
        start += length;
        (length > 0).then_some(block)
    })
}

/// Tries before a draw settles for `d`, about the mode: more than 95 in 100 are accepted, so this happens once in 10^130 draws.
const TRIES: u64 = 100;

/// The streams that draws read: try k takes a normal number from branch k and an exponential one from branch 0 of that; the power of
/// a uniform number that lowers a shape below 1 has a branch of its own. So draw i depends on stream, index and shape alone.
pub(super) struct Tries<'a> {
    stream: &'a Stream,
    first: [Stream; 2],
    second: [Stream; 2],
    lowering: Stream,
}

impl<'a> Tries<'a> {
    pub(super) fn new(stream: &'a Stream) -> Self {
        Self { stream, first: numbers(stream, 0), second: numbers(stream, 1), lowering: lowering(stream) }
    }

    /// The first draws of `y` from `index` on; what follows up to a whole number of lanes is without meaning.
    pub(super) fn block(&self, index: u64, count: usize, concentration: f64, (d, c): (f64, f64), y: &mut Lanes) {
        let (mut other, whole) = (Lanes::new(), count.next_multiple_of(LANES));
        self.first[0].fill(Noise::StandardNormal, index, &mut y.0[..count]);
        self.first[1].fill(Noise::Exponential, index, &mut other.0[..count]);
        attempts(&mut y.0[..whole], &other.0[..whole], d, c);
        for (y, i) in y.0[..count].iter_mut().zip(0..) {
            if y.is_nan() {
                *y = self.later(index.wrapping_add(i), d, c);
            }
        }
        if concentration < 1.0 {
            self.lowering.fill(Noise::Exponential, index, &mut other.0[..count]);
            lower(&mut y.0[..whole], &other.0[..whole], concentration);
        }
    }

    /// The same with a shape for each draw, whose `d` is written to `scales`.
    pub(super) fn block_each(
        &self,
        index: u64,
        count: usize,
        concentrations: &Lanes,
        y: &mut Lanes,
        scales: &mut Lanes,
    ) {
        let (mut other, whole) = (Lanes::new(), count.next_multiple_of(LANES));
        self.first[0].fill(Noise::StandardNormal, index, &mut y.0[..count]);
        self.first[1].fill(Noise::Exponential, index, &mut other.0[..count]);
        attempts_each(&mut y.0[..whole], &other.0[..whole], &concentrations.0[..whole], &mut scales.0[..whole]);
        for (i, y) in y.0[..count].iter_mut().enumerate() {
            if y.is_nan() {
                let (d, c) = super::lanes::constants(concentrations.0[i]);
                *y = self.later(index.wrapping_add(i as u64), d, c);
            }
        }
        if concentrations.0[..count].iter().any(|a| *a < 1.0) {
            self.lowering.fill(Noise::Exponential, index, &mut other.0[..count]);
            lower_each(&mut y.0[..whole], &other.0[..whole], &concentrations.0[..whole]);
        }
    }

    /// The second try and all after it.
    #[cold]
    fn later(&self, index: u64, d: f64, c: f64) -> f64 {
        let y = one_try(&self.second, index, d, c);
        if y.is_nan() { tries_from(2, self.stream, index, d, c) } else { y }
    }
}

/// The draw of one index: the lanes of [`Tries::block`], one at a time.
pub(super) fn one(stream: &Stream, index: u64, concentration: f64, (d, c): (f64, f64)) -> f64 {
    let y = tries_from(0, stream, index, d, c);
    if concentration < 1.0 {
        (y - lowering(stream).draw::<f64>(Noise::Exponential, index) / concentration).max(f64::MIN)
    } else {
        y
    }
}

/// The first accepted try from this one on.
fn tries_from(first: u64, stream: &Stream, index: u64, d: f64, c: f64) -> f64 {
    let mut tries = (first..TRIES).map(|number| one_try(&numbers(stream, number), index, d, c));
    tries.find(|y| !y.is_nan()).unwrap_or(0.0)
}

fn lowering(stream: &Stream) -> Stream {
    stream.branch(u64::MAX)
}

fn numbers(stream: &Stream, number: u64) -> [Stream; 2] {
    let branch = stream.branch(number);
    [branch, branch.branch(0)]
}

fn one_try([normal, exponential]: &[Stream; 2], index: u64, d: f64, c: f64) -> f64 {
    attempt(normal.draw(Noise::StandardNormal, index), exponential.draw(Noise::Exponential, index), d, c)
}
