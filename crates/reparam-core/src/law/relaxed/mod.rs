//! Continuous relaxations of discrete laws, with a temperature.

use super::Family;
use super::kl::Pair;

pub(super) const FAMILIES: &[&Family] = &[];

pub(super) const PAIRS: &[Pair] = &[];
