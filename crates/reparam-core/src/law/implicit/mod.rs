//! Laws whose draw is differentiated through the distribution function: `dz/dparameter = -(∂F/∂parameter) / p`.

mod chi2;
mod gamma;
mod gamma_draw;
mod gamma_kl;
mod inverse_gamma;
mod log_gamma;
mod standard_gamma;

pub use chi2::Chi2;
pub use gamma::Gamma;
pub use inverse_gamma::InverseGamma;
pub use log_gamma::LogGamma;

pub(in crate::law) use gamma_draw::log_gamma_draw;

use super::explicit::{Exponential, Gumbel, Laplace, Normal, Pareto, Uniform, identity};
use super::kl::Pair;
use super::{Family, KlTo, Law, Parameter, ParameterError, Pathwise, Support, write};
use crate::noise::{Noise, Stream};

pub(super) const FAMILIES: &[&Family] = &[&chi2::FAMILY, &gamma::FAMILY, &inverse_gamma::FAMILY, &log_gamma::FAMILY];

pub(super) const PAIRS: &[Pair] = &[
    Pair::of::<Chi2, Chi2>("chi2", "chi2"),
    Pair::of::<Chi2, Gamma>("chi2", "gamma"),
    Pair::of::<Exponential, Gamma>("exponential", "gamma"),
    Pair::of::<Gamma, Chi2>("gamma", "chi2"),
    Pair::of::<Gamma, Exponential>("gamma", "exponential"),
    Pair::of::<Gamma, Gamma>("gamma", "gamma"),
    Pair::of::<Gamma, Gumbel>("gamma", "gumbel"),
    Pair::of::<Gamma, Normal>("gamma", "normal"),
    Pair::of::<Gamma, Pareto>("gamma", "pareto"),
    Pair::of::<Gamma, Uniform>("gamma", "uniform"),
    Pair::of::<Gumbel, Gamma>("gumbel", "gamma"),
    Pair::of::<InverseGamma, InverseGamma>("inverse-gamma", "inverse-gamma"),
    Pair::of::<Laplace, Gamma>("laplace", "gamma"),
    Pair::of::<LogGamma, LogGamma>("log-gamma", "log-gamma"),
    Pair::of::<Normal, Gamma>("normal", "gamma"),
    Pair::of::<Pareto, Gamma>("pareto", "gamma"),
    Pair::of::<Uniform, Gamma>("uniform", "gamma"),
];
