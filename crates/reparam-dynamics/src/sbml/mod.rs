//! SBML levels 2 and 3, core, as systems.
//!
//! Read: compartments, species, parameters, reactions with kinetic laws and local parameters, stoichiometries that are numbers or formulae
//! of constants, assignment and rate rules, initial assignments, function definitions, events without delays and priorities. What a
//! model needs and is not read is an error that names the element; constraints and units change no solution and are noted.

mod assemble;
mod error;
mod math;
mod order;
mod read;
#[cfg(test)]
mod tests;

pub use error::{SbmlError, SbmlFault};

use crate::System;
use std::path::Path;

/// A model with what is to be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sbml {
    /// The model's name or id.
    pub name: String,
    /// The equations.
    pub system: System,
    /// Elements that change no solution and were passed over.
    pub notes: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// [`SbmlError`], with the line.
pub fn read(path: &Path) -> Result<Sbml, SbmlError> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| SbmlError {
        file: file.clone(),
        line: 1,
        fault: Box::new(SbmlFault::Xml(error.to_string())),
    })?;
    parse(&text, &file)
}

/// Reads a text; `file` is its name in messages.
///
/// # Errors
/// [`SbmlError`], with the line.
pub fn parse(text: &str, file: &str) -> Result<Sbml, SbmlError> {
    read::parse(text, file)
}
