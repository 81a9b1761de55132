//! Inverse gamma law.

use super::standard_gamma::{StandardGamma, entropy_of_logarithm, in_range, quantile};
use super::{Family, GammaDraws, Law, Noise, Parameter, ParameterError, Pathwise, Stream, Support, identity, write};
use crate::special::{digamma, gamma_slope};

pub(super) const FAMILY: Family = Family {
    name: "inverse-gamma",
    parameters: &[
        Parameter::scalar("concentration", Support::Positive).implicit(),
        Parameter::scalar("rate", Support::Positive).explicit(),
    ],
    support: "x > 0",
    method: "rate / a gamma draw by rejection (Marsaglia and Tsang 2000)",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(InverseGamma::new(v[0], v[1])?)),
};

/// Inverse gamma law: of `1 / G`, `G` of the gamma law with shape `concentration` and inverse scale `rate`.
///
/// `p(x) = rate^a x^(-a-1) e^(-rate/x) / Γ(a)`, `a = concentration`, `x > 0`. The mean is infinite for `a <= 1`, the variance for `a <= 2`.
/// [`Law::draw`] is the quantile of uniform noise; [`Law::fill`] draws by rejection (Marsaglia and Tsang 2000). Draws are held within the
/// positive `f64`. The path in `concentration` is implicit (Figurnov et al. 2018).
///
/// ```
/// use reparam_core::law::{InverseGamma, Law};
/// let law = InverseGamma::new(3.0, 4.0).unwrap();
/// assert_eq!((law.mean(), law.variance(), law.mode()), (2.0, 4.0, 1.0));
/// assert!((InverseGamma::new(1.0, 2.0).unwrap().cdf(2.0) - (-1.0_f64).exp()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseGamma {
    concentration: f64,
    rate: f64,
}

impl InverseGamma {
    /// The law with this shape and scale, which is called a rate for that of the gamma law.
    ///
    /// # Errors
    ///
    /// `concentration` or `rate` not finite and positive.
    pub fn new(concentration: f64, rate: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[concentration, rate])?;
        Ok(Self { concentration, rate })
    }

    pub(super) fn shape_rate(&self) -> [f64; 2] {
        [self.concentration, self.rate]
    }

    /// `rate / x`, infinite up to 0.
    fn standard(&self, x: f64) -> StandardGamma {
        StandardGamma::of_quotient(self.concentration, self.rate, if x < 0.0 { 0.0 } else { x })
    }

    /// The rate over a quantile of the standard law, or over the exponential of its logarithm.
    fn scaled(&self, standard: Result<f64, f64>) -> f64 {
        standard.map_or_else(|log| (self.rate.ln() - log).exp(), |z| self.rate / z)
    }
}

impl Law for InverseGamma {
    identity!(FAMILY => concentration, rate);

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        self.standard(x).log_density(1.0) - self.rate.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.standard(x).side(true)
    }

    fn survival(&self, x: f64) -> f64 {
        self.standard(x).side(false)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.standard(x).log_side(true)
    }

    fn log_survival(&self, x: f64) -> f64 {
        self.standard(x).log_side(false)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scaled(quantile(self.concentration, p, true))
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.scaled(quantile(self.concentration, p, false))
    }

    fn mean(&self) -> f64 {
        if self.concentration <= 1.0 { f64::INFINITY } else { self.rate / (self.concentration - 1.0) }
    }

    fn variance(&self) -> f64 {
        if self.concentration <= 2.0 {
            return f64::INFINITY;
        }
        let mean = self.mean();
        mean * (mean / (self.concentration - 2.0))
    }

    fn mode(&self) -> f64 {
        self.rate / (self.concentration + 1.0)
    }

    fn entropy(&self) -> f64 {
        entropy_of_logarithm(self.concentration) - digamma(self.concentration) + self.rate.ln()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let z = self.standard(x);
        write(out, &[z.score(), -z.excess() / self.rate]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if x.is_nan() || x <= 0.0 { f64::NAN } else { (self.standard(x).excess() - 1.0) / x }
    }

    fn draw(&self, noise: f64) -> f64 {
        self.quantile(noise).clamp(f64::MIN_POSITIVE, f64::MAX)
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        let (draws, rate) = (GammaDraws::new(self.concentration), self.rate);
        draws.each(stream, first, out.len(), |i, draw| {
            let z = draws.value(draw);
            let x = if in_range(z) { rate / z } else { (rate.ln() - draws.log(draw)).exp() };
            out[i] = x.clamp(f64::MIN_POSITIVE, f64::MAX);
        });
    }
}

impl Pathwise for InverseGamma {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let (a, standard) = (self.concentration, self.rate / z);
        // dz/da = -(z / standard) d(standard)/da.
        let slope =
            if in_range(standard) { z * (gamma_slope(a, standard) / standard) } else { z * self.standard(z).slope() };
        write(out, &[-slope, z / self.rate]);
    }
}
