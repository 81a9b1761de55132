//! PEtab version 1 problems.
//!
//! Read as they are: the YAML file, the SBML model, the tables of conditions, observables, measurements and parameters, with scales, priors,
//! noise formulae, overrides at each measurement, pre-equilibration and steady states. All faults are collected, each with its file, line,
//! column, value and rule. Schmiester et al. 2021, PLOS Computational Biology 17:e1008646.

mod build;
mod error;
mod parameters;
mod simulations;
mod table;
mod yaml;

pub use error::{PetabErrors, PetabFault};

use crate::Problem;
use std::path::Path;

/// A problem with what is needed to write its simulations.
#[derive(Clone, Debug, PartialEq)]
pub struct Petab {
    /// The problem.
    pub problem: Problem,
    /// What is to be said of it: columns that were passed over.
    pub notes: Vec<String>,
    /// The rows of the measurement tables, in the order of the problem's measurements: names of columns, and cells.
    measurements: Vec<(Vec<String>, Vec<Vec<String>>)>,
}

/// Reads the problem of a YAML file, and the files that it names, relative to it.
///
/// # Errors
/// [`PetabErrors`]: every fault that was found.
pub fn read(path: &Path) -> Result<Petab, PetabErrors> {
    build::read(path)
}

impl Petab {
    /// The simulation table: the measurement table with the column `simulation` in place of `measurement`, tab-separated.
    ///
    /// `simulations`: one number a measurement, linear scale, in the problem's order.
    pub fn simulation_table(&self, simulations: &[f64]) -> String {
        simulations::table(&self.measurements, simulations)
    }
}
