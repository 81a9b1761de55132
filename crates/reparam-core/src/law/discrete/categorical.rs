//! Categorical law.

use std::any::Any;

use super::{Family, KlTo, Law, Parameter, ParameterError, Support, WeakDerivative};
use crate::noise::Noise;
use crate::special::log_sum_exp;

pub(super) const FAMILY: Family = Family {
    name: "categorical",
    parameters: &[Parameter::vector("logits", Support::Real)],
    support: "x = 0, 1, …, categories - 1",
    method: "inverse distribution function",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Categorical::from_logits(v)?)),
};

/// Categorical law: index `k` with probability `e^logits[k] / Σ e^logits`.
///
/// Distribution function, quantile, mean and variance are those of the index. Draw: the quantile of uniform noise; it
/// has no derivative. The parameters of `score` are the logits, for both constructors.
///
/// ```
/// use reparam_core::law::{Categorical, Law};
/// let die = Categorical::from_probs(&[0.5, 0.25, 0.25]).unwrap();
/// assert_eq!((die.draw(0.4), die.draw(0.6), die.draw(0.8)), (0.0, 1.0, 2.0));
/// assert!((die.entropy() - 1.5 * 2_f64.ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Categorical {
    /// Normalised: log-probabilities.
    log_probs: Vec<f64>,
}

impl Categorical {
    /// The law with these unnormalised log-probabilities.
    ///
    /// # Errors
    ///
    /// No logits, or one that is not finite.
    pub fn from_logits(logits: &[f64]) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], logits)?;
        Self::normalised(logits.to_vec())
    }

    /// The law with probabilities in proportion to these weights; weights of 0 are allowed, but not all.
    ///
    /// # Errors
    ///
    /// No weights, one outside `[0, 1]`, or all 0.
    pub fn from_probs(probs: &[f64]) -> Result<Self, ParameterError> {
        let rule = Parameter::vector("probs", Support::UnitInterval);
        ParameterError::check(FAMILY.name, rule, probs)?;
        if probs.iter().all(|&p| p == 0.0) {
            let positive = Parameter::vector("probs", Support::Positive);
            ParameterError::check(FAMILY.name, positive, probs)?;
        }
        Self::normalised(probs.iter().map(|p| p.ln()).collect())
    }

    /// Logarithms of the probabilities.
    pub fn log_probs(&self) -> &[f64] {
        &self.log_probs
    }

    fn normalised(mut logits: Vec<f64>) -> Result<Self, ParameterError> {
        if logits.is_empty() {
            return Err(ParameterError::Count { law: FAMILY.name, expected: 1, got: 0 });
        }
        // The largest is taken off first: the total then keeps its digits beside large logits.
        let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for l in &mut logits {
            *l -= largest;
        }
        let total = log_sum_exp(&logits);
        for l in &mut logits {
            *l -= total;
        }
        Ok(Self { log_probs: logits })
    }

    /// The place of `x` among the categories, where it is one.
    fn index(&self, x: f64) -> Option<usize> {
        Support::Index(self.log_probs.len()).contains(x).then_some(x as usize)
    }

    fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.log_probs.iter().enumerate().map(|(k, l)| l.exp() * f(k as f64)).sum()
    }
}

impl Law for Categorical {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        self.log_probs.clone()
    }

    fn support(&self) -> Support {
        Support::Index(self.log_probs.len())
    }

    fn log_prob(&self, x: f64) -> f64 {
        self.index(x).map_or(f64::NEG_INFINITY, |k| self.log_probs[k])
    }

    fn cdf(&self, x: f64) -> f64 {
        self.expect(|k| f64::from(k <= x)).min(1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        self.expect(|k| f64::from(k > x)).min(1.0)
    }

    fn quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        let mut below = 0.0;
        for (k, l) in self.log_probs.iter().enumerate() {
            below += l.exp();
            if below >= probability {
                return k as f64;
            }
        }
        // The rounded sum stayed below `probability`: the last category that has mass.
        self.log_probs.iter().rposition(|l| l.exp() > 0.0).map_or(0.0, |k| k as f64)
    }

    fn mean(&self) -> f64 {
        self.expect(|k| k)
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.expect(|k| (k - mean) * (k - mean))
    }

    fn mode(&self) -> f64 {
        let mut best = 0;
        for (k, l) in self.log_probs.iter().enumerate() {
            if *l > self.log_probs[best] {
                best = k;
            }
        }
        best as f64
    }

    fn entropy(&self) -> f64 {
        // p log p is 0 at p = 0, where log p is infinite.
        self.log_probs.iter().filter(|l| l.exp() > 0.0).map(|l| -l.exp() * l).sum()
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let here = self.index(x);
        for (k, (place, l)) in out.iter_mut().zip(&self.log_probs).enumerate() {
            *place = f64::from(Some(k) == here) - l.exp();
        }
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

impl KlTo<Categorical> for Categorical {
    /// Infinite when `p` lacks a category that `self` draws.
    fn kl(&self, p: &Categorical) -> f64 {
        self.log_probs
            .iter()
            .enumerate()
            .filter(|(_, l)| l.exp() > 0.0)
            .map(|(k, l)| l.exp() * (l - p.log_probs.get(k).copied().unwrap_or(f64::NEG_INFINITY)))
            .sum()
    }
}
