//! What can be wrong with a formula.

/// Why a formula cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {what}")]
pub struct ExpressionError {
    /// The character at which it is, from 1 on.
    pub column: usize,
    /// What was expected, and what was found.
    pub what: String,
    /// What can be done about it.
    pub hint: String,
}
