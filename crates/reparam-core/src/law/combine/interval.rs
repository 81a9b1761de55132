//! The standard normal law between two numbers: all that is known of a truncated normal, in its own units.

use super::panels::integrate;
use super::root::solve;
use crate::special::{log_between, log_interval, log_normal_cdf, log_normal_quantile, log_sum_exp};

/// `½ log 2π`.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

/// How far the logarithm of the density falls before what is left is nothing: `e^-45` is 3e-20.
const FALL: f64 = 45.0;

/// Between `start` and `end`, `|start| <= |end|`, `start < end`.
///
/// All masses are integrals of `e^(-(t² - m²)/2)` from the point of highest density on, the origin `m = max(start, 0)`. An interval
/// with `start >= 0` is one-sided: places in it are told by their distance from its start, elsewhere by `t` itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    start: f64,
    end: f64,
    /// `end - start`, right to rounding where the difference is not.
    width: f64,
    /// Logarithm of the mass of the whole.
    pub log_mass: f64,
}

/// A place in an interval with its distances from both ends, each right to rounding.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub t: f64,
    pub from_start: f64,
    pub to_end: f64,
}

/// A place, told by its distance from where it is known best.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    FromStart(f64),
    FromLoc(f64),
    FromEnd(f64),
}

impl Interval {
    pub fn new(start: f64, end: f64, width: f64) -> Self {
        let mut interval = Self { start, end, width, log_mass: 0.0 };
        interval.log_mass = interval.log_below(interval.ends()[1]);
        interval
    }

    pub fn one_sided(&self) -> bool {
        self.start >= 0.0
    }

    pub fn origin(&self) -> f64 {
        self.start.max(0.0)
    }

    pub fn ends(&self) -> [Point; 2] {
        let width = self.width;
        [Point { t: self.start, from_start: 0.0, to_end: width }, Point { t: self.end, from_start: width, to_end: 0.0 }]
    }

    /// Distance from the origin.
    pub fn offset(&self, p: Point) -> f64 {
        if self.one_sided() { p.from_start } else { p.t }
    }

    /// How far the logarithm of the density lies below its highest value.
    pub fn fall(&self, p: Point) -> f64 {
        let offset = self.offset(p);
        offset * (self.origin() + 0.5 * offset)
    }

    pub fn log_below(&self, p: Point) -> f64 {
        if self.one_sided() {
            log_interval(self.start, p.from_start)
        } else {
            log_between(self.start, p.t, p.from_start) + HALF_LOG_TAU
        }
    }

    pub fn log_above(&self, p: Point) -> f64 {
        if self.one_sided() {
            log_interval(self.start + p.from_start, p.to_end) - self.fall(p)
        } else {
            log_between(p.t, self.end, p.to_end) + HALF_LOG_TAU
        }
    }

    fn at(&self, step: Step) -> Point {
        match step {
            Step::FromStart(s) => Point { t: self.start + s, from_start: s, to_end: self.width - s },
            Step::FromLoc(t) => Point { t, from_start: t - self.start, to_end: self.end - t },
            Step::FromEnd(r) => Point { t: self.end - r, from_start: self.width - r, to_end: r },
        }
    }

    /// Where the mass below (or above) has this log-probability, at most `log ½`.
    pub fn quantile(&self, below: bool, log_p: f64) -> Step {
        let target = log_p + self.log_mass;
        let tail = |step: Step| {
            let p = self.at(step);
            let value = if below { self.log_below(p) } else { self.log_above(p) };
            (value, (-self.fall(p) - value).exp())
        };
        let search = |of: fn(f64) -> Step, rising: bool, ends: [f64; 2], start: f64| {
            of(solve(rising, target, ends, start, |v| tail(of(v))))
        };
        if self.one_sided() {
            // The half of the interval in which the place lies says from which end to tell it.
            let half = 0.5 * self.width;
            let in_first = half == f64::INFINITY || (tail(Step::FromStart(half)).0 >= target) == below;
            return if in_first {
                search(Step::FromStart, below, [0.0, half], self.guess(below, target))
            } else {
                let density = self.fall(self.ends()[1]);
                search(Step::FromEnd, !below, [0.0, half], if below { f64::NAN } else { (target + density).exp() })
            };
        }
        // The place lies beside an end, or nearer to 0, where `t` tells it.
        let (first, last) = (0.5 * self.start, 0.5 * self.end);
        if below && first.is_finite() && tail(Step::FromLoc(first)).0 >= target {
            let uniform = (target + 0.5 * self.start * self.start).exp();
            return search(Step::FromStart, true, [0.0, -first], self.beside(self.start, target, uniform));
        }
        if !below && last.is_finite() && tail(Step::FromLoc(last)).0 >= target {
            let uniform = (target + 0.5 * self.end * self.end).exp();
            return search(Step::FromEnd, true, [0.0, last], self.beside(-self.end, target, uniform));
        }
        let outside = if below { log_normal_cdf(self.start) } else { log_normal_cdf(-self.end) };
        let t = log_normal_quantile(log_sum_exp(&[outside, target - HALF_LOG_TAU]).min(0.0));
        search(Step::FromLoc, below, [first, last], if below { t } else { -t })
    }

