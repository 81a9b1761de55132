//! Laws of counts with more zeros.

use std::any::Any;

use super::{Family, Law, NegativeBinomial, Parameter, ParameterError, Poisson, Support};
use crate::noise::{Noise, Stream};
use crate::special::{log_sum_exp, log1p_exp, sigmoid};

const METHOD: &str = "the counts' own, set to 0 where uniform noise of another stream is below the gate";

pub(super) const POISSON: Family = Family {
    name: "zero-inflated-poisson",
    parameters: &[Parameter::scalar("gate_logits", Support::Real), Parameter::scalar("rate", Support::Positive)],
    support: "x = 0, 1, 2, …",
    method: METHOD,
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(ZeroInflatedPoisson::new(v[0], v[1])?)),
};

pub(super) const NEGATIVE_BINOMIAL: Family = Family {
    name: "zero-inflated-negative-binomial",
    parameters: &[
        Parameter::scalar("gate_logits", Support::Real),
        Parameter::scalar("mean", Support::Positive),
        Parameter::scalar("dispersion", Support::Positive),
    ],
    support: "x = 0, 1, 2, …",
    method: METHOD,
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(ZeroInflatedNegativeBinomial::new(v[0], v[1], v[2])?)),
};

/// A law of counts that has a form with more zeros.
pub trait Inflatable: Law + Clone {
    /// The family of the form with more zeros.
    fn inflated_family() -> &'static Family;
}

impl Inflatable for Poisson {
    fn inflated_family() -> &'static Family {
        &POISSON
    }
}

impl Inflatable for NegativeBinomial {
    fn inflated_family() -> &'static Family {
        &NEGATIVE_BINOMIAL
    }
}

/// A law of counts that is 0 with probability `gate = 1 / (1 + e^-gate_logits)`, and a draw of `counts` otherwise.
///
/// `p(0) = gate + (1 - gate) counts(0)`, `p(x) = (1 - gate) counts(x)` above. `mean` is that of the whole law; the parameters after the
/// gate are those of the counts.
///
/// ```
/// use reparam_core::law::{Law, ZeroInflatedPoisson};
/// let dropout = ZeroInflatedPoisson::new(0.0, 4.0).unwrap();
/// assert_eq!(dropout.mean(), 2.0);
/// assert!((dropout.cdf(0.0) - 0.5 * (1.0 + (-4.0_f64).exp())).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZeroInflated<C> {
    gate_logits: f64,
    counts: C,
}

/// Poisson law with more zeros; see [`ZeroInflated`].
pub type ZeroInflatedPoisson = ZeroInflated<Poisson>;

/// Negative binomial law with more zeros, as gene counts of single cells have; see [`ZeroInflated`].
pub type ZeroInflatedNegativeBinomial = ZeroInflated<NegativeBinomial>;

impl ZeroInflatedPoisson {
    /// The law with this log-odds of an added zero and this rate of the counts.
    ///
    /// # Errors
    ///
    /// `gate_logits` not finite, `rate` not finite and positive.
    pub fn new(gate_logits: f64, rate: f64) -> Result<Self, ParameterError> {
        POISSON.check(&[gate_logits, rate])?;
        Ok(Self { gate_logits, counts: Poisson::new(rate)? })
    }
}

impl ZeroInflatedNegativeBinomial {
    /// The law with this log-odds of an added zero, and this mean and inverse dispersion of the counts.
    ///
    /// # Errors
    ///
    /// `gate_logits` not finite, another parameter not finite and positive.
    pub fn new(gate_logits: f64, mean: f64, dispersion: f64) -> Result<Self, ParameterError> {
        NEGATIVE_BINOMIAL.check(&[gate_logits, mean, dispersion])?;
        Ok(Self { gate_logits, counts: NegativeBinomial::new(mean, dispersion)? })
    }
}

impl<C: Inflatable> ZeroInflated<C> {
    /// The law of the counts.
    pub fn counts(&self) -> &C {
        &self.counts
    }

