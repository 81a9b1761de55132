//! Gamma law.

use super::standard_gamma::{StandardGamma, entropy_of_logarithm, in_range, quantile};
use super::{
    Family, GammaKernel, GammaSpace, Law, Noise, Parameter, ParameterError, Pathwise, Stream, Support, WeakDerivative,
    identity, write,
};
use crate::special::{digamma, gamma_slope};

pub(super) const FAMILY: Family = Family {
    name: "gamma",
    parameters: &[
        Parameter::scalar("concentration", Support::Positive).implicit(),
        Parameter::scalar("rate", Support::Positive).explicit(),
    ],
    support: "x >= 0",
    method: "rejection (Marsaglia and Tsang 2000)",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Gamma::new(v[0], v[1])?)),
};

/// Gamma law with shape `concentration` and inverse scale `rate`.
///
/// `p(x) = rate^a x^(a-1) e^(-rate x) / Γ(a)`, `a = concentration`, `x >= 0`. For `a < 1` the density has a pole at 0, which is then the
/// mode. [`Law::draw`] is the quantile of uniform noise; [`Law::fill`] draws by rejection (Marsaglia and Tsang 2000). Draws are held
/// within the positive `f64`; below a shape of about 0.01 that is felt, and [`LogGamma`](super::LogGamma) has the law of the logarithm.
/// The path in `concentration` is implicit (Figurnov et al. 2018), by [`gamma_slope`].
///
/// ```
/// use reparam_core::law::{Gamma, Law, Pathwise};
/// let gamma = Gamma::new(2.0, 4.0).unwrap();
/// assert_eq!((gamma.mean(), gamma.variance(), gamma.mode()), (0.5, 0.125, 0.25));
/// let mut slope = [0.0; 2]; // dz/dconcentration, dz/drate
/// gamma.pathwise(0.5, &mut slope);
/// assert_eq!(slope[1], -0.125);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gamma {
    concentration: f64,
    rate: f64,
}

impl Gamma {
    /// The law with this shape and inverse scale.
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

    /// `rate · x`, 0 below 0.
    fn standard(&self, x: f64) -> StandardGamma {
        StandardGamma::of_product(self.concentration, if x < 0.0 { 0.0 } else { x }, self.rate)
    }

    /// A quantile of the standard law, or its logarithm, over the rate.
    fn scaled(&self, standard: Result<f64, f64>) -> f64 {
        standard.map_or_else(|log| (log - self.rate.ln()).exp(), |z| z / self.rate)
    }
}

impl Law for Gamma {
    identity!(FAMILY => concentration, rate);

    fn as_weak(&self) -> Option<&dyn WeakDerivative> {
        Some(self)
    }

    fn support(&self) -> Support {
        Support::NonNegative
    }

    /// At 0 the limit: infinite for a shape below 1.
    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        if x > 0.0 {
            return self.standard(x).log_density(-1.0) + self.rate.ln();
        }
        match self.concentration {
            1.0 => self.rate.ln(),
            a => f64::INFINITY.copysign(1.0 - a),
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.standard(x).side(false)
    }

    fn survival(&self, x: f64) -> f64 {
        self.standard(x).side(true)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.standard(x).log_side(false)
    }

    fn log_survival(&self, x: f64) -> f64 {
        self.standard(x).log_side(true)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scaled(quantile(self.concentration, p, false))
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.scaled(quantile(self.concentration, p, true))
    }

    fn mean(&self) -> f64 {
        self.concentration / self.rate
    }

    fn variance(&self) -> f64 {
        self.concentration / self.rate / self.rate
    }

    fn mode(&self) -> f64 {
        (self.concentration - 1.0).max(0.0) / self.rate
    }

    fn entropy(&self) -> f64 {
        entropy_of_logarithm(self.concentration) + digamma(self.concentration) - self.rate.ln()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let z = self.standard(x);
        write(out, &[z.score(), -z.excess() / self.rate]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if x.is_nan() || x <= 0.0 { f64::NAN } else { -(self.standard(x).excess() + 1.0) / x }
    }

    fn draw(&self, noise: f64) -> f64 {
        self.quantile(noise).clamp(f64::MIN_POSITIVE, f64::MAX)
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        GammaKernel::of(self.concentration, self.rate).fill(GammaSpace::Value, stream, first, out);
    }
}

impl Pathwise for Gamma {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let (a, standard) = (self.concentration, self.rate * z);
        let slope =
            if in_range(standard) { gamma_slope(a, standard) / self.rate } else { z * self.standard(z).slope() };
        write(out, &[slope, -z / self.rate]);
    }

    fn fill_pathwise(&self, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
        let path = GammaKernel::of(self.concentration, self.rate).path();
        path.fill_rows(GammaSpace::Value, stream, first, out, slopes);
    }
}
