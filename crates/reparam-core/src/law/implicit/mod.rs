//! Laws whose draw is differentiated through the distribution function: `dz/dparameter = -(∂F/∂parameter) / p`.

use super::Family;
use super::kl::Pair;

pub(super) const FAMILIES: &[&Family] = &[];

pub(super) const PAIRS: &[Pair] = &[];
