//! What can go wrong in `reparam laws` and `reparam law`, each in one line.

use std::path::{Path, PathBuf};

use reparam_core::law::{NoClosedForm, ParameterError};

use super::number::shown;

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum LawError {
    /// No law of that name.
    #[error("no law is called '{}'", shown(name))]
    UnknownLaw {
        /// What was asked for.
        name: String,
        /// Names that are spelled almost so.
        nearest: Vec<&'static str>,
    },
    /// A parameter that the law has not.
    #[error("{law}: no parameter is called '{}'; it has {known}", shown(name))]
    UnknownParameter {
        /// The law.
        law: &'static str,
        /// What was asked for.
        name: String,
        /// The parameters that it has, with their rules.
        known: String,
    },
    /// Parameters without a value.
    #[error("{law}: {} {} missing", listed(names), if names.len() == 1 { "is" } else { "are" })]
    MissingParameter {
        /// The law.
        law: &'static str,
        /// The parameters.
        names: Vec<&'static str>,
        /// A command that has them all.
        example: String,
    },
    /// A parameter, or a value of the law, that breaks its rule.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
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
    /// Options that do not go together.
    #[error("{what}")]
    Together {
        /// Which, and why.
        what: String,
        /// What can be done about it.
        hint: Option<String>,
    },
    /// A table that cannot be used as it is.
    #[error("{place}: {what}")]
    Table {
        /// The file, with the line and the column where they are known.
        place: String,
        /// What is wrong.
        what: String,
        /// What can be done about it.
        hint: Option<String>,
    },
    /// A divergence without a formula.
    #[error("KL({} ‖ {}) has no closed form here", .0.q, .0.p)]
    NoClosedForm(NoClosedForm),
    /// The file system refused.
    #[error("{}: {source}", shown(&path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// Names with commas, and an `and` before the last.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

impl LawError {
    /// The file system's refusal at `path`.
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        |source| Self::Io { path: path.to_owned(), source }
    }

    /// An option outside its rule.
    #[expect(clippy::needless_pass_by_value, reason = "values are numbers and words made on the spot")]
    pub(super) fn option(name: impl Into<String>, rule: impl Into<String>, got: impl ToString) -> Self {
        Self::Option { name: name.into(), rule: rule.into(), got: got.to_string(), hint: None }
    }

    /// Options that do not go together.
    pub(super) fn together(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Together { what: what.into(), hint: Some(hint.into()) }
    }

    /// Whether this says that the reader of a pipe has gone.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// What the user can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownLaw { nearest, .. } if nearest.is_empty() => Some("'reparam laws' lists all laws".into()),
            Self::UnknownLaw { nearest, .. } => {
                Some(format!("did you mean {}? 'reparam laws' lists all laws", nearest.join(", ")))
            }
            Self::UnknownParameter { law, .. } => Some(format!("'reparam laws {law}' tells more about it")),
            Self::MissingParameter { example, .. } => Some(format!("for example: {example}")),
            // No family of that name is listed: the bounds are options.
            Self::Parameter(ParameterError::Together { law: "truncated", .. }) => {
                Some("--low must lie below --high, and the law have mass between them".into())
            }
            Self::Parameter(ParameterError::Value { law, .. } | ParameterError::Together { law, .. }) => {
                Some(format!("'reparam laws {law}' lists the rules of its parameters"))
            }
            Self::Parameter(_) => Some("a vector parameter is written with commas: logits=0.1,-2,0.7".into()),
            Self::Option { hint, .. } | Self::Together { hint, .. } | Self::Table { hint, .. } => hint.clone(),
            Self::NoClosedForm(_) => {
                Some("--monte-carlo 1000000 estimates it from draws, with its standard error".into())
            }
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Some("check the spelling; a path without a leading slash starts at the current folder".into())
            }
            Self::Io { .. } => None,
        }
    }
}
