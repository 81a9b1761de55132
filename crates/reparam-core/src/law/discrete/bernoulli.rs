//! Bernoulli law.

use std::any::Any;

use super::saddle::deviance;
use super::{Family, KlTo, Law, Parameter, ParameterError, Support, WeakDerivative, write};
use crate::noise::Noise;
use crate::special::{log1p_exp, logit, sigmoid};

pub(super) const FAMILY: Family = Family {
    name: "bernoulli",
    parameters: &[Parameter::scalar("logits", Support::Real)],
    support: "x = 0 or 1",
    method: "comparison with uniform noise",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Bernoulli::from_logits(v[0])?)),
};

/// Bernoulli law: 1 with probability `probs = 1 / (1 + e^-logits)`, else 0.
///
/// `log p(x) = x · logits - log(1 + e^logits)`. Draw: 1 where uniform noise is below `probs`; it has no derivative.
/// The parameter of `score` is `logits`, for both constructors.
///
/// ```
/// use reparam_core::law::{Bernoulli, Law};
/// let coin = Bernoulli::from_probs(0.25).unwrap();
/// assert_eq!((coin.draw(0.2), coin.draw(0.3)), (1.0, 0.0));
/// assert!((coin.log_prob(1.0) - 0.25_f64.ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bernoulli {
    logits: f64,
}

impl Bernoulli {
    /// The law with this log-odds.
    ///
    /// # Errors
    ///
    /// `logits` not finite.
    pub fn from_logits(logits: f64) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], &[logits])?;
        Ok(Self { logits })
    }

    /// The law with this probability of 1; 0 and 1 are allowed and give infinite log-odds.
    ///
    /// # Errors
    ///
    /// `probs` outside `[0, 1]`.
    pub fn from_probs(probs: f64) -> Result<Self, ParameterError> {
        check_probs(FAMILY.name, probs)?;
        Ok(Self { logits: logit(probs) })
    }

    /// The law with log-odds that are known to be finite.
    pub(in crate::law) fn of_checked_logits(logits: f64) -> Self {
        Self { logits }
    }

    /// Probability of 1.
    pub fn probs(&self) -> f64 {
        sigmoid(self.logits)
    }
}

impl Law for Bernoulli {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.logits]
    }

    fn support(&self) -> Support {
        Support::Boolean
    }

    fn log_prob(&self, x: f64) -> f64 {
        if x == 1.0 {
            -log1p_exp(-self.logits)
        } else if x == 0.0 {
            -log1p_exp(self.logits)
        } else {
            f64::NEG_INFINITY
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        1.0 - self.survival(x)
    }

    fn survival(&self, x: f64) -> f64 {
        if x < 0.0 {
            1.0
        } else if x < 1.0 {
            self.probs()
        } else {
            0.0
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        f64::from(probability > self.cdf(0.0))
    }

    fn mean(&self) -> f64 {
        self.probs()
    }

    fn variance(&self) -> f64 {
        sigmoid(self.logits) * sigmoid(-self.logits)
    }

    fn mode(&self) -> f64 {
        f64::from(self.logits > 0.0)
    }

    fn entropy(&self) -> f64 {
        let size = self.logits.abs();
        if size == f64::INFINITY {
            return 0.0;
        }
        // Even in the logits, and both terms are >= 0: no cancellation.
        (-size).exp().ln_1p() + size * sigmoid(-size)
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        // x - probs, for x = 1 written as the probability of 0, which keeps its digits when probs is near 1.
        let slope = if x == 1.0 { sigmoid(-self.logits) } else { x - self.probs() };
        write(out, &[slope]);
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

    fn draw(&self, noise: f64) -> f64 {
        f64::from(noise < self.probs())
    }
}

impl KlTo<Bernoulli> for Bernoulli {
    fn kl(&self, p: &Bernoulli) -> f64 {
        kl_of_logits(self.logits, p.logits)
    }
}

/// Checks a probability of success.
pub(super) fn check_probs(law: &'static str, probs: f64) -> Result<(), ParameterError> {
    ParameterError::check(law, Parameter::scalar("probs", Support::UnitInterval), &[probs])
}

/// The divergence of Bernoulli laws with these log-odds.
pub(super) fn kl_of_logits(q: f64, p: f64) -> f64 {
    // Close laws: deviances, which do not cancel. Distant ones: logarithms, which do not underflow.
    if (q - p).abs() < 1.0 && p.abs() < 500.0 {
        return deviance(sigmoid(q), sigmoid(p)) + deviance(sigmoid(-q), sigmoid(-p));
    }
    let part = |weight: f64, q: f64, p: f64| {
        if weight == 0.0 { 0.0 } else { weight * (log1p_exp(p) - log1p_exp(q)) }
    };
    part(sigmoid(q), -q, -p) + part(sigmoid(-q), q, p)
}
