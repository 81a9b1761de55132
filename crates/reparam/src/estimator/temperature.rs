//! How the temperature of a relaxation changes as training goes on.

use serde::{Deserialize, Serialize};

/// The temperature of a relaxation, by step.
///
/// ```
/// use reparam::estimator::Temperature;
/// let falling = Temperature::Exponential { start: 1.0, end: 0.25, steps: 100 };
/// assert_eq!([0, 50, 100, 1000].map(|step| falling.at(step)), [1.0, 0.5, 0.25, 0.25]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Temperature {
    /// Always this.
    Constant {
        /// The temperature.
        value: f64,
    },
    /// By the same factor at every step, from `start` to `end`, and then `end` (Jang et al. 2017, section 4.2, anneal so).
    Exponential {
        /// At step 0.
        start: f64,
        /// From step `steps` on.
        end: f64,
        /// How many steps it takes.
        steps: u64,
    },
}

impl Temperature {
    /// The temperature at a step, counted from 0. From step `steps` on it is `end` exactly.
    #[must_use]
    pub fn at(&self, step: u64) -> f64 {
        match *self {
            Self::Constant { value } => value,
            Self::Exponential { end, steps, .. } if step >= steps => end,
            Self::Exponential { start, end, steps } => start * (end / start).powf(step as f64 / steps as f64),
        }
    }

    /// Whether every temperature of it is finite and above 0.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let fits = |t: f64| t > 0.0 && t.is_finite();
        match *self {
            Self::Constant { value } => fits(value),
            Self::Exponential { start, end, .. } => fits(start) && fits(end),
        }
    }
}

/// A temperature that follows a target: how decided relaxed draws are, on average.
///
/// What is watched is the mean of the largest entry of relaxed draws (of `max(x, 1 - x)` for coins): from `1/K` for draws that are undecided to 1 for
/// hard ones. Each step moves the logarithm of the temperature by `rate` times the distance from the target: logits that grow in training
/// make draws more decided, and the temperature rises.
///
/// ```
/// use reparam::estimator::TemperatureControl;
/// let mut control = TemperatureControl::new(1.0, 0.9, 0.1);
/// control.observe(0.7); // draws are less decided than they should be
/// assert!(control.temperature() < 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TemperatureControl {
    temperature: f64,
    target: f64,
    rate: f64,
}

impl TemperatureControl {
    /// From this temperature towards this mean largest entry, at this rate.
    #[must_use]
    pub const fn new(temperature: f64, target: f64, rate: f64) -> Self {
        Self { temperature, target, rate }
    }

    /// The temperature as it is.
    #[must_use]
    pub const fn temperature(&self) -> f64 {
        self.temperature
    }

    /// Takes the mean largest entry of a step's relaxed draws into account; a number that is not finite is left out.
    pub fn observe(&mut self, largest: f64) {
        if largest.is_finite() {
            let step = self.rate * (largest - self.target);
            self.temperature = (self.temperature * step.exp()).clamp(0.01, 100.0);
        }
    }
}