    /// Probability of an added zero.
    pub fn gate(&self) -> f64 {
        sigmoid(self.gate_logits)
    }

    /// Probability of a count.
    fn open(&self) -> f64 {
        sigmoid(-self.gate_logits)
    }

    fn log_open(&self) -> f64 {
        -log1p_exp(self.gate_logits)
    }

    /// Probability that a zero was added, given that it is one; and that it was counted.
    fn origin_of_zero(&self) -> (f64, f64) {
        let log_odds = self.gate_logits - self.counts.log_prob(0.0);
        (sigmoid(log_odds), sigmoid(-log_odds))
    }
}

impl<C: Inflatable> Law for ZeroInflated<C> {
    fn family(&self) -> &'static Family {
        C::inflated_family()
    }

    fn parameters(&self) -> Vec<f64> {
        let mut all = vec![self.gate_logits];
        all.extend(self.counts.parameters());
        all
    }

    fn support(&self) -> Support {
        Support::Count
    }

    fn log_prob(&self, x: f64) -> f64 {
        let counted = self.counts.log_prob(x);
        if x == 0.0 { log_sum_exp(&[self.gate_logits, counted]) + self.log_open() } else { counted + self.log_open() }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { (self.gate() + self.open() * self.counts.cdf(x)).min(1.0) }
    }

    fn survival(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { self.open() * self.counts.survival(x) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            f64::NEG_INFINITY
        } else if self.survival(x) < 0.5 {
            (-self.survival(x)).ln_1p()
        } else {
            log_sum_exp(&[self.gate_logits, self.counts.log_cdf(x)]) + self.log_open()
        }
    }

    fn log_survival(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.log_open() + self.counts.log_survival(x) }
    }

    fn quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            f64::NAN
        } else if probability <= self.cdf(0.0) {
            0.0
        } else if probability > 0.5 {
            self.upper_quantile(1.0 - probability)
        } else {
            self.counts.quantile(((probability - self.gate()) / self.open()).clamp(0.0, 1.0)).max(1.0)
        }
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            f64::NAN
        } else if probability >= self.survival(0.0) {
            0.0
        } else {
            self.counts.upper_quantile((probability / self.open()).min(1.0)).max(1.0)
        }
    }

    fn mean(&self) -> f64 {
        self.open() * self.counts.mean()
    }

    fn variance(&self) -> f64 {
        let mean = self.counts.mean();
        self.open() * (self.counts.variance() + mean * (self.gate() * mean))
    }

    fn mode(&self) -> f64 {
        let counted = self.counts.mode();
        if self.log_prob(counted) > self.log_prob(0.0) { counted } else { 0.0 }
    }

    /// From the entropy of the counts, whose term at 0 is exchanged.
    fn entropy(&self) -> f64 {
        let (log_zero, log_counted) = (self.log_prob(0.0), self.counts.log_prob(0.0));
        let above = -log_counted.exp_m1();
        let others = self.counts.entropy() + log_counted.exp() * log_counted;
        self.open() * (others - above * self.log_open()) - log_zero.exp() * log_zero
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let Some((gate, counts)) = out.split_first_mut() else {
            return;
        };
        self.counts.score(x, counts);
        if x == 0.0 {
            let (added, counted) = self.origin_of_zero();
            *gate = added * self.open() * -self.counts.log_prob(0.0).exp_m1();
            counts.iter_mut().take(self.counts.parameters().len()).for_each(|slope| *slope *= counted);
        } else {
            *gate = -self.gate();
        }
    }

    fn log_prob_slope(&self, _x: f64) -> f64 {
        0.0
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        self.counts.fill(&stream.branch(0), first, out);
        let (gates, gate) = (stream.branch(1), self.gate());
        let mut noise = [0.0; 512];
        for (piece, at) in out.chunks_mut(noise.len()).zip((first..).step_by(512)) {
            let noise = &mut noise[..piece.len()];
            gates.fill(Noise::Uniform, at, noise);
            piece.iter_mut().zip(noise).filter(|(_, u)| **u < gate).for_each(|(x, _)| *x = 0.0);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
