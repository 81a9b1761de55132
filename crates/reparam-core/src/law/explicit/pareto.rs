//! Pareto law.

use super::{
    ContinuousBernoulli, Exponential, Family, KlTo, Law, Noise, Normal, Parameter, ParameterError, Pathwise, Support,
    Uniform, identity, lacking_mass, normal_cross_entropy, probability, write,
};

pub(super) const FAMILY: Family = Family {
    name: "pareto",
    parameters: &[
        Parameter::scalar("scale", Support::Positive).explicit(),
        Parameter::scalar("alpha", Support::Positive).explicit(),
    ],
    support: "x >= scale",
    method: "scale · exp(noise / alpha)",
    closed_entropy: true,
    noise: Noise::Exponential,
    build: |v| Ok(Box::new(Pareto::new(v[0], v[1])?)),
};

/// Pareto law (type I) with smallest value `scale` and tail exponent `alpha`.
///
/// `p(x) = alpha scale^alpha / x^(alpha + 1)`, `x >= scale`. The mean is infinite for `alpha <= 1`, the variance for `alpha <= 2`. Draw:
/// `scale · exp(noise / alpha)`, exponential noise, held at the largest `f64`. The support moves with `scale`: the mean score in it is not 0.
///
/// ```
/// use reparam_core::law::{Law, Pareto};
/// let pareto = Pareto::new(1.0, 2.0).unwrap();
/// assert_eq!((pareto.mean(), pareto.variance()), (2.0, f64::INFINITY));
/// assert!((pareto.survival(10.0) - 0.01).abs() < 1e-16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pareto {
    scale: f64,
    alpha: f64,
}

impl Pareto {
    /// The law with this smallest value and tail exponent.
    ///
    /// # Errors
    ///
    /// `scale` or `alpha` not finite and positive.
    pub fn new(scale: f64, alpha: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[scale, alpha])?;
        Ok(Self { scale, alpha })
    }

    pub(in crate::law) fn scale_alpha(&self) -> [f64; 2] {
        [self.scale, self.alpha]
    }

    /// `log(x / scale)`, 0 below the scale.
    fn log_ratio(&self, x: f64) -> f64 {
        let excess = (x.max(self.scale) - self.scale) / self.scale;
        // Near the scale the difference is exact; far out the ratio may overflow.
        if excess < 1.0 { excess.ln_1p() } else { x.ln() - self.scale.ln() }
    }
}

impl Law for Pareto {
    identity!(FAMILY => scale, alpha);

    fn support(&self) -> Support {
        Support::Closed(self.scale, f64::INFINITY)
    }

    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        self.alpha.ln() - self.scale.ln() - (self.alpha + 1.0) * self.log_ratio(x)
    }

    fn cdf(&self, x: f64) -> f64 {
        -self.log_survival(x).exp_m1()
    }

    fn survival(&self, x: f64) -> f64 {
        self.log_survival(x).exp()
    }

    fn log_survival(&self, x: f64) -> f64 {
        -self.alpha * self.log_ratio(x)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale * (-(-probability(p)).ln_1p() / self.alpha).exp()
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.scale * (-probability(p).ln() / self.alpha).exp()
    }

    fn mean(&self) -> f64 {
        if self.alpha <= 1.0 { f64::INFINITY } else { self.scale * (self.alpha / (self.alpha - 1.0)) }
    }

    fn variance(&self) -> f64 {
        if self.alpha <= 2.0 {
            return f64::INFINITY;
        }
        let deviation = self.scale / (self.alpha - 1.0);
        deviation * deviation * (self.alpha / (self.alpha - 2.0))
    }

    fn mode(&self) -> f64 {
        self.scale
    }

    fn entropy(&self) -> f64 {
        1.0 + 1.0 / self.alpha - self.alpha.ln() + self.scale.ln()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        write(out, &[self.alpha / self.scale, 1.0 / self.alpha - self.log_ratio(x)]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if self.support().contains(x) { -(self.alpha + 1.0) / x } else { f64::NAN }
    }

    fn draw(&self, noise: f64) -> f64 {
        (self.scale * (noise / self.alpha).exp()).clamp(self.scale, f64::MAX)
    }
}

impl Pathwise for Pareto {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[z / self.scale, -z * (self.log_ratio(z) / self.alpha)]);
    }
}

impl KlTo<Pareto> for Pareto {
    fn kl(&self, p: &Pareto) -> f64 {
        if self.scale < p.scale {
            return f64::INFINITY;
        }
        let r = p.alpha / self.alpha;
        (r - 1.0 - r.ln()) + p.alpha * p.log_ratio(self.scale)
    }
}

impl KlTo<Exponential> for Pareto {
    fn kl(&self, p: &Exponential) -> f64 {
        // log p is linear in x.
        if self.alpha <= 1.0 { f64::INFINITY } else { -p.log_prob(self.mean()) - self.entropy() }
    }
}

impl KlTo<Normal> for Pareto {
    fn kl(&self, p: &Normal) -> f64 {
        if self.alpha <= 2.0 {
            return f64::INFINITY;
        }
        normal_cross_entropy(self.mean(), self.variance(), p) - self.entropy()
    }
}

lacking_mass!(Pareto: ContinuousBernoulli, Uniform);
