//! Gamma draws by the block, with their derivative in the shape.
//!
//! A draw is that of Marsaglia and Tsang (2000), `d (1 + c x)³`, made in log space. The tries of a block are made side by side in vector
//! instructions; the few that are refused are tried again one by one. A draw depends on stream, index and shape alone, so that any
//! cut of a range, on any number of threads, gives the same bits.
//!
//! The derivative is implicit (Figurnov et al. 2018). One shape for all draws has polynomials of its own ([`GammaPath`]); shapes that differ
//! from draw to draw go through [`gamma_slope`].
//!
//! This stands in `law` and not in `kernel`, because it reads noise and special functions, which lie above `kernel`.

mod elementwise;
mod interpolant;
mod lanes;
#[cfg(test)]
mod tests;
mod tries;

pub use elementwise::{fill_gammas, fill_gammas_with_slopes};

use super::super::{Parameter, ParameterError, Support};
use crate::noise::{NoiseFloat, Stream};
use crate::special::log_gamma_slope;
use interpolant::{Interpolant, scaled_slopes};
use lanes::{LANES, constants, exp_parts, scaled_exp, times_power_of_two};
use tries::{Lanes, Tries, blocks};

#[cfg(doc)]
use crate::special::gamma_slope;

/// What is given of each draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GammaSpace {
    /// The draw, held within the positive, normal numbers of their type. For shapes below about 0.01 some lie below all of these.
    Value,
    /// Its logarithm, for all shapes.
    Logarithm,
    /// One over it, of the inverse gamma law; held within the positive, normal numbers.
    Reciprocal,
}

impl GammaSpace {
    /// The power of the draw that is given.
    fn sign(self) -> f64 {
        if self == Self::Reciprocal { -1.0 } else { 1.0 }
    }

    /// Least logarithm of a draw at which slopes are taken: a draw that was lifted to the smallest number, or a reciprocal that was
    /// lowered to the largest, has the slope of that number.
    fn lowest(self) -> f64 {
        match self {
            Self::Value => f64::MIN_POSITIVE.ln(),
            Self::Logarithm => f64::MIN,
            Self::Reciprocal => -f64::MAX.ln(),
        }
    }
}

/// The types that gamma draws come in: `f64`, and `f32`, which is the `f64` draw rounded.
pub trait GammaFloat: NoiseFloat {
    /// The nearest number of this type; draws that are too small or too large for it become its smallest or largest normal number.
    fn rounded(value: f64, space: GammaSpace) -> Self;
    /// The number itself.
    fn exact(self) -> f64;
}

impl GammaFloat for f64 {
    fn rounded(value: f64, _: GammaSpace) -> Self {
        value
    }

    fn exact(self) -> f64 {
        self
    }
}

impl GammaFloat for f32 {
    fn rounded(value: f64, space: GammaSpace) -> Self {
        let x = value as Self;
        match space {
            GammaSpace::Logarithm => x,
            GammaSpace::Value | GammaSpace::Reciprocal => x.clamp(Self::MIN_POSITIVE, Self::MAX),
        }
    }

    fn exact(self) -> f64 {
        f64::from(self)
    }
}

const NAME: &str = "gamma";
const CONCENTRATION: Parameter = Parameter::scalar("concentration", Support::Positive);
const RATE: Parameter = Parameter::scalar("rate", Support::Positive);

/// Draws of a gamma law with shape `concentration` and inverse scale `rate`, by the block.
///
/// ```
/// use reparam_core::law::{GammaKernel, GammaSpace::Value};
/// use reparam_core::noise::Key;
/// let (gamma, stream) = (GammaKernel::new(0.5, 2.0).unwrap(), Key::new(1).step(0));
/// let mut draws = [0.0; 1000];
/// gamma.fill(Value, &stream, 0, &mut draws);
/// assert_eq!(draws[999], gamma.draw(Value, &stream, 999));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GammaKernel {
    concentration: f64,
    rate: f64,
    /// `d`, `c` of the draw.
    constants: (f64, f64),
    /// `d/rate` as `m 2^e`, and its logarithm.
    scale: (f64, f64),
    log_scale: f64,
}

