//! Weibull law.

use super::moment_ratio::second_difference;
use super::{
    EULER, Family, KlTo, Law, Noise, Parameter, ParameterError, Pathwise, Support, identity, probability, write,
};
use crate::special::{log_gamma, log1m_exp};

pub(super) const FAMILY: Family = Family {
    name: "weibull",
    parameters: &[
        Parameter::scalar("scale", Support::Positive).explicit(),
        Parameter::scalar("concentration", Support::Positive).explicit(),
    ],
    support: "x >= 0",
    method: "scale · noise^(1 / concentration)",
    closed_entropy: true,
    noise: Noise::Exponential,
    build: |v| Ok(Box::new(Weibull::new(v[0], v[1])?)),
};

/// Weibull law: a power of an exponential draw.
///
/// `p(x) = (k / x) z^k exp(-z^k)`, `z = x / scale`, `k = concentration`, `x >= 0`. For `k < 1` the density has a pole at 0, which is then
/// the mode. Draw: `scale · noise^(1/k)`, exponential noise, held within the positive `f64`.
///
/// ```
/// use reparam_core::law::{Law, Weibull};
/// let weibull = Weibull::new(2.0, 3.0).unwrap();
/// assert_eq!((weibull.survival(2.0), weibull.draw(1.0)), ((-1.0_f64).exp(), 2.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weibull {
    scale: f64,
    concentration: f64,
}

impl Weibull {
    /// The law with this scale, the quantile of `1 - 1/e`, and this exponent.
    ///
    /// # Errors
    ///
    /// `scale` or `concentration` not finite and positive.
    pub fn new(scale: f64, concentration: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[scale, concentration])?;
        Ok(Self { scale, concentration })
    }

    /// `log(x / scale)`, `-inf` below 0.
    fn log_ratio(&self, x: f64) -> f64 {
        let z = x.max(0.0) / self.scale;
        // A quotient beyond the range of doubles has a logarithm within it; near 1 the difference is exact.
        if (z - 1.0).abs() < 0.5 { ((x - self.scale) / self.scale).ln_1p() } else { x.max(0.0).ln() - self.scale.ln() }
    }

    /// The value whose power is this exponential value.
    fn of_exponential(&self, noise: f64) -> f64 {
        self.scale * (noise.ln() / self.concentration).exp()
    }
}

impl Law for Weibull {
    identity!(FAMILY => scale, concentration);

    fn support(&self) -> Support {
        Support::NonNegative
    }

    /// At 0 the limit: infinite for `k < 1`.
    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        let (k, l) = (self.concentration, self.log_ratio(x));
        // (k - 1) log z: at 0 without a power, 0.
        let power = if k == 1.0 { 0.0 } else { (k - 1.0) * l };
        k.ln() - self.scale.ln() + power - (k * l).exp()
    }

    fn cdf(&self, x: f64) -> f64 {
        -self.log_survival(x).exp_m1()
    }

    fn survival(&self, x: f64) -> f64 {
        self.log_survival(x).exp()
    }

    fn log_cdf(&self, x: f64) -> f64 {
        let l = self.concentration * self.log_ratio(x);
        let power = l.exp();
        // log(1 - e^-t) is log t - t/2 + O(t²), and t may underflow.
        if l < -37.0 { l - 0.5 * power } else { log1m_exp(-power) }
    }

    fn log_survival(&self, x: f64) -> f64 {
        -(self.concentration * self.log_ratio(x)).exp()
    }

    fn quantile(&self, p: f64) -> f64 {
        self.of_exponential(-(-probability(p)).ln_1p())
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.of_exponential(-probability(p).ln())
    }

    fn mean(&self) -> f64 {
        self.scale * log_gamma(1.0 + 1.0 / self.concentration).exp()
    }

    fn variance(&self) -> f64 {
        let e = 1.0 / self.concentration;
        let square = (2.0 * (self.scale.ln() + log_gamma(1.0 + e))).exp();
        // E[x²] = E[x]² e^ratio.
        let ratio = second_difference(1.0, e);
        if ratio > 1.0 {
            (2.0 * self.scale.ln() + log_gamma(1.0 + 2.0 * e)).exp() * -(-ratio).exp_m1()
        } else {
            square * ratio.exp_m1()
        }
    }

    fn mode(&self) -> f64 {
        let k = self.concentration;
        if k <= 1.0 { 0.0 } else { self.scale * ((-1.0 / k).ln_1p() / k).exp() }
    }

    fn entropy(&self) -> f64 {
        let k = self.concentration;
        1.0 + EULER * (1.0 - 1.0 / k) + self.scale.ln() - k.ln()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let (k, l) = (self.concentration, self.log_ratio(x));
        let rest = (k * l).exp_m1();
        write(out, &[k / self.scale * rest, 1.0 / k - l * rest]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if x.is_nan() || x <= 0.0 {
            return f64::NAN;
        }
        let k = self.concentration;
        ((k - 1.0) - k * (k * self.log_ratio(x)).exp()) / x
    }

    fn draw(&self, noise: f64) -> f64 {
        self.of_exponential(noise).clamp(f64::MIN_POSITIVE, f64::MAX)
    }
}

impl Pathwise for Weibull {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[z / self.scale, -z * (self.log_ratio(z) / self.concentration)]);
    }
}

impl KlTo<Weibull> for Weibull {
    fn kl(&self, p: &Weibull) -> f64 {
        // -log x is a Gumbel law of location -log scale and scale 1/k.
        let r = p.concentration / self.concentration;
        super::gumbel::divergence(r, -p.concentration * p.log_ratio(self.scale))
    }
}
