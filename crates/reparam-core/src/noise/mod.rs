//! Noise that depends on (seed, site, step, index) alone.
//!
//! A [`Key`] names a place in a program (a seed and a site), a [`Stream`] is that place at one step: an infinite array of draws,
//! read at any index, in any order, in pieces of any size, on any number of threads, always the same bits. Nothing is stored and
//! nothing advances, so a new site shifts no other, a run of n steps is a prefix of a run of n + m, and a resumed run goes on exactly.
//!
//! - **Bits.** Philox4x32-10 (Salmon et al. 2011), which passes `BigCrush` also for neighbouring keys and counters. (seed, site, step)
//!   are turned into 128 bits by the same function, and those choose key and upper counter: two streams of one seed never share
//!   a block; two of different seeds share their numbers with probability 2^-128.
//! - **Draws.** Transforms of those bits made of correctly rounded operations alone, so that AVX-512, AVX2 and plain code give the
//!   same bits, chosen at run time. Every draw is finite. See [`Noise`] for each law's bits, range and error.
//! - **Plans.** Antithetic pairs and common numbers are a choice beside the stream: [`Stream::plan`].
//! - **Points.** Draws that fill the cube evenly, scrambled Sobol' points, are a face of the stream: [`Stream::sobol`].
//!
//! One stream serves one purpose: uniform and normal draws of the same stream at the same index come from the same bits.
//!
//! ```
//! use reparam_core::noise::{Key, Noise};
//! let stream = Key::new(7).site("encoder").step(0);
//! let mut all = [0.0_f32; 100];
//! stream.fill(Noise::StandardNormal, 0, &mut all);
//! let mut part = [0.0_f32; 10];
//! stream.fill(Noise::StandardNormal, 37, &mut part);
//! assert_eq!(part, all[37..47]);
//! ```

mod kernel;
mod key;
mod permutation;
mod plan;
mod sobol;
mod stream;

pub(crate) use kernel::log::ln_f64;
pub use key::Key;
pub use plan::{Plan, PlannedStream};
pub use sobol::SobolStream;
pub use stream::Stream;

/// The law of a draw; all are parameter-free.
///
/// Draw i reads its own bits: 64 of them in `f64`, 32 in `f32` (a normal draw shares those of two draws with one other). `u` below is
/// uniform on the lattice `(k + ½) / 2^b`, `b` the number of bits, which holds neither 0 nor 1 and is its own mirror image. Errors
/// are the worst over a spread of all words, measured by the kernels' own tests against `f64` logarithms and sines, in units of the
/// last place (for Gumbel of max(|x|, 1), because it passes through 0).
///
/// | law | formula | bits `b` | range, `f32` | range, `f64` | error, `f32`, `f64` |
/// |---|---|---|---|---|---|
/// | uniform | `u` | 23, 52 | [2^-24, 1 - 2^-24] | [2^-53, 1 - 2^-53] | 0, 0 |
/// | normal | `√(-2 ln u) (cos v, sin v)` | 39, 64 and, of `v`, 25, 54 | ±7.447 | ±9.493 | 3.8, 4 |
/// | exponential | `-ln u` | 32, 64 | [1.16e-10, 22.88] | [2.7e-20, 45.06] | 2.4, 2 |
/// | Gumbel | `-ln(-ln u)` | 32, 64 | [-3.131, 22.88] | [-3.809, 45.06] | 2.1, 2 |
/// | logistic | `ln u - ln(1 - u)` | 32, 64 | ±22.88 | ±45.06 | 3.3, 2 |
///
/// - **Tails.** A normal's radius takes the values `√(-2 ln u)`: in `f32` there are 8,373 of them above 6, 12 above 7, each times 2^25
///   angles, and a draw beyond the reach of 7.447 would come once in 10^13; in `f64` beyond 9.493 once in 10^20.
/// - **Near 0.** `1 - u` is held to its own last place, so that exponential draws, and normal radii, are as finely resolved near 0 as the
///   bits allow; logistic draws have full relative accuracy at both sides of 0. No draw is infinite or NaN, and none but
///   Gumbel's can be 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Noise {
    /// Uniform on (0, 1).
    Uniform,
    /// Normal with mean 0 and variance 1.
    StandardNormal,
    /// Exponential with rate 1.
    Exponential,
    /// Gumbel with location 0 and scale 1: `-ln` of an exponential draw.
    Gumbel,
    /// Logistic with location 0 and scale 1: the log-odds of a uniform draw.
    Logistic,
}

impl Noise {
    /// All laws.
    pub const ALL: [Self; 5] = [Self::Uniform, Self::StandardNormal, Self::Exponential, Self::Gumbel, Self::Logistic];
}

/// The types that draws come in: `f32` and `f64`. Sealed.
pub trait NoiseFloat: kernel::Kernel + sobol::FromBits {}

impl NoiseFloat for f32 {}
impl NoiseFloat for f64 {}
