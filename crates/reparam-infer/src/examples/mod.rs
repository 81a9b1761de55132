//! Models without dynamics: two built in with their data, and densities whose answers are known.

mod eight_schools;
mod logistic_regression;
pub mod targets;

pub use eight_schools::EightSchools;
pub use logistic_regression::LogisticRegression;

/// Names that [`built_in`] knows.
pub const BUILT_IN: [&str; 2] = ["eight-schools", "logistic-regression"];

/// The built-in model of that name, with its data.
///
/// ```
/// use reparam_infer::{LogDensity, examples};
/// let model = examples::built_in("eight-schools").expect("a built-in model");
/// assert_eq!((model.dimension(), model.quantities().len()), (10, 10));
/// ```
pub fn built_in(name: &str) -> Option<Box<dyn crate::Model + Send>> {
    match name {
        "eight-schools" => Some(Box::new(EightSchools::default())),
        "logistic-regression" => Some(Box::new(LogisticRegression::default())),
        _ => None,
    }
}

/// Data that are no data of the model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExampleError {
    /// A list of the wrong length.
    #[error("{what} must have {expected} numbers, got {found}")]
    Length {
        /// Which list.
        what: &'static str,
        /// The right length.
        expected: usize,
        /// Its length.
        found: usize,
    },
    /// A number out of its range.
    #[error("{what} must be {rule}, got {value} at index {index}")]
    Value {
        /// Which list.
        what: &'static str,
        /// Its range.
        rule: &'static str,
        /// The number.
        value: f64,
        /// Where.
        index: usize,
    },
    /// A matrix that is no precision.
    #[error("precision must be symmetric and positive definite; it is not at row {0}")]
    Precision(usize),
}

/// The first number that breaks a rule, as an error.
fn check(
    what: &'static str,
    rule: &'static str,
    values: &[f64],
    good: impl Fn(f64) -> bool,
) -> Result<(), ExampleError> {
    match values.iter().position(|value| !good(*value)) {
        Some(index) => Err(ExampleError::Value { what, rule, value: values[index], index }),
        None => Ok(()),
    }
}
