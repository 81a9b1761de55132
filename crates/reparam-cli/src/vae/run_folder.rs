//! The folder of a run: created, opened, locked.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use reparam::train::{load_model, read_parameters, write_atomically};
use serde::{Deserialize, Serialize};

use super::dataset::DataInfo;
use super::model::{Model, build};
use super::{RunConfig, VaeError};

/// The program's version, written beside every result.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
const LOCK: &str = ".lock";

/// What `run.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// The program that made the run.
    pub version: String,
    /// Its data.
    pub data: DataInfo,
    /// What decides its result: the options that it began with, as TOML (see [`RunConfig::decisive`]).
    pub config: String,
}

/// The folder of a run.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// Held as long as this process writes the run; the system lets it go when the process ends, however it ends.
    _lock: Option<File>,
}

impl RunFolder {
    /// A new folder, which must be empty or not there yet.
    pub fn create(path: &Path) -> Result<Self, VaeError> {
        fs::create_dir_all(path).map_err(VaeError::io(path))?;
        let entries = fs::read_dir(path).map_err(VaeError::io(path))?;
        // A process that was killed while it created this run left no more than these, and no configuration.
        let ours = |name: &str| name == LOCK || name == "run.json" || is_temporary(name);
        let began = !path.join("config.toml").exists();
        let taken = entries.flatten().any(|entry| !began || !ours(&entry.file_name().to_string_lossy()));
        if taken {
            return Err(VaeError::Exists { path: path.to_owned(), is_run: path.join("config.toml").is_file() });
        }
        Self::locked(path)
    }

    /// A new folder `runs/vae-NAME-N` with the first free N.
    pub fn create_numbered(name: &str) -> Result<Self, VaeError> {
        let runs = Path::new("runs");
        fs::create_dir_all(runs).map_err(VaeError::io(runs))?;
        let plain = |c: char| {
            if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }
        };
        let name: String = name.chars().take(60).map(plain).collect();
        for number in 1_u64.. {
            let path = runs.join(format!("vae-{name}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => return Self::locked(&path),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(VaeError::io(&path)(error)),
            }
        }
        unreachable!("some number below 2^64 is free")
    }

    /// The folder of a run, to be written on.
    pub fn resume(path: &Path) -> Result<Self, VaeError> {
        Self::open(path)?;
        let folder = Self::locked(path)?;
        for inside in [path.to_owned(), path.join("checkpoint")] {
            remove_temporaries(&inside);
        }
        Ok(folder)
    }

    /// The folder of a run, to be read.
    pub fn open(path: &Path) -> Result<Self, VaeError> {
        for missing in ["config.toml", "run.json"] {
            if !path.join(missing).is_file() {
                return Err(VaeError::NotARun { path: path.to_owned(), missing });
            }
        }
        Ok(Self { path: path.to_owned(), _lock: None })
    }

    fn locked(path: &Path) -> Result<Self, VaeError> {
        let at = path.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&at).map_err(VaeError::io(&at))?;
        // A file system that knows no locks is no reason not to train.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(VaeError::Locked { path: path.to_owned() });
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
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), VaeError> {
        write_file(&self.file(name), bytes)
    }

    /// Writes a value as JSON.
    pub fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), VaeError> {
        let text = serde_json::to_string_pretty(value).map_err(|error| VaeError::Config {
            place: self.file(name).display().to_string(),
            rule: error.to_string(),
        })?;
        self.write(name, (text + "\n").as_bytes())
    }

    /// The configuration that repeats the run.
    pub fn config(&self) -> Result<RunConfig, VaeError> {
        let config = RunConfig::read(&self.file("config.toml"))?;
        config.validate()?;
        Ok(config)
    }

    /// Refuses to go on with other options than the run began with.
    pub fn same_config(&self, config: &RunConfig, began: &str) -> Result<(), VaeError> {
        let place = self.file("run.json").display().to_string();
        let then: toml::Table = toml::from_str(began)
            .map_err(|error| VaeError::Config { place, rule: error.message().replace('\n', " ") })?;
        let now = config.decisive()?;
        let value =
            |table: &toml::Table, name: &String| table.get(name).map_or("not given".into(), ToString::to_string);
        match then.keys().chain(now.keys()).find(|name| then.get(*name) != now.get(*name)) {
            None => Ok(()),
            Some(name) => Err(VaeError::Changed {
                path: self.file("config.toml"),
                name: name.clone(),
                then: value(&then, name),
                now: value(&now, name),
            }),
        }
    }

    /// What the run remembers of its data.
    pub fn info(&self) -> Result<RunInfo, VaeError> {
        let path = self.file("run.json");
        let text = fs::read(&path).map_err(VaeError::io(&path))?;
        serde_json::from_slice(&text)
            .map_err(|error| VaeError::Config { place: path.display().to_string(), rule: error.to_string() })
    }

    /// A finished model.
    pub fn model(&self, config: &RunConfig, info: &DataInfo, device: &Device) -> Result<Model, VaeError> {
        let path = self.file("model.safetensors");
        if !path.is_file() {
            return Err(VaeError::Unfinished { path: self.path.clone() });
        }
        let model = load_model(build(config, info.shape, device)?, &path)?;
        check_finite(&model, &path)?;
        Ok(model)
    }
}

/// The name of a file that was being written.
fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && Path::new(name).extension().is_some_and(|ending| ending == "tmp")
}

/// Removes what killed processes left half-written; the lock of the run is held. A file that stays does no harm.
fn remove_temporaries(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_temporary(&entry.file_name().to_string_lossy()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Refuses weights that are not numbers: whatever they decode to would look like a result.
pub fn check_finite(model: &Model, path: &Path) -> Result<(), VaeError> {
    for (name, (_, values)) in read_parameters(model) {
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(VaeError::Weights { path: path.to_owned(), name, at, value: values[at] });
        }
    }
    Ok(())
}

/// Writes a file, whole or not at all.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), VaeError> {
    write_atomically(path, bytes).map_err(VaeError::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_created_once_and_written_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let first = RunFolder::create(&path).unwrap();
        assert!(matches!(RunFolder::create(&path), Err(VaeError::Locked { .. })));
        assert!(matches!(RunFolder::open(&path), Err(VaeError::NotARun { missing: "config.toml", .. })));
        first.write("config.toml", b"").unwrap();
        drop(first);
        assert!(matches!(RunFolder::create(&path), Err(VaeError::Exists { is_run: true, .. })));
    }
}
