//! Laws of priors on intervals.

use crate::problem::PriorLaw;
use reparam_core::special::{gamma_p, gamma_p_inverse, log_diff_normal_cdf, log_gamma, normal_cdf, normal_quantile};
use std::f64::consts::{LN_2, PI, TAU};

impl PriorLaw {
    /// Its logarithm of density, and the derivative; `-inf` outside its support. A flat law has density 1.
    pub(super) fn log_density(&self, x: f64) -> [f64; 2] {
        let outside = [f64::NEG_INFINITY, 0.0];
        match *self {
            Self::Flat => [0.0, 0.0],
            Self::Uniform(a, b) if (a..=b).contains(&x) => [-(b - a).ln(), 0.0],
            Self::Normal(mean, sd) => normal(x, mean, sd),
            Self::Laplace(loc, scale) => laplace(x, loc, scale),
            Self::LogNormal(mean, sd) if x > 0.0 => of_logarithm(x, normal(x.ln(), mean, sd)),
            Self::LogLaplace(loc, scale) if x > 0.0 => of_logarithm(x, laplace(x.ln(), loc, scale)),
            Self::Cauchy(loc, scale) => {
                let z = (x - loc) / scale;
                [-(PI * scale).ln() - (z * z).ln_1p(), -2.0 * z / (scale * (1.0 + z * z))]
            }
            Self::Gamma(shape, rate) if x > 0.0 => {
                [shape * rate.ln() - log_gamma(shape) + (shape - 1.0) * x.ln() - rate * x, (shape - 1.0) / x - rate]
            }
            Self::Exponential(rate) if x >= 0.0 => [rate.ln() - rate * x, -rate],
            _ => outside,
        }
    }

    /// Its probability below `x`; for a flat law without meaning.
    fn cdf(&self, x: f64) -> f64 {
        let laplace = |z: f64| if z < 0.0 { 0.5 * z.exp() } else { 1.0 - 0.5 * (-z).exp() };
        match *self {
            Self::Flat => f64::NAN,
            Self::Uniform(a, b) => ((x - a) / (b - a)).clamp(0.0, 1.0),
            Self::Normal(mean, sd) => normal_cdf((x - mean) / sd),
            Self::Laplace(loc, scale) => laplace((x - loc) / scale),
            Self::LogNormal(..) | Self::LogLaplace(..) | Self::Gamma(..) | Self::Exponential(..) if x <= 0.0 => 0.0,
            Self::LogNormal(mean, sd) => normal_cdf((x.ln() - mean) / sd),
            Self::LogLaplace(loc, scale) => laplace((x.ln() - loc) / scale),
            Self::Cauchy(loc, scale) => 0.5 + ((x - loc) / scale).atan() / PI,
            Self::Gamma(_, _) if x == f64::INFINITY => 1.0,
            Self::Gamma(shape, rate) => gamma_p(shape, rate * x),
            Self::Exponential(rate) => -(-rate * x).exp_m1(),
        }
    }

    fn inverse_cdf(&self, p: f64) -> f64 {
        let laplace = |p: f64| if p < 0.5 { (2.0 * p).ln() } else { -(2.0 * (1.0 - p)).ln() };
        match *self {
            Self::Flat => f64::NAN,
            Self::Uniform(a, b) => a + (b - a) * p,
            Self::Normal(mean, sd) => mean + sd * normal_quantile(p),
            Self::Laplace(loc, scale) => loc + scale * laplace(p),
            Self::LogNormal(mean, sd) => (mean + sd * normal_quantile(p)).exp(),
            Self::LogLaplace(loc, scale) => (loc + scale * laplace(p)).exp(),
            Self::Cauchy(loc, scale) => loc + scale * (PI * (p - 0.5)).tan(),
            Self::Gamma(shape, rate) => gamma_p_inverse(shape, p) / rate,
            Self::Exponential(rate) => -(-p).ln_1p() / rate,
        }
    }

    /// The logarithm of its probability between two numbers; of the length for a flat law, 0 where that is infinite.
    pub(super) fn log_mass(&self, [low, high]: [f64; 2]) -> f64 {
        let normal = |mean: f64, sd: f64, of: &dyn Fn(f64) -> f64| {
            log_diff_normal_cdf((of(low) - mean) / sd, (of(high) - mean) / sd)
        };
        let logarithm = |x: f64| if x > 0.0 { x.ln() } else { f64::NEG_INFINITY };
        match *self {
            Self::Flat if (high - low).is_finite() => (high - low).ln(),
            Self::Flat => 0.0,
            Self::Normal(mean, sd) => normal(mean, sd, &|x| x),
            Self::LogNormal(mean, sd) => normal(mean, sd, &logarithm),
            _ => (self.cdf(high) - self.cdf(low)).ln(),
        }
    }

    /// The number between two others below which lies the share `p` of the probability between them; `None` for a flat law on an infinite
    /// interval.
    pub(super) fn quantile(&self, p: f64, [low, high]: [f64; 2]) -> Option<f64> {
        if *self == Self::Flat {
            return (high - low).is_finite().then(|| low + p * (high - low));
        }
        let (below, above) = (self.cdf(low), self.cdf(high));
        let x = self.inverse_cdf(below + p * (above - below));
        x.is_finite().then(|| x.clamp(low, high))
    }

    /// What is wrong with its numbers.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let positive = |x: f64| x > 0.0 && x.is_finite();
        match *self {
            Self::Flat => Ok(()),
            Self::Uniform(a, b) if a < b && (b - a).is_finite() => Ok(()),
            Self::Uniform(..) => Err("a uniform prior must have finite bounds, the first below the second"),
            Self::Normal(loc, scale)
            | Self::Laplace(loc, scale)
            | Self::LogNormal(loc, scale)
            | Self::LogLaplace(loc, scale)
            | Self::Cauchy(loc, scale) => {
                let right = loc.is_finite() && positive(scale);
                right.then_some(()).ok_or("a prior's location must be finite, its scale finite and > 0")
            }
            Self::Gamma(shape, rate) if positive(shape) && positive(rate) => Ok(()),
            Self::Gamma(..) => Err("a gamma prior's shape and rate must be finite and > 0"),
            Self::Exponential(rate) if positive(rate) => Ok(()),
            Self::Exponential(_) => Err("an exponential prior's rate must be finite and > 0"),
        }
    }
}

fn normal(x: f64, mean: f64, sd: f64) -> [f64; 2] {
    let z = (x - mean) / sd;
    [-0.5 * TAU.ln() - sd.ln() - 0.5 * z * z, -z / sd]
}

fn laplace(x: f64, loc: f64, scale: f64) -> [f64; 2] {
    let z = (x - loc) / scale;
    [-LN_2 - scale.ln() - z.abs(), -z.signum() / scale]
}

/// From the density of `ln x` to that of `x`.
fn of_logarithm(x: f64, [value, slope]: [f64; 2]) -> [f64; 2] {
    [value - x.ln(), (slope - 1.0) / x]
}
