//! Gumbel law.

use std::f64::consts::PI;

use super::{
    ContinuousBernoulli, EULER, Exponential, Family, KlTo, Law, Noise, Normal, Parameter, ParameterError, Pareto,
    Pathwise, Standard, Stream, Support, Uniform, identity, lacking_mass, location_scale, normal_cross_entropy,
    probability, write,
};
use crate::special::{log_gamma, log1m_exp};

pub(super) const FAMILY: Family = Family {
    name: "gumbel",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "x finite",
    method: "loc + scale · noise",
    closed_entropy: true,
    noise: Noise::Gumbel,
    build: |v| Ok(Box::new(Gumbel::new(v[0], v[1])?)),
};

location_scale! {
    /// Gumbel law of maxima with mode `loc`.
    ///
    /// `p(x) = exp(-z - e^-z) / scale`, `z = (x - loc) / scale`; its mean is `loc + 0.577… scale`. Draw: `loc + scale · noise`,
    /// Gumbel noise.
    ///
    /// ```
    /// use reparam_core::law::{Gumbel, Law};
    /// let gumbel = Gumbel::new(1.0, 2.0).unwrap();
    /// assert_eq!((gumbel.mode(), gumbel.cdf(1.0), gumbel.draw(0.5)), (1.0, (-1.0_f64).exp(), 2.0));
    /// ```
    Gumbel
}

impl Gumbel {
    pub(in crate::law) fn loc_scale(&self) -> [f64; 2] {
        [self.loc, self.scale]
    }
}

impl Standard for Gumbel {
    const MEAN: f64 = EULER;
    const VARIANCE: f64 = PI * PI / 6.0;
    const ENTROPY: f64 = 1.0 + EULER;

    fn log_density(z: f64) -> f64 {
        let size = (-z).exp();
        if size == f64::INFINITY { f64::NEG_INFINITY } else { -z - size }
    }

    fn slope(z: f64) -> f64 {
        (-z).exp_m1()
    }

    fn cdf(z: f64) -> f64 {
        (-(-z).exp()).exp()
    }

    fn survival(z: f64) -> f64 {
        -(-(-z).exp()).exp_m1()
    }

    fn log_cdf(z: f64) -> f64 {
        -(-z).exp()
    }

    fn log_survival(z: f64) -> f64 {
        let size = (-z).exp();
        // log(1 - e^-t) is log t - t/2 + O(t²), and t may underflow.
        if z > 37.0 { -z - 0.5 * size } else { log1m_exp(-size) }
    }

    fn quantile(p: f64) -> f64 {
        -(-p.ln()).ln()
    }

    fn upper_quantile(p: f64) -> f64 {
        -(-(-probability(p)).ln_1p()).ln()
    }

    fn draw(noise: f64) -> f64 {
        noise
    }
}

/// Divergence between Gumbel laws with the scales' ratio `r = scale_q / scale_p` and `d = (loc_q - loc_p) / scale_p`; also of
/// Weibull laws, whose logarithms are Gumbel laws of minima.
pub(super) fn divergence(r: f64, d: f64) -> f64 {
    // d + γ (r - 1) + e^-d Γ(1 + r) - 1 - log r, with t = log Γ(1 + r) - d: a distance of locations, and what the scales leave of it.
    let log_gamma = log_gamma(1.0 + r);
    let t = log_gamma - d;
    (t.exp_m1() - t) + (log_gamma + EULER * (r - 1.0) - r.ln())
}

impl KlTo<Gumbel> for Gumbel {
    fn kl(&self, p: &Gumbel) -> f64 {
        divergence(self.scale / p.scale, (self.loc - p.loc) / p.scale)
    }
}

impl KlTo<Normal> for Gumbel {
    fn kl(&self, p: &Normal) -> f64 {
        normal_cross_entropy(self.mean(), self.variance(), p) - self.entropy()
    }
}

lacking_mass!(Gumbel: ContinuousBernoulli, Exponential, Pareto, Uniform);
