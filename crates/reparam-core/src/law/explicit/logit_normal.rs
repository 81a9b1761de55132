//! Logit-normal law.

use super::{
    Family, KlTo, Law, Noise, Normal, Parameter, ParameterError, Pathwise, Stream, Support, squashed, squashed_normal,
    squashed_paths, write,
};
use crate::special::{logit, sigmoid};

pub(super) const FAMILY: Family = Family {
    name: "logit-normal",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "0 < x < 1",
    method: "sigmoid(loc + scale · noise)",
    closed_entropy: false,
    noise: Noise::StandardNormal,
    build: |v| Ok(Box::new(LogitNormal::new(v[0], v[1])?)),
};

/// Law of a number between 0 and 1 whose log-odds are normal with mean `loc` and standard deviation `scale`.
///
/// `p(x) = exp(-z²/2) / (x (1 - x) scale √(2π))`, `z = (log(x / (1 - x)) - loc) / scale`. Draw: `1 / (1 + e^-(loc + scale · noise))`, standard
/// normal noise, held within the open interval. Mean, variance and entropy are sums of the trapezoidal rule, right to 1e-13.
///
/// ```
/// use reparam_core::law::{Law, LogitNormal};
/// let law = LogitNormal::new(0.0, 1.5).unwrap();
/// assert_eq!((law.cdf(0.5), law.draw(0.0)), (0.5, 0.5));
/// assert!((law.mean() - 0.5).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogitNormal {
    /// Of the log-odds.
    normal: Normal,
}

/// The largest number below 1.
const TOP: f64 = 1.0 - f64::EPSILON / 2.0;

impl LogitNormal {
    /// The law with this mean and standard deviation of the log-odds.
    ///
    /// # Errors
    ///
    /// `loc` not finite, `scale` not finite and positive.
    pub fn new(loc: f64, scale: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[loc, scale])?;
        Ok(Self { normal: Normal::new(loc, scale)? })
    }

    /// The normal value that `x` comes from.
    fn unsquash(x: f64) -> f64 {
        logit(x.clamp(0.0, 1.0))
    }

    fn squash_slope(x: f64) -> f64 {
        x * (1.0 - x)
    }
}

/// The number with these log-odds, held within the open interval.
fn held(log_odds: f64) -> f64 {
    sigmoid(log_odds).clamp(f64::MIN_POSITIVE, TOP)
}

impl Law for LogitNormal {
    squashed_normal!(FAMILY);

    fn support(&self) -> Support {
        Support::OpenUnitInterval
    }

    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        self.normal.log_prob(logit(x)) - x.ln() - (-x).ln_1p()
    }

    fn quantile(&self, p: f64) -> f64 {
        sigmoid(self.normal.quantile(p))
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        sigmoid(self.normal.upper_quantile(p))
    }

    fn mean(&self) -> f64 {
        let [loc, scale] = self.normal.loc_scale();
        squashed::mean(loc, scale)
    }

    fn variance(&self) -> f64 {
        let [loc, scale] = self.normal.loc_scale();
        squashed::variance(loc, scale)
    }

    /// Of two modes the higher, at `loc = 0` the lower value.
    fn mode(&self) -> f64 {
        let [loc, scale] = self.normal.loc_scale();
        held(squashed::mode(loc, scale))
    }

    fn entropy(&self) -> f64 {
        // E[log x + log(1 - x)] = loc - 2 E[log(1 + e^y)], for -|loc| as for loc.
        let [loc, scale] = self.normal.loc_scale();
        self.normal.entropy() - loc.abs() - 2.0 * squashed::softplus_mean(-loc.abs(), scale)
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NAN;
        }
        (self.normal.log_prob_slope(logit(x)) + (2.0 * x - 1.0)) / x / (1.0 - x)
    }

    fn draw(&self, noise: f64) -> f64 {
        held(self.normal.draw(noise))
    }
}

squashed_paths!(LogitNormal);
