//! `reparam laws` and `reparam law`: the catalogue of laws, and all that is known of one of them.
//!
//! Everything here is written over the families of [`reparam_core::law`]: a law that is added there is known here. What is per law are
//! other names of laws and other ways to say a parameter.

mod alternative;
mod answer;
mod args;
mod catalogue;
mod divergence;
mod draw;
mod entropy;
mod error;
mod json;
mod names;
mod number;
mod one;
mod output;
mod picture;
mod point;
mod progress;
mod recipe;
mod subject;
mod table;
mod truncation;

pub use args::{CatalogueArgs, LawArgs};
pub use error::LawError;

// What other commands need to read a law from the command line.
pub(crate) use draw::{pool, shell_word};
pub(crate) use names::find;
pub(crate) use number::{Exact, List, read, shown};
pub(crate) use one::{Known, build};
pub(crate) use output::Output;
pub(crate) use progress::Progress;
pub(crate) use recipe::{Given, parse, spelled};
pub(crate) use subject::AnyLaw;

use crate::console;

/// Runs `reparam laws`.
///
/// # Errors
/// A filter that fits no law.
pub fn catalogue(args: &CatalogueArgs) -> Result<(), LawError> {
    quiet(catalogue::run(args))
}

/// Runs `reparam law`.
///
/// # Errors
/// Whatever stands in the way, as one line.
pub fn law(args: &LawArgs) -> Result<(), LawError> {
    quiet(one::run(args))
}

/// A reader that has had enough is no failure.
fn quiet(outcome: Result<(), LawError>) -> Result<(), LawError> {
    match outcome {
        Err(error) if error.is_closed_pipe() => Ok(()),
        other => other,
    }
}

/// Prints a result.
fn print(text: impl std::fmt::Display) -> Result<(), LawError> {
    console::data(text).map_err(LawError::io("stdout".as_ref()))
}
