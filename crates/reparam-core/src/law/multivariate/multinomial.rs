//! Multinomial law.

use std::any::Any;

use super::{MultivariateFamily, MultivariateLaw, Parameter, ParameterError, Support};
use crate::law::{Binomial, Categorical, Law};
use crate::noise::Stream;
use crate::special::{log_gamma, log_sum_exp};

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "multinomial",
    parameters: &[
        Parameter::scalar("total_count", Support::CountTo(1 << 53)),
        Parameter::vector("logits", Support::Real),
    ],
    support: "integers >= 0 that add up to total_count",
    method: "binomial draws of one category after the other",
    closed_entropy: true,
    build: |v| Ok(Box::new(Multinomial::from_logits(v[0][0], v[1])?)),
};

/// Multinomial law: how often each category comes in `total_count` draws of a categorical law.
///
/// `p(x) = total_count! ∏ probs[k]^x[k] / x[k]!`, computed as the product of binomial masses of each category among those that are left,
/// and drawn so. `total_count` is an integer: its score is written as 0. The parameters of `score` are the logits; those that
/// `parameters` gives are normalised. The entropy is a finite sum over binomial laws.
///
/// ```
/// use reparam_core::law::{Multinomial, MultivariateLaw};
/// let votes = Multinomial::from_probs(3.0, &[0.5, 0.25, 0.25]).unwrap();
/// assert!((votes.log_prob(&[1.0, 1.0, 1.0]) - (6.0_f64 / 32.0).ln()).abs() < 1e-14);
/// assert_eq!(votes.mean(), [1.5, 0.75, 0.75]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Multinomial {
    total_count: f64,
    index: Categorical,
    /// Log-odds of each category but the last against those after it.
    steps: Vec<f64>,
}

impl Multinomial {
    /// The law with these unnormalised log-probabilities.
    ///
    /// # Errors
    ///
    /// `total_count` not an integer from 0 to 2^53, no logits, or one that is not finite.
    pub fn from_logits(total_count: f64, logits: &[f64]) -> Result<Self, ParameterError> {
        FAMILY.check(&[&[total_count], logits])?;
        Ok(Self::of(total_count, Categorical::from_logits(logits)?))
    }

    /// The law with probabilities in proportion to these weights, above 0.
    ///
    /// # Errors
    ///
    /// `total_count` not an integer from 0 to 2^53, no weights, or one that is not positive and at most 1.
    pub fn from_probs(total_count: f64, probs: &[f64]) -> Result<Self, ParameterError> {
        FAMILY.check(&[&[total_count]])?;
        ParameterError::check(FAMILY.name, Parameter::vector("probs", Support::Positive), probs)?;
        Ok(Self::of(total_count, Categorical::from_probs(probs)?))
    }

    fn of(total_count: f64, index: Categorical) -> Self {
        let l = index.log_probs();
        let steps = (0..l.len() - 1).map(|k| (l[k] - log_sum_exp(&l[k + 1..])).clamp(f64::MIN, f64::MAX)).collect();
        Self { total_count, index, steps }
    }

    /// Number of draws.
    pub fn total_count(&self) -> f64 {
        self.total_count
    }

    /// The law of category `k` among `rest` draws of it and those after it.
    fn step(&self, k: usize, rest: f64) -> Option<Binomial> {
        Binomial::from_logits(rest, self.steps[k]).ok()
    }
}

impl MultivariateLaw for Multinomial {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![vec![self.total_count], self.index.parameters()]
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.steps.len() + 1]
    }

    fn contains(&self, x: &[f64]) -> bool {
        x.len() == self.len()
            && x.iter().all(|x| Support::Count.contains(*x))
            && x.iter().sum::<f64>() == self.total_count
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        if !self.contains(x) {
            return f64::NEG_INFINITY;
        }
        let mut rest = self.total_count;
        let mut total = 0.0;
        for (k, x) in x.iter().take(self.steps.len()).enumerate() {
            total += self.step(k, rest).map_or(f64::NAN, |law| law.log_prob(*x));
            rest -= x;
        }
        total
    }

    fn mean(&self) -> Vec<f64> {
        self.index.log_probs().iter().map(|l| self.total_count * l.exp()).collect()
    }

    fn variance(&self) -> Vec<f64> {
        self.index.log_probs().iter().map(|l| self.total_count * l.exp() * -l.exp_m1()).collect()
    }

    /// The counts nearest to `(total_count + categories/2) probs` that no move of one draw betters.
    fn mode(&self) -> Vec<f64> {
        let l = self.index.log_probs();
        let mut x: Vec<f64> = l.iter().map(|l| (self.total_count * l.exp()).floor()).collect();
        // At most one draw for each category is left over, or too many by rounding.
        let mut rest = self.total_count - x.iter().sum::<f64>();
        while rest != 0.0 {
            let step = rest.signum();
            let gain = |k: usize| if step > 0.0 { l[k] - (x[k] + 1.0).ln() } else { x[k].ln() - l[k] };
            let best = (0..x.len()).max_by(|a, b| gain(*a).total_cmp(&gain(*b))).unwrap_or(0);
            x[best] += step;
            rest -= step;
        }
        // Move draws while the mass rises.
        for _ in 0..4 * x.len() {
            let up = |k: usize| l[k] - (x[k] + 1.0).ln();
            let down = |k: usize| x[k].ln() - l[k];
            let to = (0..x.len()).max_by(|a, b| up(*a).total_cmp(&up(*b))).unwrap_or(0);
            let from = (0..x.len()).max_by(|a, b| down(*a).total_cmp(&down(*b))).unwrap_or(0);
            if to == from || up(to) + down(from) <= 0.0 {
                break;
            }
            x[to] += 1.0;
            x[from] -= 1.0;
        }
        x
    }

    fn entropy(&self) -> f64 {
        let n = self.total_count;
        let logs = self.index.log_probs();
        let parts = logs.iter().enumerate().map(|(k, l)| {
            let others: Vec<f64> = logs.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, l)| *l).collect();
            let odds = (l - log_sum_exp(&others)).clamp(f64::MIN, f64::MAX);
            let factorials = Binomial::from_logits(n, odds).map_or(f64::NAN, |law| law.expect(|x| log_gamma(x + 1.0)));
            factorials - if l.exp() > 0.0 { n * l.exp() * l } else { 0.0 }
        });
        parts.sum::<f64>() - log_gamma(n + 1.0)
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let slopes = x.iter().zip(self.mean()).map(|(x, m)| x - m);
        for (place, slope) in out.iter_mut().zip(std::iter::once(0.0).chain(slopes)) {
            *place = slope;
        }
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        out.fill(if self.contains(x) { 0.0 } else { f64::NAN });
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let mut rest = self.total_count;
        for (k, x) in out.iter_mut().take(self.len()).enumerate() {
            let mut count = [rest];
            if let Some(law) = self.steps.get(k).and_then(|_| self.step(k, rest)) {
                law.fill(&stream.branch(k as u64), index, &mut count);
            }
            *x = count[0];
            rest -= count[0];
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
