//! Normal law.

use std::f64::consts::FRAC_1_SQRT_2;

use super::{
    ContinuousBernoulli, Exponential, Family, Gumbel, HALF_LOG_TAU, KlTo, Laplace, Law, Noise, Parameter,
    ParameterError, Pareto, Pathwise, Standard, Stream, Support, Uniform, WeakDerivative, identity, lacking_mass,
    location_scale, write,
};
use crate::special::{erf, log_normal_cdf, normal_cdf, normal_quantile};

pub(super) const FAMILY: Family = Family {
    name: "normal",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "x finite",
    method: "loc + scale · noise",
    closed_entropy: true,
    noise: Noise::StandardNormal,
    build: |v| Ok(Box::new(Normal::new(v[0], v[1])?)),
};

location_scale! {
    /// Normal law with mean `loc` and standard deviation `scale`.
    ///
    /// `p(x) = exp(-z²/2) / (scale √(2π))`, `z = (x - loc) / scale`. Draw: `loc + scale · noise`, standard normal noise.
    ///
    /// ```
    /// use reparam_core::law::{Law, Normal};
    /// let normal = Normal::new(1.0, 2.0).unwrap();
    /// assert_eq!(normal.cdf(1.0), 0.5);
    /// assert!((normal.quantile(0.975) - (1.0 + 2.0 * 1.959963984540054)).abs() < 1e-14);
    /// ```
    Normal {
        fn as_weak(&self) -> Option<&dyn WeakDerivative> {
            Some(self)
        }
    }
}

impl Normal {
    pub(in crate::law) fn loc_scale(&self) -> [f64; 2] {
        [self.loc, self.scale]
    }
}

impl Standard for Normal {
    const MEAN: f64 = 0.0;
    const VARIANCE: f64 = 1.0;
    const ENTROPY: f64 = 0.5 + HALF_LOG_TAU;

    fn log_density(z: f64) -> f64 {
        -0.5 * z * z - HALF_LOG_TAU
    }

    fn slope(z: f64) -> f64 {
        -z
    }

    fn cdf(z: f64) -> f64 {
        normal_cdf(z)
    }

    fn survival(z: f64) -> f64 {
        normal_cdf(-z)
    }

    fn log_cdf(z: f64) -> f64 {
        log_normal_cdf(z)
    }

    fn log_survival(z: f64) -> f64 {
        log_normal_cdf(-z)
    }

    fn quantile(p: f64) -> f64 {
        normal_quantile(p)
    }

    fn upper_quantile(p: f64) -> f64 {
        -normal_quantile(p)
    }

    fn draw(noise: f64) -> f64 {
        noise
    }
}

impl KlTo<Normal> for Normal {
    fn kl(&self, p: &Normal) -> f64 {
        // With r = scale_q / scale_p: (r² - 1)/2 - log r + d²/2; each part is >= 0 and 0 at q = p.
        let r = self.scale / p.scale;
        let d = (self.loc - p.loc) / p.scale;
        0.5 * (r - 1.0) * (r + 1.0) - r.ln() + 0.5 * d * d
    }
}

impl KlTo<Gumbel> for Normal {
    fn kl(&self, p: &Gumbel) -> f64 {
        let [loc, scale] = p.loc_scale();
        let (d, r) = ((self.loc - loc) / scale, self.scale / scale);
        // E[e^-(x - loc)/scale] is the normal's moment generating function.
        scale.ln() + d + (0.5 * r * r - d).exp() - self.entropy()
    }
}

impl KlTo<Laplace> for Normal {
    fn kl(&self, p: &Laplace) -> f64 {
        let [loc, scale] = p.loc_scale();
        let d = (self.loc - loc) / self.scale;
        // E|x - loc| / scale_q, the mean of a folded normal law.
        let folded = (-0.5 * d * d - HALF_LOG_TAU).exp() * 2.0 + d * erf(d * FRAC_1_SQRT_2);
        (2.0 * scale).ln() + folded * (self.scale / scale) - self.entropy()
    }
}

lacking_mass!(Normal: ContinuousBernoulli, Exponential, Pareto, Uniform);
