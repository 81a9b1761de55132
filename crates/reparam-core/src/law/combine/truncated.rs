//! Any law, held between two bounds.

use std::any::Any;
use std::sync::Arc;

use super::panels::{TAILS, integrate, tidy};
use super::root::{self, Tail};
use super::{Family, Law, Parameter, ParameterError, Pathwise, Support};
use crate::law::Normal;
use crate::noise::Noise;
use crate::special::{log_sum_exp, log1m_exp};

const BOUNDS: [Parameter; 2] =
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

pub(super) const NORMAL: Family = Family {
    name: "truncated-normal",
    parameters: &[
        Parameter::scalar("loc", Support::Real).implicit(),
        Parameter::scalar("scale", Support::Positive).implicit(),
        BOUNDS[0],
        BOUNDS[1],
    ],
    support: "low <= x <= high",
    method: "inverse distribution function",
    closed_entropy: false,
    noise: Noise::Uniform,
    build: |v| {
        let base = Arc::new(Normal::new(v[0], v[1])?);
        Ok(Box::new(Truncated::of_family(&NORMAL, base, v[2], v[3])?))
    },
};

/// Below this log-probability quantiles are searched for: its exponential is no normal number.
const LOG_TINY: f64 = -700.0;

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
    family: &'static Family,
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
        Self::of_family(&FAMILY, Arc::new(base), low, high)
    }

    fn of_family(family: &'static Family, base: Arc<dyn Law>, low: f64, high: f64) -> Result<Self, ParameterError> {
        ParameterError::check(family.name, BOUNDS[0], &[low])?;
        ParameterError::check(family.name, BOUNDS[1], &[high])?;
        let fits = if base.support().is_discrete() { low <= high } else { low < high };
        if !fits {
            let rule = format!("low must be below high, got low {low} and high {high}");
            return Err(ParameterError::Together { law: family.name, rule });
        }
        let log_mass = log_mass_between(&*base, low, high);
        if log_mass.is_finite() {
            Ok(Self { family, base, low, high, log_mass })
        } else {
            let rule = format!("{} has no mass between low {low} and high {high}", base.family().name);
            Err(ParameterError::Together { law: family.name, rule })
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

    /// The value below (or above) which the base has this much more probability than at the bound, from the better tail.
    fn at(&self, log_p: f64, log_rest: f64) -> f64 {
        let (low, high) = self.bounds();
        let lower = log_sum_exp(&[log_below(&*self.base, self.low), log_p + self.log_mass]);
        let upper = log_sum_exp(&[self.base.log_survival(self.high), log_rest + self.log_mass]);
        let x = if self.base.support().is_discrete() || lower <= upper && lower > LOG_TINY {
            self.base.quantile(lower.exp().min(1.0))
        } else if lower > upper && upper > LOG_TINY {
            self.base.upper_quantile(upper.exp())
        } else if lower <= upper {
            root::quantile(&*self.base, Tail::Lower, lower, low, high, self.base.mode())
        } else {
            root::quantile(&*self.base, Tail::Upper, upper, low, high, self.base.mode())
        };
        if self.base.support().is_discrete() { x.clamp(low.ceil(), high.floor()) } else { x.clamp(low, high) }
    }

    /// `E[f(X)]`: a sum, or panels between quantiles.
    fn expect(&self, mut f: impl FnMut(f64) -> f64) -> f64 {
        let (low, high) = self.bounds();
        if self.base.support().is_discrete() {
            let (mut sum, mut x) = (0.0, low.ceil());
            while x <= high && (x == low.ceil() || self.log_survival(x - 1.0) > -42.0) {
                let mass = self.log_prob(x).exp();
                sum += if mass > 0.0 { mass * f(x) } else { 0.0 };
                x += 1.0;
            }
            return sum;
        }
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
            for (k, sum) in total.iter_mut().enumerate() {
                let mut slopes = vec![0.0; count];
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
    let less =
        |large: f64, small: f64| if small == f64::NEG_INFINITY { large } else { large + log1m_exp(small - large) };
    let (below, above) = (log_below(law, low), law.log_survival(high));
    let half = -std::f64::consts::LN_2;
    let log_mass = if below > half {
        let from_low =
            if law.support().is_discrete() { law.log_survival(low.ceil() - 1.0) } else { law.log_survival(low) };
        less(from_low, above)
    } else if above > half {
        less(law.log_cdf(high), below)
    } else {
        (-(below.exp() + above.exp())).ln_1p()
    };
    if log_mass.is_finite() || law.support().is_discrete() {
        return log_mass;
    }
    // So narrow that the tails round to the same number: the density does not change between the bounds.
    law.log_prob(0.5 * (low + high)) + (high - low).ln()
}

impl Law for Truncated {
    fn family(&self) -> &'static Family {
        self.family
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
        let (low, high) = self.bounds();
        match probability {
            p if !(0.0..=1.0).contains(&p) => f64::NAN,
            0.0 => low,
            1.0 => high,
            p => self.at(p.ln(), (-p).ln_1p()),
        }
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        let (low, high) = self.bounds();
        match probability {
            p if !(0.0..=1.0).contains(&p) => f64::NAN,
            0.0 => high,
            1.0 => low,
            p => self.at((-p).ln_1p(), p.ln()),
        }
    }

    fn mean(&self) -> f64 {
        self.moment(self.base.mean(), || self.expect(|x| x))
    }

    fn variance(&self) -> f64 {
        let value = || {
            let mean = self.mean();
            self.expect(|x| (x - mean) * (x - mean))
        };
        if self.mean().is_finite() { self.moment(self.base.variance(), value).abs() } else { f64::NAN }
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
