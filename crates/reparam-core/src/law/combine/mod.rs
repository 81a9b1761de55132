//! Laws made of other laws, and laws that users bring: truncation, mixtures, transformation, inverse transform sampling.

mod interval;
mod inverse_transform;
mod mixture;
mod panels;
mod root;
mod tabulated;
mod transformed;
mod truncated;
mod truncated_normal;

pub use inverse_transform::{DistributionFunction, InverseTransform};
pub use mixture::Mixture;
pub use tabulated::Tabulated;
pub use transformed::Transformed;
pub use truncated::Truncated;
pub use truncated_normal::TruncatedNormal;

use super::{Family, Law, Parameter, ParameterError, Pathwise, Support, write};

pub(super) const FAMILIES: &[&Family] = &[&mixture::NORMAL, &tabulated::FAMILY, &truncated_normal::FAMILY];
