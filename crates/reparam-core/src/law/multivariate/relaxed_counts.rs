//! Laws of counts relaxed by a truncated Gumbel-Softmax.

use std::any::Any;

use super::{
    GumbelSoftmax, MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support,
};
use crate::law::{Binomial, Law, NegativeBinomial, Poisson};
use crate::noise::Stream;

const TEMPERATURE: Parameter = Parameter::scalar("temperature", Support::Positive).explicit();
const POINTS: Parameter = Parameter::scalar("points", Support::Integers(2.0, 1e6));
const SUPPORT: &str = "positive numbers that add up to 1, one for each count";
const METHOD: &str = "softmax of (log mass + Gumbel noise) / temperature";

pub(super) const POISSON: MultivariateFamily = MultivariateFamily {
    name: "relaxed-poisson",
    parameters: &[TEMPERATURE, Parameter::scalar("rate", Support::Positive).explicit(), POINTS],
    support: SUPPORT,
    method: METHOD,
    closed_entropy: false,
    build: |v| Ok(Box::new(RelaxedCounts::new(v[0][0], Poisson::new(v[1][0])?, v[2][0])?)),
};

pub(super) const BINOMIAL: MultivariateFamily = MultivariateFamily {
    name: "relaxed-binomial",
    parameters: &[
        TEMPERATURE,
        Parameter::scalar("total_count", Support::CountTo(1 << 53)),
        Parameter::scalar("logits", Support::Real).explicit(),
        POINTS,
    ],
    support: SUPPORT,
    method: METHOD,
    closed_entropy: false,
    build: |v| Ok(Box::new(RelaxedCounts::new(v[0][0], Binomial::from_logits(v[1][0], v[2][0])?, v[3][0])?)),
};

pub(super) const NEGATIVE_BINOMIAL: MultivariateFamily = MultivariateFamily {
    name: "relaxed-negative-binomial",
    parameters: &[
        TEMPERATURE,
        Parameter::scalar("mean", Support::Positive).explicit(),
        Parameter::scalar("dispersion", Support::Positive).explicit(),
        POINTS,
    ],
    support: SUPPORT,
    method: METHOD,
    closed_entropy: false,
    build: |v| Ok(Box::new(RelaxedCounts::new(v[0][0], NegativeBinomial::new(v[1][0], v[2][0])?, v[3][0])?)),
};

/// A law of counts that has a relaxed form.
pub trait Relaxable: Law + Clone {
    /// The family of the relaxed form.
    fn relaxed_family() -> &'static MultivariateFamily;
}

impl Relaxable for Poisson {
    fn relaxed_family() -> &'static MultivariateFamily {
        &POISSON
    }
}

impl Relaxable for Binomial {
    fn relaxed_family() -> &'static MultivariateFamily {
        &BINOMIAL
    }
}

impl Relaxable for NegativeBinomial {
    fn relaxed_family() -> &'static MultivariateFamily {
        &NEGATIVE_BINOMIAL
    }
}

/// A law of counts, cut off after `points` values and relaxed to the simplex over them (Joo et al. 2020, "Generalized Gumbel-Softmax
/// gradient estimator"); biased as a stand-in for it, by the temperature and by the cut.
///
/// The law of `z` is [`GumbelSoftmax`] with the log masses of `0, …, points - 2` for logits; the last entry has the mass of all counts
/// from `points - 1` on. The relaxed count is `Σ k z_k`, [`count`](Self::count). What the cut takes from the mean is
/// [`truncation`](Self::truncation).
///
/// ```
/// use reparam_core::law::{Poisson, RelaxedPoisson};
/// let relaxed = RelaxedPoisson::new(0.1, Poisson::new(2.0).unwrap(), 12.0).unwrap();
/// let z = relaxed.softmax().draw_from(&[0.0, 0.0, 0.5, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
/// let mut slopes = [0.0; 3]; // of the count, in temperature, rate and points
/// relaxed.count_slopes(&z, &mut slopes);
/// assert!(relaxed.hard(&z) == 4.0 && (relaxed.count(&z) - 4.0).abs() < 0.01);
/// assert!(slopes[1] > 0.0 && relaxed.truncation() < 1e-5);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RelaxedCounts<C> {
    counts: C,
    softmax: GumbelSoftmax,
    /// `∂ logits_k / ∂ parameter`, one row a count.
    slopes: Vec<Vec<f64>>,
}

/// Poisson law, relaxed; see [`RelaxedCounts`].
pub type RelaxedPoisson = RelaxedCounts<Poisson>;

/// Binomial law, relaxed; see [`RelaxedCounts`].
pub type RelaxedBinomial = RelaxedCounts<Binomial>;

/// Negative binomial law, relaxed; see [`RelaxedCounts`].
pub type RelaxedNegativeBinomial = RelaxedCounts<NegativeBinomial>;

impl<C: Relaxable> RelaxedCounts<C> {
    /// The relaxed form of `counts`, for this temperature and number of points.
    ///
    /// # Errors
    ///
    /// `temperature` not finite and positive, `points` not an integer from 2 to 10^6, or more than `counts` has values.
    pub fn new(temperature: f64, counts: C, points: f64) -> Result<Self, ParameterError> {
        let name = C::relaxed_family().name;
        ParameterError::check(name, TEMPERATURE, &[temperature])?;
        ParameterError::check(name, POINTS, &[points])?;
        let last = counts.support().bounds().1;
        if points > last + 1.0 {
            let rule = format!("points must be at most total_count + 1 = {}, got {points}", last + 1.0);
            return Err(ParameterError::Together { law: name, rule });
        }
        let places: Vec<f64> = (0..points as u32 - 1).map(f64::from).collect();
        let mut logits: Vec<f64> = places.iter().map(|k| counts.log_prob(*k)).collect();
        logits.push(counts.log_survival(points - 2.0));
        let score = |k: f64| {
            let mut out = vec![0.0; counts.parameters().len()];
            counts.score(k, &mut out);
            out
        };
        let mut slopes: Vec<Vec<f64>> = places.iter().map(|k| score(*k)).collect();
        slopes.push(slope_of_tail(&counts, points - 1.0, score));
        // A mass that has left the range of doubles stays out of the draws.
        let finite = |l: &f64| l.max(-1e300);
        let softmax = GumbelSoftmax::new(temperature, &logits.iter().map(finite).collect::<Vec<_>>())?;
        Ok(Self { counts, softmax, slopes })
    }

