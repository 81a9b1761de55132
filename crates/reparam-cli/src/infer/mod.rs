//! `reparam infer`: the posterior of a scientific model, and whether to believe it.
//!
//! The way of the data: a problem (built in, TOML, PEtab) → the fit of [`reparam_infer`] → table, JSON, and with `--out` a folder of draws, pictures
//! and a page.

mod answer;
mod args;
mod calibrate;
mod compare;
mod error;
mod figures;
mod folder;
mod inference_data;
mod live;
mod nuts;
mod page;
mod petab;
mod posterior;
mod predictive;
mod problem;
mod run;
mod zarr;

pub use args::InferArgs;
pub use error::CommandError;
pub use petab::PetabCommand;

use args::InferCommand;

use crate::compare::Outcome;
use crate::console;

/// Runs `reparam infer`.
///
/// # Errors
/// Whatever stands in the way, as one line.
pub fn infer(args: &InferArgs) -> Result<Outcome, CommandError> {
    match &args.command {
        None => run::run(args),
        Some(InferCommand::Compare(args)) => compare::run(args).map(|()| Outcome::Done),
        Some(InferCommand::Calibrate(args)) => calibrate::run(args),
    }
}

/// Runs `reparam petab`.
///
/// # Errors
/// Whatever stands in the way; of a problem's tables every fault, one a line.
pub fn petab(command: &PetabCommand) -> Result<Outcome, CommandError> {
    petab::run(command)
}

/// Prints a result.
fn print(text: impl std::fmt::Display) -> Result<(), CommandError> {
    console::data(text).map_err(|source| CommandError::Io { path: "stdout".into(), source })
}
