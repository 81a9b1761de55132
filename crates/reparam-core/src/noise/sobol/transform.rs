//! Draws from 64 bits by inverse distribution functions.

use super::Noise;
use crate::noise::kernel::log::ln_f64;
use crate::special::normal_quantile;

/// What a float type brings to draws made one by one.
pub trait FromBits: Sized {
    /// The quantile of `(bits + ½) / 2^64`.
    fn from_bits(noise: Noise, bits: u64) -> Self;
}

impl FromBits for f64 {
    fn from_bits(noise: Noise, bits: u64) -> Self {
        // The smaller of u and 1 - u, with all its digits, and which it is.
        let upper = bits >> 63 == 1;
        let smaller = ((if upper { !bits } else { bits }) as Self + 0.5) * 2_f64.powi(-64);
        let larger = 1.0 - smaller;
        let (log_smaller, log_larger) = (ln_f64(smaller, 0.0, smaller - 1.0), ln_f64(larger, 0.0, -smaller));
        let exponential = -if upper { log_larger } else { log_smaller };
        match noise {
            Noise::Uniform => ((bits >> 12) as Self + 0.5) * 2_f64.powi(-52),
            Noise::StandardNormal if upper => -normal_quantile(smaller),
            Noise::StandardNormal => normal_quantile(smaller),
            Noise::Exponential => exponential,
            Noise::Gumbel => -ln_f64(exponential, 0.0, exponential - 1.0),
            Noise::Logistic if upper => log_larger - log_smaller,
            Noise::Logistic => log_smaller - log_larger,
        }
    }
}

impl FromBits for f32 {
    fn from_bits(noise: Noise, bits: u64) -> Self {
        match noise {
            // Rounding the `f64` could give 1.
            Noise::Uniform => ((bits >> 41) as Self + 0.5) * 2_f32.powi(-23),
            _ => <f64 as FromBits>::from_bits(noise, bits) as Self,
        }
    }
}
