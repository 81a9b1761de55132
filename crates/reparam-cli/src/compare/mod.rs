//! `reparam compare` and `reparam verify`: how noisy each estimator is on a problem of the user's, and whether all are right.
//!
//! The way of the data: the question (law, loss, estimators, from the command line) → the measurement of [`reparam::measure`] → table, JSON, and
//! with `--out` a folder of tables, pictures and a page.

mod answer;
mod args;
mod choose;
mod command;
mod error;
mod estimators;
mod expression;
mod figures;
mod folder;
mod grid;
mod loss;
mod page;
mod question;
mod sweep;
mod table;
mod verify;

pub use args::{CompareArgs, VerifyArgs};
pub use error::CompareError;

pub(crate) use table::aligned;

use crate::console;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and nothing against it.
    Done,
    /// A check came out negative.
    Negative,
}

/// Runs `reparam compare`.
///
/// # Errors
/// Whatever stands in the way, as one line.
pub fn compare(args: &CompareArgs) -> Result<(), CompareError> {
    command::run(args)
}

/// Runs `reparam verify`.
///
/// # Errors
/// Whatever stands in the way, as one line.
pub fn verify(args: &VerifyArgs) -> Result<Outcome, CompareError> {
    verify::run(args)
}

/// Prints a result.
fn print(text: impl std::fmt::Display) -> Result<(), CompareError> {
    console::data(text).map_err(|source| CompareError::Io { path: "stdout".into(), source })
}