    /// Distance from an end in a tail of the normal law, to begin with: `uniform` where the density is that of the end.
    fn beside(&self, end: f64, target: f64, uniform: f64) -> f64 {
        let t = log_normal_quantile(log_sum_exp(&[log_normal_cdf(end), target - HALF_LOG_TAU]).min(0.0));
        if uniform < 0.1 / (1.0 + end.abs()) { uniform } else { t - end }
    }

    /// Distance from the start of a one-sided interval, to begin with.
    fn guess(&self, below: bool, target: f64) -> f64 {
        let c = self.start;
        if below {
            // As if the density fell at one rate.
            let share = c * target.exp();
            return if share < 1e-9 || share >= 1.0 { target.exp() } else { -(-share).ln_1p() / c };
        }
        if self.width < 1.0 / (1.0 + c) {
            return f64::NAN;
        }
        // As if the mass above were the density times Mills' ratio at the start.
        let left = (log_interval(c, f64::INFINITY) - target).max(0.0);
        2.0 * left / (c + (c * c + 2.0 * left).sqrt())
    }

    /// `E[offset + shift]` and `E[(offset + shift)²]`.
    pub fn moments(&self, shift: f64) -> [f64; 2] {
        moments(self.start, self.end, self.width, shift)
    }

    /// Derivatives of a draw in `loc`, `scale`, the start and the end.
    pub fn paths(&self, p: Point) -> (f64, f64, f64, f64) {
        let (below, above, fall) = (self.log_below(p), self.log_above(p), self.fall(p));
        // The density of an end over that here; none at infinity.
        let ratio = |exponent: f64| if exponent.is_nan() { f64::NEG_INFINITY } else { exponent };
        let near = above - self.log_mass + ratio(p.from_start * (self.start + 0.5 * p.from_start));
        let far = below - self.log_mass + ratio(-p.to_end * (self.end - 0.5 * p.to_end));
        let weight = (below + above - self.log_mass + fall).exp();
        let (near, far) = (near.exp(), far.exp());
        if weight == 0.0 {
            return (0.0, 0.0, near, far);
        }
        // Both parts as seen from the origin; their own begin where their density is highest.
        let here = self.offset(p);
        let lower = if self.one_sided() || p.t > 0.0 { 0.0 } else { here };
        let upper = if self.one_sided() || p.t > 0.0 { here } else { 0.0 };
        let [low_first, low_second] = moments(self.start, p.t, p.from_start, lower);
        let [high_first, high_second] = moments(p.t, self.end, p.to_end, upper);
        let first = high_first - low_first;
        (weight * first, weight * (2.0 * self.origin() * first + (high_second - low_second)), near, far)
    }
}

/// `E[o + shift]` and `E[(o + shift)²]` for a standard normal `t = o + m` between `a` and `b`, `m` the place of highest density.
fn moments(a: f64, b: f64, width: f64, shift: f64) -> [f64; 2] {
    // From the highest density outwards on either side: rate of the fall there, and how far.
    let sides = if a >= 0.0 {
        [(1.0, a, width), (1.0, 0.0, 0.0)]
    } else if b <= 0.0 {
        [(-1.0, -b, width), (1.0, 0.0, 0.0)]
    } else {
        [(1.0, 0.0, b), (-1.0, 0.0, -a)]
    };
    let mut sums = [0.0; 3];
    for (sign, rate, length) in sides {
        // The density has fallen by e^-45 at `reach`; a panel for a fall by e^6 or for two deviations.
        let reach = 2.0 * FALL / (rate + (rate * rate + 2.0 * FALL).sqrt());
        let length = length.min(reach);
        let count = (8.0 * length / reach).ceil();
        let edges: Vec<f64> = (0..=count as u32).map(|k| length * f64::from(k) / count).collect();
        for (power, sum) in sums.iter_mut().enumerate() {
            *sum += integrate(&edges, |s| (-s * (rate + 0.5 * s)).exp() * (sign * s + shift).powi(power as i32));
        }
    }
    [sums[1] / sums[0], sums[2] / sums[0]]
}
