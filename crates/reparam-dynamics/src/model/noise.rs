//! The density of one measurement.

use crate::problem::{NoiseLaw, Scale};
use reparam_core::noise::{Noise, Stream};
use std::f64::consts::{LN_2, LN_10, TAU};

/// The log density of a measurement, with its derivatives by what the model says (linear scale) and by the noise's scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Likelihood {
    pub(super) log: f64,
    pub(super) by_expected: f64,
    pub(super) by_noise: f64,
    /// `(T(measurement) - T(expected)) / noise`, `T` the scale.
    pub(super) residual: f64,
}

/// The density of the measurement itself: on a logarithmic scale with the derivative of the logarithm as a factor.
pub(super) fn likelihood(law: NoiseLaw, scale: Scale, measured: f64, expected: f64, noise: f64) -> Likelihood {
    let residual = (scale.of(measured) - scale.of(expected)) / noise;
    let jacobian = match scale {
        Scale::Lin => 0.0,
        Scale::Ln => -measured.ln(),
        Scale::Log10 => -measured.ln() - LN_10.ln(),
    };
    let (log, pull, by_noise) = match law {
        NoiseLaw::Normal => {
            (-0.5 * TAU.ln() - noise.ln() - 0.5 * residual * residual, residual, (residual * residual - 1.0) / noise)
        }
        NoiseLaw::Laplace => (-LN_2 - noise.ln() - residual.abs(), residual.signum(), (residual.abs() - 1.0) / noise),
    };
    let by_expected = pull / (noise * scale.back_slope(expected));
    Likelihood { log: log + jacobian, by_expected, by_noise, residual }
}

/// A measurement as it might have been.
pub(super) fn replicate(law: NoiseLaw, scale: Scale, expected: f64, noise: f64, stream: &Stream, index: u64) -> f64 {
    let draw: f64 = match law {
        NoiseLaw::Normal => stream.draw(Noise::StandardNormal, index),
        NoiseLaw::Laplace => {
            // Two exponential draws are as far apart as a Laplace draw is from 0.
            let of = |at| -> f64 { stream.draw(Noise::Exponential, at) };
            of(2 * index) - of(2 * index + 1)
        }
    };
    scale.back(scale.of(expected) + noise * draw)
}
