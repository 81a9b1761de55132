//! Inverse Gaussian law.

mod exponential_integral;
mod tails;

use super::{
    Family, KlTo, Law, Noise, Parameter, ParameterError, Pathwise, Stream, Support, identity, probability, write,
};
use crate::special::{
    inverse_gaussian_cdf, inverse_gaussian_concentration_slope, inverse_gaussian_mean_slope, inverse_gaussian_quantile,
    inverse_gaussian_survival,
};
use exponential_integral::scaled_exponential_integral;

pub(super) const FAMILY: Family = Family {
    name: "inverse-gaussian",
    parameters: &[
        Parameter::scalar("loc", Support::Positive).implicit(),
        Parameter::scalar("concentration", Support::Positive).implicit(),
    ],
    support: "x > 0",
    method: "root of a chi-square draw (Michael, Schucany and Haas 1976)",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(InverseGaussian::new(v[0], v[1])?)),
};

/// Inverse Gaussian (Wald) law with mean `loc`: the time at which a Brownian motion with drift first reaches a level.
///
/// `p(x) = √(λ / 2πx³) exp(-λ (x - μ)² / (2 μ² x))`, `x > 0`, `μ = loc`, `λ = concentration`; its variance is `μ³/λ`. Draw: [`Law::fill`]
/// takes one of the two roots of a chi-square value (Michael, Schucany and Haas 1976); [`Law::draw`] is the inverse distribution
/// function, hence other numbers of the same law. The derivative of a draw is that of the distribution function's inverse for both.
///
/// ```
/// use reparam_core::law::{InverseGaussian, Law};
/// let law = InverseGaussian::new(2.0, 4.0).unwrap();
/// assert_eq!((law.mean(), law.variance()), (2.0, 2.0));
/// assert!((law.cdf(law.quantile(0.3)) - 0.3).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseGaussian {
    loc: f64,
    concentration: f64,
}

/// Draws that share a buffer of uniform noise.
const PIECE: usize = 512;

impl InverseGaussian {
    /// The law with this mean and concentration.
    ///
    /// # Errors
    ///
    /// `loc` or `concentration` not finite and positive.
    pub fn new(loc: f64, concentration: f64) -> Result<Self, ParameterError> {
        FAMILY.check(&[loc, concentration])?;
        Ok(Self { loc, concentration })
    }

    /// `(x - μ)² / (μ² x)`, in an order that neither over- nor underflows before the result does.
    fn distance(&self, x: f64) -> f64 {
        let off = (x - self.loc) / self.loc;
        off / x * off
    }

    /// The root for normal noise that uniform noise chooses.
    fn root(&self, normal: f64, uniform: f64) -> f64 {
        // With w = μ n² / 2λ the roots are μ r and μ / r, r = 1 + w - √(w (2 + w)); the smaller comes with probability 1 / (1 + r).
        let w = 0.5 * self.loc / self.concentration * normal * normal;
        let inverse = 1.0 + w + (w.sqrt() * (2.0 + w).sqrt());
        let smaller = uniform * (1.0 + 1.0 / inverse) <= 1.0;
        held(if smaller { self.loc / inverse } else { self.loc * inverse })
    }
}

fn held(x: f64) -> f64 {
    x.clamp(f64::MIN_POSITIVE, f64::MAX)
}

impl Law for InverseGaussian {
    identity!(FAMILY => loc, concentration);

    fn support(&self) -> Support {
        Support::Positive
    }

    fn log_prob(&self, x: f64) -> f64 {
        if !self.support().contains(x) {
            return f64::NEG_INFINITY;
        }
        0.5 * (self.concentration.ln() - 3.0 * x.ln() - self.concentration * self.distance(x)) - super::HALF_LOG_TAU
    }

    fn cdf(&self, x: f64) -> f64 {
        inverse_gaussian_cdf(self.loc, self.concentration, x)
    }

    fn survival(&self, x: f64) -> f64 {
        inverse_gaussian_survival(self.loc, self.concentration, x)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        tails::log_cdf(self.loc, self.concentration, x)
    }

    fn log_survival(&self, x: f64) -> f64 {
        tails::log_survival(self.loc, self.concentration, x)
    }

    fn quantile(&self, p: f64) -> f64 {
        inverse_gaussian_quantile(self.loc, self.concentration, probability(p))
    }

    fn upper_quantile(&self, p: f64) -> f64 {
        if p > 0.5 { self.quantile(1.0 - p) } else { tails::upper_quantile(self, probability(p)) }
    }

    fn mean(&self) -> f64 {
        self.loc
    }

    fn variance(&self) -> f64 {
        self.loc * self.loc * (self.loc / self.concentration)
    }

    fn mode(&self) -> f64 {
        let c = 1.5 * self.loc / self.concentration;
        held(self.loc / (1.0_f64.hypot(c) + c))
    }

    fn entropy(&self) -> f64 {
        // E[log x] = log μ - e^t E₁(t), t = 2λ/μ.
        let log_mean = self.loc.ln() - scaled_exponential_integral(2.0 * self.concentration / self.loc);
        0.5 + super::HALF_LOG_TAU - 0.5 * self.concentration.ln() + 1.5 * log_mean
    }

    fn score(&self, x: f64, out: &mut [f64]) {
        let mean = self.concentration / self.loc * ((x - self.loc) / self.loc) / self.loc;
        write(out, &[mean, 0.5 / self.concentration - 0.5 * self.distance(x)]);
    }

    fn log_prob_slope(&self, x: f64) -> f64 {
        if x.is_nan() || x <= 0.0 {
            return f64::NAN;
        }
        let (off, sum) = ((x - self.loc) / self.loc, (x + self.loc) / self.loc);
        -(1.5 + 0.5 * self.concentration * (off / x * sum)) / x
    }

    fn draw(&self, noise: f64) -> f64 {
        held(self.quantile(noise))
    }

    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        let choices = stream.branch(1);
        let mut uniform = [0.0; PIECE];
        for (k, out) in out.chunks_mut(PIECE).enumerate() {
            let (first, uniform) = (first.wrapping_add((k * PIECE) as u64), &mut uniform[..out.len()]);
            stream.fill(Noise::StandardNormal, first, out);
            choices.fill(Noise::Uniform, first, uniform);
            for (x, u) in out.iter_mut().zip(uniform) {
                *x = self.root(*x, *u);
            }
        }
    }
}

impl Pathwise for InverseGaussian {
    fn pathwise(&self, z: f64, out: &mut [f64]) {
        let (loc, concentration) = (self.loc, self.concentration);
        let slopes = [
            inverse_gaussian_mean_slope(loc, concentration, z),
            inverse_gaussian_concentration_slope(loc, concentration, z),
        ];
        write(out, &slopes);
    }
}

impl KlTo<InverseGaussian> for InverseGaussian {
    fn kl(&self, p: &InverseGaussian) -> f64 {
        // From E[x] = μ and E[1/x] = 1/μ + 1/λ: a distance of concentrations and one of means.
        let r = p.concentration / self.concentration;
        let d = (self.loc - p.loc) / p.loc;
        0.5 * (r - 1.0 - r.ln()) + 0.5 * (p.concentration / self.loc * d) * d
    }
}
