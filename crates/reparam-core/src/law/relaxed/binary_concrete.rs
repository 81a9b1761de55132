//! Binary Concrete law.

use std::any::Any;

use super::{Bernoulli, Family, Law, Panels, Parameter, ParameterError, Pathwise, Support, uneven, write};
use crate::noise::Noise;
use crate::special::{log1p_exp, logit, sigmoid};

pub(super) const FAMILY: Family = Family {
    name: "binary-concrete",
    parameters: &[
        Parameter::scalar("temperature", Support::Positive).explicit(),
        Parameter::scalar("logits", Support::Real).explicit(),
    ],
    support: "0 <= x <= 1",
    method: "sigmoid of (logits + logistic noise) / temperature",
    closed_entropy: false,
    noise: Noise::Logistic,
    build: |v| Ok(Box::new(BinaryConcrete::new(v[0], v[1])?)),
};

/// Binary Concrete law (Maddison et al. 2017): a Bernoulli law relaxed to the unit interval; biased as a stand-in for it at any temperature.
///
/// Draw: `1 / (1 + e^-y)` with log-odds `y = (logits + noise) / temperature`, logistic noise; so `y` is logistic with loc
/// `logits / temperature` and scale `1 / temperature`. All is computed from `y`; draws are kept off 0 and 1, and losses that need more
/// than `f64` holds beside 1 take [`draw_logit`](Self::draw_logit) and [`log_prob_of_logit`](Self::log_prob_of_logit).
///
/// ```
/// use reparam_core::law::{BinaryConcrete, Law, Pathwise};
/// let relaxed = BinaryConcrete::new(0.5, 1.0).unwrap();
/// let z = relaxed.draw(-0.4); // logistic noise
/// let mut slope = [0.0; 2]; // dz/dtemperature, dz/dlogits
/// relaxed.pathwise(z, &mut slope);
/// assert!((slope[1] - z * (1.0 - z) / 0.5).abs() < 1e-15 && relaxed.hard(z) == 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryConcrete {
    temperature: f64,
    logits: f64,
}

/// The largest `f64` below 1.
const BELOW_ONE: f64 = 1.0 - 0.5 * f64::EPSILON;

impl BinaryConcrete {
    /// The law with this temperature and log-odds.
    ///
    /// # Errors
    ///
    /// `temperature` not finite and positive, `logits` not finite.
    pub fn new(temperature: f64, logits: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[temperature, logits])?;
        Ok(Self { temperature, logits })
    }

    /// The Bernoulli law that is relaxed.
    pub fn bernoulli(&self) -> Bernoulli {
        // The logits were checked.
        Bernoulli::of_checked_logits(self.logits)
    }

    /// The straight-through value of a draw: 1 above ½, else 0; a draw of [`bernoulli`](Self::bernoulli).
    ///
    /// For logistic noise `noise` it is what the Bernoulli law draws from uniform noise `1 / (1 + e^noise)`.
    pub fn hard(&self, z: f64) -> f64 {
        f64::from(z > 0.5)
    }

    /// The log-odds of the draw that logistic noise gives.
    pub fn draw_logit(&self, noise: f64) -> f64 {
        ((self.logits + noise) / self.temperature).clamp(f64::MIN, f64::MAX)
    }

    /// The log density of the log-odds of a draw: logistic.
    pub fn log_prob_of_logit(&self, y: f64) -> f64 {
        let size = self.centred(y).abs();
        self.temperature.ln() - size - 2.0 * log1p_exp(-size)
    }

    /// The noise that gives these log-odds.
    fn centred(&self, y: f64) -> f64 {
        self.temperature * y - self.logits
    }

    /// `E[f]` of a function of `(logits + noise) / temperature`.
    fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        let (l, t) = (self.logits, self.temperature);
        // Logistic noise beyond 45 has e^-45 of the mass. One unit of noise, or one temperature, is the finest scale.
        Panels::over(&uneven(l - 45.0, l + 45.0, t)).sum(|v| {
            let size = (v - l).abs();
            (-size - 2.0 * log1p_exp(-size)).exp() * f(v / t)
        })
    }
}

/// The value of these log-odds, off the ends where the probability is.
fn inside(probability: f64, y: f64) -> f64 {
    let z = sigmoid(y);
    if probability > 0.0 && probability < 1.0 { z.clamp(f64::MIN_POSITIVE, BELOW_ONE) } else { z }
}

