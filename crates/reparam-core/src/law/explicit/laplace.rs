//! Laplace law.

use std::any::Any;
use std::f64::consts::LN_2;

use super::{Family, KlTo, Law, Parameter, ParameterError, Pathwise, Support, write};
use crate::noise::Noise;

pub(super) const FAMILY: Family = Family {
    name: "laplace",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "x finite",
    method: "inverse distribution function",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Laplace::new(v[0], v[1])?)),
};

/// Laplace (double exponential) law with mean `loc` and mean absolute deviation `scale`.
///
/// `p(x) = exp(-|x - loc| / scale) / (2 scale)`. Draw: the inverse distribution function of uniform noise.
///
/// ```
/// use reparam_core::law::{Law, Laplace};
/// let laplace = Laplace::new(1.0, 2.0).unwrap();
/// assert_eq!((laplace.mean(), laplace.variance(), laplace.cdf(1.0)), (1.0, 8.0, 0.5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Laplace {
    loc: f64,
    scale: f64,
}

impl Laplace {
    /// The law with this location and scale.
    ///
    /// # Errors
    ///
    /// `loc` not finite, `scale` not finite and positive.
    pub fn new(loc: f64, scale: f64) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], &[loc])?;
        ParameterError::check(FAMILY.name, FAMILY.parameters[1], &[scale])?;
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

impl Law for Laplace {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.loc, self.scale]
    }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_prob(&self, x: f64) -> f64 {
        -self.standardise(x).abs() - (2.0 * self.scale).ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        standard_cdf(self.standardise(x))
    }

    fn survival(&self, x: f64) -> f64 {
        standard_cdf(-self.standardise(x))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        standard_log_cdf(self.standardise(x))
    }

    fn log_survival(&self, x: f64) -> f64 {
        standard_log_cdf(-self.standardise(x))
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.loc + self.scale * standard_quantile(probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        self.loc - self.scale * standard_quantile(probability)
    }

    fn mean(&self) -> f64 {
        self.loc
    }

    fn variance(&self) -> f64 {
        2.0 * self.scale * self.scale
    }

    fn mode(&self) -> f64 {
        self.loc
    }

    fn entropy(&self) -> f64 {
        1.0 + (2.0 * self.scale).ln()
    }

    /// At `x = loc`, where the density has a corner, the score in `loc` is 0, the middle of its two one-sided values.
    fn score(&self, x: f64, out: &mut [f64]) {
        let z = self.standardise(x);
        let sign = if z == 0.0 { 0.0 } else { z.signum() };
        write(out, &[sign / self.scale, (z.abs() - 1.0) / self.scale]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        let z = self.standardise(x);
        if z == 0.0 { f64::NAN } else { -z.signum() / self.scale }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        Some(self)
    }
}

impl Pathwise for Laplace {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[1.0, self.standardise(z)]);
    }
}

impl KlTo<Laplace> for Laplace {
    fn kl(&self, p: &Laplace) -> f64 {
        // With r = scale_q / scale_p and d = |loc_q - loc_p| / scale_q:
        // r (d + e^-d) - 1 - log r = r (d + expm1(-d)) + (r - 1 - log r); both parts are >= 0 and 0 at q = p.
        let r = self.scale / p.scale;
        let d = ((self.loc - p.loc) / self.scale).abs();
        r * (d + (-d).exp_m1()) + (r - 1.0 - r.ln())
    }
}

fn standard_cdf(z: f64) -> f64 {
    if z < 0.0 { 0.5 * z.exp() } else { 1.0 - 0.5 * (-z).exp() }
}

fn standard_log_cdf(z: f64) -> f64 {
    if z < 0.0 { z - LN_2 } else { (-0.5 * (-z).exp()).ln_1p() }
}

fn standard_quantile(p: f64) -> f64 {
    // In terms of the nearer tail, so that neither end loses digits (1 - p is exact for p >= ½).
    if p < 0.5 { (2.0 * p).ln() } else { -(2.0 * (1.0 - p)).ln() }
}
