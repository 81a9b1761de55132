//! What can stand in the way, in one line each, and what can be done about it.

use std::io;
use std::path::{Path, PathBuf};

use reparam::cells::CellFitError;
use reparam::train::{CheckpointError, ParameterError};
use reparam_cells::check::CheckError;
use reparam_cells::cycle::CycleError;
use reparam_cells::read::ReadError;
use reparam_cells::{SelectError, SimulationError, WriteError};
use thiserror::Error;

use crate::folder::FolderError;

/// An error of `reparam cells`.
#[derive(Debug, Error)]
pub enum CellsError {
    /// Files of cells.
    #[error(transparent)]
    Read(Box<ReadError>),
    /// What must be true of counts.
    #[error(transparent)]
    Check(Box<CheckError>),
    /// The folder of the run.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Training.
    #[error(transparent)]
    Fit(#[from] CellFitError),
    /// Selection of genes.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// Simulation.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// The cycle.
    #[error(transparent)]
    Cycle(#[from] CycleError),
    /// A file of cells that cannot be written.
    #[error(transparent)]
    Write(Box<WriteError>),
    /// A checkpoint or the weights.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Weights of another model.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// Counts on disk.
    #[error("counts: {0}")]
    Counts(#[from] io::Error),
    /// An option that makes no sense here.
    #[error("{option}: {rule}, got {value}")]
    Option {
        /// The option.
        option: String,
        /// What it must be.
        rule: String,
        /// What it was.
        value: String,
    },
    /// A name that is not there.
    #[error("{what} '{name}' is not there; there are {there}")]
    Unknown {
        /// What was asked for.
        what: String,
        /// Its name.
        name: String,
        /// What there is.
        there: String,
        /// What can be done.
        hint: Option<String>,
    },
    /// Something that the run lacks.
    #[error("{}: {rule}", path.display())]
    Run {
        /// The run or a file in it.
        path: PathBuf,
        /// What is wrong.
        rule: String,
        /// What can be done.
        hint: Option<String>,
    },
    /// Weights that are no numbers.
    #[error("{}: weight {at} of {name} is {value}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// The parameter.
        name: String,
        /// Its place.
        at: usize,
        /// What it is.
        value: f32,
    },
    /// Training that came to nothing.
    #[error("training came to nothing: {skipped} of {steps} steps were skipped, or the last ELBO is not finite")]
    NoStep {
        /// Steps.
        steps: u64,
        /// Steps skipped because loss or gradient were not finite.
        skipped: u64,
    },
    /// A result that is not a number.
    #[error("no score: the held-out ELBO is not finite")]
    NoScore,
}

impl From<ReadError> for CellsError {
    fn from(error: ReadError) -> Self {
        Self::Read(Box::new(error))
    }
}

impl From<CheckError> for CellsError {
    fn from(error: CheckError) -> Self {
        Self::Check(Box::new(error))
    }
}

impl From<WriteError> for CellsError {
    fn from(error: WriteError) -> Self {
        Self::Write(Box::new(error))
    }
}

impl CellsError {
    /// An option that makes no sense.
    // Numbers and texts alike, as literals.
    #[allow(clippy::needless_pass_by_value)]
    pub fn option(option: &str, rule: impl Into<String>, value: impl std::fmt::Display) -> Self {
        Self::Option { option: option.to_owned(), rule: rule.into(), value: value.to_string() }
    }

    /// A name that is not among others; the nearest one is offered.
    pub fn unknown<'a>(what: &str, name: &str, there: impl IntoIterator<Item = &'a str>) -> Self {
        let there: Vec<&str> = there.into_iter().collect();
        let near = there.iter().map(|other| (strsim::jaro_winkler(name, other), *other));
        let near = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(likeness, _)| *likeness > 0.8);
        let shown = match there.len() {
            0 => "none".into(),
            n if n <= 20 => there.join(", "),
            n => format!("{}, … ({n} in all)", there[..20].join(", ")),
        };
        Self::Unknown {
            what: what.to_owned(),
            name: name.to_owned(),
            there: shown,
            hint: near.map(|(_, other)| format!("did you mean '{other}'?")),
        }
    }

    /// Something that a run lacks.
    pub fn run(path: &Path, rule: impl Into<String>, hint: Option<&str>) -> Self {
        Self::Run { path: path.to_owned(), rule: rule.into(), hint: hint.map(str::to_owned) }
    }

    /// Names the file that the system refused.
    pub fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| FolderError::Io { path: path.to_owned(), source }.into()
    }

    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read(error) => error.hint().map(str::to_owned),
            Self::Check(error) => error.hint(),
            Self::Folder(FolderError::NotEmpty { is_run: true, path }) => {
                Some(format!("go on with it by --resume {}, or choose another --out", path.display()))
            }
            Self::Folder(FolderError::NotEmpty { .. }) => Some("choose another --out".into()),
            Self::Folder(FolderError::NotARun { .. }) => Some("'reparam cells train' makes one".into()),
            Self::Unknown { hint, .. } | Self::Run { hint, .. } => hint.clone(),
            Self::NoScore | Self::NoStep { .. } | Self::Fit(CellFitError::Step(_)) => {
                Some("a smaller --learning-rate may help".into())
            }
            _ => None,
        }
    }
}
