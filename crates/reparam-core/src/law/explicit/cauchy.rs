//! Cauchy law.

use std::f64::consts::{FRAC_1_PI, PI};

use super::{
    Family, KlTo, Law, Noise, Parameter, ParameterError, Pathwise, Standard, Stream, Support, identity, location_scale,
    probability, write,
};

pub(super) const FAMILY: Family = Family {
    name: "cauchy",
    parameters: &[
        Parameter::scalar("loc", Support::Real).explicit(),
        Parameter::scalar("scale", Support::Positive).explicit(),
    ],
    support: "x finite",
    method: "inverse distribution function",
    closed_entropy: true,
    noise: Noise::Uniform,
    build: |v| Ok(Box::new(Cauchy::new(v[0], v[1])?)),
};

/// `log π`.
pub(super) const LOG_PI: f64 = 1.144_729_885_849_400_2;

location_scale! {
    /// Cauchy law with median `loc` and half the distance between its quartiles `scale`.
    ///
    /// `p(x) = 1 / (π scale (1 + z²))`, `z = (x - loc) / scale`. It has neither mean nor variance: both are `NaN`.
    /// Draw: the inverse distribution function of uniform noise, `loc + scale tan(π (noise - ½))`.
    ///
    /// ```
    /// use reparam_core::law::{Cauchy, Law};
    /// let cauchy = Cauchy::new(1.0, 2.0).unwrap();
    /// assert!((cauchy.quantile(0.75) - 3.0).abs() < 1e-15 && cauchy.mean().is_nan());
    /// ```
    Cauchy
}

/// `log(1 + z²)`.
pub(super) fn log_one_plus_square(z: f64) -> f64 {
    // Beyond, the square may overflow, and the 1 is lost in it.
    if z.abs() < 1e100 { (z * z).ln_1p() } else { 2.0 * z.abs().ln() }
}

/// `-2 z / (1 + z²)`, the slope of `-log(1 + z²)`.
pub(super) fn slope(z: f64) -> f64 {
    if z.abs() < 1.0 { -2.0 * z / (1.0 + z * z) } else { -2.0 / (z + 1.0 / z) }
}

/// `log((a + b)² + d²) / 4ab)`, the divergence between Cauchy laws of scales `a` and `b` at distance `d`.
pub(super) fn divergence(a: f64, b: f64, d: f64) -> f64 {
    // (a + b)² = 4ab + (a - b)²: a sum of parts that are >= 0 and 0 at q = p.
    let root = 2.0 * a.sqrt() * b.sqrt();
    log_one_plus_square(((a - b) / root).hypot(d / root))
}

impl Standard for Cauchy {
    const MEAN: f64 = f64::NAN;
    const VARIANCE: f64 = f64::NAN;
    /// `log 4π`.
    const ENTROPY: f64 = LOG_PI + 2.0 * std::f64::consts::LN_2;

    fn log_density(z: f64) -> f64 {
        -LOG_PI - log_one_plus_square(z)
    }

    fn slope(z: f64) -> f64 {
        slope(z)
    }

    fn cdf(z: f64) -> f64 {
        // The angle of (-z, 1), which keeps its digits where it is small.
        FRAC_1_PI * 1_f64.atan2(-z)
    }

    fn survival(z: f64) -> f64 {
        FRAC_1_PI * 1_f64.atan2(z)
    }

    fn log_cdf(z: f64) -> f64 {
        let survival = <Self as Standard>::survival(z);
        if z > 0.0 { (-survival).ln_1p() } else { <Self as Standard>::cdf(z).ln() }
    }

    fn log_survival(z: f64) -> f64 {
        <Self as Standard>::log_cdf(-z)
    }

    fn quantile(p: f64) -> f64 {
        let p = probability(p);
        // p - ½ is exact from ¼ on, 1 - p from ½ on.
        if p < 0.25 {
            -1.0 / (PI * p).tan()
        } else if p <= 0.75 {
            (PI * (p - 0.5)).tan()
        } else {
            1.0 / (PI * (1.0 - p)).tan()
        }
    }

    fn upper_quantile(p: f64) -> f64 {
        -<Self as Standard>::quantile(p)
    }

    fn draw(noise: f64) -> f64 {
        <Self as Standard>::quantile(noise)
    }
}

impl KlTo<Cauchy> for Cauchy {
    /// Chyzak and Nielsen (2019), *A closed-form formula for the Kullback–Leibler divergence between Cauchy distributions*.
    fn kl(&self, p: &Cauchy) -> f64 {
        divergence(self.scale, p.scale, self.loc - p.loc)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn constant_is_log_pi() {
        assert!((super::LOG_PI - std::f64::consts::PI.ln()).abs() <= f64::EPSILON);
    }
}
