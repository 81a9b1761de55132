//! Laws whose draw is differentiated through the distribution function: `dz/dparameter = -(∂F/∂parameter) / p`.

mod beta;
mod beta_kl;
mod chi2;
mod far_slopes;
mod fisher_snedecor;
mod gamma;
mod gamma_bulk;
mod gamma_draw;
mod gamma_kl;
#[cfg(test)]
mod golden;
mod inverse_gamma;
mod kumaraswamy_beta;
mod log_gamma;
mod logit_draw;
mod standard_gamma;
mod stirling_parts;
mod student_t;
mod von_mises;

pub use beta::Beta;
pub use chi2::Chi2;
pub use fisher_snedecor::FisherSnedecor;
pub use gamma::Gamma;
pub use gamma_bulk::{GammaFloat, GammaKernel, GammaPath, GammaSpace, fill_gammas, fill_gammas_with_slopes};
pub use inverse_gamma::InverseGamma;
pub use log_gamma::LogGamma;
pub use student_t::StudentT;
pub use von_mises::VonMises;

pub(in crate::law) use gamma_draw::log_gamma_draw;

use super::explicit::{
    ContinuousBernoulli, Exponential, Gumbel, Kumaraswamy, Laplace, Normal, Pareto, Uniform, identity, probability,
};
use super::kl::Pair;
use super::{Family, KlTo, Law, Parameter, ParameterError, Pathwise, Support, WeakDerivative, write};
use crate::noise::{Noise, Stream};

pub(super) const FAMILIES: &[&Family] = &[
    &beta::FAMILY,
    &chi2::FAMILY,
    &fisher_snedecor::FAMILY,
    &gamma::FAMILY,
    &inverse_gamma::FAMILY,
    &log_gamma::FAMILY,
    &student_t::FAMILY,
    &von_mises::FAMILY,
];

pub(super) const PAIRS: &[Pair] = &[
    Pair::of::<Beta, Beta>("beta", "beta"),
    Pair::of::<Beta, ContinuousBernoulli>("beta", "continuous-bernoulli"),
    Pair::of::<Beta, Exponential>("beta", "exponential"),
    Pair::of::<Beta, Gamma>("beta", "gamma"),
    Pair::of::<Beta, Normal>("beta", "normal"),
    Pair::of::<Beta, Pareto>("beta", "pareto"),
    Pair::of::<Beta, Uniform>("beta", "uniform"),
    Pair::of::<Chi2, Chi2>("chi2", "chi2"),
    Pair::of::<Chi2, Gamma>("chi2", "gamma"),
    Pair::of::<Exponential, Beta>("exponential", "beta"),
    Pair::of::<Exponential, Gamma>("exponential", "gamma"),
    Pair::of::<Gamma, Beta>("gamma", "beta"),
    Pair::of::<Gamma, Chi2>("gamma", "chi2"),
    Pair::of::<Gamma, Exponential>("gamma", "exponential"),
    Pair::of::<Gamma, Gamma>("gamma", "gamma"),
    Pair::of::<Gamma, Gumbel>("gamma", "gumbel"),
    Pair::of::<Gamma, Normal>("gamma", "normal"),
    Pair::of::<Gamma, Pareto>("gamma", "pareto"),
    Pair::of::<Gamma, Uniform>("gamma", "uniform"),
    Pair::of::<Gumbel, Beta>("gumbel", "beta"),
    Pair::of::<Gumbel, Gamma>("gumbel", "gamma"),
    Pair::of::<InverseGamma, InverseGamma>("inverse-gamma", "inverse-gamma"),
    Pair::of::<Kumaraswamy, Beta>("kumaraswamy", "beta"),
    Pair::of::<Laplace, Beta>("laplace", "beta"),
    Pair::of::<Laplace, Gamma>("laplace", "gamma"),
    Pair::of::<LogGamma, LogGamma>("log-gamma", "log-gamma"),
    Pair::of::<Normal, Beta>("normal", "beta"),
    Pair::of::<Normal, Gamma>("normal", "gamma"),
    Pair::of::<Pareto, Beta>("pareto", "beta"),
    Pair::of::<Pareto, Gamma>("pareto", "gamma"),
    Pair::of::<Uniform, Beta>("uniform", "beta"),
    Pair::of::<Uniform, Gamma>("uniform", "gamma"),
    Pair::of::<VonMises, VonMises>("von-mises", "von-mises"),
];
