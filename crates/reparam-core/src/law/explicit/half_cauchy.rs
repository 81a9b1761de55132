//! Half-Cauchy law.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, LN_2};

use super::cauchy::{LOG_PI, divergence, log_one_plus_square, slope};
use super::{Family, KlTo, Law, Noise, Parameter, ParameterError, Pathwise, Support, identity, probability, write};

pub(super) const FAMILY: Family = Family {
    name: "half-cauchy",
    parameters: &[Parameter::scalar("scale", Support::Positive).explicit()],
    support: "x >= 0",
    method: "inverse distribution function",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(HalfCauchy::new(v[0])?)),
};

/// Law of the size of a Cauchy draw around 0, with median `scale`.
///
/// `p(x) = 2 / (π scale (1 + (x/scale)²))`, `x >= 0`. Mean and variance are infinite. Draw: the inverse distribution function of uniform
/// noise, `scale tan(π noise / 2)`.
///
/// ```
/// use reparam_core::law::{HalfCauchy, Law};
/// let half = HalfCauchy::new(2.0).unwrap();
/// assert!((half.quantile(0.5) - 2.0).abs() < 1e-15);
/// assert_eq!(half.mean(), f64::INFINITY);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfCauchy {
    scale: f64,
}

impl HalfCauchy {
    /// The law with this median.
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

impl Law for HalfCauchy {
    identity!(FAMILY => scale);

    fn support(&self) -> Support {
        Support::NonNegative
    }

    fn log_prob(&self, x: f64) -> f64 {
        let log_density = LN_2 - LOG_PI - log_one_plus_square(self.standardise(x)) - self.scale.ln();
        if x >= 0.0 { log_density } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        FRAC_2_PI * self.standardise(x).atan()
    }

    fn survival(&self, x: f64) -> f64 {
        FRAC_2_PI * 1_f64.atan2(self.standardise(x))
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = probability(p);
        // 1 - p is exact from ½ on.
        if p <= 0.5 { self.scale * (FRAC_PI_2 * p).tan() } else { self.scale / (FRAC_PI_2 * (1.0 - p)).tan() }
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        let p = probability(p);
        if p <= 0.5 { self.scale / (FRAC_PI_2 * p).tan() } else { self.scale * (FRAC_PI_2 * (1.0 - p)).tan() }
    }

    fn mean(&self) -> f64 {
        f64::INFINITY
    }

    fn variance(&self) -> f64 {
        f64::INFINITY
    }

    fn mode(&self) -> f64 {
        0.0
    }

    fn entropy(&self) -> f64 {
        LOG_PI + LN_2 + self.scale.ln()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let z = self.standardise(x);
        write(out, &[-(1.0 + z * slope(z)) / self.scale]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if x >= 0.0 { slope(self.standardise(x)) / self.scale } else { f64::NAN }
    }
}

impl Pathwise for HalfCauchy {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[z / self.scale]);
    }
}

impl KlTo<HalfCauchy> for HalfCauchy {
    fn kl(&self, p: &HalfCauchy) -> f64 {
        // The same as between the Cauchy laws: the density is twice theirs for both.
        divergence(self.scale, p.scale, 0.0)
    }
}
