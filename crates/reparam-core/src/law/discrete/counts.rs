//! Sums over counts at flat cost, and quantiles by search.

use super::Law;
use crate::special::normal_quantile;

/// A law of counts, as the sums and searches here need it.
pub(super) trait Counts: Law {
    /// Where its mass lies.
    fn spread(&self) -> Spread;

    /// The log mass, smooth between the counts.
    fn log_mass(&self, x: f64) -> f64;
}

/// [`Law::quantile`] of a law of counts.
pub(super) fn quantile(law: &impl Counts, probability: f64) -> f64 {
    let spread = law.spread();
    if !(0.0..=1.0).contains(&probability) {
        f64::NAN
    } else if probability == 0.0 {
        0.0
    } else if probability == 1.0 {
        spread.last
    } else {
        let guess = spread.guess(normal_quantile(probability));
        spread.search(guess, |x| law.cdf(x) - probability, |x| law.log_mass(x).exp())
    }
}

/// [`Law::upper_quantile`] of a law of counts.
pub(super) fn upper_quantile(law: &impl Counts, probability: f64) -> f64 {
    let spread = law.spread();
    if !(0.0..=1.0).contains(&probability) {
        f64::NAN
    } else if probability == 0.0 {
        spread.last
    } else if probability == 1.0 {
        0.0
    } else {
        let guess = spread.guess(-normal_quantile(probability));
        spread.search(guess, |x| probability - law.survival(x), |x| law.log_mass(x).exp())
    }
}

/// `-e^log_weight · value`, 0 where the weight is: a term of an entropy.
pub(super) fn weighted(log_weight: f64, value: f64) -> f64 {
    let weight = log_weight.exp();
    if weight > 0.0 { -weight * value } else { 0.0 }
}

/// Where a law of counts has its mass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) skewness: f64,
    /// Counts over which the upper tail falls by `e`, far out.
    pub(super) tail: f64,
    /// Largest count, perhaps infinite.
    pub(super) last: f64,
}

/// Sums of so many terms are made term by term.
const TERMS: f64 = 4000.0;
/// From this count on longer sums are integrals.
const HEAD: f64 = 64.0;

impl Spread {
    /// `Σ f(k)` over all counts, for `f` with the weight of the mass; outside the range that is summed lies less than 1e-17 of it.
    ///
    /// Up to 4,000 terms one by one. Beyond that the mass is smooth: 64 terms one by one and the rest as an integral over panels of
    /// 20 Gauss–Legendre nodes, with the end corrections of Laplace's formula (differences of order 1, 3, 5 at the end). A few
    /// hundred values of `f`, whatever the mean.
    pub(super) fn sum(&self, f: impl Fn(f64) -> f64) -> f64 {
        let low = (self.mean - 14.0 * self.deviation).floor().max(0.0);
        let high = (self.mean + 14.0 * self.deviation + 45.0 * self.tail).ceil().min(self.last);
        if high - low <= TERMS {
            return (0..=(high - low) as u32).map(|k| f(low + f64::from(k))).sum();
        }
        let (mut total, mut left) = (0.0, low - 0.5);
        if low < HEAD {
            left = HEAD - 0.5;
            let [a, b, c, d, e, g] = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0].map(|k| f(HEAD + k));
            let differences = [d - c, e - b - 3.0 * (d - c), g - a - 5.0 * (e - b) + 10.0 * (d - c)];
            let corrections = [1.0 / 24.0, -17.0 / 5760.0, 367.0 / 967_680.0];
            total = (0..HEAD as u32).map(|k| f(f64::from(k))).sum::<f64>();
            total += differences.iter().zip(corrections).map(|(d, c)| d * c).sum::<f64>();
        }
        let (rule, right) = (gauss_legendre(), high + 0.5);
        while left < right {
            let width = left.max(1.0).min(2.0 * self.deviation.max(self.tail)).min(right - left);
            let (half, middle) = (0.5 * width, left + 0.5 * width);
            total += half * rule.iter().map(|(t, w)| w * f(middle + half * t)).sum::<f64>();
            // A width below the last place of `left` ends the sum: the law is then narrower than the numbers are apart.
            let next = left + width;
            if next <= left {
                break;
            }
            left = next;
        }
        total
    }

    /// A guess at the quantile: the normal one with its first correction for skewness (Cornish and Fisher 1938).
    fn guess(&self, z: f64) -> f64 {
        self.mean + self.deviation * (z + self.skewness * (z * z - 1.0) / 6.0)
    }

    /// The smallest count where `excess`, which rises by `mass`, is at least 0: Newton steps within a bracket.
    fn search(&self, guess: f64, excess: impl Fn(f64) -> f64, mass: impl Fn(f64) -> f64) -> f64 {
        let (mut low, mut high) = (-1.0, self.last);
        let mut x = if guess.is_finite() { guess.floor().clamp(0.0, self.last.min(f64::MAX)) } else { 0.0 };
        let mut stride = self.deviation.clamp(1.0, 1e300);
        for round in 0..5000 {
            let here = excess(x);
            if here >= 0.0 {
                high = x;
            } else {
                low = x;
            }
            // The counts next to the ends; above 2^53 they are further apart than 1.
            let (first, last) = ((low + 1.0).max(low.next_up()), (high - 1.0).min(high.next_down()));
            if first > last {
                return high;
            }
            let newton = -here / mass(x);
            let next = if round >= 12 && high.is_finite() {
                (low + 0.5 * (high - low)).floor()
            } else if round >= 12 || !newton.is_finite() {
                x - stride.copysign(here)
            } else {
                // Up, or down, by at least one.
                let step = if here >= 0.0 { newton.floor() } else { newton.ceil() };
                x + step.clamp(-stride, stride)
            };
            stride = (4.0 * stride).min(1e307);
            x = next.floor().clamp(first, last.max(first));
        }
        high
    }
}

/// Positive and negative nodes with their weights, 20 of them, on `[-1, 1]`.
pub(in crate::law) fn gauss_legendre() -> [(f64, f64); 20] {
    let mut rule = [(0.0, 0.0); 20];
    for (i, (x, w)) in NODES.into_iter().enumerate() {
        rule[2 * i] = (x, w);
        rule[2 * i + 1] = (-x, w);
    }
    rule
}

/// The positive nodes of the 20-point rule with their weights (mpmath 1.3.0, 40 digits).
const NODES: [(f64, f64); 10] = [
    (0.07652652113349734, 0.15275338713072584),
    (0.22778585114164507, 0.14917298647260374),
    (0.37370608871541955, 0.14209610931838204),
    (0.5108670019508271, 0.13168863844917664),
    (0.636053680726515, 0.11819453196151841),
    (0.7463319064601508, 0.10193011981724044),
    (0.8391169718222188, 0.08327674157670475),
    (0.912234428251326, 0.06267204833410907),
    (0.9639719272779138, 0.04060142980038694),
    (0.9931285991850949, 0.017614007139152118),
];
