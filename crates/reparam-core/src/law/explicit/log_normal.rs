//! Log-normal law.

use super::{
    Family, KlTo, Law, Noise, Normal, Parameter, ParameterError, Pathwise, Stream, Support, WeakDerivative,
    squashed_normal, squashed_paths, write,
};

pub(super) const FAMILY: Family = Family {
    name: "log-normal",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "x > 0",
    method: "exp(loc + scale · noise)",
    closed_entropy: true,
    noise: Noise::StandardNormal,
    build: |v| Ok(Box::new(LogNormal::new(v[0], v[1])?)),
};

/// Law of a positive number whose logarithm is normal with mean `loc` and standard deviation `scale`.
///
/// `p(x) = exp(-z²/2) / (x scale √(2π))`, `z = (log x - loc) / scale`. Draw: `exp(loc + scale · noise)`, standard normal noise, held within
/// the positive `f64`.
///
/// ```
/// use reparam_core::law::{Law, LogNormal};
/// let law = LogNormal::new(0.0, 1.0).unwrap();
/// assert_eq!((law.cdf(1.0), law.draw(2.0)), (0.5, 2_f64.exp()));
/// assert!((law.mean() - 0.5_f64.exp()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogNormal {
    /// Of the logarithm.
    normal: Normal,
}

impl LogNormal {
    /// The law with this mean and standard deviation of the logarithm.
    ///
    /// # Errors
    ///
    /// `loc` not finite, `scale` not finite and positive.
    pub fn new(loc: f64, scale: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[loc, scale])?;
        Ok(Self { normal: Normal::new(loc, scale)? })
    }
}

/// The value with this logarithm, held within the positive numbers.
fn held(log: f64) -> f64 {
    log.exp().clamp(f64::MIN_POSITIVE, f64::MAX)
}

impl Law for LogNormal {
    squashed_normal!(FAMILY);

    fn as_weak(&self) -> Option<&dyn WeakDerivative> {
        Some(self)
    }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        self.normal.log_prob(x.ln()) - x.ln()
    }

    fn quantile(&self, p: f64) -> f64 {
        self.normal.quantile(p).exp()
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        self.normal.upper_quantile(p).exp()
    }

    fn mean(&self) -> f64 {
        let [loc, scale] = self.normal.loc_scale();
        (loc + 0.5 * scale * scale).exp()
    }

    fn variance(&self) -> f64 {
        let [loc, scale] = self.normal.loc_scale();
        let square = scale * scale;
        // e^(2 loc + s²) (e^(s²) - 1): for large s² as one power, whose parts might overflow one by one.
        if square > 1.0 {
            return (2.0 * (loc + square)).exp() * -(-square).exp_m1();
        }
        (2.0 * loc + square).exp() * square.exp_m1()
    }

    fn mode(&self) -> f64 {
        let [loc, scale] = self.normal.loc_scale();
        held(loc - scale * scale)
    }

    fn entropy(&self) -> f64 {
        self.normal.entropy() + self.normal.mean()
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if x > 0.0 { (self.normal.log_prob_slope(x.ln()) - 1.0) / x } else { f64::NAN }
    }

    fn draw(&self, noise: f64) -> f64 {
        held(self.normal.draw(noise))
    }
}

impl LogNormal {
    /// The normal value that `x` comes from.
    fn unsquash(x: f64) -> f64 {
        x.max(0.0).ln()
    }

    /// `dx/du` at `x`, the slope of the map from the normal value.
    fn squash_slope(x: f64) -> f64 {
        x
    }
}

squashed_paths!(LogNormal);
