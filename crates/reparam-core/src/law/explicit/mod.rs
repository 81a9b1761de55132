//! Laws whose draw is an elementary function of parameters and one noise: location–scale, or the inverse distribution function.

pub mod continuous_bernoulli;
mod laplace;
mod normal;

pub use continuous_bernoulli::ContinuousBernoulli;
pub use laplace::Laplace;
pub use normal::Normal;

use super::kl::Pair;
use super::{Family, KlTo, Law, Parameter, ParameterError, Pathwise, Support, write};

pub(super) const FAMILIES: &[&Family] = &[&continuous_bernoulli::FAMILY, &laplace::FAMILY, &normal::FAMILY];

pub(super) const PAIRS: &[Pair] = &[
    Pair::of::<ContinuousBernoulli, ContinuousBernoulli>("continuous-bernoulli", "continuous-bernoulli"),
    Pair::of::<Laplace, Laplace>("laplace", "laplace"),
    Pair::of::<Normal, Normal>("normal", "normal"),
];
