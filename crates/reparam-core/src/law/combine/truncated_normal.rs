//! Normal law between two bounds.

use std::any::Any;

use super::interval::{Interval, Point};
use super::truncated::BOUNDS;
use super::{Family, Law, Parameter, ParameterError, Pathwise, Support, write};
use crate::noise::Noise;

pub(super) const FAMILY: Family = Family {
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
    build: |v| Ok(Box::new(TruncatedNormal::new(v[0], v[1], v[2], v[3])?)),
};

/// Normal law with mean `loc` and standard deviation `scale` before it is held between `low` and `high`, each of which may be infinite.
///
/// `p(x) = φ(t) / (scale (Φ(b) - Φ(a)))`, `t = (x - loc) / scale`, `a` and `b` the bounds in the same units. Everything is reckoned from the
/// bound that is nearer to `loc`, relative to the density there, so that bounds may lie as far out in a tail, and as close together, as numbers
/// allow. Draw: the inverse distribution function of uniform noise, by Newton steps on its logarithm. Moments and entropy: Gauss–Legendre panels.
///
/// The path is `F(z) S(z) / p(z) · (E[score | x < z] - E[score | x > z])` in `loc` and `scale`, with `S = 1 - F`: two means that are apart, where
/// `1 - S(z) p(low)/p(z) - F(z) p(high)/p(z)` cancels. In the bounds it is `S(z) p(low)/p(z)` and `F(z) p(high)/p(z)`.
///
/// ```
/// use reparam_core::law::{Law, Pathwise, TruncatedNormal};
/// let law = TruncatedNormal::new(0.0, 1.0, 1e6, f64::INFINITY).unwrap();
/// let z = law.quantile(0.5);
/// assert!(((z - 1e6) * 1e6 - 2_f64.ln()).abs() < 1e-3); // all but an exponential law of rate 10⁶
/// let mut slopes = [0.0; 4]; // loc, scale, low, high
/// law.pathwise(z, &mut slopes);
/// assert!((slopes[2] - 1.0).abs() < 1e-11 && slopes[3] == 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruncatedNormal {
    loc: f64,
    scale: f64,
    low: f64,
    high: f64,
    /// Whether the interval is the mirror image, because `high` is the nearer bound.
    mirrored: bool,
    interval: Interval,
}

impl TruncatedNormal {
    /// The law with these parameters.
    ///
    /// # Errors
    ///
    /// `loc` not finite, `scale` not finite and positive, a bound that is no number, `low` not below `high`, bounds so far out that their distance
    /// from `loc` in units of `scale` is no number.
    pub fn new(loc: f64, scale: f64, low: f64, high: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[loc, scale, low, high])?;
        let together = |rule: String| Err(ParameterError::Together { law: FAMILY.name, rule });
        if low >= high {
            return together(format!("low must be below high, got low {low} and high {high}"));
        }
        let (a, b) = ((low - loc) / scale, (high - loc) / scale);
        let mirrored = b.abs() < a.abs();
        let (start, end) = if mirrored { (-b, -a) } else { (a, b) };
        let interval = Interval::new(start, end, (high - low) / scale);
        if start == f64::INFINITY || low == f64::INFINITY || high == f64::NEG_INFINITY || !interval.log_mass.is_finite()
        {
            return together(format!("no mass between low {low} and high {high} at loc {loc} and scale {scale}"));
        }
        Ok(Self { loc, scale, low, high, mirrored, interval })
    }

    fn point(&self, x: f64) -> Point {
        let (from_low, to_high) = ((x - self.low) / self.scale, (self.high - x) / self.scale);
        let t = (x - self.loc) / self.scale;
        if self.mirrored {
            Point { t: -t, from_start: to_high, to_end: from_low }
        } else {
            Point { t, from_start: from_low, to_end: to_high }
        }
    }

    /// Sign and ends of the way from the nearer bound to the other.
    fn way(&self) -> (f64, f64, f64) {
        if self.mirrored { (-1.0, self.high, self.low) } else { (1.0, self.low, self.high) }
    }

    /// The value at which the tail that begins at the nearer bound (or ends at the other) has this log-probability.
    fn invert(&self, from_start: bool, log_p: f64) -> f64 {
        let (sign, start, end) = self.way();
        let step = self.interval.quantile(from_start, log_p);
        let x = match step {
            super::interval::Step::FromStart(s) => start + sign * (self.scale * s),
            super::interval::Step::FromLoc(t) => self.loc + sign * (self.scale * t),
            super::interval::Step::FromEnd(r) => end - sign * (self.scale * r),
        };
        x.clamp(self.low.max(f64::MIN), self.high.min(f64::MAX))
    }

    fn tail(&self, lower: bool, probability: f64) -> f64 {
        match probability {
            p if !(0.0..=1.0).contains(&p) => f64::NAN,
            0.0 | 1.0 => {
                if lower == (probability == 0.0) {
                    self.low
                } else {
                    self.high
                }
            }
            // From the smaller tail; 1 - p is exact.
            p if p > 0.5 => self.invert(lower == self.mirrored, (1.0 - p).ln()),
            p => self.invert(lower != self.mirrored, p.ln()),
        }
    }

    fn inside(&self, x: f64) -> bool {
        x >= self.low && x <= self.high
    }

    fn log_tail(&self, x: f64, lower: bool) -> f64 {
        if x.is_nan() {
            return f64::NAN;
        }
        if x <= self.low || x >= self.high {
            return if lower == (x <= self.low) { f64::NEG_INFINITY } else { 0.0 };
        }
        let p = self.point(x);
        let from_start = lower != self.mirrored;
        let i = &self.interval;
        (if from_start { i.log_below(p) } else { i.log_above(p) } - i.log_mass).min(0.0)
    }

    /// A tail's probability: the smaller one by its logarithm, the larger by the other.
    fn probability(&self, x: f64, lower: bool) -> f64 {
        let log_p = self.log_tail(x, lower);
        if log_p < -std::f64::consts::LN_2 { log_p.exp() } else { 1.0 - self.log_tail(x, !lower).exp() }
    }
}

