//! How the temperature of a relaxation changes as training goes on.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::estimate::check_temperature;
use super::{Discrete, EstimatorError};

/// The temperature of a relaxation, by step.
///
/// ```
/// use reparam::estimator::Temperature;
/// let falling = Temperature::Exponential { start: 1.0, end: 0.25, steps: 100 };
/// assert_eq!([0, 50, 100, 1000].map(|step| falling.at(step)), [1.0, 0.5, 0.25, 0.25]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Temperature {
    /// Always this.
    Constant {
        /// The temperature.
        value: f64,
    },
    /// By the same difference at every step, from `start` to `end`, and then `end`.
    Linear {
        /// At step 0.
        start: f64,
        /// From step `steps` on.
        end: f64,
        /// How many steps it takes.
        steps: u64,
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
    /// The temperature at a step, counted from 0. At step 0 it is `start` exactly, from step `steps` on `end` exactly.
    #[must_use]
    pub fn at(&self, step: u64) -> f64 {
        match *self {
            Self::Constant { value } => value,
            Self::Linear { end, steps, .. } | Self::Exponential { end, steps, .. } if step >= steps => end,
            Self::Linear { start, end, steps } => start + (end - start) * (step as f64 / steps as f64),
            Self::Exponential { start, end, steps } => start * (end / start).powf(step as f64 / steps as f64),
        }
    }

    /// Whether every temperature of it is finite and above 0.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.validate().is_ok()
    }

    /// Checks every temperature of it.
    ///
    /// # Errors
    /// The first that is not finite and above 0.
    pub fn validate(&self) -> Result<(), EstimatorError> {
        match *self {
            Self::Constant { value } => check_temperature("temperature", value),
            Self::Linear { start, end, .. } | Self::Exponential { start, end, .. } => {
                check_temperature("temperature at the start", start)?;
                check_temperature("temperature at the end", end)
            }
        }
    }
}

/// A temperature that follows a target: how decided relaxed draws are, on average.
///
/// What is watched is [`decidedness`]: from `1/K` for draws that are undecided to 1 for hard ones. Each step moves the logarithm of the temperature by
/// `rate` times the distance from the target: logits that grow in training make draws more decided, and the temperature rises. It stays
/// between 0.01 and 100.
///
/// ```
/// use reparam::estimator::TemperatureControl;
/// let mut control = TemperatureControl::new(1.0, 0.9, 0.1);
/// control.observe(0.7); // draws are less decided than they should be
/// assert!(control.temperature() < 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
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

    /// Checks what it was made of, by hand or from a file.
    ///
    /// # Errors
    /// A temperature or rate not finite and above 0, or a target not between 0 and 1.
    pub fn validate(&self) -> Result<(), EstimatorError> {
        const NAME: &str = "temperature control";
        check_temperature(NAME, self.temperature)?;
        let unfit = |rule: String| Err(EstimatorError::Unfit { estimator: NAME, rule });
        if !(self.target > 0.0 && self.target < 1.0) {
            return unfit(format!("the target must be > 0 and < 1, got {}", self.target));
        }
        if !(self.rate > 0.0 && self.rate.is_finite()) {
            return unfit(format!("the rate must be finite and > 0, got {}", self.rate));
        }
        Ok(())
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

/// How decided relaxed draws are: the mean of the largest entry of each variable, of `max(x, 1 - x)` for coins.
///
/// Reads the number back from its device.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::{dist::Bernoulli, estimator::decidedness};
/// let coin = Bernoulli::from_logits(Tensor::<1>::zeros([2], &Device::flex()));
/// assert_eq!(decidedness(&coin, Tensor::from_floats([0.25, 1.0], &Device::flex())), 0.875);
/// ```
pub fn decidedness<L: Discrete<D>, const D: usize>(law: &L, relaxed: Tensor<D>) -> f64 {
    // A constant: it is watched, nothing is learnt through it.
    let relaxed = relaxed.inner();
    let largest = if law.categories() == 1 { (relaxed - 0.5).abs() + 0.5 } else { relaxed.max_dim(D - 1) };
    largest.mean().into_scalar::<f64>()
}
