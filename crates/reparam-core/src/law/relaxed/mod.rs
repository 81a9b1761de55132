//! Continuous relaxations of discrete laws, with a temperature.

mod binary_concrete;
mod panels;

pub use binary_concrete::BinaryConcrete;
pub(super) use panels::{Panels, uneven};

use super::kl::Pair;
use super::{Bernoulli, Family, Law, Parameter, ParameterError, Pathwise, Support, write};

pub(super) const FAMILIES: &[&Family] = &[&binary_concrete::FAMILY];

pub(super) const PAIRS: &[Pair] = &[];
