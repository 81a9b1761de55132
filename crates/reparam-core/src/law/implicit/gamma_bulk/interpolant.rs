//! `a d(ln z)/da` of one shape, as a function of `y = ln(z/d)`.
//!
//! Two methods, by place of the draw; both are polynomials, which vector instructions evaluate in a few nanoseconds.
//! - In the middle: a Chebyshev interpolant in `y`, of [`NODES`] points. The function is entire in `y`; its growth begins where `z` has turned by
//!   `3π/2` in the complex plane, so that coefficients fall by a factor of 4 each on the widest interval that is used.
//! - Shapes below about 16, where `z` is small: Kummer's series, `((ψ(a + 1) - ln z) Σ z^n/(a + 1)_n + Σ z^n/(a + 1)_n Σ_{k<=n} 1/(a + k))`,
//!   all of whose terms are positive there.
//!
//! Draws beyond (about one in 10⁹) are NaN here, and left to `special::log_gamma_slope`.

use super::lanes::{LANES, constants, exp_parts, times_power_of_two};
use crate::kernel::dispatch::multiversion;
use crate::special::{digamma, gamma_slope, gamma_slope_by_fraction};

/// Points of the interpolant.
const NODES: usize = 32;
/// Terms of the series.
const TERMS: usize = 13;
/// From this `d` on draws do not come near 0.
const FAR_FROM_ZERO: f64 = 16.0;
/// Reach of the interpolant, in `x` of the draw `d (1 + c x)³`.
const REACH: f64 = 6.0;

/// `cos(π (2j + 1) / 64)`, positive half of the Chebyshev points (mpmath 1.4.1, 40 digits).
const POINTS: [f64; NODES / 2] = [
    0.9987954562051724,
    0.989176509964781,
    0.970031253194544,
    0.9415440651830208,
    0.9039892931234433,
    0.8577286100002721,
    0.8032075314806449,
    0.7409511253549591,
    0.6715589548470184,
    0.5956993044924334,
    0.5141027441932218,
    0.4275550934302821,
    0.33688985339222005,
    0.2429801799032639,
    0.14673047445536175,
    0.049067674327418015,
];

/// The polynomials of one shape.
#[derive(Clone, Debug)]
pub(super) struct Interpolant {
    /// Ends of the interpolant in `y`. Below the first the series, where there is one.
    low: f64,
    high: f64,
    middle: f64,
    inverse_half: f64,
    chebyshev: [f64; NODES],
    used: usize,
    series: bool,
    d: f64,
    /// `ψ(a + 1) - ln d`.
    offset: f64,
    /// `1/(a + 1)_n`, and the same times `Σ_{k<=n} 1/(a + k)`.
    sums: [[f64; TERMS]; 2],
}

impl Interpolant {
    pub(super) fn new(a: f64) -> Self {
        // Beyond, the value is 1 for all draws, and sums about `a` would overflow.
        let a = a.min(1e300);
        let (d, c) = constants(a);
        let high = 3.0 * (REACH * c).ln_1p();
        let series = d < FAR_FROM_ZERO;
        // The first term left out, times the harmonic sum, is below 1e-17 of the sum.
        let low = if series { (0.25 * (1.0 + 0.1875 * a) / d).ln() } else { 3.0 * (-REACH * c).ln_1p() };
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let mut chebyshev = [0.0; NODES];
        for point in &POINTS {
            let right = scaled_slope(a, d * (middle + half * point).exp());
            let left = scaled_slope(a, d * (middle - half * point).exp());
            // T_k is even for even k, odd for odd.
            let (even, odd) = ((right + left) / NODES as f64, (right - left) / NODES as f64);
            let (mut t, mut next) = (1.0, *point);
            for (k, sum) in chebyshev.iter_mut().enumerate() {
                let weight = if k == 0 { 1.0 } else { 2.0 };
                *sum += weight * t * if k % 2 == 0 { even } else { odd };
                (t, next) = (next, 2.0 * point * next - t);
            }
        }
        // What is left out is below a rounding of the smallest value, a tenth of the largest.
        let enough = 1e-18 * chebyshev[0].abs();
        let used = chebyshev.iter().rposition(|c| c.abs() > enough).map_or(1, |last| last + 1);
        let (mut term, mut harmonic, mut sums) = (1.0, 0.0, [[0.0; TERMS]; 2]);
        let [plain, weighted] = &mut sums;
        let mut next = a;
        for (plain, weighted) in plain.iter_mut().zip(weighted) {
            (*plain, *weighted) = (term, term * harmonic);
            next += 1.0;
            term /= next;
            harmonic += 1.0 / next;
        }
        let offset = digamma(a + 1.0) - d.ln();
        Self { low, high, middle, inverse_half: 1.0 / half, chebyshev, used, series, d, offset, sums }
    }
}

/// `a d(ln z)/da` where the interpolant takes it from.
fn scaled_slope(a: f64, z: f64) -> f64 {
    let slope = if a < 2.0 && z > 1.6 { gamma_slope_by_fraction(a, z) } else { gamma_slope(a, z) };
    slope * (a / z)
}

multiversion! {
    /// `a d(ln z)/da` of each lane; NaN outside of both polynomials.
    pub fn scaled_slopes(y: &[f64], interpolant: &Interpolant, out: &mut [f64]) {
        if interpolant.series {
            body::<true>(y, interpolant, out);
        } else {
            body::<false>(y, interpolant, out);
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always)]
fn body<const SERIES: bool>(y: &[f64], f: &Interpolant, out: &mut [f64]) {
    let coefficients = &f.chebyshev[..f.used];
    for (y, out) in y.as_chunks::<LANES>().0.iter().zip(out.as_chunks_mut::<LANES>().0) {
        // Clenshaw's sum.
        let (mut twice, mut first, mut second) = ([0.0_f64; LANES], [0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            twice[l] = 2.0 * ((y[l] - f.middle) * f.inverse_half);
        }
        for c in coefficients[1..].iter().rev() {
            for l in 0..LANES {
                let next = twice[l].mul_add(first[l], c - second[l]);
                second[l] = first[l];
                first[l] = next;
            }
        }
        for l in 0..LANES {
            let inside = (0.5 * twice[l]).mul_add(first[l], coefficients[0] - second[l]);
            out[l] = if y[l] > f.high { f64::NAN } else { inside };
        }
        if SERIES {
            let (mut z, mut sum, mut weighted) = ([0.0_f64; LANES], [0.0_f64; LANES], [0.0_f64; LANES]);
            for l in 0..LANES {
                let (p, n) = exp_parts(y[l]);
                z[l] = times_power_of_two(f.d * p, n);
            }
            for k in (0..TERMS).rev() {
                for l in 0..LANES {
                    sum[l] = sum[l].mul_add(z[l], f.sums[0][k]);
                    weighted[l] = weighted[l].mul_add(z[l], f.sums[1][k]);
                }
            }
            for l in 0..LANES {
                let series = sum[l].mul_add(f.offset - y[l], weighted[l]);
                out[l] = if y[l] < f.low { series } else { out[l] };
            }
        } else {
            for l in 0..LANES {
                out[l] = if y[l] < f.low { f64::NAN } else { out[l] };
            }
        }
    }
}
