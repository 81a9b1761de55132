//! Half-normal law.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, LN_2, PI};

use super::{
    Family, HALF_LOG_TAU, KlTo, Law, Noise, Parameter, ParameterError, Pathwise, Support, identity, probability, write,
};
use crate::special::{erf, log_normal_cdf, normal_cdf, normal_quantile};

pub(super) const FAMILY: Family = Family {
    name: "half-normal",
    parameters: &[Parameter::scalar("scale", Support::Positive).explicit()],
    support: "x >= 0",
    method: "inverse distribution function",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(HalfNormal::new(v[0])?)),
};

/// Law of the size of a normal draw with mean 0 and standard deviation `scale`.
///
/// `p(x) = √(2/π) exp(-x² / (2 scale²)) / scale`, `x >= 0`. Draw: the inverse distribution function of uniform noise, which rises with the
/// noise; the size of normal noise would be cheaper and make the two draws of an antithetic pair the same.
///
/// ```
/// use reparam_core::law::{HalfNormal, Law};
/// let half = HalfNormal::new(2.0).unwrap();
/// assert!((half.quantile(0.95) - 2.0 * 1.959963984540054).abs() < 1e-14);
/// assert_eq!(half.log_prob(-0.1), f64::NEG_INFINITY);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfNormal {
    scale: f64,
}

impl HalfNormal {
    /// The law with this scale, the root of `E[x²]`.
    ///
    /// # Errors
    ///
    /// `scale` not finite and positive.
    pub fn new(scale: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[scale])?;
        Ok(Self { scale })
    }

    fn standardise(self, x: f64) -> f64 {
        x.max(0.0) / self.scale
    }
}

impl Law for HalfNormal {
    identity!(FAMILY => scale);

    fn support(&self) -> Support {
        Support::NonNegative
    }

    fn log_prob(&self, x: f64) -> f64 {
        let z = self.standardise(x);
        if x >= 0.0 { LN_2 - HALF_LOG_TAU - 0.5 * z * z - self.scale.ln() } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        erf(self.standardise(x) * FRAC_1_SQRT_2)
    }

    fn survival(&self, x: f64) -> f64 {
        2.0 * normal_cdf(-self.standardise(x))
    }

    fn log_survival(&self, x: f64) -> f64 {
        (LN_2 + log_normal_cdf(-self.standardise(x))).min(0.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = probability(p);
        if p > 0.5 {
            return self.upper_quantile(1.0 - p);
        }
        if p > 0.01 {
            return self.scale * normal_quantile(0.5 + 0.5 * p);
        }
        // ½ + p/2 would lose the digits of p: the Taylor series of the inverse in t = πp²/4, truncated at 0.1 t⁴ < 1e-17.
        let t = 0.25 * PI * p * p;
        let series = 1.0 + t * (1.0 / 3.0 + t * (7.0 / 30.0 + t * (127.0 / 630.0)));
        self.scale * p * series / FRAC_2_PI.sqrt()
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        let p = probability(p);
        if p > 0.5 { self.quantile(1.0 - p) } else { -self.scale * normal_quantile(0.5 * p) }
    }

    fn mean(&self) -> f64 {
        self.scale * FRAC_2_PI.sqrt()
    }

    fn variance(&self) -> f64 {
        self.scale * self.scale * (1.0 - FRAC_2_PI)
    }

    fn mode(&self) -> f64 {
        0.0
    }

    fn entropy(&self) -> f64 {
        0.5 + HALF_LOG_TAU - LN_2 + self.scale.ln()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let z = self.standardise(x);
        write(out, &[(z * z - 1.0) / self.scale]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if x >= 0.0 { -self.standardise(x) / self.scale } else { f64::NAN }
    }
}

impl Pathwise for HalfNormal {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[z / self.scale]);
    }
}

impl KlTo<HalfNormal> for HalfNormal {
    fn kl(&self, p: &HalfNormal) -> f64 {
        // The same as between the normal laws: the density is twice theirs for both.
        let r = self.scale / p.scale;
        0.5 * (r - 1.0) * (r + 1.0) - r.ln()
    }
}
