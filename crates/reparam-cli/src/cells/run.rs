//! A finished run, opened to be asked.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use reparam::cells::CellVae;
use reparam::train::{load_model, read_parameters};

use super::CellsError;
use super::info::{self, RunInfo};
use super::options::TrainOptions;
use super::table::{self, CellTable};
use crate::folder::{FolderError, RunFolder};

/// Files that every run has.
pub const MARKERS: [&str; 2] = [CONFIG, info::FILE];
/// The options of a run.
pub const CONFIG: &str = "config.toml";
/// The weights of a finished run.
pub const MODEL: &str = "model.safetensors";

/// A finished run.
#[derive(Debug)]
pub struct Run {
    /// Its folder.
    pub folder: RunFolder,
    /// Its options.
    pub options: TrainOptions,
    /// What it remembers of its data.
    pub info: RunInfo,
    /// Its model, without a graph.
    pub vae: CellVae,
    /// Where it computes.
    pub device: Device,
}

impl Run {
    /// Opens a run.
    pub fn open(path: &Path) -> Result<Self, CellsError> {
        let folder = RunFolder::open(path, &MARKERS)?;
        let (options, info) = (read_options(&folder)?, folder.read_json::<RunInfo>(info::FILE)?);
        let at = folder.file(MODEL);
        if !at.is_file() {
            let hint = format!("finish it by 'reparam cells train --resume {}'", path.display());
            return Err(CellsError::run(path, "the run is not finished", Some(&hint)));
        }
        let device = Device::flex();
        let vae = load_model(CellVae::new(info.config.clone(), &info.baseline, options.seed, &device), &at)?.valid();
        check_finite(&vae, &at)?;
        Ok(Self { folder, options, info, vae, device })
    }

    /// The cells that it was made with.
    pub fn table(&self) -> Result<CellTable, CellsError> {
        CellTable::read(&self.folder.file(table::FILE))
    }
}

/// The options that a run began with.
pub fn read_options(folder: &RunFolder) -> Result<TrainOptions, CellsError> {
    let path = folder.file(CONFIG);
    let text = std::fs::read_to_string(&path).map_err(CellsError::file(&path))?;
    let options: TrainOptions = toml::from_str(&text)
        .map_err(|error| FolderError::Format { path, rule: error.message().replace('\n', " ") })?;
    options.validate()?;
    Ok(options)
}

/// Refuses weights that are not numbers: whatever they decode to would look like a result.
pub fn check_finite(vae: &CellVae, path: &Path) -> Result<(), CellsError> {
    for (name, (_, values)) in read_parameters(vae) {
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(CellsError::Weights { path: path.to_owned(), name, at, value: values[at] });
        }
    }
    Ok(())
}
