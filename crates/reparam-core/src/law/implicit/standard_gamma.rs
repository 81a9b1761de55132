//! The gamma law of rate 1 at one value: what the laws of its family share.

use crate::law::explicit::HALF_LOG_TAU;
use crate::special::{
    LARGE, digamma, gamma_p_inverse, gamma_q_inverse, gamma_side, gamma_slope, log_gamma, log_gamma_correction,
    log_gamma_p_inverse, log_gamma_q_inverse, log_gamma_side, log_gamma_slope, log_kernel, log_minus_digamma,
    log1p_minus,
};

/// A value `z` of the gamma law with shape `a` and rate 1, with its logarithm, which is right where `z` over- or underflows.
#[derive(Clone, Copy, Debug)]
pub(super) struct StandardGamma {
    a: f64,
    z: f64,
    log_z: f64,
    /// `(z - a) / a`.
    excess: f64,
}

impl StandardGamma {
    pub(super) fn new(a: f64, z: f64, log_z: f64) -> Self {
        Self { a, z, log_z, excess: (z - a) / a }
    }

    /// The value `x · rate`.
    pub(super) fn of_product(a: f64, x: f64, rate: f64) -> Self {
        let z = x * rate;
        Self::new(a, z, if in_range(z) { z.ln() } else { x.ln() + rate.ln() })
    }

    /// The value `rate / x`.
    pub(super) fn of_quotient(a: f64, rate: f64, x: f64) -> Self {
        let z = rate / x;
        Self::new(a, z, if in_range(z) { z.ln() } else { rate.ln() - x.ln() })
    }

    /// The value `rate · e^x`.
    pub(super) fn of_exponent(a: f64, x: f64, log_rate: f64, rate: f64) -> Self {
        let log_z = x + log_rate;
        if a >= LARGE {
            // From the mode, so that digits of `x` that `log_z` has no place for count.
            let off = x - log_ratio(a, rate);
            if off.abs() < 1.0 {
                let excess = off.exp_m1();
                return Self { a, z: a + a * excess, log_z, excess };
            }
        }
        Self::new(a, log_z.exp(), log_z)
    }

    /// `ln(z^(1 + power) p(z))`, `p` the density; for large shapes without the cancellation of `a ln z - z - ln Γ(a)`.
    pub(super) fn log_density(&self, power: f64) -> f64 {
        let Self { a, z, log_z, excess } = *self;
        if z.is_infinite() {
            f64::NEG_INFINITY
        } else if a < LARGE {
            (a + power) * log_z - z - log_gamma(a)
        } else if excess.abs() < 0.5 {
            let deviance = -a * log1p_minus(excess);
            0.5 * a.ln() - HALF_LOG_TAU - log_gamma_correction(a) - deviance + power * log_z
        } else {
            log_kernel(a, z, log_z) + power * log_z
        }
    }

    /// `z - a`.
    pub(super) fn excess(&self) -> f64 {
        self.a * self.excess
    }

    /// `P(Z > z)` where `upper`, else `P(Z <= z)`.
    pub(super) fn side(&self, upper: bool) -> f64 {
        gamma_side(self.a, self.z, self.log_z, upper)
    }

    pub(super) fn log_side(&self, upper: bool) -> f64 {
        log_gamma_side(self.a, self.z, self.log_z, upper)
    }

    /// `∂ log p / ∂a = ln z - ψ(a)`.
    pub(super) fn score(&self) -> f64 {
        if self.a < LARGE {
            return self.log_z - digamma(self.a);
        }
        let log_ratio = if self.excess.abs() < 0.5 { self.excess.ln_1p() } else { self.log_z - self.a.ln() };
        log_ratio + log_minus_digamma(self.a)
    }

    /// `d ln z / da` at a fixed value of the distribution function.
    pub(super) fn slope(&self) -> f64 {
        slope_of_logarithm(self.a, self.z, self.log_z)
    }
}

/// `d ln z / da` at a fixed value of the distribution function.
pub(super) fn slope_of_logarithm(a: f64, z: f64, log_z: f64) -> f64 {
    if in_range(z) { gamma_slope(a, z) / z } else { log_gamma_slope(a, log_z) }
}

/// Whether a value and its quotients keep their digits.
pub(super) fn in_range(z: f64) -> bool {
    z > 1e-290 && z < 1e290
}

/// `ln(x / y)` for positive numbers, without cancellation where they are near.
pub(super) fn log_ratio(x: f64, y: f64) -> f64 {
    let off = (x - y) / y;
    if off.abs() < 0.5 {
        off.ln_1p()
    } else if in_range(x / y) {
        (x / y).ln()
    } else {
        x.ln() - y.ln()
    }
}

/// `z` with `P(Z <= z) = probability`, or `P(Z > z)` where `upper`; and its logarithm where it leaves the range of doubles.
pub(super) fn quantile(a: f64, probability: f64, upper: bool) -> Result<f64, f64> {
    let z = if upper { gamma_q_inverse(a, probability) } else { gamma_p_inverse(a, probability) };
    if in_range(z) || z.is_nan() {
        return Ok(z);
    }
    Err(if upper { log_gamma_q_inverse(a, probability) } else { log_gamma_p_inverse(a, probability) })
}

/// The entropy of `ln Z`; that of `Z` is larger by `ψ(a)`.
pub(super) fn entropy_of_logarithm(a: f64) -> f64 {
    if a < LARGE {
        // a + ln Γ(a) - a ψ(a).
        a + log_gamma(a) - a * digamma(a)
    } else {
        HALF_LOG_TAU - 0.5 * a.ln() + log_gamma_correction(a) + a * log_minus_digamma(a)
    }
}
