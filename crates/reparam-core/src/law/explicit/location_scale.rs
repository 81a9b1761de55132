//! What all laws of `loc + scale · z` share, `z` of a fixed standard law.

use crate::noise::{Noise, Stream};

/// The law at location 0 and scale 1; `z` may be any number.
pub(super) trait Standard {
    const MEAN: f64;
    const VARIANCE: f64;
    const ENTROPY: f64;

    fn log_density(z: f64) -> f64;

    /// `d log p / dz`, `NaN` at a corner.
    fn slope(z: f64) -> f64;

    /// The slope that the score takes: at a corner the middle of both sides.
    fn score_slope(z: f64) -> f64 {
        Self::slope(z)
    }

    fn cdf(z: f64) -> f64;

    fn survival(z: f64) -> f64;

    fn log_cdf(z: f64) -> f64;

    fn log_survival(z: f64) -> f64;

    fn quantile(p: f64) -> f64;

    fn upper_quantile(p: f64) -> f64;

    /// The map from base noise.
    fn draw(noise: f64) -> f64;
}

/// Draws at a time: they stay in the first-level cache from noise to draw.
const PIECE: usize = 1 << 10;

/// Draws of `loc + scale · z`.
pub(super) fn fill<S: Standard>(noise: Noise, [loc, scale]: [f64; 2], stream: &Stream, first: u64, out: &mut [f64]) {
    for (k, out) in out.chunks_mut(PIECE).enumerate() {
        stream.fill(noise, first.wrapping_add((k * PIECE) as u64), out);
        for x in out {
            *x = loc + scale * S::draw(*x);
        }
    }
}

/// The same with the derivatives `[1, z]` of each.
pub(super) fn fill_pathwise<S: Standard>(
    noise: Noise,
    [loc, scale]: [f64; 2],
    stream: &Stream,
    first: u64,
    out: &mut [f64],
    slopes: &mut [f64],
) {
    for (k, (out, slopes)) in out.chunks_mut(PIECE).zip(slopes.chunks_mut(2 * PIECE)).enumerate() {
        stream.fill(noise, first.wrapping_add((k * PIECE) as u64), out);
        for (x, slopes) in out.iter_mut().zip(slopes.as_chunks_mut::<2>().0) {
            let z = S::draw(*x);
            *slopes = [1.0, z];
            *x = loc + scale * z;
        }
    }
}

/// Type, constructor and laws of `loc + scale · z` for a family whose standard law is an `impl Standard` of the type.
macro_rules! location_scale {
    ($(#[$doc:meta])* $law:ident $({ $($more:tt)* })?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $law {
            loc: f64,
            scale: f64,
        }

        impl $law {
            /// The law with this location and scale.
            ///
            /// # Errors
            ///
            /// `loc` not finite, `scale` not finite and positive.
            pub fn new(loc: f64, scale: f64) -> Result<Self, ParameterError> {
                FAMILY.check(&[loc, scale])?;
                Ok(Self { loc, scale })
            }

            /// The law of location 0 and scale 1.
            pub const fn standard() -> Self {
                Self { loc: 0.0, scale: 1.0 }
            }

            fn standardise(&self, x: f64) -> f64 {
                (x - self.loc) / self.scale
            }
        }

        impl Law for $law {
            identity!(FAMILY => loc, scale);
            $($($more)*)?

            fn support(&self) -> Support {
                Support::Real
            }

            fn log_prob(&self, x: f64) -> f64 {
                Self::log_density(self.standardise(x)) - self.scale.ln()
            }

            fn cdf(&self, x: f64) -> f64 {
                <Self as Standard>::cdf(self.standardise(x))
            }

            fn survival(&self, x: f64) -> f64 {
                <Self as Standard>::survival(self.standardise(x))
            }

            fn log_cdf(&self, x: f64) -> f64 {
                <Self as Standard>::log_cdf(self.standardise(x))
            }

            fn log_survival(&self, x: f64) -> f64 {
                <Self as Standard>::log_survival(self.standardise(x))
            }

            fn quantile(&self, probability: f64) -> f64 {
                self.loc + self.scale * <Self as Standard>::quantile(probability)
            }

            fn upper_quantile(&self, probability: f64) -> f64 {
                self.loc + self.scale * <Self as Standard>::upper_quantile(probability)
            }

            fn mean(&self) -> f64 {
                self.loc + self.scale * Self::MEAN
            }

            fn variance(&self) -> f64 {
                self.scale * self.scale * Self::VARIANCE
            }

            fn mode(&self) -> f64 {
                self.loc
            }

            fn entropy(&self) -> f64 {
                Self::ENTROPY + self.scale.ln()
            }

            fn score(&self, x: f64, out: &mut [f64]) {
                let z = self.standardise(x);
                let slope = Self::score_slope(z);
                write(out, &[-slope / self.scale, -(1.0 + z * slope) / self.scale]);
            }

            fn log_prob_slope(&self, x: f64) -> f64 {
                Self::slope(self.standardise(x)) / self.scale
            }

            fn draw(&self, noise: f64) -> f64 {
                self.loc + self.scale * <Self as Standard>::draw(noise)
            }

            fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
                location_scale::fill::<Self>(FAMILY.noise, [self.loc, self.scale], stream, first, out);
            }
        }

        impl Pathwise for $law {
            fn pathwise(&self, z: f64, out: &mut [f64]) {
                write(out, &[1.0, self.standardise(z)]);
            }

            fn fill_pathwise(&self, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
                let parameters = [self.loc, self.scale];
                location_scale::fill_pathwise::<Self>(FAMILY.noise, parameters, stream, first, out, slopes);
            }
        }
    };
}
pub(super) use location_scale;
