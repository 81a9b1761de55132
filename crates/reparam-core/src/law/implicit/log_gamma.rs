//! Law of the logarithm of a gamma draw.

use super::standard_gamma::{StandardGamma, entropy_of_logarithm, log_ratio, quantile, slope_of_logarithm};
use super::{Family, GammaDraws, Law, Noise, Parameter, ParameterError, Pathwise, Stream, Support, identity, write};
use crate::special::{digamma, trigamma};

pub(super) const FAMILY: Family = Family {
    name: "log-gamma",
    parameters: &[
        Parameter::scalar("concentration", Support::Positive).implicit(),
        Parameter::scalar("rate", Support::Positive).explicit(),
    ],
    support: "x finite",
    method: "logarithm of a gamma draw by rejection (Marsaglia and Tsang 2000)",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(LogGamma::new(v[0], v[1])?)),
};

/// Law of `log G`, `G` of the gamma law with shape `concentration` and inverse scale `rate`; also called exp-gamma.
///
/// `p(x) = rate^a exp(a x - rate e^x) / Γ(a)`, `a = concentration`, any `x`. Gamma draws of tiny shapes underflow; their logarithms, of
/// the size `1/a`, do not. [`Law::draw`] is the quantile of uniform noise; [`Law::fill`] draws by rejection (Marsaglia and Tsang 2000).
/// The path in `concentration` is implicit (Figurnov et al. 2018), by [`log_gamma_slope`](crate::special::log_gamma_slope).
///
/// ```
/// use reparam_core::law::{Law, LogGamma};
/// let tiny = LogGamma::new(1e-8, 1.0).unwrap();
/// // x^a / Γ(a + 1) = ½.
/// assert!((tiny.quantile(0.5) / (0.5_f64.ln() * 1e8) - 1.0).abs() < 1e-8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogGamma {
    concentration: f64,
    rate: f64,
}

impl LogGamma {
    /// The law of the logarithms of gamma draws with this shape and inverse scale.
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

    /// `rate · e^x`.
    fn standard(&self, x: f64) -> StandardGamma {
        StandardGamma::of_exponent(self.concentration, x, self.rate.ln(), self.rate)
    }

    /// The logarithm of a quantile of the standard law over the rate.
    fn scaled(&self, standard: Result<f64, f64>) -> f64 {
        standard.map_or_else(|log| log - self.rate.ln(), |z| log_ratio(z, self.rate))
    }
}

impl Law for LogGamma {
    identity!(FAMILY => concentration, rate);

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_prob(&self, x: f64) -> f64 {
        if x.is_infinite() { f64::NEG_INFINITY } else { self.standard(x).log_density(0.0) }
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
        digamma(self.concentration) - self.rate.ln()
    }

    fn variance(&self) -> f64 {
        trigamma(self.concentration)
    }

    fn mode(&self) -> f64 {
        log_ratio(self.concentration, self.rate)
    }

    fn entropy(&self) -> f64 {
        entropy_of_logarithm(self.concentration)
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let z = self.standard(x);
        write(out, &[z.score(), -z.excess() / self.rate]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if x.is_infinite() { f64::NAN } else { -self.standard(x).excess() }
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        let (draws, log_rate) = (GammaDraws::new(self.concentration), self.rate.ln());
        draws.each(stream, first, out.len(), |i, draw| out[i] = draws.log(draw) - log_rate);
    }
}

impl Pathwise for LogGamma {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[self.standard(z).slope(), -1.0 / self.rate]);
    }

    fn fill_pathwise(&self, stream: &Stream, first: u64, out: &mut [f64], slopes: &mut [f64]) {
        let (draws, log_rate) = (GammaDraws::new(self.concentration), self.rate.ln());
        let slopes = slopes.as_chunks_mut::<2>().0;
        draws.each(stream, first, out.len(), |i, draw| {
            let log = draws.log(draw);
            out[i] = log - log_rate;
            if let Some(row) = slopes.get_mut(i) {
                *row = [slope_of_logarithm(self.concentration, draws.value(draw), log), -1.0 / self.rate];
            }
        });
    }
}
