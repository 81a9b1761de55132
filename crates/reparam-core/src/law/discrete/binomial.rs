//! Binomial law.

use std::any::Any;

use super::bernoulli::{check_probs, kl_of_logits};
use super::counts::{self, Counts, Spread, weighted};
use super::saddle::{Odds, log_binomial};
use super::{Family, KlTo, Law, Parameter, ParameterError, Support, WeakDerivative, rejection, tails, write};
use crate::noise::{Noise, Stream};
use crate::special::logit;

pub(super) const FAMILY: Family = Family {
    name: "binomial",
    parameters: &[
        Parameter::scalar("total_count", Support::CountTo(1 << 53)),
        Parameter::scalar("logits", Support::Real),
    ],
    support: "x = 0, 1, …, total_count",
    method: "inversion below a mean of 10, else transformed rejection (Hörmann 1993)",
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Binomial::from_logits(v[0], v[1])?)),
};

/// Binomial law: successes in `total_count` trials that each succeed with probability `probs = 1 / (1 + e^-logits)`.
///
/// `p(x) = C(total_count, x) probs^x (1 - probs)^(total_count - x)`, its logarithm by deviances and Stirling's error (Loader 2000).
/// `draw` is the quantile of uniform noise; `fill` inverts where successes or failures are few and rejects elsewhere (algorithm BTRS of
/// Hörmann 1993). `total_count` is an integer, without a derivative: its score is written as 0.
///
/// ```
/// use reparam_core::law::{Binomial, Law};
/// let heads = Binomial::from_probs(4.0, 0.5).unwrap();
/// assert!((heads.log_prob(2.0) - 0.375_f64.ln()).abs() < 1e-14);
/// assert_eq!((heads.mean(), heads.variance(), heads.quantile(0.5)), (2.0, 1.0, 2.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binomial {
    total_count: f64,
    logits: f64,
}

impl Binomial {
    /// The law with this log-odds of success.
    ///
    /// # Errors
    ///
    /// `total_count` not an integer from 0 to 2^53, `logits` not finite.
    pub fn from_logits(total_count: f64, logits: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[total_count, logits])?;
        Ok(Self { total_count, logits })
    }

    /// The law with this probability of success; 0 and 1 are allowed and give infinite log-odds.
    ///
    /// # Errors
    ///
    /// `total_count` not an integer from 0 to 2^53, `probs` outside `[0, 1]`.
    pub fn from_probs(total_count: f64, probs: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[total_count])?;
        check_probs(FAMILY.name, probs)?;
        Ok(Self { total_count, logits: logit(probs) })
    }

    /// Number of trials.
    pub fn total_count(&self) -> f64 {
        self.total_count
    }

    /// Probability of success.
    pub fn probs(&self) -> f64 {
        self.odds().p
    }

    fn odds(&self) -> Odds {
        Odds::from_logits(self.logits)
    }

    /// `E[f(X)]` of a function that is smooth where the count is large.
    pub(in crate::law) fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.sum(|x, log_mass| -weighted(log_mass, f(x)))
    }

    /// `Σ f(x, log p(x))`, counted from the rarer outcome, near which the mass is sharpest.
    fn sum(&self, f: impl Fn(f64, f64) -> f64) -> f64 {
        let (n, odds, spread) = (self.total_count, self.odds(), self.spread());
        if odds.p <= 0.5 {
            spread.sum(|x| f(x, log_binomial(x, n, &odds)))
        } else {
            let odds = Odds::from_logits(-self.logits);
            let spread = Spread { mean: n * odds.p, ..spread };
            spread.sum(|x| f(n - x, log_binomial(x, n, &odds)))
        }
    }
}

impl Counts for Binomial {
    fn spread(&self) -> Spread {
        let odds = self.odds();
        let deviation = self.variance().sqrt();
        let skewness = if deviation > 0.0 { (odds.q - odds.p) / deviation } else { 0.0 };
        Spread { mean: self.mean(), deviation, skewness, tail: 1.0, last: self.total_count }
    }

    fn log_mass(&self, x: f64) -> f64 {
        log_binomial(x, self.total_count, &self.odds())
    }
}

impl Law for Binomial {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.total_count, self.logits]
    }

    fn support(&self) -> Support {
        Support::CountTo(self.total_count as u64)
    }

    fn log_prob(&self, x: f64) -> f64 {
        if self.support().contains(x) { self.log_mass(x) } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        tails::binomial(x, self.total_count, &self.odds()).lower
    }

    fn survival(&self, x: f64) -> f64 {
        tails::binomial(x, self.total_count, &self.odds()).upper
    }

    fn log_cdf(&self, x: f64) -> f64 {
        tails::binomial(x, self.total_count, &self.odds()).log_lower
    }

    fn log_survival(&self, x: f64) -> f64 {
        tails::binomial(x, self.total_count, &self.odds()).log_upper
    }

    fn quantile(&self, probability: f64) -> f64 {
        let probability = if probability == 1.0 && self.probs() == 0.0 { 0.0 } else { probability };
        counts::quantile(self, probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        let probability = if probability == 0.0 && self.probs() == 0.0 { 1.0 } else { probability };
        counts::upper_quantile(self, probability)
    }

    fn mean(&self) -> f64 {
        self.total_count * self.probs()
    }

    fn variance(&self) -> f64 {
        let odds = self.odds();
        self.total_count * odds.p * odds.q
    }

    fn mode(&self) -> f64 {
        (((self.total_count + 1.0) * self.probs()).ceil() - 1.0).clamp(0.0, self.total_count)
    }

    /// By summation at flat cost, to about 1e-14, or 2^-53 of the ratio of mean and standard deviation where that is more.
    fn entropy(&self) -> f64 {
        self.sum(|_, log_mass| weighted(log_mass, log_mass))
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let odds = self.odds();
        // x - total_count · probs without the cancellation for probs near 1.
        write(out, &[0.0, x * odds.q - (self.total_count - x) * odds.p]);
    }

    fn log_prob_slope(&self, _x: f64) -> f64 {
        0.0
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        rejection::fill_binomial(stream, first, out, self.total_count, &self.odds());
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_weak(&self) -> Option<&dyn WeakDerivative> {
        Some(self)
    }
}

impl KlTo<Binomial> for Binomial {
    /// Infinite when `self` has more trials than `p`; a sum, not a closed form, when it has fewer.
    fn kl(&self, p: &Binomial) -> f64 {
        if self.total_count == 0.0 && p.total_count == 0.0 {
            0.0
        } else if self.total_count == p.total_count {
            self.total_count * kl_of_logits(self.logits, p.logits)
        } else if self.total_count > p.total_count && self.probs() > 0.0 {
            f64::INFINITY
        } else {
            let odds = p.odds();
            self.sum(|x, log_mass| weighted(log_mass, log_binomial(x, p.total_count, &odds) - log_mass)).max(0.0)
        }
    }
}
