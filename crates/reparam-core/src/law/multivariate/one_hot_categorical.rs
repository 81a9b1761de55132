//! One-hot categorical law.

use std::any::Any;

use super::{KlTo, MultivariateFamily, MultivariateLaw, Parameter, ParameterError, Support};
use crate::law::{Categorical, Law};
use crate::noise::{Noise, Stream};

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "one-hot-categorical",
    parameters: &[Parameter::vector("logits", Support::Real)],
    support: "one entry 1, the others 0",
    method: "inverse distribution function of the index",
    closed_entropy: true,
    build: |v| Ok(Box::new(OneHotCategorical::from_logits(v[0])?)),
};

/// Categorical law whose value is the indicator of its category: a vector with one 1.
///
/// Mass `e^logits[k] / Σ e^logits` at the k-th unit vector. The parameters of `score` are the logits; those that `parameters` gives are
/// normalised.
///
/// ```
/// use reparam_core::law::{MultivariateLaw, OneHotCategorical};
/// let die = OneHotCategorical::from_probs(&[0.5, 0.25, 0.25]).unwrap();
/// assert!((die.log_prob(&[0.0, 1.0, 0.0]) - 0.25_f64.ln()).abs() < 1e-15);
/// assert_eq!(die.mode(), [1.0, 0.0, 0.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OneHotCategorical {
    index: Categorical,
}

impl OneHotCategorical {
    /// The law with these unnormalised log-probabilities.
    ///
    /// # Errors
    ///
    /// No logits, or one that is not finite.
    pub fn from_logits(logits: &[f64]) -> Result<Self, ParameterError> {
        FAMILY.check(&[logits])?;
        Ok(Self { index: Categorical::from_logits(logits)? })
    }

    /// The law with probabilities in proportion to these weights; weights of 0 are allowed, but not all.
    ///
    /// # Errors
    ///
    /// No weights, one outside `[0, 1]`, or all 0.
    pub fn from_probs(probs: &[f64]) -> Result<Self, ParameterError> {
        Ok(Self { index: Categorical::from_probs(probs)? })
    }

    /// The law of the index.
    pub fn index(&self) -> &Categorical {
        &self.index
    }

    /// The place of the 1.
    fn place(&self, x: &[f64]) -> Option<f64> {
        let place = x.iter().position(|x| *x == 1.0)?;
        let others = x.iter().filter(|x| **x == 0.0).count();
        (x.len() == self.len() && others + 1 == x.len()).then_some(place as f64)
    }
}

impl MultivariateLaw for OneHotCategorical {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![self.index.parameters()]
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.index.log_probs().len()]
    }

    fn contains(&self, x: &[f64]) -> bool {
        self.place(x).is_some()
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        self.place(x).map_or(f64::NEG_INFINITY, |k| self.index.log_prob(k))
    }

    fn mean(&self) -> Vec<f64> {
        self.index.log_probs().iter().map(|l| l.exp()).collect()
    }

    fn variance(&self) -> Vec<f64> {
        self.index.log_probs().iter().map(|l| l.exp() * -l.exp_m1()).collect()
    }

    fn mode(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.len()];
        out[self.index.mode() as usize] = 1.0;
        out
    }

    fn entropy(&self) -> f64 {
        self.index.entropy()
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        match self.place(x) {
            Some(k) => self.index.score(k, out),
            None => out.fill(f64::NAN),
        }
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        out.fill(if self.contains(x) { 0.0 } else { f64::NAN });
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let k = self.index.draw(stream.draw(Noise::Uniform, index));
        for (i, x) in out.iter_mut().enumerate() {
            *x = f64::from(i as f64 == k);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl KlTo<OneHotCategorical> for OneHotCategorical {
    /// Infinite when `p` lacks a category that `self` draws.
    fn kl(&self, p: &OneHotCategorical) -> f64 {
        self.index.kl(&p.index)
    }
}