    /// The law of the counts.
    pub fn counts(&self) -> &C {
        &self.counts
    }

    /// The law of `z`.
    pub fn softmax(&self) -> &GumbelSoftmax {
        &self.softmax
    }

    /// The relaxed count `Σ k z_k`.
    pub fn count(&self, z: &[f64]) -> f64 {
        z.iter().zip(0..).map(|(z, k)| z * f64::from(k)).sum()
    }

    /// The straight-through count of a draw: the place of its largest entry. It is a draw of `min(counts, points - 1)`.
    pub fn hard(&self, z: &[f64]) -> f64 {
        self.count(&self.softmax.hard(z))
    }

    /// `∂ count / ∂ parameter`, in the order of the family, written to `out`.
    pub fn count_slopes(&self, z: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        self.pull_back(z, &(0..z.len() as u32).map(f64::from).collect::<Vec<_>>(), out);
    }

    /// By how much the cut lowers the mean: `E[counts] - E[min(counts, points - 1)] = E[max(counts - points + 1, 0)]`.
    pub fn truncation(&self) -> f64 {
        let last = self.slopes.len() as f64 - 1.0;
        // The sum of P(X > k) from `last` on, or, where most of the mass is beyond, the mean less the sum up to there.
        if self.counts.survival(last) > 0.5 {
            let below: f64 = (0..last as u32).map(|k| self.counts.survival(f64::from(k))).sum();
            return self.counts.mean() - below;
        }
        sum_from(last, |k| self.counts.survival(k))
    }

    /// Numbers for all parameters from those of the softmax law.
    fn chained(&self, inner: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.counts.parameters().len() + 2];
        out[0] = inner[0];
        for (slope, row) in inner[1..].iter().zip(&self.slopes) {
            for (place, r) in out[1..].iter_mut().zip(row) {
                *place += slope * r;
            }
        }
        out
    }
}

/// `Σ f(k)` from `first` on, for terms that fall at the end like those of a law's tail.
fn sum_from(first: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut k) = (0.0, first);
    // Ten million terms: tails so long belong to laws that a vector of points cannot hold anyway.
    while k < first + 1e7 {
        let term = f(k);
        sum += term;
        if term.abs() <= 1e-17 * f64::abs(sum) {
            break;
        }
        k += 1.0;
    }
    sum
}

/// `∂ ln P(X >= first) / ∂ parameter`: the mean score beyond.
fn slope_of_tail<C: Law>(counts: &C, first: f64, score: impl Fn(f64) -> Vec<f64>) -> Vec<f64> {
    let log_tail = counts.log_survival(first - 1.0);
    let share = |k: f64| (counts.log_prob(k) - log_tail).exp();
    (0..counts.parameters().len())
        .map(|i| {
            if log_tail > -std::f64::consts::LN_2 {
                // The mean score is 0: that of the tail is minus that of the rest.
                -(0..first as u32).map(f64::from).map(|k| share(k) * score(k)[i]).sum::<f64>()
            } else {
                // A term may pass through 0 where the score does: only terms beyond the mean end the sum, and there scores grow.
                let end = counts.support().bounds().1;
                sum_from(first, |k| if k > end { 0.0 } else { share(k) * score(k)[i] })
            }
        })
        .collect()
}

impl<C: Relaxable> MultivariateLaw for RelaxedCounts<C> {
    fn family(&self) -> &'static MultivariateFamily {
        C::relaxed_family()
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        let mut all = vec![vec![self.softmax.temperature()]];
        all.extend(self.counts.parameters().into_iter().map(|p| vec![p]));
        all.push(vec![self.slopes.len() as f64]);
        all
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.slopes.len()]
    }

    fn contains(&self, x: &[f64]) -> bool {
        self.softmax.contains(x)
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        self.softmax.log_prob(x)
    }

    fn mean(&self) -> Vec<f64> {
        self.softmax.mean()
    }

    fn variance(&self) -> Vec<f64> {
        self.softmax.variance()
    }

    fn mode(&self) -> Vec<f64> {
        self.softmax.mode()
    }

    /// No closed form.
    fn entropy(&self) -> f64 {
        f64::NAN
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        let mut inner = vec![0.0; self.slopes.len() + 1];
        self.softmax.score(x, &mut inner);
        for (place, slope) in out.iter_mut().zip(self.chained(&inner)) {
            *place = slope;
        }
        if !self.contains(x) {
            out.fill(f64::NAN);
        }
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        self.softmax.log_prob_slope(x, out);
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        self.softmax.draw(stream, index, out);
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl<C: Relaxable> MultivariatePathwise for RelaxedCounts<C> {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        if !self.contains(z) {
            return out.fill(f64::NAN);
        }
        let mut inner = vec![0.0; self.slopes.len() + 1];
        self.softmax.pull_back(z, cotangent, &mut inner);
        for (place, slope) in out.iter_mut().zip(self.chained(&inner)) {
            *place += slope;
        }
    }
}
