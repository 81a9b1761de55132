//! Distribution functions of counts, from the incomplete gamma and beta functions.

use super::saddle::{Odds, log_binomial};
use crate::special::{BetaTails, beta_tails, gamma_p, gamma_q, log_gamma_p, log_gamma_q};

/// `P(X <= x)`, `P(X > x)`, and the logarithms of both, for the Poisson law.
pub(super) struct PoissonTails {
    /// `x + 1`, rounded down.
    shape: f64,
    rate: f64,
}

impl PoissonTails {
    pub(super) fn new(x: f64, rate: f64) -> Self {
        Self { shape: next(x), rate }
    }

    pub(super) fn below(&self) -> f64 {
        if self.shape == 0.0 { 0.0 } else { gamma_q(self.shape, self.rate) }
    }

    pub(super) fn above(&self) -> f64 {
        if self.shape == 0.0 { 1.0 } else { gamma_p(self.shape, self.rate) }
    }

    pub(super) fn log_below(&self) -> f64 {
        if self.shape == 0.0 { f64::NEG_INFINITY } else { log_gamma_q(self.shape, self.rate) }
    }

    pub(super) fn log_above(&self) -> f64 {
        if self.shape == 0.0 { 0.0 } else { log_gamma_p(self.shape, self.rate) }
    }
}

/// The number of counts up to `x`, finite.
fn next(x: f64) -> f64 {
    (x.floor() + 1.0).clamp(0.0, f64::MAX)
}

const NONE_BELOW: BetaTails = BetaTails { lower: 0.0, upper: 1.0, log_lower: f64::NEG_INFINITY, log_upper: 0.0 };
const NONE_ABOVE: BetaTails = BetaTails { lower: 1.0, upper: 0.0, log_lower: 0.0, log_upper: f64::NEG_INFINITY };

/// Probabilities below this may have underflowed. The tail that starts with a count is then the mass of that count alone.
const TINY: f64 = 1e-290;

/// Both tails, the upper one with this logarithm.
fn first_above(log_mass: f64) -> BetaTails {
    let upper = log_mass.exp();
    BetaTails { lower: 1.0 - upper, upper, log_lower: (-upper).ln_1p(), log_upper: log_mass }
}

/// Both tails of the binomial law; `lower` is `P(X <= x)`.
pub(super) fn binomial(x: f64, n: f64, odds: &Odds) -> BetaTails {
    if x < 0.0 {
        NONE_BELOW
    } else if x >= n {
        NONE_ABOVE
    } else if odds.p < TINY {
        first_above(log_binomial(next(x), n, odds))
    } else if odds.q < TINY {
        let tails = first_above(log_binomial(x.floor(), n, odds));
        BetaTails { lower: tails.upper, upper: tails.lower, log_lower: tails.log_upper, log_upper: tails.log_lower }
    } else {
        beta_tails(n - x.floor(), next(x), odds.q, odds.p)
    }
}

/// Counts from here on share their tails, lest sums of shapes overflow.
const LARGEST: f64 = 1e290;

/// Both tails of the count of successes before `failures` (any positive number) failures.
pub(super) fn negative_binomial(x: f64, failures: f64, odds: &Odds) -> BetaTails {
    if x < 0.0 { NONE_BELOW } else { beta_tails(failures, next(x).min(LARGEST), odds.q, odds.p) }
}
