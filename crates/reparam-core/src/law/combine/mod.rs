//! Laws made of other laws: seen through a bijector.

mod panels;
mod transformed;

pub use transformed::Transformed;

use super::{Family, Law, ParameterError, Pathwise, Support};
