//! Logistic law.

use std::f64::consts::PI;

use super::{
    Family, Law, Noise, Parameter, ParameterError, Pathwise, Standard, Stream, Support, identity, location_scale, write,
};
use crate::special::{log1p_exp, logit, sigmoid};

pub(super) const FAMILY: Family = Family {
    name: "logistic",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "x finite",
    method: "loc + scale · noise",
    closed_entropy: true,
    noise: Noise::Logistic,
    build: |v| Ok(Box::new(Logistic::new(v[0], v[1])?)),
};

location_scale! {
    /// Logistic law with mean `loc`: the log-odds of a uniform draw, scaled.
    ///
    /// `p(x) = e^-z / (scale (1 + e^-z)²)`, `z = (x - loc) / scale`. Draw: `loc + scale · noise`, logistic noise.
    ///
    /// ```
    /// use reparam_core::law::{Law, Logistic};
    /// let logistic = Logistic::new(1.0, 2.0).unwrap();
    /// assert_eq!((logistic.cdf(1.0), logistic.draw(0.5)), (0.5, 2.0));
    /// ```
    Logistic
}

impl Standard for Logistic {
    const MEAN: f64 = 0.0;
    const VARIANCE: f64 = PI * PI / 3.0;
    const ENTROPY: f64 = 2.0;

    fn log_density(z: f64) -> f64 {
        let size = z.abs();
        -size - 2.0 * log1p_exp(-size)
    }

    fn slope(z: f64) -> f64 {
        -(0.5 * z).tanh()
    }

    fn cdf(z: f64) -> f64 {
        sigmoid(z)
    }

    fn survival(z: f64) -> f64 {
        sigmoid(-z)
    }

    fn log_cdf(z: f64) -> f64 {
        -log1p_exp(-z)
    }

    fn log_survival(z: f64) -> f64 {
        -log1p_exp(z)
    }

    fn quantile(p: f64) -> f64 {
        logit(p)
    }

    fn upper_quantile(p: f64) -> f64 {
        -logit(p)
    }

    fn draw(noise: f64) -> f64 {
        noise
    }
}
