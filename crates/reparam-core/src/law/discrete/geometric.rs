//! Geometric law.

use std::any::Any;

use super::bernoulli::{check_probs, kl_of_logits};
use super::saddle::Odds;
use super::{Family, KlTo, Law, Parameter, ParameterError, Support, WeakDerivative, write};
use crate::noise::Noise;
use crate::special::{log1m_exp, log1p_exp, logit};

pub(super) const FAMILY: Family = Family {
    name: "geometric",
    parameters: &[Parameter::scalar("logits", Support::Real)],
    support: "x = 0, 1, 2, …",
    method: "inverse distribution function",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Geometric::from_logits(v[0])?)),
};

/// Geometric law: failures before the first success, each trial a success with probability `probs = 1 / (1 + e^-logits)`.
///
/// `p(x) = probs (1 - probs)^x`, `x = 0, 1, …`, as `PyTorch` counts. Draw: `⌈ln(1 - noise) / ln(1 - probs)⌉ - 1`, the quantile.
///
/// ```
/// use reparam_core::law::{Geometric, Law};
/// let waiting = Geometric::from_probs(0.25).unwrap();
/// assert!((waiting.mean() - 3.0).abs() < 1e-14);
/// assert!((waiting.survival(1.0) - 0.5625).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometric {
    logits: f64,
}

impl Geometric {
    /// The law with this log-odds of success.
    ///
    /// # Errors
    ///
    /// `logits` not finite.
    pub fn from_logits(logits: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[logits])?;
        Ok(Self { logits })
    }

    /// The law with this probability of success, above 0; 1 gives infinite log-odds.
    ///
    /// # Errors
    ///
    /// `probs` outside `(0, 1]`.
    pub fn from_probs(probs: f64) -> Result<Self, ParameterError> {
        check_probs(FAMILY.name, probs)?;
        ParameterError::check(FAMILY.name, Parameter::scalar("probs", Support::Positive), &[probs])?;
        Ok(Self { logits: logit(probs) })
    }

    /// Probability of success.
    pub fn probs(&self) -> f64 {
        self.odds().p
    }

    fn odds(self) -> Odds {
        Odds::from_logits(self.logits)
    }

    /// The smallest count whose survival has at most this logarithm.
    fn quantile_of_log_survival(self, log_survival: f64) -> f64 {
        let odds = self.odds();
        if log_survival == 0.0 || odds.log_q == f64::NEG_INFINITY {
            return 0.0;
        }
        if log_survival == f64::NEG_INFINITY {
            return f64::INFINITY;
        }
        let x = ((log_survival / odds.log_q).ceil() - 1.0).min(f64::MAX);
        // Of neighbours that the division's rounding mixes up, the one whose survival says so.
        let x = if x >= 1.0 && x * odds.log_q <= log_survival { x - 1.0 } else { x };
        if (x + 1.0) * odds.log_q > log_survival { x + 1.0 } else { x.max(0.0) }
    }
}

impl Law for Geometric {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.logits]
    }

    fn support(&self) -> Support {
        Support::Count
    }

    fn log_prob(&self, x: f64) -> f64 {
        let odds = self.odds();
        if x == 0.0 {
            odds.log_p
        } else if Support::Count.contains(x) {
            odds.log_p + x * odds.log_q
        } else {
            f64::NEG_INFINITY
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        -self.log_survival(x).exp_m1()
    }

    fn survival(&self, x: f64) -> f64 {
        self.log_survival(x).exp()
    }

    fn log_cdf(&self, x: f64) -> f64 {
        log1m_exp(self.log_survival(x))
    }

    fn log_survival(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { (x.floor() + 1.0) * self.odds().log_q }
    }

    fn quantile(&self, probability: f64) -> f64 {
        if (0.0..=1.0).contains(&probability) {
            self.quantile_of_log_survival((-probability).ln_1p())
        } else {
            f64::NAN
        }
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        if (0.0..=1.0).contains(&probability) { self.quantile_of_log_survival(probability.ln()) } else { f64::NAN }
    }

    fn mean(&self) -> f64 {
        (-self.logits).exp()
    }

    fn variance(&self) -> f64 {
        self.mean() / self.probs()
    }

    fn mode(&self) -> f64 {
        0.0
    }

    fn entropy(&self) -> f64 {
        // mean · -ln(1 - probs) is ln(1 + u) / u of u = 1 / mean.
        let u = self.logits.exp();
        -self.odds().log_p + if u < 1e-17 { 1.0 } else { log1p_exp(self.logits) / u }
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let odds = self.odds();
        write(out, &[odds.q - x * odds.p]);
    }

    fn log_prob_slope(&self, _x: f64) -> f64 {
        0.0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_weak(&self) -> Option<&dyn WeakDerivative> {
        Some(self)
    }
}

impl KlTo<Geometric> for Geometric {
    fn kl(&self, p: &Geometric) -> f64 {
        if self.logits < -40.0 && p.logits < -40.0 {
            // Probabilities of success may underflow, their ratio need not: an exponential law of that rate.
            let d = self.logits - p.logits;
            return ((-d).exp_m1() + d).max(0.0);
        }
        if self.logits < -40.0 {
            return (self.logits - p.odds().log_p - 1.0 - p.odds().log_q * self.mean()).max(0.0);
        }
        // As many trials as it takes, 1 / probs on average, each a Bernoulli law.
        kl_of_logits(self.logits, p.logits) / self.probs()
    }
}
