//! Any law, held between two bounds.

use std::any::Any;
use std::sync::Arc;

use super::panels::{TAILS, integrate, sum, tidy};
use super::root::{self, Tail};
use super::{Family, Law, Parameter, ParameterError, Pathwise, Support};
use crate::noise::Noise;
use crate::special::{log_sum_exp, log1m_exp};

pub(super) const BOUNDS: [Parameter; 2] =
    [Parameter::scalar("low", Support::Extended).implicit(), Parameter::scalar("high", Support::Extended).implicit()];

/// Truncations of laws that have no family of their own.
const FAMILY: Family = Family {
    name: "truncated",
    parameters: &[Parameter::vector("base", Support::Real).implicit(), BOUNDS[0], BOUNDS[1]],
    support: "low <= x <= high, within the support of the base",
    method: "inverse distribution function",
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |_| Err(together("is made from another law, by Truncated::new".to_owned())),
};

/// Below this log-probability quantiles are searched for: its exponential is no normal number.
const LOG_TINY: f64 = -700.0;

/// Logarithm of the smallest share of the base's tail that its quantile is asked for: two digits are lost.
const LOG_SHARE: f64 = -4.6;

/// A law conditioned on `low <= X <= high`.
///
/// `p(x) = base(x) / (F(high) - F(low))` between the bounds, 0 elsewhere. All in log space, from the nearer tail, so that bounds far out in a
/// tail are as good as any. Bounds may be infinite. Draw: the inverse distribution function of uniform noise.
///
/// The path of a draw at `F(z) = F(low) + u (F(high) - F(low))` in the parameters of the base is
/// `path(z) - (1-u) p(low)/p(z) path(low) - u p(high)/p(z) path(high)`, in the bounds `(1-u) p(low)/p(z)` and `u p(high)/p(z)`.
/// Its three terms may cancel: its error is some ulp of the largest.
///
/// ```
/// use reparam_core::law::{Law, Normal, Pathwise, Truncated};
/// let law = Truncated::new(Normal::standard(), 40.0, f64::INFINITY).unwrap();
/// let z = law.quantile(0.5);
/// assert!((z - 40.0173).abs() < 1e-4);
/// let mut slopes = [0.0; 4]; // loc, scale, low, high
/// law.as_pathwise().unwrap().pathwise(z, &mut slopes);
/// assert!(slopes[2] > 0.99 && slopes[3] == 0.0);
/// ```
#[derive(Clone, Debug)]
pub struct Truncated {
    base: Arc<dyn Law>,
    low: f64,
    high: f64,
    /// Logarithm of the mass of the base between the bounds.
    log_mass: f64,
}

const fn together(rule: String) -> ParameterError {
    ParameterError::Together { law: "truncated", rule }
}

impl Truncated {
    /// `base` between these bounds, which belong to it.
    ///
    /// # Errors
    ///
    /// A bound that is no number, `low` not below `high` (for a discrete law: above), or no mass between them.
    pub fn new(base: impl Law, low: f64, high: f64) -> Result<Self, ParameterError> {
        Self::of(Box::new(base), low, high)
    }

