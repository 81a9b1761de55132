//! Formulae as people write them: `k1 * A / (Km + A)`.
//!
//! From loose to tight: `||`, `&&`, comparisons, `+ -`, `* /`, signs and `!`, `^` or `**` (from right to left: `2^3^2` is 512,
//! `-2^2` is -4). Comparisons do not chain. Numbers are `2`, `0.5`, `.5`, `1e-3`; names are letters, digits and `_`.

mod apply;
mod error;
mod parse;
mod scan;

pub use error::{FormulaError, FormulaFault};
pub use parse::parse_formula;
pub(crate) use scan::is_name;

/// Names that stand for numbers in every formula, so that nothing else can have them; `time` is the time.
pub(crate) const RESERVED: [&str; 5] = ["pi", "e", "true", "false", "time"];

#[cfg(test)]
mod tests;
