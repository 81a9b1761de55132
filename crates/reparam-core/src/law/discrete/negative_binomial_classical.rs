//! Negative binomial law by number of failures and log-odds.

use std::any::Any;

use super::counts::{self, Counts, Spread};
use super::failures::Failures;
use super::{
    Family, KlTo, Law, NegativeBinomial, Parameter, ParameterError, Support, WeakDerivative, rejection, tails, write,
};
use crate::noise::{Noise, Stream};

pub(super) const FAMILY: Family = Family {
    name: "negative-binomial-classical",
    parameters: &[
        Parameter::scalar("total_count", Support::Positive),
        Parameter::scalar("logits", Support::Closed(-300.0, 300.0)),
    ],
    support: "x = 0, 1, 2, …",
    method: "Poisson with a Gamma rate (Marsaglia and Tsang 2000; Hörmann 1993)",
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(NegativeBinomialClassical::new(v[0], v[1])?)),
};

/// Negative binomial law: successes before the `total_count`-th failure, each trial a success with probability `1 / (1 + e^-logits)`.
///
/// `p(x) = Γ(x + r) / (Γ(r) x!) probs^x (1 - probs)^r`, `r = total_count`, which need not be an integer; as `PyTorch` counts. The mean is
/// `total_count e^logits`; logits lie in ±300, which keeps it and the variance within range. [`NegativeBinomial`] is the same law by mean and dispersion.
///
/// ```
/// use reparam_core::law::{Law, NegativeBinomialClassical};
/// let counts = NegativeBinomialClassical::new(2.0, 0.0).unwrap();
/// assert_eq!((counts.mean(), counts.variance()), (2.0, 4.0));
/// assert!((counts.log_prob(1.0) - 0.25_f64.ln()).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NegativeBinomialClassical {
    total_count: f64,
    logits: f64,
}

impl NegativeBinomialClassical {
    /// The law with this number of failures and log-odds of success.
    ///
    /// # Errors
    ///
    /// `total_count` not finite and positive, `logits` outside `[-300, 300]`.
    pub fn new(total_count: f64, logits: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[total_count, logits])?;
        Ok(Self { total_count, logits })
    }

    /// The same law by mean and inverse dispersion.
    ///
    /// # Errors
    ///
    /// A mean that is no positive finite number, by underflow.
    pub fn to_mean_dispersion(&self) -> Result<NegativeBinomial, ParameterError> {
        NegativeBinomial::new(self.mean(), self.total_count)
    }

    /// Number of failures that ends the count.
    pub fn total_count(&self) -> f64 {
        self.total_count
    }

    /// Probability of success.
    pub fn probs(&self) -> f64 {
        self.failures().odds.p
    }

    fn failures(&self) -> Failures {
        Failures::from_logits(self.total_count, self.logits)
    }
}

impl Counts for NegativeBinomialClassical {
    fn spread(&self) -> Spread {
        self.failures().spread()
    }

    fn log_mass(&self, x: f64) -> f64 {
        self.failures().log_mass(x)
    }
}

impl Law for NegativeBinomialClassical {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.total_count, self.logits]
    }

    fn support(&self) -> Support {
        Support::Count
    }

    fn log_prob(&self, x: f64) -> f64 {
        if Support::Count.contains(x) { self.log_mass(x) } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        tails::negative_binomial(x, self.total_count, &self.failures().odds).lower
    }

    fn survival(&self, x: f64) -> f64 {
        tails::negative_binomial(x, self.total_count, &self.failures().odds).upper
    }

    fn log_cdf(&self, x: f64) -> f64 {
        tails::negative_binomial(x, self.total_count, &self.failures().odds).log_lower
    }

    fn log_survival(&self, x: f64) -> f64 {
        tails::negative_binomial(x, self.total_count, &self.failures().odds).log_upper
    }

    fn quantile(&self, probability: f64) -> f64 {
        counts::quantile(self, probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        counts::upper_quantile(self, probability)
    }

    fn mean(&self) -> f64 {
        self.failures().mean
    }

    fn variance(&self) -> f64 {
        self.failures().variance()
    }

    fn mode(&self) -> f64 {
        self.failures().mode()
    }

    /// By summation at flat cost, to about 1e-14, or 2^-53 of the ratio of mean and standard deviation where that is more.
    fn entropy(&self) -> f64 {
        self.failures().entropy()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let failures = self.failures();
        write(out, &[failures.slope_at_odds(x), failures.distance(x)]);
    }

    fn log_prob_slope(&self, _x: f64) -> f64 {
        0.0
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        rejection::fill_gamma_poisson(stream, first, out, self.total_count, self.mean());
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_weak(&self) -> Option<&dyn WeakDerivative> {
        Some(self)
    }
}

impl KlTo<NegativeBinomialClassical> for NegativeBinomialClassical {
    /// Closed for equal numbers of failures, else a sum, to about 1e-13.
    fn kl(&self, p: &NegativeBinomialClassical) -> f64 {
        let (here, there) = (self.failures(), p.failures());
        if self.total_count == p.total_count { here.kl(&there) } else { here.kl_by_sum(&there) }
    }
}
