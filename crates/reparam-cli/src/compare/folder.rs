//! The folder of a comparison.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::CompareError;
use super::question::Question;
use crate::law::Output;

/// A new folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

/// What `config.toml` holds.
#[derive(Serialize)]
struct Config<'a> {
    version: &'static str,
    command: &'a str,
    law: String,
    loss: String,
    draws: usize,
    seed: u64,
    temperature: f64,
    estimators: &'a [String],
}

impl Folder {
    /// A folder that is empty or not there yet.
    pub fn create(path: &Path) -> Result<Self, CompareError> {
        fs::create_dir_all(path).map_err(CompareError::io(path))?;
        let mut entries = fs::read_dir(path).map_err(CompareError::io(path))?;
        if entries.next().is_some() {
            return Err(CompareError::Exists { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned() })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file in it, whole or not at all.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), CompareError> {
        let mut output = Output::new(Some(&self.path.join(name)))?;
        output.write(bytes)?;
        Ok(output.finish()?)
    }

    /// Writes what repeats the run.
    pub fn write_config(&self, question: &Question) -> Result<(), CompareError> {
        let config = Config {
            version: env!("CARGO_PKG_VERSION"),
            command: &question.command,
            law: question.law(),
            loss: question.loss.described(),
            draws: question.config.draws,
            seed: question.config.seed,
            temperature: question.config.options.temperature,
            estimators: &question.config.estimators,
        };
        // Text, numbers and a list of text: nothing that TOML cannot hold but a seed above 2^63, which the command holds.
        let text = toml::to_string(&config).unwrap_or_else(|_| format!("command = {:?}\n", question.command));
        self.write("config.toml", text.as_bytes())
    }
}
