//! An angle, and the side from which it is integrated.

use super::quadrature::{Integrand, long, short};
use crate::special::bessel::ratio_one;
use std::f64::consts::PI;

/// π minus its nearest `f64`.
const PI_REST: f64 = 1.2246467991473532e-16;

/// Half the exponent at which the integrals towards π are cut off: `e^-38` is a fifth of an ulp.
const CUT: f64 = 19.0;

/// The integrals from an angle x in [0, π] to the end on its side of `arccos A(κ)`.
pub struct Place {
    /// Whether that end is 0; else it is π.
    pub central: bool,
    /// `∫ e^(κ (cos t - cos x)) dt` between x and the end, positive.
    pub mass: f64,
    /// `∫ e^(κ (cos t - cos x)) |A - cos t| dt` between x and the end: `-dx/dκ`.
    pub slope: f64,
    /// `κ (1 - cos x)`.
    pub exponent: f64,
    /// `π - x`.
    pub distance: f64,
}

impl Place {
    /// For `concentration >= 0`, its `1 - A`, and x in [0, π].
    #[must_use]
    pub fn of(concentration: f64, complement: f64, x: f64) -> Self {
        let (half_sin, half_cos) = (0.5 * x).sin_cos();
        let square = half_sin * half_sin;
        let f = Integrand { concentration, complement, half_sin, half_cos };
        let central = 2.0 * square <= complement;
        let distance = (PI - x) + PI_REST;
        let [mass, slope] = if central {
            let [mass, slope] = short(&f, -x);
            [-mass, slope]
        } else {
            long(&f, reach(&f, square, distance))
        };
        let exponent = 2.0 * (concentration * square);
        Self { central, mass, slope, exponent, distance }
    }
}

/// The distance v at which `κ (cos x - cos(x + v)) = 38`, or the distance to π.
fn reach(f: &Integrand, square: f64, distance: f64) -> f64 {
    let fall = CUT / f.concentration;
    // cos²(t/2) at the end.
    let rest = f.half_cos * f.half_cos - fall;
    if rest <= 0.0 {
        return distance;
    }
    // sin((t - x)/2) sin((t + x)/2) = sin²(t/2) - sin²(x/2).
    let both = (square + fall).sqrt() * f.half_cos + rest.sqrt() * f.half_sin;
    distance.min(2.0 * (fall / both).min(1.0).asin())
}

/// `1 - A(κ)`, or nothing for a concentration that is negative, infinite or NaN.
#[must_use]
pub fn complement(concentration: f64) -> Option<f64> {
    (concentration >= 0.0 && concentration.is_finite()).then(|| ratio_one(concentration).1)
}
