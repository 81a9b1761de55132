//! Laws whose draw is an elementary function of parameters and one noise: location–scale, or the inverse distribution function.

mod cauchy;
pub mod continuous_bernoulli;
mod exponential;
mod gumbel;
mod half_cauchy;
mod half_normal;
mod inverse_gaussian;
mod kumaraswamy;
mod laplace;
mod location_scale;
mod log_normal;
mod logistic;
mod logit_normal;
mod moment_ratio;
mod normal;
mod pareto;
mod squashed;
mod tanh_normal;
mod uniform;
mod weibull;

pub use cauchy::Cauchy;
pub use continuous_bernoulli::ContinuousBernoulli;
pub use exponential::Exponential;
pub use gumbel::Gumbel;
pub use half_cauchy::HalfCauchy;
pub use half_normal::HalfNormal;
pub use inverse_gaussian::InverseGaussian;
pub use kumaraswamy::Kumaraswamy;
pub use laplace::Laplace;
pub use log_normal::LogNormal;
pub use logistic::Logistic;
pub use logit_normal::LogitNormal;
pub use normal::Normal;
pub use pareto::Pareto;
pub use tanh_normal::TanhNormal;
pub use uniform::Uniform;
pub use weibull::Weibull;

use super::kl::Pair;
use super::{Family, KlTo, Law, Parameter, ParameterError, Pathwise, Support, WeakDerivative, write};
use crate::noise::{Noise, Stream};
use location_scale::{Standard, location_scale};
use squashed::{squashed_normal, squashed_paths};

pub(super) const FAMILIES: &[&Family] = &[
    &cauchy::FAMILY,
    &continuous_bernoulli::FAMILY,
    &exponential::FAMILY,
    &gumbel::FAMILY,
    &half_cauchy::FAMILY,
    &half_normal::FAMILY,
    &inverse_gaussian::FAMILY,
    &kumaraswamy::FAMILY,
    &laplace::FAMILY,
    &log_normal::FAMILY,
    &logistic::FAMILY,
    &logit_normal::FAMILY,
    &normal::FAMILY,
    &pareto::FAMILY,
    &tanh_normal::FAMILY,
    &uniform::FAMILY,
    &weibull::FAMILY,
];

/// Rows of `PAIRS`, first law first.
macro_rules! pairs {
    ($($q:ident $q_name:literal: $($p:ident $p_name:literal),+;)*) => {
        &[$($(Pair::of::<$q, $p>($q_name, $p_name)),+),*]
    };
}

pub(super) const PAIRS: &[Pair] = pairs! {
    Cauchy "cauchy": Cauchy "cauchy";
    ContinuousBernoulli "continuous-bernoulli":
        ContinuousBernoulli "continuous-bernoulli", Exponential "exponential", Normal "normal", Pareto "pareto",
        Uniform "uniform";
    Exponential "exponential":
        ContinuousBernoulli "continuous-bernoulli", Exponential "exponential", Gumbel "gumbel", Normal "normal",
        Pareto "pareto", Uniform "uniform";
    Gumbel "gumbel":
        ContinuousBernoulli "continuous-bernoulli", Exponential "exponential", Gumbel "gumbel", Normal "normal",
        Pareto "pareto", Uniform "uniform";
    HalfCauchy "half-cauchy": HalfCauchy "half-cauchy";
    HalfNormal "half-normal": HalfNormal "half-normal";
    InverseGaussian "inverse-gaussian": InverseGaussian "inverse-gaussian";
    Laplace "laplace":
        ContinuousBernoulli "continuous-bernoulli", Exponential "exponential", Laplace "laplace", Normal "normal",
        Pareto "pareto", Uniform "uniform";
    LogNormal "log-normal": LogNormal "log-normal";
    LogitNormal "logit-normal": LogitNormal "logit-normal";
    Normal "normal":
        ContinuousBernoulli "continuous-bernoulli", Exponential "exponential", Gumbel "gumbel", Laplace "laplace",
        Normal "normal", Pareto "pareto", Uniform "uniform";
    Pareto "pareto":
        ContinuousBernoulli "continuous-bernoulli", Exponential "exponential", Normal "normal", Pareto "pareto",
        Uniform "uniform";
    TanhNormal "tanh-normal": TanhNormal "tanh-normal";
    Uniform "uniform":
        ContinuousBernoulli "continuous-bernoulli", Exponential "exponential", Gumbel "gumbel", Normal "normal",
        Pareto "pareto", Uniform "uniform";
    Weibull "weibull": Weibull "weibull";
};

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// `½ log 2π`, the log of the normal density's constant.
pub(in crate::law) const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

/// `p`, or `NaN` where it is no probability.
pub(in crate::law) fn probability(p: f64) -> f64 {
    if (0.0..=1.0).contains(&p) { p } else { f64::NAN }
}

/// `E[-log p]` for a normal `p`, of a law with this mean and variance.
pub(in crate::law) fn normal_cross_entropy(mean: f64, variance: f64, p: &Normal) -> f64 {
    let [loc, scale] = p.loc_scale();
    let (spread, shift) = (variance / scale / scale, (mean - loc) / scale);
    HALF_LOG_TAU + scale.ln() + 0.5 * (spread + shift * shift)
}

/// Methods of [`Law`] that say which law it is.
macro_rules! identity {
    ($family:expr => $($parameter:ident),+) => {
        fn family(&self) -> &'static Family {
            &$family
        }

        fn parameters(&self) -> Vec<f64> {
            vec![$(self.$parameter),+]
        }

        fn as_any(&self) -> &dyn std::any::Any {
            self
        }

        fn as_pathwise(&self) -> Option<&dyn Pathwise> {
            Some(self)
        }
    };
}
pub(in crate::law) use identity;

/// Divergences that are infinite for all parameters: the second law lacks mass that the first has.
macro_rules! lacking_mass {
    ($q:ident: $($p:ident),+) => {
        $(impl KlTo<$p> for $q {
            /// Infinite: the second law lacks mass that the first has.
            fn kl(&self, _p: &$p) -> f64 {
                f64::INFINITY
            }
        })+
    };
}
pub(in crate::law) use lacking_mass;

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn constants_are_what_they_are_called() {
        // One rounding in the product, one in the logarithm.
        assert!((HALF_LOG_TAU - 0.5 * (2.0 * PI).ln()).abs() <= f64::EPSILON);
        // H_n - log n - 1/2n + 1/12n² - 1/120n⁴, n = 1000, truncated at 1/252n⁶; a thousand roundings of the sum at worst.
        let n = 1000.0_f64;
        let harmonic: f64 = (1..=1000).rev().map(|k| 1.0 / f64::from(k)).sum();
        let euler = harmonic - n.ln() - 0.5 / n + 1.0 / (12.0 * n * n) - 1.0 / (120.0 * n.powi(4));
        assert!((EULER - euler).abs() < 1e-14);
    }
}
