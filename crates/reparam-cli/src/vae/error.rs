//! What can go wrong in `reparam vae`, each in one line.

use std::path::{Path, PathBuf};

use reparam::train::{CheckpointError, StepError};
use reparam::vae::FitError;

use crate::data::DataError;

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum VaeError {
    /// The data cannot be read, or break a rule.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Training cannot start or go on.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// A model or checkpoint cannot be read or written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// An option breaks its rule.
    #[error("{name} must be {rule}, got {got}")]
    Option {
        /// Its name.
        name: &'static str,
        /// What it must be.
        rule: String,
        /// What it is.
        got: String,
        /// What can be done about it.
        hint: Option<String>,
    },
    /// A configuration file cannot be understood.
    #[error("{place}: {rule}")]
    Config {
        /// File and line.
        place: String,
        /// What is wrong.
        rule: String,
    },
    /// The folder is not that of a run.
    #[error("{}: not the folder of a run: {missing} is missing", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// The file that should be there.
        missing: &'static str,
    },
    /// The run has no finished model yet.
    #[error("{}: the run has no finished model: model.safetensors is missing", path.display())]
    Unfinished {
        /// The folder.
        path: PathBuf,
    },
    /// A model holds weights that are not numbers.
    #[error("{}: parameter {name}: weights must be finite, got {value} at index {at}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// The parameter.
        name: String,
        /// The flat index of the weight.
        at: usize,
        /// The weight.
        value: f32,
    },
    /// Training changed nothing.
    #[error("training made no progress: loss or gradient was not finite in all of its {steps} steps")]
    NoStep {
        /// Steps made.
        steps: u64,
    },
    /// The weights are numbers, what they decode to is not.
    #[error("training diverged: the ELBO of the held-out images is not a finite number")]
    NoScore,
    /// A finished run without its checkpoint.
    #[error("{}: missing, though the run has a finished model: it cannot be continued", path.display())]
    NoCheckpoint {
        /// The manifest.
        path: PathBuf,
    },
    /// A new run would overwrite something.
    #[error("{}: a new run needs a folder that is empty or not there yet", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
        /// Whether there is a run in it.
        is_run: bool,
    },
    /// Another process writes this run.
    #[error("{}: another process is training this run", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The data are not those of the run.
    #[error("{place}: these are not the data of the run: {what}")]
    OtherData {
        /// Where the data come from.
        place: String,
        /// The difference.
        what: String,
    },
    /// The configuration of a run was edited after it had started.
    #[error("{}: {name} was {then} when the run began and is {now} now", path.display())]
    Changed {
        /// The configuration.
        path: PathBuf,
        /// The first option that differs.
        name: String,
        /// Its value then.
        then: String,
        /// Its value now.
        now: String,
    },
    /// The device is not part of this build.
    #[error("device {name}: this build has no cargo feature '{feature}'")]
    NoDevice {
        /// What was asked for.
        name: String,
        /// The feature that brings it.
        feature: &'static str,
    },
    /// The ending of an output file says nothing.
    #[error("{}: the ending must be one of {allowed}", path.display())]
    Ending {
        /// The file.
        path: PathBuf,
        /// The endings.
        allowed: &'static str,
    },
}

impl VaeError {
    /// An option outside its rule.
    #[expect(clippy::needless_pass_by_value, reason = "values are numbers and words made on the spot")]
    pub(super) fn option(name: &'static str, rule: impl Into<String>, got: impl ToString) -> Self {
        Self::Option { name, rule: rule.into(), got: got.to_string(), hint: None }
    }

    /// The file system's refusal at `path`.
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        |source| Self::Io { path: path.to_owned(), source }
    }

    /// What the user can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Data(error) => error.hint(),
            Self::Option { hint, .. } => hint.clone(),
            Self::Fit(FitError::Step(StepError::Diverged { .. })) => Some(
                "start a new run with a smaller --learning-rate, or with --clip-norm 10; metrics.csv of this one shows its course"
                    .into(),
            ),
            Self::Fit(FitError::Checkpoint(_)) => {
                Some("config.toml of the run was changed after it started: start a new run".into())
            }
            Self::Checkpoint(CheckpointError::Format { .. }) => Some(
                "the file was cut off or changed: take another copy, or train again with --config and the run's config.toml".into(),
            ),
            Self::NoStep { .. } | Self::NoScore => Some("start a new run with a smaller --learning-rate, or with --clip-norm 10".into()),
            Self::NoCheckpoint { .. } => Some("use the run as it is, or train again with --config and its config.toml".into()),
            Self::Weights { .. } => Some("take another copy, or train again with a smaller --learning-rate".into()),
            Self::NotARun { missing: "config.toml", .. } => Some(
                "name the folder that 'reparam vae train' printed as its run; a run that was killed before it began is started anew with --out".into(),
            ),
            Self::NotARun { .. } => {
                Some("name the folder that 'reparam vae train' printed as its run".into())
            }
            Self::Unfinished { path } => Some(format!(
                "finish it: reparam vae train --resume {}",
                shell_word(&path.to_string_lossy())
            )),
            Self::Exists { path, is_run: true } => Some(format!(
                "continue it with --resume {}, or choose another --out",
                shell_word(&path.to_string_lossy())
            )),
            Self::Exists { is_run: false, .. } => Some("choose another --out".into()),
            Self::Changed { path, .. } => Some(format!(
                "put it back, or start a new run: reparam vae train --config {} --out FOLDER",
                shell_word(&path.to_string_lossy())
            )),
            Self::OtherData { .. } => {
                Some("the same data give the same run; for other data start a new one".into())
            }
            Self::NoDevice { feature, .. } => Some(format!(
                "build it in: cargo build --release --features {feature}"
            )),
            _ => None,
        }
    }
}

/// A word as a POSIX shell reads it back.
pub(super) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_spaces_and_quotes_are_quoted() {
        assert_eq!(shell_word("runs/vae-1"), "runs/vae-1");
        assert_eq!(shell_word("my runs"), "'my runs'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
