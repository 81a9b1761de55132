//! Laws whose draw is differentiated through the distribution function: `dz/dparameter = -(∂F/∂parameter) / p`.

mod gamma_bulk;

pub use gamma_bulk::{GammaFloat, GammaKernel, GammaPath, GammaSpace, fill_gammas, fill_gammas_with_slopes};

use super::Family;
use super::kl::Pair;

pub(super) const FAMILIES: &[&Family] = &[];

pub(super) const PAIRS: &[Pair] = &[];
