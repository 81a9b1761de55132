//! The command line: which application, and what becomes of an error.

mod fault;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{cells, compare, console, infer, law, vae};

/// Differentiate through randomness: ask laws, compare estimators, train, evaluate and look at models.
#[derive(Debug, Parser)]
#[command(name = "reparam", version, about, max_term_width = 100)]
#[command(
    after_help = "Results go to stdout, everything else to stderr. Exit status: 0 done, 1 a check came out negative, 2 usage or failure."
)]
struct Cli {
    #[command(subcommand)]
    application: Application,
}

#[derive(Debug, Subcommand)]
enum Application {
    /// Variational autoencoders of images (Kingma and Welling 2014)
    #[command(subcommand)]
    Vae(vae::Command),
    /// Single cells: gene counts and chromatin accessibility, and the cell cycle as a knob (Lopez et al. 2018)
    #[command(subcommand)]
    Cells(cells::Command),
    /// List the laws: parameters, support, how each draws and differentiates
    Laws(law::CatalogueArgs),
    /// Ask one law: density, moments, score, pathwise derivative, draws, divergence
    Law(Box<law::LawArgs>),
    /// Measure gradient estimators on a law and a loss: bias, variance, time, and which to take
    Compare(Box<compare::CompareArgs>),
    /// Check every estimator against exact answers
    Verify(compare::VerifyArgs),
    /// Infer the parameters of a scientific model from measurements, and say whether to believe it
    Infer(Box<infer::InferArgs>),
    /// PEtab problems: simulate at the nominal parameters
    #[command(subcommand)]
    Petab(infer::PetabCommand),
}

/// What stands in the way, in one line, and what can be done about it.
struct Failure {
    error: String,
    hint: Option<String>,
}

impl From<vae::VaeError> for Failure {
    fn from(error: vae::VaeError) -> Self {
        Self { error: error.to_string(), hint: error.hint() }
    }
}

impl From<cells::CellsError> for Failure {
    fn from(error: cells::CellsError) -> Self {
        Self { error: error.to_string(), hint: error.hint() }
    }
}

impl From<compare::CompareError> for Failure {
    fn from(error: compare::CompareError) -> Self {
        Self { error: error.to_string(), hint: error.hint() }
    }
}

impl From<infer::CommandError> for Failure {
    fn from(error: infer::CommandError) -> Self {
        Self { error: error.to_string(), hint: error.hint() }
    }
}

impl From<law::LawError> for Failure {
    fn from(error: law::LawError) -> Self {
        Self { error: error.to_string(), hint: error.hint() }
    }
}

/// Runs the command with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version end well; a closed pipe leaves nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let done = |()| compare::Outcome::Done;
    let outcome = fault::contained(|| match cli.application {
        Application::Vae(command) => vae::run(command).map(done).map_err(Failure::from),
        Application::Cells(command) => cells::run(&command).map(done).map_err(Failure::from),
        Application::Laws(args) => law::catalogue(&args).map(done).map_err(Failure::from),
        Application::Law(args) => law::law(&args).map(done).map_err(Failure::from),
        Application::Compare(args) => compare::compare(&args).map(done).map_err(Failure::from),
        Application::Verify(args) => compare::verify(&args).map_err(Failure::from),
        Application::Infer(args) => infer::infer(&args).map_err(Failure::from),
        Application::Petab(command) => infer::petab(&command).map_err(Failure::from),
    });
    match outcome {
        None => ExitCode::from(2),
        Some(Ok(compare::Outcome::Done)) => ExitCode::SUCCESS,
        Some(Ok(compare::Outcome::Negative)) => ExitCode::from(1),
        Some(Err(Failure { error, hint })) => {
            console::talk(format_args!("error: {error}"));
            if let Some(hint) = hint {
                console::talk(format_args!("hint: {hint}"));
            }
            ExitCode::from(2)
        }
    }
}
