//! What both forms of the negative binomial law share: the count of successes before `total_count` failures.

use super::counts::{Spread, weighted};
use super::saddle::{Odds, deviance_by, digamma_excess, log_multiplied};
use crate::special::log1p_minus;

/// The number of failures that ends the count (any positive number), the odds of success, and the mean count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Failures {
    pub(super) total_count: f64,
    pub(super) odds: Odds,
    pub(super) mean: f64,
}

impl Failures {
    pub(super) fn from_mean(mean: f64, total_count: f64) -> Self {
        Self { total_count, odds: Odds::from_ratio(mean, total_count), mean }
    }

    pub(super) fn from_logits(total_count: f64, logits: f64) -> Self {
        Self { total_count, odds: Odds::from_logits(logits), mean: total_count * logits.exp() }
    }

    /// `ln [Γ(x + r) / (Γ(r) x!) p^x (1 - p)^r]`, also between the counts.
    pub(super) fn log_mass(&self, x: f64) -> f64 {
        let r = self.total_count;
        if x == 0.0 {
            return r * self.odds.log_q;
        }
        log_multiplied(x, r, &self.odds, self.distance(x)) - (x / r).ln_1p()
    }

    /// `x - (x + r) p = (x - mean) (1 - p)`.
    pub(super) fn distance(&self, x: f64) -> f64 {
        if self.mean.is_finite() {
            (x - self.mean) * self.odds.q
        } else {
            x * self.odds.q - self.total_count * self.odds.p
        }
    }

    /// `variance = mean / (1 - p)`.
    pub(super) fn variance(&self) -> f64 {
        self.mean / self.odds.q
    }

    pub(super) fn mode(&self) -> f64 {
        // The mass rises from x - 1 to x while x < mean (1 - 1/r).
        let turn = self.mean - self.mean / self.total_count;
        (turn.ceil() - 1.0).max(0.0)
    }

    pub(super) fn spread(&self) -> Spread {
        let deviation = self.variance().sqrt();
        let skewness = (1.0 + self.odds.p) / (self.odds.q * deviation);
        Spread { mean: self.mean, deviation, skewness, tail: -1.0 / self.odds.log_p, last: f64::INFINITY }
    }

    pub(super) fn entropy(&self) -> f64 {
        self.spread().sum(|x| weighted(self.log_mass(x), self.log_mass(x)))
    }

    /// `∂ log p(x) / ∂r` at fixed mean: `ψ(x + r) - ψ(r) - ln(1 + mean/r) - (x - mean) / (r + mean)`.
    pub(super) fn slope_at_mean(&self, x: f64) -> f64 {
        // The logarithms of (x + r)/r and (r + mean)/r, taken together, cancel with the last term but for second order.
        let (r, above) = (self.total_count, (x - self.mean) / self.total_count * self.odds.q);
        let rest = if above > -0.5 { log1p_minus(above) } else { (x / r).ln_1p() + self.odds.log_q - above };
        rest + digamma_excess(r, x)
    }

    /// `∂ log p(x) / ∂r` at fixed odds: `ψ(x + r) - ψ(r) + ln(1 - p)`.
    pub(super) fn slope_at_odds(&self, x: f64) -> f64 {
        // (x + r) (1 - p) / r is 1 + (x - mean) (1 - p) / r.
        let (r, above) = (self.total_count, self.distance(x) / self.total_count);
        let log_ratio = if above > -0.5 { above.ln_1p() } else { (x / r).ln_1p() + self.odds.log_q };
        digamma_excess(r, x) + log_ratio
    }

    /// The divergence, for the same `total_count`: as many trials as it takes, each a Bernoulli law.
    pub(super) fn kl(&self, p: &Self) -> f64 {
        let (r, n) = (self.total_count, self.total_count / self.odds.q);
        let d = (self.mean - p.mean) * p.odds.q;
        deviance_by(self.mean, n * p.odds.p, d) + deviance_by(r, n * p.odds.q, -d)
    }

    /// The divergence of laws with any two `total_count`, by summation.
    pub(super) fn kl_by_sum(&self, p: &Self) -> f64 {
        let sum = self.spread().sum(|x| {
            let log_mass = self.log_mass(x);
            weighted(log_mass, p.log_mass(x) - log_mass)
        });
        sum.max(0.0)
    }
}