impl Law for BinaryConcrete {
    fn family(&self) -> &'static Family {
        &FAMILY
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.temperature, self.logits]
    }

    fn support(&self) -> Support {
        Support::UnitInterval
    }

    /// At 0 and 1 the limits: infinite for temperatures below 1.
    fn log_prob(&self, x: f64) -> f64 {
        if !Support::UnitInterval.contains(x) {
            return f64::NEG_INFINITY;
        }
        if x == 0.0 || x == 1.0 {
            let side = if x == 1.0 { self.logits } else { -self.logits };
            return match self.temperature.total_cmp(&1.0) {
                std::cmp::Ordering::Less => f64::INFINITY,
                std::cmp::Ordering::Equal => side,
                std::cmp::Ordering::Greater => f64::NEG_INFINITY,
            };
        }
        self.log_prob_of_logit(logit(x)) - x.ln() - (-x).ln_1p()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.log_cdf(x).exp()
    }

    fn survival(&self, x: f64) -> f64 {
        self.log_survival(x).exp()
    }

    fn log_cdf(&self, x: f64) -> f64 {
        -log1p_exp(-self.centred(logit(x.clamp(0.0, 1.0))))
    }

    fn log_survival(&self, x: f64) -> f64 {
        -log1p_exp(self.centred(logit(x.clamp(0.0, 1.0))))
    }

    fn quantile(&self, probability: f64) -> f64 {
        inside(probability, (logit(probability) + self.logits) / self.temperature)
    }

    fn upper_quantile(&self, probability: f64) -> f64 {
        inside(probability, (self.logits - logit(probability)) / self.temperature)
    }

    /// By quadrature, to 1e-14.
    fn mean(&self) -> f64 {
        self.expect(sigmoid)
    }

    /// By quadrature, to 1e-14.
    fn variance(&self) -> f64 {
        // Of the part beside the nearer end, which is small where the variance is.
        let side = |y: f64| if self.logits > 0.0 { sigmoid(-y) } else { sigmoid(y) };
        let mean = self.expect(side);
        self.expect(|y| (side(y) - mean).powi(2))
    }

    /// For temperatures up to 1 the end on the side of the logits, where the density is highest or infinite.
    fn mode(&self) -> f64 {
        if self.temperature <= 1.0 {
            return f64::from(self.logits > 0.0);
        }
        if self.logits == 0.0 {
            return 0.5;
        }
        // The slope temperature · tanh(u/2) - tanh(y/2) of the log density in y (up to its sign) has one root; u = temperature · y - logits.
        let size = self.logits.abs();
        let slope = |y: f64| self.temperature * (0.5 * (self.temperature * y - size)).tanh() - (0.5 * y).tanh();
        let (mut low, mut high) =
            (size / self.temperature, (size + 2.0 * (1.0 / self.temperature).atanh()) / self.temperature);
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            if slope(middle) < 0.0 { low = middle } else { high = middle }
        }
        sigmoid((0.5 * (low + high)).copysign(self.logits))
    }

    /// By quadrature, to 1e-14 of its parts: that of the log-odds, `2 - ln temperature`, and the mean of `ln z (1 - z)`.
    fn entropy(&self) -> f64 {
        2.0 - self.temperature.ln() + self.expect(|y| -y.abs() - 2.0 * log1p_exp(-y.abs()))
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let y = logit(x);
        let pull = (0.5 * self.centred(y)).tanh();
        write(out, &[1.0 / self.temperature - y * pull, pull]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if !(x > 0.0 && x < 1.0) {
            return f64::NAN;
        }
        let pull = (0.5 * self.centred(logit(x))).tanh();
        (2.0 * x - 1.0 - self.temperature * pull) / x / (1.0 - x)
    }

    fn draw(&self, noise: f64) -> f64 {
        sigmoid(self.draw_logit(noise)).clamp(f64::MIN_POSITIVE, BELOW_ONE)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_pathwise(&self) -> Option<&dyn Pathwise> {
        Some(self)
    }
}

impl Pathwise for BinaryConcrete {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let slope = z * (1.0 - z) / self.temperature;
        let in_temperature = if slope == 0.0 { 0.0 } else { -logit(z) * slope };
        write(out, &[in_temperature, slope]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_draws_are_bernoulli_draws_of_the_same_noise() {
        for (temperature, logits) in [(0.1, 0.7), (1.0, -1.3), (4.0, 2.0), (1e-6, 0.1)] {
            let relaxed = BinaryConcrete::new(temperature, logits).unwrap();
            for k in 1..4000 {
                let u = (f64::from(k) + 0.37) / 4000.5;
                let z = relaxed.draw(-logit(u));
                assert!(z > 0.0 && z < 1.0);
                assert_eq!(relaxed.hard(z), relaxed.bernoulli().draw(u), "{relaxed:?} at {u}");
            }
        }
    }

    #[test]
    fn moments_at_low_and_high_temperatures_are_those_of_the_log_odds() {
        for (temperature, logits) in [(0.01, 0.3), (0.2, -4.0), (0.6, 1.0), (5.0, 2.0), (300.0, -1.0)] {
            let law = BinaryConcrete::new(temperature, logits).unwrap();
            // The trapezoidal rule in the noise, step 0.3 min(T, 1) for poles at iπ and iπT: error e^(-2π² / 0.3) = 3e-29.
            let step = 0.3 * temperature.min(1.0);
            let far = (45.0 / step) as i32;
            let expect = |f: &dyn Fn(f64) -> f64| -> f64 {
                let term = |k: i32| {
                    let y = law.draw_logit(step * f64::from(k));
                    law.log_prob_of_logit(y).exp() / temperature * step * f(y)
                };
                (-far..=far).map(term).sum()
            };
            let (mean, square) = (expect(&sigmoid), expect(&|y| sigmoid(y).powi(2)));
            assert!((expect(&|_| 1.0) - 1.0).abs() < 1e-13);
            assert!((law.mean() - mean).abs() < 1e-13, "{law:?}");
            assert!((law.variance() - (square - mean * mean)).abs() < 1e-13, "{law:?}");
            let entropy = expect(&|y| log1p_exp(y) + log1p_exp(-y) + law.log_prob_of_logit(y));
            // Parts as large as the mean of |y|.
            assert!((law.entropy() + entropy).abs() < 1e-13 * (1.0 + 2.0 / temperature), "{law:?}");
        }
    }

    #[test]
    fn temperature_must_be_positive() {
        let message = BinaryConcrete::new(0.0, 1.0).unwrap_err().to_string();
        assert_eq!(message, "binary-concrete: temperature must be > 0, got 0");
    }
}
