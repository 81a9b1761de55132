//! Uniform law.

use super::{
    ContinuousBernoulli, Exponential, Family, Gumbel, KlTo, Law, Noise, Normal, Parameter, ParameterError, Pareto,
    Pathwise, Support, identity, normal_cross_entropy, probability, write,
};

pub(super) const FAMILY: Family = Family {
    name: "uniform",
    parameters: &[
        Parameter::scalar("low", Support::Real).explicit(),
        Parameter::scalar("high", Support::Real).explicit(),
    ],
    support: "low <= x <= high",
    method: "low + (high - low) · noise",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Uniform::new(v[0], v[1])?)),
};

/// Uniform law between `low` and `high`.
///
/// `p(x) = 1 / (high - low)`. Draw: `low + (high - low) · noise`, uniform noise. The support moves with the parameters: the mean
/// score is not 0, and a score estimator must not be used. Every value is a mode; `low` is given.
///
/// ```
/// use reparam_core::law::{Law, Uniform};
/// let uniform = Uniform::new(-1.0, 3.0).unwrap();
/// assert_eq!((uniform.mean(), uniform.cdf(0.0), uniform.quantile(0.75)), (1.0, 0.25, 2.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    low: f64,
    high: f64,
}

impl Uniform {
    /// The law between these bounds.
    ///
    /// # Errors
    ///
    /// A bound not finite, `low` not below `high`, or `high - low` beyond the range of `f64`.
    pub fn new(low: f64, high: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[low, high])?;
        if low < high && (high - low).is_finite() {
            return Ok(Self { low, high });
        }
        let rule = format!("low must be < high, with a finite difference, got low {low} and high {high}");
        Err(ParameterError::Together { law: FAMILY.name, rule })
    }

    fn width(&self) -> f64 {
        self.high - self.low
    }

    fn middle(&self) -> f64 {
        self.low + 0.5 * self.width()
    }
}

impl Law for Uniform {
    identity!(FAMILY => low, high);

    fn support(&self) -> Support {
        Support::Closed(self.low, self.high)
    }

    fn log_prob(&self, x: f64) -> f64 {
        if self.support().contains(x) { -self.width().ln() } else { f64::NEG_INFINITY }
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.low) / self.width()).clamp(0.0, 1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        ((self.high - x) / self.width()).clamp(0.0, 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.draw(probability(p))
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        (self.high - self.width() * probability(p)).clamp(self.low, self.high)
    }

    fn mean(&self) -> f64 {
        self.middle()
    }

    fn variance(&self) -> f64 {
        self.width() * self.width() / 12.0
    }

    fn mode(&self) -> f64 {
        self.low
    }

    fn entropy(&self) -> f64 {
        self.width().ln()
    }

    fn score(&self, _x: f64, out: &mut [f64]) {
        write(out, &[1.0 / self.width(), -1.0 / self.width()]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if self.support().contains(x) { 0.0 } else { f64::NAN }
    }

    fn draw(&self, noise: f64) -> f64 {
        (self.low + self.width() * noise).clamp(self.low, self.high)
    }
}

impl Pathwise for Uniform {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        write(out, &[(self.high - z) / self.width(), (z - self.low) / self.width()]);
    }
}

impl KlTo<Uniform> for Uniform {
    fn kl(&self, p: &Uniform) -> f64 {
        if self.low < p.low || self.high > p.high { f64::INFINITY } else { (p.width() / self.width()).ln().max(0.0) }
    }
}

impl KlTo<Normal> for Uniform {
    fn kl(&self, p: &Normal) -> f64 {
        normal_cross_entropy(self.middle(), self.variance(), p) - self.entropy()
    }
}

impl KlTo<Gumbel> for Uniform {
    fn kl(&self, p: &Gumbel) -> f64 {
        let [loc, scale] = p.loc_scale();
        let width = self.width() / scale;
        // E[e^-z], z = (x - loc) / scale, is e^-z at the lower end times (1 - e^-width) / width.
        let decay = ((loc - self.low) / scale).exp() * -(-width).exp_m1() / width;
        scale.ln() + (self.middle() - loc) / scale + decay - self.entropy()
    }
}

impl KlTo<Exponential> for Uniform {
    fn kl(&self, p: &Exponential) -> f64 {
        // log p is linear in x.
        if self.low < 0.0 { f64::INFINITY } else { -p.log_prob(self.middle()) - self.entropy() }
    }
}

impl KlTo<Pareto> for Uniform {
    fn kl(&self, p: &Pareto) -> f64 {
        let [scale, alpha] = p.scale_alpha();
        if self.low < scale {
            return f64::INFINITY;
        }
        // E[log(x / low)] = (1 + 1/t) log(1 + t) - 1, t = width / low.
        let t = self.width() / self.low;
        let growth = (1.0 + 1.0 / t) * t.ln_1p() - 1.0;
        (alpha + 1.0) * ((self.low / scale).ln() + growth) - (alpha / scale).ln() - self.entropy()
    }
}

impl KlTo<ContinuousBernoulli> for Uniform {
    fn kl(&self, p: &ContinuousBernoulli) -> f64 {
        // log p is linear in x.
        if self.low < 0.0 || self.high > 1.0 {
            f64::INFINITY
        } else {
            (-p.log_prob(self.middle()) - self.entropy()).max(0.0)
        }
    }
}
