//! Negative binomial law by mean and dispersion.

use std::any::Any;

use super::counts::{self, Counts, Spread};
use super::failures::Failures;
use super::{
    Family, KlTo, Law, NegativeBinomialClassical, Parameter, ParameterError, Support, WeakDerivative, rejection, tails,
    write,
};
use crate::noise::{Noise, Stream};

pub(super) const FAMILY: Family = Family {
    name: "negative-binomial",
    parameters: &[Parameter::scalar("mean", Support::Positive), Parameter::scalar("dispersion", Support::Positive)],
    support: "x = 0, 1, 2, …",
    method: "Poisson with a Gamma rate (Marsaglia and Tsang 2000; Hörmann 1993)",
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(NegativeBinomial::new(v[0], v[1])?)),
};

/// Negative binomial law with mean `mean` and variance `mean + mean² / dispersion`.
///
/// `dispersion` is the inverse dispersion, `theta` of single-cell work: the larger, the closer to a Poisson law; some texts call its
/// reciprocal the dispersion. It is the law of a Poisson count whose rate is Gamma distributed with shape `dispersion`, and the same as
/// [`NegativeBinomialClassical`] with `total_count = dispersion`, `logits = ln(mean / dispersion)`.
/// `p(x) = Γ(x + d) / (Γ(d) x!) (d / (d + mean))^d (mean / (d + mean))^x`, `d = dispersion`.
///
/// ```
/// use reparam_core::law::{Law, NegativeBinomial};
/// let counts = NegativeBinomial::new(3.0, 2.0).unwrap();
/// assert_eq!((counts.mean(), counts.variance()), (3.0, 7.5));
/// assert!((counts.log_prob(0.0) - 0.16_f64.ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NegativeBinomial {
    mean: f64,
    dispersion: f64,
}

impl NegativeBinomial {
    /// The law with this mean and inverse dispersion.
    ///
    /// # Errors
    ///
    /// A parameter not finite and positive.
    pub fn new(mean: f64, dispersion: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[mean, dispersion])?;
        Ok(Self { mean, dispersion })
    }

    /// The same law by number of failures and log-odds of success.
    ///
    /// # Errors
    ///
    /// `ln(mean / dispersion)` outside `[-300, 300]`.
    pub fn to_classical(&self) -> Result<NegativeBinomialClassical, ParameterError> {
        NegativeBinomialClassical::new(self.dispersion, self.mean.ln() - self.dispersion.ln())
    }

    /// The inverse dispersion.
    pub fn dispersion(&self) -> f64 {
        self.dispersion
    }

    fn failures(&self) -> Failures {
        Failures::from_mean(self.mean, self.dispersion)
    }
}

impl Counts for NegativeBinomial {
    fn spread(&self) -> Spread {
        self.failures().spread()
    }

    fn log_mass(&self, x: f64) -> f64 {
        self.failures().log_mass(x)
    }
}

impl Law for NegativeBinomial {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.mean, self.dispersion]
    }

    fn support(&self) -> Support {
        Support::Count
    }

    fn log_prob(&self, x: f64) -> f64 {
        if Support::Count.contains(x) { self.log_mass(x) } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        tails::negative_binomial(x, self.dispersion, &self.failures().odds).lower
    }

    fn survival(&self, x: f64) -> f64 {
        tails::negative_binomial(x, self.dispersion, &self.failures().odds).upper
    }

    fn log_cdf(&self, x: f64) -> f64 {
        tails::negative_binomial(x, self.dispersion, &self.failures().odds).log_lower
    }

    fn log_survival(&self, x: f64) -> f64 {
        tails::negative_binomial(x, self.dispersion, &self.failures().odds).log_upper
    }

    fn quantile(&self, probability: f64) -> f64 {
        counts::quantile(self, probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        counts::upper_quantile(self, probability)
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean + self.mean * (self.mean / self.dispersion)
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
        let in_mean = (x - self.mean) / self.mean * failures.odds.q;
        write(out, &[in_mean, failures.slope_at_mean(x)]);
    }

    fn log_prob_slope(&self, _x: f64) -> f64 {
        0.0
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        rejection::fill_gamma_poisson(stream, first, out, self.dispersion, self.mean);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_weak(&self) -> Option<&dyn WeakDerivative> {
        Some(self)
    }
}

impl KlTo<NegativeBinomial> for NegativeBinomial {
    /// Closed for equal dispersions, else a sum, to about 1e-13.
    fn kl(&self, p: &NegativeBinomial) -> f64 {
        let (here, there) = (self.failures(), p.failures());
        if self.dispersion == p.dispersion { here.kl(&there) } else { here.kl_by_sum(&there) }
    }
}
