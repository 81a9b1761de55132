//! What can go wrong, each in one line.

use std::path::{Path, PathBuf};

use reparam_dynamics::ProblemError;
use reparam_dynamics::petab::PetabErrors;
use reparam_dynamics::text::TextError;
use reparam_infer::agreement::AgreementError;
use reparam_infer::calibration::CalibrationError;
use reparam_infer::fit::InferError;
use reparam_infer::nuts::NutsError;

use crate::law::{LawError, shown};

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A name that is no built-in model, nor a file of a kind that is read.
    #[error("PROBLEM {}: {rule}", shown(name))]
    Unknown {
        /// What was given.
        name: String,
        /// What it must be.
        rule: String,
        /// What can be done about it.
        hint: Option<String>,
    },
    /// A problem in TOML, or its data.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A PEtab problem: every fault, one a line.
    #[error(transparent)]
    Petab(#[from] PetabErrors),
    /// The sampler refuses.
    #[error(transparent)]
    Nuts(#[from] NutsError),
    /// Nothing was found that could be an answer.
    #[error("{0}")]
    Nothing(&'static str),
    /// Calibration refuses.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// Draws that cannot be compared.
    #[error(transparent)]
    Agreement(#[from] AgreementError),
    /// A problem whose parts do not fit.
    #[error("{}: {source}", shown(name))]
    Problem {
        /// The file, or the name.
        name: String,
        /// What is wrong.
        source: ProblemError,
    },
    /// The fit refuses.
    #[error(transparent)]
    Infer(#[from] InferError),
    /// An option that breaks its rule.
    #[error("{name} must be {rule}, got {}", shown(got))]
    Option {
        /// The option.
        name: &'static str,
        /// What it must be.
        rule: String,
        /// What it is.
        got: String,
    },
    /// A folder that is no run, or a damaged one.
    #[error("{}: {what}", shown(&path.to_string_lossy()))]
    Run {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Threads, files.
    #[error(transparent)]
    Law(#[from] LawError),
    /// The folder of a run is there already.
    #[error("{}: the folder is there already and not empty", shown(&path.to_string_lossy()))]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("{}: {source}", shown(&path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl CommandError {
    /// The file system's refusal at `path`.
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { hint, .. } => hint.clone(),
            Self::Text(_) => Some("'reparam infer --example' prints a problem with every key explained".into()),
            Self::Infer(InferError::Start(_)) => {
                Some("give nominal values, or priors whose medians the model can be solved at".into())
            }
            Self::Infer(InferError::NoMaximum) => Some("--guide pathfinder or full-rank does not need one".into()),
            Self::Exists { .. } => Some("give another --out, or remove the folder".into()),
            _ => None,
        }
    }
}
