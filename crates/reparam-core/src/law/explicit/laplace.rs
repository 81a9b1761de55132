//! Laplace law.

use std::f64::consts::LN_2;

use super::{
    ContinuousBernoulli, Exponential, Family, KlTo, Law, Noise, Normal, Parameter, ParameterError, Pareto, Pathwise,
    Standard, Stream, Support, Uniform, identity, lacking_mass, location_scale, normal_cross_entropy, write,
};

pub(super) const FAMILY: Family = Family {
    name: "laplace",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "x finite",
    method: "inverse distribution function",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Laplace::new(v[0], v[1])?)),
};

location_scale! {
    /// Laplace (double exponential) law with mean `loc` and mean absolute deviation `scale`.
    ///
    /// `p(x) = exp(-|x - loc| / scale) / (2 scale)`. Draw: the inverse distribution function of uniform noise.
    /// At `x = loc`, where the density has a corner, the score in `loc` is 0, the middle of its two one-sided values.
    ///
    /// ```
    /// use reparam_core::law::{Law, Laplace};
    /// let laplace = Laplace::new(1.0, 2.0).unwrap();
    /// assert_eq!((laplace.mean(), laplace.variance(), laplace.cdf(1.0)), (1.0, 8.0, 0.5));
    /// ```
    Laplace
}

impl Laplace {
    pub(super) fn loc_scale(&self) -> [f64; 2] {
        [self.loc, self.scale]
    }
}

impl Standard for Laplace {
    const MEAN: f64 = 0.0;
    const VARIANCE: f64 = 2.0;
    const ENTROPY: f64 = 1.0 + LN_2;

    fn log_density(z: f64) -> f64 {
        -z.abs() - LN_2
    }

    fn slope(z: f64) -> f64 {
        if z == 0.0 { f64::NAN } else { -z.signum() }
    }

    fn score_slope(z: f64) -> f64 {
        if z == 0.0 { 0.0 } else { -z.signum() }
    }

    fn cdf(z: f64) -> f64 {
        if z < 0.0 { 0.5 * z.exp() } else { 1.0 - 0.5 * (-z).exp() }
    }

    fn survival(z: f64) -> f64 {
        <Self as Standard>::cdf(-z)
    }

    fn log_cdf(z: f64) -> f64 {
        if z < 0.0 { z - LN_2 } else { (-0.5 * (-z).exp()).ln_1p() }
    }

    fn log_survival(z: f64) -> f64 {
        <Self as Standard>::log_cdf(-z)
    }

    fn quantile(p: f64) -> f64 {
        // In terms of the nearer tail, so that neither end loses digits (1 - p is exact for p >= ½).
        if p < 0.5 { (2.0 * p).ln() } else { -(2.0 * (1.0 - p)).ln() }
    }

    fn upper_quantile(p: f64) -> f64 {
        -<Self as Standard>::quantile(p)
    }

    fn draw(noise: f64) -> f64 {
        <Self as Standard>::quantile(noise)
    }
}

impl KlTo<Laplace> for Laplace {
    fn kl(&self, p: &Laplace) -> f64 {
        // With r = scale_q / scale_p and d = |loc_q - loc_p| / scale_q:
        // r (d + e^-d) - 1 - log r = r (d + expm1(-d)) + (r - 1 - log r); both parts are >= 0 and 0 at q = p.
        let r = self.scale / p.scale;
        let d = ((self.loc - p.loc) / self.scale).abs();
        r * (d + (-d).exp_m1()) + (r - 1.0 - r.ln())
    }
}

impl KlTo<Normal> for Laplace {
    fn kl(&self, p: &Normal) -> f64 {
        normal_cross_entropy(self.loc, self.variance(), p) - self.entropy()
    }
}

lacking_mass!(Laplace: ContinuousBernoulli, Exponential, Pareto, Uniform);