    /// The same for a law whose type is known at run time only.
    ///
    /// # Errors
    ///
    /// As for [`Truncated::new`].
    pub fn of(base: Box<dyn Law>, low: f64, high: f64) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, BOUNDS[0], &[low])?;
        ParameterError::check(FAMILY.name, BOUNDS[1], &[high])?;
        let base: Arc<dyn Law> = base.into();
        let fits = if base.support().is_discrete() { low <= high } else { low < high };
        if !fits {
            return Err(together(format!("low must be below high, got low {low} and high {high}")));
        }
        let log_mass = log_mass_between(&*base, low, high);
        if log_mass.is_finite() {
            Ok(Self { base, low, high, log_mass })
        } else {
            Err(together(format!("{} has no mass between low {low} and high {high}", base.family().name)))
        }
    }

    /// The law that is truncated.
    pub fn base(&self) -> &dyn Law {
        &*self.base
    }

    /// The bounds of the support: those of the truncation or, where these lie farther in, those of the base.
    fn bounds(&self) -> (f64, f64) {
        let (low, high) = self.base.support().bounds();
        (low.max(self.low), high.min(self.high))
    }

    /// The quantile of a tail of this probability, at most ½ for a continuous base.
    fn invert(&self, tail: Tail, probability: f64) -> f64 {
        let (low, high) = self.bounds();
        let lower = tail == Tail::Lower;
        match probability {
            p if !(0.0..=1.0).contains(&p) => return f64::NAN,
            0.0 | 1.0 => return [high, low][usize::from(lower == (probability == 0.0))],
            _ => {}
        }
        if self.base.support().is_discrete() {
            return root::integer_quantile(self, tail, probability, low.ceil(), high.floor());
        }
        if probability > 0.5 {
            // The smaller tail; 1 - p is exact.
            return self.invert(if lower { Tail::Upper } else { Tail::Lower }, 1.0 - probability);
        }
        let (target, rest) = (probability.ln(), (-probability).ln_1p());
        let (log_p, log_q) = if lower { (target, rest) } else { (rest, target) };
        // What the base has below and above the quantile.
        let below = log_sum_exp(&[self.base.log_cdf(self.low), log_p + self.log_mass]).min(0.0);
        let above = log_sum_exp(&[self.base.log_survival(self.high), log_q + self.log_mass]).min(0.0);
        let smaller = below.min(above);
        // The base's quantile, where this tail is a share of its that rounding leaves to be seen.
        let x = if smaller > LOG_TINY && target + self.log_mass - smaller > LOG_SHARE {
            if below <= above { self.base.quantile(below.exp()) } else { self.base.upper_quantile(above.exp()) }
        } else {
            // As far from an end as mass reaches at the density there.
            let from = |end: f64, sign: f64, log_p: f64| end + sign * (log_p - self.log_prob(end)).exp();
            let near = if lower { from(low, 1.0, target) } else { from(high, -1.0, target) };
            let far = if lower { from(high, -1.0, 0.0) } else { from(low, 1.0, 0.0) };
            root::quantile(self, tail, target, low, high, if near.is_finite() { near } else { far })
        };
        x.clamp(low, high)
    }

    /// `E[f(X)]`: a sum, or panels between quantiles.
    fn expect(&self, mut f: impl FnMut(f64) -> f64) -> f64 {
        if self.base.support().is_discrete() {
            return sum(self.quantile(1e-19), self.upper_quantile(1e-19), |x| {
                let mass = self.log_prob(x).exp();
                if mass > 0.0 { mass * f(x) } else { 0.0 }
            });
        }
        let (low, high) = self.bounds();
        let quantiles = TAILS.iter().flat_map(|p| [self.quantile(*p), self.upper_quantile(*p)]);
        let edges = tidy(quantiles.chain([low, high, self.base.mode().clamp(low, high)]).collect());
        integrate(&edges, |x| {
            let mass = self.log_prob(x).exp();
            if mass > 0.0 { mass * f(x) } else { 0.0 }
        })
    }

    /// A moment of a law whose base may not have it: infinite where it hangs on an end that is not cut off.
    fn moment(&self, of_base: f64, value: impl FnOnce() -> f64) -> f64 {
        let (low, high) = self.bounds();
        match (low.is_finite(), high.is_finite()) {
            _ if of_base.is_finite() => value(),
            (true, true) => value(),
            (true, false) => f64::INFINITY,
            (false, true) => f64::NEG_INFINITY,
            (false, false) => of_base,
        }
    }

    /// `∂ log mass / ∂ parameter` of the base.
    fn log_mass_slopes(&self, count: usize) -> Vec<f64> {
        let mut total = vec![0.0; count];
        let Some(path) = self.base.as_pathwise() else {
            // The mean score: its integral over everything is 0, over the part it is the change of its mass.
            let mut slopes = vec![0.0; count];
            for (k, sum) in total.iter_mut().enumerate() {
                *sum = self.expect(|x| {
                    self.base.score(x, &mut slopes);
                    slopes[k]
                });
            }
            return total;
        };
        for (end, sign) in [(self.low, 1.0), (self.high, -1.0)] {
            if !self.cuts(end) {
                continue;
            }
            let weight = sign * (self.base.log_prob(end) - self.log_mass).exp();
            let mut slopes = vec![0.0; count];
            path.pathwise(end, &mut slopes);
            for (sum, slope) in total.iter_mut().zip(slopes) {
                *sum += weight * slope;
            }
        }
        total
    }

    /// Whether a bound lies within the support of the base, so that it moves what is drawn.
    fn cuts(&self, end: f64) -> bool {
        let (low, high) = self.base.support().bounds();
        end > low && end < high
    }
}

