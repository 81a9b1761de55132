//! Laws whose draw is differentiated through the distribution function: `dz/dparameter = -(∂F/∂parameter) / p`.

mod beta;
mod beta_kl;
mod far_slopes;
mod fisher_snedecor;
#[cfg(test)]
mod golden;
mod kumaraswamy_beta;
mod logit_draw;
mod stirling_parts;
mod student_t;
mod von_mises;

pub use beta::Beta;
pub use fisher_snedecor::FisherSnedecor;
pub use student_t::StudentT;
pub use von_mises::VonMises;

use super::explicit::{
    ContinuousBernoulli, Exponential, Gumbel, Kumaraswamy, Laplace, Normal, Pareto, Uniform, identity, probability,
};
use super::kl::Pair;
use super::{Family, KlTo, Law, Parameter, ParameterError, Pathwise, Support, write};
use crate::noise::{Noise, Stream};

pub(super) const FAMILIES: &[&Family] =
    &[&beta::FAMILY, &fisher_snedecor::FAMILY, &student_t::FAMILY, &von_mises::FAMILY];

pub(super) const PAIRS: &[Pair] = &[
    Pair::of::<Beta, Beta>("beta", "beta"),
    Pair::of::<Beta, ContinuousBernoulli>("beta", "continuous-bernoulli"),
    Pair::of::<Beta, Exponential>("beta", "exponential"),
    Pair::of::<Beta, Normal>("beta", "normal"),
    Pair::of::<Beta, Pareto>("beta", "pareto"),
    Pair::of::<Beta, Uniform>("beta", "uniform"),
    Pair::of::<Exponential, Beta>("exponential", "beta"),
    Pair::of::<Gumbel, Beta>("gumbel", "beta"),
    Pair::of::<Kumaraswamy, Beta>("kumaraswamy", "beta"),
    Pair::of::<Laplace, Beta>("laplace", "beta"),
    Pair::of::<Normal, Beta>("normal", "beta"),
    Pair::of::<Pareto, Beta>("pareto", "beta"),
    Pair::of::<Uniform, Beta>("uniform", "beta"),
    Pair::of::<VonMises, VonMises>("von-mises", "von-mises"),
];
