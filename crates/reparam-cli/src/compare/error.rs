//! What can go wrong, each in one line.

use std::path::{Path, PathBuf};

use reparam::measure::MeasureError;

use super::expression::ExpressionError;
use crate::law::{LawError, shown};

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A law or a parameter.
    #[error(transparent)]
    Law(#[from] LawError),
    /// A formula that cannot be read.
    #[error("--loss {0}")]
    Formula(#[from] ExpressionError),
    /// An option that breaks its rule.
    #[error("{name} must be {rule}, got {}", shown(got))]
    Option {
        /// The option.
        name: String,
        /// What it must be.
        rule: String,
        /// What it is.
        got: String,
        /// What can be done about it.
        hint: Option<String>,
    },
    /// An estimator that is none, or does not fit the law.
    #[error("{what}")]
    Estimator {
        /// Which, and why not.
        what: String,
        /// Those that fit.
        hint: String,
    },
    /// What the measurement refuses.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// The folder of a run is there already.
    #[error("{}: the folder is there already and not empty", path.display())]
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

impl CompareError {
    /// The file system's refusal at `path`.
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        |source| Self::Io { path: path.to_owned(), source }
    }

    /// An option outside its rule.
    #[expect(clippy::needless_pass_by_value, reason = "values are numbers and words made on the spot")]
    pub(super) fn option(name: impl Into<String>, rule: impl Into<String>, got: impl ToString) -> Self {
        Self::Option { name: name.into(), rule: rule.into(), got: got.to_string(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub(super) fn with_hint(self, text: impl Into<String>) -> Self {
        match self {
            Self::Option { name, rule, got, .. } => Self::Option { name, rule, got, hint: Some(text.into()) },
            other => other,
        }
    }

    /// What the user can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            // The example is that of another command: its parameters are right here too.
            Self::Law(LawError::MissingParameter { example, .. }) => {
                Some(format!("for example: {}", example.replace("reparam law ", "reparam compare --law ")))
            }
            Self::Law(error) => error.hint(),
            Self::Formula(error) => Some(error.hint.clone()),
            Self::Option { hint, .. } => hint.clone(),
            Self::Estimator { hint, .. } => Some(hint.clone()),
            Self::Exists { .. } => Some("name a new folder, or remove this one".into()),
            Self::Measure(_) | Self::Io { .. } => None,
        }
    }
}