impl GammaKernel {
    /// The draws of this shape and inverse scale.
    ///
    /// # Errors
    ///
    /// `concentration` or `rate` not finite and positive.
    pub fn new(concentration: f64, rate: f64) -> Result<Self, ParameterError> {
        ParameterError::check(NAME, CONCENTRATION, &[concentration])?;
        ParameterError::check(NAME, RATE, &[rate])?;
        Ok(Self::of(concentration, rate))
    }

    /// The same for parameters that were checked.
    pub(in crate::law) fn of(concentration: f64, rate: f64) -> Self {
        let (d, c) = constants(concentration);
        let ((dm, de), (rm, re)) = (split(d), split(rate));
        let log_scale = if rate == 1.0 { d.ln() } else { d.ln() - rate.ln() };
        Self { concentration, rate, constants: (d, c), scale: (dm / rm, de - re), log_scale }
    }

    /// Draws `first`, `first + 1`, … of a stream.
    pub fn fill<T: GammaFloat>(&self, space: GammaSpace, stream: &Stream, first: u64, out: &mut [T]) {
        self.each_block(space, stream, first, out.len(), |start, _, draws| store(space, draws, &mut out[start..]));
    }

    /// Draw `index`: some hundred nanoseconds, since noise is made by the tile.
    #[must_use]
    pub fn draw(&self, space: GammaSpace, stream: &Stream, index: u64) -> f64 {
        let y = tries::one(stream, index, self.concentration, self.constants);
        match space {
            GammaSpace::Logarithm => self.log_scale + y,
            GammaSpace::Value | GammaSpace::Reciprocal => {
                let ((p, n), (mantissa, exponent)) = (exp_parts(space.sign() * y), self.scale_of(space));
                times_power_of_two(mantissa * p, n + exponent)
            }
        }
    }

    /// The draws with their derivatives. Makes polynomials for this shape, in about three microseconds.
    #[must_use]
    pub fn path(&self) -> GammaPath {
        GammaPath { kernel: *self, interpolant: Interpolant::new(self.concentration) }
    }

    /// `(d/rate)^±1` as `m 2^e`.
    fn scale_of(&self, space: GammaSpace) -> (f64, f64) {
        let (mantissa, exponent) = self.scale;
        if space == GammaSpace::Reciprocal { (1.0 / mantissa, -exponent) } else { (mantissa, exponent) }
    }

    /// Gives `take` the draws of each block: where it starts, `y`, and what is asked for of the draws.
    fn each_block(
        &self,
        space: GammaSpace,
        stream: &Stream,
        first: u64,
        count: usize,
        mut take: impl FnMut(usize, &mut Lanes, &[f64]),
    ) {
        let (tries, mut y, mut draws) = (Tries::new(stream), Lanes::new(), Lanes::new());
        for (start, length) in blocks(first, count) {
            tries.block(first.wrapping_add(start as u64), length, self.concentration, self.constants, &mut y);
            let whole = length.next_multiple_of(LANES);
            match space {
                GammaSpace::Logarithm => {
                    draws.0[..length].iter_mut().zip(&y.0).for_each(|(x, y)| *x = self.log_scale + y);
                }
                GammaSpace::Value | GammaSpace::Reciprocal => {
                    let (mantissa, exponent) = self.scale_of(space);
                    scaled_exp(&y.0[..whole], space.sign(), mantissa, exponent, &mut draws.0[..whole]);
                }
            }
            take(start, &mut y, &draws.0[..length]);
        }
    }
}

/// `x = m 2^e`, `m` in [1, 2).
fn split(x: f64) -> (f64, f64) {
    let (x, shift) = if x < f64::MIN_POSITIVE { (x * 18_446_744_073_709_551_616.0, -64.0) } else { (x, 0.0) };
    let exponent = (x.to_bits() >> 52) as f64 - 1023.0;
    (f64::from_bits((x.to_bits() & ((1 << 52) - 1)) | (1023 << 52)), exponent + shift)
}

