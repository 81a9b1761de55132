//! The folder of a run: created once, written by one process at a time, every file whole or not at all.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use reparam::train::write_atomically;
use serde::Serialize;
use serde::de::DeserializeOwned;

const LOCK: &str = ".lock";

/// What stands in the way of a folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is something in it.
    #[error("{}: the folder is not empty", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
        /// Whether that is a run.
        is_run: bool,
    },
    /// Another process writes to it.
    #[error("{}: another process is writing to this run", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// It is no run.
    #[error("{}: not the folder of a run: {missing} is not there", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// A file that every run has.
        missing: &'static str,
    },
    /// A file in it is not what it should be.
    #[error("{}: {rule}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        rule: String,
    },
}

impl FolderError {
    /// Names the file that the system refused.
    pub fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Io { path: path.to_owned(), source }
    }
}

/// The folder of a run.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// Holds the lock as long as it lives.
    _lock: Option<File>,
}

impl RunFolder {
    /// A new folder, which must be empty or not there yet; `marker` is the file by which a run is known.
    ///
    /// # Errors
    /// A folder that is not empty, or what the file system says.
    pub fn create(path: &Path, marker: &str) -> Result<Self, FolderError> {
        fs::create_dir_all(path).map_err(FolderError::io(path))?;
        let entries = fs::read_dir(path).map_err(FolderError::io(path))?;
        // A process that was killed while it created this run left no more than these.
        let ours = |name: &str| name == LOCK || is_temporary(name);
        if entries.flatten().any(|entry| !ours(&entry.file_name().to_string_lossy())) {
            return Err(FolderError::NotEmpty { path: path.to_owned(), is_run: path.join(marker).is_file() });
        }
        Self::locked(path)
    }

    /// A new folder `runs/KIND-NAME-N` with the first free N.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create_numbered(kind: &str, name: &str) -> Result<Self, FolderError> {
        let runs = Path::new("runs");
        fs::create_dir_all(runs).map_err(FolderError::io(runs))?;
        let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        let name: String = name.chars().take(60).map(plain).collect();
        for number in 1_u64.. {
            let path = runs.join(format!("{kind}-{name}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => return Self::locked(&path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(FolderError::io(&path)(error)),
            }
        }
        unreachable!("some number below 2^64 is free")
    }

    /// The folder of a run, to be written on.
    ///
    /// # Errors
    /// A folder that is no run, or that another process writes to.
    pub fn resume(path: &Path, markers: &[&'static str]) -> Result<Self, FolderError> {
        Self::open(path, markers)?;
        let folder = Self::locked(path)?;
        for inside in [path.to_owned(), path.join("checkpoint")] {
            for entry in fs::read_dir(inside).into_iter().flatten().flatten() {
                // A file that stays does no harm.
                if is_temporary(&entry.file_name().to_string_lossy()) {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
        Ok(folder)
    }

    /// The folder of a run, to be read; `markers` are files that it must have.
    ///
    /// # Errors
    /// A folder that is no run.
    pub fn open(path: &Path, markers: &[&'static str]) -> Result<Self, FolderError> {
        match markers.iter().find(|name| !path.join(name).is_file()) {
            Some(missing) => Err(FolderError::NotARun { path: path.to_owned(), missing }),
            None => Ok(Self { path: path.to_owned(), _lock: None }),
        }
    }

    fn locked(path: &Path) -> Result<Self, FolderError> {
        let at = path.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&at).map_err(FolderError::io(&at))?;
        // A file system that knows no locks is no reason not to run.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(FolderError::Locked { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), _lock: Some(file) })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run's name: the folder's.
    pub fn name(&self) -> String {
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        path.file_name().map_or_else(|| "run".into(), |name| name.to_string_lossy().into_owned())
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file in it, whole or not at all.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.file(name);
        write_atomically(&path, bytes).map_err(FolderError::io(&path))
    }

    /// Writes a value as JSON.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), FolderError> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| FolderError::Format { path: self.file(name), rule: error.to_string() })?;
        self.write(name, (text + "\n").as_bytes())
    }

    /// Reads a value from JSON.
    ///
    /// # Errors
    /// What the file system says, or what is wrong in the file.
    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<T, FolderError> {
        let path = self.file(name);
        let text = fs::read(&path).map_err(FolderError::io(&path))?;
        serde_json::from_slice(&text).map_err(|error| FolderError::Format { path, rule: error.to_string() })
    }
}

/// The name of a file that was being written.
fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && Path::new(name).extension().is_some_and(|ending| ending == "tmp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_created_once_and_written_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let first = RunFolder::create(&path, "run.json").unwrap();
        assert!(matches!(RunFolder::create(&path, "run.json"), Err(FolderError::Locked { .. })));
        assert!(matches!(RunFolder::open(&path, &["run.json"]), Err(FolderError::NotARun { missing: "run.json", .. })));
        first.write_json("run.json", &[1, 2]).unwrap();
        assert_eq!(first.read_json::<Vec<i32>>("run.json").unwrap(), [1, 2]);
        drop(first);
        assert!(matches!(RunFolder::create(&path, "run.json"), Err(FolderError::NotEmpty { is_run: true, .. })));
        RunFolder::resume(&path, &["run.json"]).unwrap();
    }
}