/// `log P(X < x)`.
fn log_below(law: &dyn Law, x: f64) -> f64 {
    if law.support().is_discrete() { law.log_cdf(x.ceil() - 1.0) } else { law.log_cdf(x) }
}

/// `log P(low <= X <= high)`, from the nearer tail.
fn log_mass_between(law: &dyn Law, low: f64, high: f64) -> f64 {
    let less = |large: f64, small: f64| {
        if small == f64::NEG_INFINITY { large } else { large + log1m_exp((small - large).min(0.0)) }
    };
    let discrete = law.support().is_discrete();
    let (below, above) = (log_below(law, low), law.log_survival(high));
    let half = -std::f64::consts::LN_2;
    // The mass, and the logarithm of what it was made smaller from.
    let (log_mass, whole) = if below > half {
        let from_low = if discrete { law.log_survival(low.ceil() - 1.0) } else { law.log_survival(low) };
        (less(from_low, above), from_low)
    } else if above > half {
        let to_high = law.log_cdf(high);
        (less(to_high, below), to_high)
    } else {
        ((-(below.exp() + above.exp())).ln_1p(), 0.0)
    };
    // Two digits lost are none that matter.
    let lost = f64::EPSILON * whole.abs().max(1.0) > 1e-14 * (log_mass - whole).exp();
    if discrete || !lost || !(low.is_finite() && high.is_finite()) {
        return log_mass;
    }
    match log_integral(law, low, high) {
        Some((log_integral, settled)) if settled || !log_mass.is_finite() => log_integral,
        _ => log_mass,
    }
}

/// `log ∫ p` over a short interval by one rule and by two, and whether both say the same.
fn log_integral(law: &dyn Law, low: f64, high: f64) -> Option<(f64, bool)> {
    let middle = low + 0.5 * (high - low);
    let top = law.log_prob(middle);
    let corner = law.mode();
    let edges = if corner > low && corner < high { vec![low, corner, high] } else { vec![low, high] };
    let halves: Vec<f64> = edges.windows(2).flat_map(|w| [w[0], w[0] + 0.5 * (w[1] - w[0])]).chain([high]).collect();
    let share = |x: f64| (law.log_prob(x) - top).exp();
    let (one, two) = (integrate(&edges, share), integrate(&halves, share));
    let value = top + two.ln();
    value.is_finite().then_some((value, (one / two - 1.0).abs() < 1e-13))
}

