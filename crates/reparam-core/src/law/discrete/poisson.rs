//! Poisson law.

use std::any::Any;

use super::counts::{self, Counts, Spread, weighted};
use super::saddle::{HALF_LOG_TAU, deviance, log_poisson};
use super::tails::PoissonTails;
use super::{
    Bernoulli, Binomial, Family, KlTo, Law, Parameter, ParameterError, Support, WeakDerivative, rejection, write,
};
use crate::noise::{Noise, Stream};

pub(super) const FAMILY: Family = Family {
    name: "poisson",
    parameters: &[Parameter::scalar("rate", Support::Positive)],
    support: "x = 0, 1, 2, …",
    method: "inversion below rate 10, else transformed rejection (Hörmann 1993)",
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Poisson::new(v[0])?)),
};

/// Poisson law with mean `rate`.
///
/// `p(x) = e^-rate rate^x / x!`. The log mass is held to some ulp at any rate, by deviance and Stirling's error (Loader 2000). `draw`
/// is the quantile of uniform noise; `fill` inverts below rate 10 and rejects above (algorithm PTRS of Hörmann 1993).
///
/// ```
/// use reparam_core::law::{Law, Poisson};
/// let poisson = Poisson::new(3.0).unwrap();
/// assert!((poisson.log_prob(2.0) - (4.5_f64.ln() - 3.0)).abs() < 1e-15);
/// assert_eq!(poisson.quantile(0.5), 3.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poisson {
    rate: f64,
}

impl Poisson {
    /// The law with this mean.
    ///
    /// # Errors
    ///
    /// `rate` not finite and positive.
    pub fn new(rate: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[rate])?;
        Ok(Self { rate })
    }

    /// The mean, which is also the variance.
    pub fn rate(&self) -> f64 {
        self.rate
    }
}

impl Counts for Poisson {
    fn spread(&self) -> Spread {
        let deviation = self.rate.sqrt();
        Spread { mean: self.rate, deviation, skewness: 1.0 / deviation, tail: 1.0, last: f64::INFINITY }
    }

    fn log_mass(&self, x: f64) -> f64 {
        log_poisson(x, self.rate)
    }
}

impl Law for Poisson {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.rate]
    }

    fn support(&self) -> Support {
        Support::Count
    }

    fn log_prob(&self, x: f64) -> f64 {
        if Support::Count.contains(x) { self.log_mass(x) } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        PoissonTails::new(x, self.rate).below()
    }

    fn survival(&self, x: f64) -> f64 {
        PoissonTails::new(x, self.rate).above()
    }

    fn log_cdf(&self, x: f64) -> f64 {
        PoissonTails::new(x, self.rate).log_below()
    }

    fn log_survival(&self, x: f64) -> f64 {
        PoissonTails::new(x, self.rate).log_above()
    }

    fn quantile(&self, probability: f64) -> f64 {
        counts::quantile(self, probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        counts::upper_quantile(self, probability)
    }

    fn mean(&self) -> f64 {
        self.rate
    }

    fn variance(&self) -> f64 {
        self.rate
    }

    fn mode(&self) -> f64 {
        self.rate.ceil() - 1.0
    }

    /// By summation, to about 1e-14; from rate 10^5 on the asymptotic series, of which two terms suffice.
    fn entropy(&self) -> f64 {
        if self.rate < 1e5 {
            return self.spread().sum(|x| weighted(self.log_mass(x), self.log_mass(x)));
        }
        let y = 1.0 / self.rate;
        0.5 + HALF_LOG_TAU + 0.5 * self.rate.ln() - y / 12.0 - y * y / 24.0
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        write(out, &[(x - self.rate) / self.rate]);
    }

    fn log_prob_slope(&self, _x: f64) -> f64 {
        0.0
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        rejection::fill_poisson(stream, first, out, self.rate);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_weak(&self) -> Option<&dyn WeakDerivative> {
        Some(self)
    }
}

impl KlTo<Poisson> for Poisson {
    fn kl(&self, p: &Poisson) -> f64 {
        deviance(self.rate, p.rate)
    }
}

impl KlTo<Bernoulli> for Poisson {
    /// Infinite: a Poisson law draws every count.
    fn kl(&self, _p: &Bernoulli) -> f64 {
        f64::INFINITY
    }
}

impl KlTo<Binomial> for Poisson {
    /// Infinite: a Poisson law draws every count.
    fn kl(&self, _p: &Binomial) -> f64 {
        f64::INFINITY
    }
}

impl KlTo<Poisson> for Bernoulli {
    fn kl(&self, p: &Poisson) -> f64 {
        // log x! is 0 at 0 and 1, and p ln p/rate + (1 - p) ln(1 - p) + rate is the sum of two deviances.
        deviance(self.probs(), p.rate) + deviance(1.0 - self.probs(), 1.0)
    }
}