fn store<T: GammaFloat>(space: GammaSpace, values: &[f64], out: &mut [T]) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = T::rounded(*value, space);
    }
}

/// The draws of a [`GammaKernel`] with their derivatives in the shape.
///
/// The derivative is that of [`gamma_slope`] at the draw, by polynomials of this shape: relative error at most 1e-13 beside the
/// draw's own rounding (measured: 1e-14 against the table of mpmath), though not the same bits. It depends on stream, index and shape alone.
///
/// ```
/// use reparam_core::law::{GammaKernel, GammaSpace::Value};
/// use reparam_core::{noise::Key, special::gamma_slope};
/// let (path, stream) = (GammaKernel::new(0.5, 1.0).unwrap().path(), Key::new(1).step(0));
/// let (mut draws, mut slopes) = ([0.0; 100], [0.0; 100]);
/// path.fill(Value, &stream, 0, &mut draws, &mut slopes);
/// assert!((slopes[7] / gamma_slope(0.5, draws[7]) - 1.0).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct GammaPath {
    kernel: GammaKernel,
    interpolant: Interpolant,
}

impl GammaPath {
    /// What [`GammaKernel::fill`] gives, same bits, with the derivative of each in `concentration`.
    pub fn fill<T: GammaFloat>(&self, space: GammaSpace, stream: &Stream, first: u64, out: &mut [T], slopes: &mut [T]) {
        self.each_block(space, stream, first, out.len(), |start, draws, block_slopes| {
            store(space, draws, &mut out[start..]);
            store(GammaSpace::Logarithm, block_slopes, &mut slopes[start..]);
        });
    }

    /// The same with rows `[d/dconcentration, d/drate]`; the second is `-x/rate`, of a logarithm `-1/rate`, of a reciprocal `x/rate`.
    pub fn fill_rows(&self, space: GammaSpace, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
        let rows = slopes.as_chunks_mut::<2>().0;
        let rate = self.kernel.rate;
        self.each_block(space, stream, first, out.len(), |start, draws, block_slopes| {
            out[start..start + draws.len()].copy_from_slice(draws);
            for ((row, x), slope) in rows.iter_mut().skip(start).zip(draws).zip(block_slopes) {
                let x = if space == GammaSpace::Logarithm { 1.0 } else { *x };
                *row = [*slope, -space.sign() * x / rate];
            }
        });
    }

    fn each_block(
        &self,
        space: GammaSpace,
        stream: &Stream,
        first: u64,
        count: usize,
        mut take: impl FnMut(usize, &[f64], &[f64]),
    ) {
        let (a, mut slopes) = (self.kernel.concentration, Lanes::new());
        let floor = space.lowest() - self.kernel.log_scale;
        self.kernel.each_block(space, stream, first, count, |start, y, draws| {
            let whole = draws.len().next_multiple_of(LANES);
            y.0[..whole].iter_mut().for_each(|y| *y = if *y < floor { floor } else { *y });
            scaled_slopes(&y.0[..whole], &self.interpolant, &mut slopes.0[..whole]);
            for (slope, y) in slopes.0[..draws.len()].iter_mut().zip(&y.0) {
                if slope.is_nan() {
                    *slope = a * log_gamma_slope(a, self.kernel.constants.0.ln() + y);
                }
            }
            match space {
                GammaSpace::Value | GammaSpace::Reciprocal => {
                    slopes.0.iter_mut().zip(draws).for_each(|(slope, x)| *slope *= space.sign() * x / a);
                }
                GammaSpace::Logarithm => slopes.0[..draws.len()].iter_mut().for_each(|slope| *slope /= a),
            }
            take(start, draws, &slopes.0[..draws.len()]);
        });
    }
}