impl Law for Truncated {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        let mut all = self.base.parameters();
        all.extend([self.low, self.high]);
        all
    }

    fn parameter_names(&self) -> Vec<String> {
        let mut all = self.base.parameter_names();
        all.extend(BOUNDS.map(|p| p.name.to_owned()));
        all
    }

    fn support(&self) -> Support {
        let (low, high) = self.bounds();
        match self.base.support() {
            discrete if discrete.is_discrete() => Support::Integers(low.ceil(), high.floor()),
            whole if self.cuts(self.low) || self.cuts(self.high) => match whole {
                // An open end of the base stays open.
                Support::Positive | Support::Open(..) | Support::OpenUnitInterval
                    if !self.cuts(self.low) && !self.cuts(self.high) =>
                {
                    Support::Open(low, high)
                }
                _ => Support::Closed(low, high),
            },
            whole => whole,
        }
    }

    fn log_prob(&self, x: f64) -> f64 {
        if x >= self.low && x <= self.high { self.base.log_prob(x) - self.log_mass } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.log_cdf(x).exp()
    }

    fn survival(&self, x: f64) -> f64 {
        self.log_survival(x).exp()
    }

    fn log_cdf(&self, x: f64) -> f64 {
        match x {
            _ if x.is_nan() => f64::NAN,
            _ if x >= self.high => 0.0,
            _ if x < self.low => f64::NEG_INFINITY,
            _ if x == self.low && !self.base.support().is_discrete() => f64::NEG_INFINITY,
            _ => (log_mass_between(&*self.base, self.low, x) - self.log_mass).min(0.0),
        }
    }

    fn log_survival(&self, x: f64) -> f64 {
        // P(X > x) of a discrete law begins at the next integer.
        let from = if self.base.support().is_discrete() { x.floor() + 1.0 } else { x };
        match x {
            _ if x.is_nan() => f64::NAN,
            _ if x >= self.high || from > self.high => f64::NEG_INFINITY,
            _ if from <= self.low => 0.0,
            _ => (log_mass_between(&*self.base, from, self.high) - self.log_mass).min(0.0),
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.invert(Tail::Lower, probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        self.invert(Tail::Upper, probability)
    }

    fn mean(&self) -> f64 {
        self.moment(self.base.mean(), || self.expect(|x| x))
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        if mean.is_infinite() {
            return f64::INFINITY;
        }
        self.moment(self.base.variance(), || self.expect(|x| (x - mean) * (x - mean))).abs()
    }

    fn mode(&self) -> f64 {
        let (low, high) = self.bounds();
        let (low, high) = if self.base.support().is_discrete() { (low.ceil(), high.floor()) } else { (low, high) };
        // The nearest point of the bounds to the base's mode; a density with two peaks may be higher at an end.
        [low, high].into_iter().filter(|x| x.is_finite()).fold(self.base.mode().clamp(low, high), |best, x| {
            if self.log_prob(x) > self.log_prob(best) { x } else { best }
        })
    }

    fn entropy(&self) -> f64 {
        self.expect(|x| -self.log_prob(x))
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let count = self.base.parameters().len();
        let mut slopes = vec![0.0; count];
        self.base.score(x, &mut slopes);
        for (slope, less) in slopes.iter_mut().zip(self.log_mass_slopes(count)) {
            *slope -= less;
        }
        let discrete = self.base.support().is_discrete();
        let at_end = |end: f64| {
            if discrete || !self.cuts(end) { 0.0 } else { (self.base.log_prob(end) - self.log_mass).exp() }
        };
        slopes.extend([at_end(self.low), -at_end(self.high)]);
        super::write(out, &slopes);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if x >= self.low && x <= self.high { self.base.log_prob_slope(x) } else { f64::NAN }
    }

    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        self.base.as_pathwise().map(|_| self as &dyn Pathwise)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Pathwise for Truncated {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let Some(path) = self.base.as_pathwise() else { return };
        let count = self.base.parameters().len();
        let mut slopes = vec![0.0; count + 2];
        path.pathwise(z, &mut slopes[..count]);
        let here = self.base.log_prob(z);
        let ends = [(self.low, self.log_survival(z)), (self.high, self.log_cdf(z))];
        for (place, (end, log_share)) in ends.into_iter().enumerate() {
            if !self.cuts(end) {
                continue;
            }
            let weight = (log_share + self.base.log_prob(end) - here).exp();
            slopes[count + place] = weight;
            let mut at_end = vec![0.0; count];
            path.pathwise(end, &mut at_end);
            for (slope, moved) in slopes.iter_mut().zip(at_end) {
                *slope -= weight * moved;
            }
        }
        super::write(out, &slopes);
    }
}