impl Law for TruncatedNormal {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.loc, self.scale, self.low, self.high]
    }

    fn support(&self) -> Support {
        match (self.low, self.high) {
            (f64::NEG_INFINITY, f64::INFINITY) => Support::Real,
            (low, high) => Support::Closed(low, high),
        }
    }

    fn log_prob(&self, x: f64) -> f64 {
        if self.inside(x) && x.is_finite() {
            -self.interval.fall(self.point(x)) - self.interval.log_mass - self.scale.ln()
        } else {
            f64::NEG_INFINITY
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.probability(x, true)
    }

    fn survival(&self, x: f64) -> f64 {
        self.probability(x, false)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        let other = self.log_tail(x, false);
        if other < -std::f64::consts::LN_2 { (-other.exp()).ln_1p() } else { self.log_tail(x, true) }
    }

    fn log_survival(&self, x: f64) -> f64 {
        let other = self.log_tail(x, true);
        if other < -std::f64::consts::LN_2 { (-other.exp()).ln_1p() } else { self.log_tail(x, false) }
    }

    fn quantile(&self, probability: f64) -> f64 {
        self.tail(true, probability)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        self.tail(false, probability)
    }

    fn mean(&self) -> f64 {
        let (sign, start, _) = self.way();
        let from = if self.interval.one_sided() { start } else { self.loc };
        (from + sign * self.scale * self.interval.moments(0.0)[0]).clamp(self.low, self.high)
    }

    fn variance(&self) -> f64 {
        let mean = self.interval.moments(0.0)[0];
        self.scale * self.scale * self.interval.moments(-mean)[1]
    }

    fn mode(&self) -> f64 {
        self.loc.clamp(self.low, self.high)
    }

    fn entropy(&self) -> f64 {
        let [first, second] = self.interval.moments(0.0);
        self.scale.ln() + self.interval.log_mass + self.interval.origin() * first + 0.5 * second
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let i = &self.interval;
        let (offset, [first, second]) = (i.offset(self.point(x)), i.moments(0.0));
        let sign = self.way().0;
        // t - E[t] and t² - E[t²], t = origin + offset.
        let (loc, scale) = (offset - first, 2.0 * i.origin() * (offset - first) + (offset * offset - second));
        let [near, far] = i.ends().map(|end| (-i.fall(end) - i.log_mass).exp());
        let (low, high) = if self.mirrored { (far, near) } else { (near, far) };
        write(out, &[sign * loc, scale, low, -high].map(|s| s / self.scale));
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if self.inside(x) { -(x - self.loc) / self.scale / self.scale } else { f64::NAN }
    }

    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Pathwise for TruncatedNormal {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let (loc, scale, near, far) = self.interval.paths(self.point(z));
        let (low, high) = if self.mirrored { (far, near) } else { (near, far) };
        write(out, &[loc, self.way().0 * scale, low, high]);
    }
}
