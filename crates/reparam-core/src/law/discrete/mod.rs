//! Laws of isolated points: score and enumeration, no path.

mod bernoulli;
mod categorical;

pub use bernoulli::Bernoulli;
pub use categorical::Categorical;

use super::kl::Pair;
use super::{Family, KlTo, Law, Parameter, ParameterError, Support, write};

pub(super) const FAMILIES: &[&Family] = &[&bernoulli::FAMILY, &categorical::FAMILY];

pub(super) const PAIRS: &[Pair] = &[
    Pair::of::<Bernoulli, Bernoulli>("bernoulli", "bernoulli"),
    Pair::of::<Categorical, Categorical>("categorical", "categorical"),
];
