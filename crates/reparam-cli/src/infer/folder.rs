//! The folder of a run.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::CommandError;
use crate::law::Output;

/// A new folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder that is empty or not there yet.
    pub fn create(path: &Path) -> Result<Self, CommandError> {
        fs::create_dir_all(path).map_err(CommandError::io(path))?;
        let mut entries = fs::read_dir(path).map_err(CommandError::io(path))?;
        if entries.next().is_some() {
            return Err(CommandError::Exists { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned() })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file in it, whole or not at all.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), CommandError> {
        let mut output = Output::new(Some(&self.path.join(name)))?;
        output.write(bytes)?;
        Ok(output.finish()?)
    }
}
