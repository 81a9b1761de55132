//! Exponential law.

use super::{
    ContinuousBernoulli, Family, Gumbel, KlTo, Law, Noise, Normal, Parameter, ParameterError, Pareto, Pathwise,
    Support, Uniform, WeakDerivative, identity, lacking_mass, normal_cross_entropy, probability, write,
};

pub(super) const FAMILY: Family = Family {
    name: "exponential",
    parameters: &[Parameter::scalar("rate", Support::Positive).explicit()],
    support: "x >= 0",
    method: "noise / rate",
    closed_entropy: true,
    noise: Noise::Exponential,
    build: |v| Ok(Box::new(Exponential::new(v[0])?)),
};

/// Exponential law with mean `1 / rate`.
///
/// `p(x) = rate e^(-rate x)`, `x >= 0`. Draw: `noise / rate`, exponential noise.
///
/// ```
/// use reparam_core::law::{Exponential, Law};
/// let exponential = Exponential::new(2.0).unwrap();
/// assert_eq!((exponential.mean(), exponential.draw(3.0)), (0.5, 1.5));
/// assert_eq!(exponential.log_survival(1e3), -2e3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    rate: f64,
}

impl Exponential {
    /// The law with this rate.
    ///
    /// # Errors
    ///
    /// `rate` not finite and positive.
    pub fn new(rate: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[rate])?;
        Ok(Self { rate })
    }

    pub(in crate::law) fn rate(self) -> f64 {
        self.rate
    }
}

impl Law for Exponential {
    identity!(FAMILY => rate);

    fn as_weak(&self) -> Option<&dyn WeakDerivative> {
        Some(self)
    }

    fn support(&self) -> Support {
        Support::NonNegative
    }

    fn log_prob(&self, x: f64) -> f64 {
        if self.support().contains(x) { self.rate.ln() - self.rate * x } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        -self.log_survival(x).exp_m1()
    }

    fn survival(&self, x: f64) -> f64 {
        self.log_survival(x).exp()
    }

    fn log_survival(&self, x: f64) -> f64 {
        -self.rate * x.max(0.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        -(-probability(p)).ln_1p() / self.rate
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        -probability(p).ln() / self.rate
    }

    fn mean(&self) -> f64 {
        1.0 / self.rate
    }

    fn variance(&self) -> f64 {
        1.0 / self.rate / self.rate
    }

    fn mode(&self) -> f64 {
        0.0
    }

    fn entropy(&self) -> f64 {
        1.0 - self.rate.ln()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        write(out, &[1.0 / self.rate - x]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if self.support().contains(x) { -self.rate } else { f64::NAN }
    }

    fn draw(&self, noise: f64) -> f64 {
        noise / self.rate
    }
}

impl Pathwise for Exponential {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[-z / self.rate]);
    }
}

impl KlTo<Exponential> for Exponential {
    fn kl(&self, p: &Exponential) -> f64 {
        let r = p.rate / self.rate;
        r - 1.0 - r.ln()
    }
}

impl KlTo<Gumbel> for Exponential {
    fn kl(&self, p: &Gumbel) -> f64 {
        let [loc, scale] = p.loc_scale();
        // E[e^(-x / scale)] = t / (1 + t), t = rate · scale.
        let t = self.rate * scale;
        scale.ln() + (self.mean() - loc) / scale + (loc / scale).exp() * (t / (1.0 + t)) - self.entropy()
    }
}

impl KlTo<Normal> for Exponential {
    fn kl(&self, p: &Normal) -> f64 {
        normal_cross_entropy(self.mean(), self.variance(), p) - self.entropy()
    }
}

lacking_mass!(Exponential: ContinuousBernoulli, Pareto, Uniform);
