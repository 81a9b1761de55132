//! What the laws of a squashed normal value share: everything but density and moments is the normal law's. And the moments of the
//! logistic function of a normal value, which have no closed form.

use std::f64::consts::FRAC_1_SQRT_2;

use super::HALF_LOG_TAU;
use crate::special::{erf, log1p_exp, normal_cdf, sigmoid};

/// Methods of [`Law`](super::Law) that follow from the field `normal` and the inverse map `unsquash`.
macro_rules! squashed_normal {
    ($family:expr) => {
        fn family(&self) -> &'static Family {
            &$family
        }

        fn parameters(&self) -> Vec<f64> {
            self.normal.parameters()
        }

        fn as_any(&self) -> &dyn std::any::Any {
            self
        }

        fn as_pathwise(&self) -> Option<&dyn Pathwise> {
            Some(self)
        }

        fn cdf(&self, x: f64) -> f64 {
            self.normal.cdf(Self::unsquash(x))
        }

        fn survival(&self, x: f64) -> f64 {
            self.normal.survival(Self::unsquash(x))
        }

        fn log_cdf(&self, x: f64) -> f64 {
            self.normal.log_cdf(Self::unsquash(x))
        }

        fn log_survival(&self, x: f64) -> f64 {
            self.normal.log_survival(Self::unsquash(x))
        }

        fn score(&self, x: f64, out: &mut [f64]) {
            self.normal.score(Self::unsquash(x), out);
        }
    };
}
pub(super) use squashed_normal;

/// Paths and divergence of such a law; `squash_slope` is the slope of the map at `x`.
macro_rules! squashed_paths {
    ($law:ident) => {
        impl Pathwise for $law {
            fn pathwise(&self, z: f64, out: &mut [f64]) {
                let [loc, scale] = self.normal.loc_scale();
                let slope = Self::squash_slope(z);
                write(out, &[slope, slope * ((Self::unsquash(z) - loc) / scale)]);
            }

            fn fill_pathwise(&self, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
                // The noise is at hand; undoing the map would cost more than the draw.
                stream.fill(FAMILY.noise, first, out);
                for (x, slopes) in out.iter_mut().zip(slopes.as_chunks_mut::<2>().0) {
                    let noise = *x;
                    *x = self.draw(noise);
                    let slope = Self::squash_slope(*x);
                    *slopes = [slope, slope * noise];
                }
            }
        }

        impl KlTo<$law> for $law {
            fn kl(&self, p: &$law) -> f64 {
                // A one-to-one map of both laws changes no divergence.
                self.normal.kl(&p.normal)
            }
        }
    };
}
pub(super) use squashed_paths;

/// Up to this scale the expectation is a sum over the normal value, beyond over the logistic one.
const WIDE: f64 = 20.0;

/// `Σ f(y) φ(n) h`, the trapezoidal rule for `E[f(Y)]`, `y = loc + scale · n`.
///
/// For f with poles at `±iπ`, as those of the logistic function, it is off by `exp(-2π · π / (scale h)) = e^-39`. The sum ends where the
/// normal density times `e^2y`, the fastest growth asked of it, is below 1e-18 of its largest.
fn normal_sum(loc: f64, scale: f64, f: impl Fn(f64) -> f64) -> f64 {
    let h = (0.5 / scale).min(0.25);
    let end = 9.0 + (2.0 * scale).min((-loc / scale).max(0.0));
    let (first, last) = ((-9.0 / h) as i64, (end / h) as i64);
    (first..=last).map(|k| k as f64 * h).map(|n| f(loc + scale * n) * (-0.5 * n * n - HALF_LOG_TAU).exp() * h).sum()
}

/// `∫ f(l) σ'(l) dl` by the trapezoidal rule, off by `exp(-2π · π / h) = e^-39` for entire f; σ' underflows at the ends.
fn logistic_sum(f: impl Fn(f64) -> f64) -> f64 {
    let h = 0.5;
    (-1490..=1490).map(|k| f64::from(k) * h).map(|l| f(l) * sigmoid(l) * sigmoid(-l) * h).sum()
}

/// `E[1 / (1 + e^-Y)]` of a normal `Y`.
pub(super) fn mean(loc: f64, scale: f64) -> f64 {
    if loc > 0.0 {
        return 1.0 - mean(-loc, scale);
    }
    // By parts, E[σ(Y)] is the probability that Y is above a logistic draw l.
    if scale <= WIDE { normal_sum(loc, scale, sigmoid) } else { logistic_sum(|l| normal_cdf((loc - l) / scale)) }
}

/// `E[tanh(Y / 2)]`, twice the mean less 1, without the cancellation.
pub(super) fn tanh_mean(loc: f64, scale: f64) -> f64 {
    if scale <= WIDE {
        let size = normal_sum(-loc.abs(), scale, |y| (0.5 * y).tanh());
        return if loc > 0.0 { -size } else { size };
    }
    logistic_sum(|l| erf((loc - l) / scale * FRAC_1_SQRT_2))
}

/// Variance of `1 / (1 + e^-Y)`.
pub(super) fn variance(loc: f64, scale: f64) -> f64 {
    // Even in loc; at the lower end the mean keeps its digits.
    let loc = -loc.abs();
    let mean = mean(loc, scale);
    if scale <= WIDE {
        return normal_sum(loc, scale, |y| (sigmoid(y) - mean).powi(2));
    }
    // By parts, with the slope 2 σ σ' of σ². A wide law is nearly of two points, so that nothing cancels.
    (logistic_sum(|l| 2.0 * sigmoid(l) * normal_cdf((loc - l) / scale)) - mean * mean).max(0.0)
}

/// `E[log(1 + e^Y)]`.
pub(super) fn softplus_mean(loc: f64, scale: f64) -> f64 {
    if loc > 0.0 {
        return loc + softplus_mean(-loc, scale);
    }
    if scale <= WIDE {
        return normal_sum(loc, scale, log1p_exp);
    }
    // Twice by parts: the mean of max(Y - l, 0) over a logistic l.
    logistic_sum(|l| {
        let d = (loc - l) / scale;
        scale * ((-0.5 * d * d - HALF_LOG_TAU).exp() + d * normal_cdf(d)).max(0.0)
    })
}

/// The normal value at which the density of the squashed law is highest: of `y = loc + scale² tanh(y / 2)` the solution of largest size.
pub(super) fn mode(loc: f64, scale: f64) -> f64 {
    let square = scale * scale;
    // On the side of loc (at 0, where both sides are as high, the lower) the function is convex: Newton steps from beyond fall onto it.
    let mut size = loc.abs() + square;
    for _ in 0..200 {
        let t = (0.5 * size).tanh();
        let step = (size - loc.abs() - square * t) / (1.0 - 0.5 * square * (1.0 - t) * (1.0 + t));
        // At the solution rounding takes over.
        if !(step > 0.0 && size - step < size) {
            break;
        }
        size = (size - step).max(0.0);
    }
    if loc > 0.0 { size } else { -size }
}
