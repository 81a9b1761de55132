//! Normal law.

use std::any::Any;

use super::{Family, KlTo, Law, Parameter, ParameterError, Pathwise, Support, write};
use crate::noise::Noise;
use crate::special::{normal_cdf, normal_quantile};

pub(super) const FAMILY: Family = Family {
    name: "normal",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "x finite",
    method: "loc + scale · noise",
    closed_entropy: true,
    noise: Noise::StandardNormal,
    build: |v| Ok(Box::new(Normal::new(v[0], v[1])?)),
};

/// `½ log 2π`, the log of the normal density's constant.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

/// Normal law with mean `loc` and standard deviation `scale`.
///
/// `p(x) = exp(-z²/2) / (scale √(2π))`, `z = (x - loc) / scale`. Draw: `loc + scale · noise`, standard normal noise.
///
/// ```
/// use reparam_core::law::{Law, Normal};
/// let normal = Normal::new(1.0, 2.0).unwrap();
/// assert_eq!(normal.cdf(1.0), 0.5);
/// assert!((normal.quantile(0.975) - (1.0 + 2.0 * 1.959963984540054)).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    loc: f64,
    scale: f64,
}

impl Normal {
    /// The law with this mean and standard deviation.
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

impl Law for Normal {
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
        let z = self.standardise(x);
        -0.5 * z * z - self.scale.ln() - HALF_LOG_TAU
    }

    fn cdf(&self, x: f64) -> f64 {
        normal_cdf(self.standardise(x))
    }

    fn survival(&self, x: f64) -> f64 {
        normal_cdf(-self.standardise(x))
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.loc + self.scale * normal_quantile(probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        self.loc - self.scale * normal_quantile(probability)
    }

    fn mean(&self) -> f64 {
        self.loc
    }

    fn variance(&self) -> f64 {
        self.scale * self.scale
    }

    fn mode(&self) -> f64 {
        self.loc
    }

    fn entropy(&self) -> f64 {
        0.5 + HALF_LOG_TAU + self.scale.ln()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let z = self.standardise(x);
        write(out, &[z / self.scale, (z * z - 1.0) / self.scale]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        -self.standardise(x) / self.scale
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn draw(&self, noise: f64) -> f64 {
        self.loc + self.scale * noise
    }

    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        Some(self)
    }
}

impl Pathwise for Normal {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[1.0, self.standardise(z)]);
    }
}

impl KlTo<Normal> for Normal {
    fn kl(&self, p: &Normal) -> f64 {
        // With r = scale_q / scale_p: (r² - 1)/2 - log r + d²/2; each part is >= 0 and 0 at q = p.
        let r = self.scale / p.scale;
        let d = (self.loc - p.loc) / p.scale;
        0.5 * (r - 1.0) * (r + 1.0) - r.ln() + 0.5 * d * d
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn constant_is_half_log_two_pi() {
        // One rounding in the product, one in the logarithm.
        assert!((HALF_LOG_TAU - 0.5 * (2.0 * PI).ln()).abs() <= f64::EPSILON);
    }
}
