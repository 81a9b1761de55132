//! The field's files: what is in them becomes [`CellData`].
//!
//! Read are `AnnData` (`.h5ad`, from `h5sparse` of 2017 on) and `MuData` (`.h5mu`), `CellRanger`'s `.h5` (versions 2 and 3) and folders, and tables
//! of text. The format is found by what is in a file, not by its name. Matrices go block by block into a [`CountStore`](crate::CountStore).

mod anndata;
mod column;
mod error;
mod frame;
mod gather;
mod hdf5;
mod join;
mod lines;
mod matrix;
mod modalities;
mod mtx;
mod mudata;
mod names;
mod orient;
mod sink;
mod table;
mod ten_x;
mod ten_x_folder;

use std::io::Read as _;
use std::path::{Path, PathBuf};

pub use error::ReadError;

use crate::{CellData, StoreOptions};
use hdf5::H5;

/// What is in a file beside counts, and what of it to read.
///
/// ```
/// use reparam_cells::read::{Conversion, ReadOptions};
/// let options = ReadOptions { from: Conversion::Log1p, ..ReadOptions::default() };
/// assert_eq!(options.from.count(1.0986123), 2.0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// The layer to take in place of `X` (`AnnData`, `MuData`).
    pub layer: Option<String>,
    /// Whether to take `raw/X`, with its own features, in place of `X`.
    pub use_raw: bool,
    /// What the stored values are.
    pub from: Conversion,
    /// Which side of a table the cells are on.
    pub orientation: Orientation,
    /// The modalities to read; all of them where none are named.
    pub only: Option<Vec<String>>,
    /// How much memory counts may take, and where the rest goes.
    pub store: StoreOptions,
}

/// What stored values are, and so how counts come out of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conversion {
    /// Counts.
    #[default]
    Counts,
    /// `ln(1 + count)`: counts are `round(e^x - 1)`.
    Log1p,
    /// `log2(1 + count)`: counts are `round(2^x - 1)`.
    Log2p1,
    /// `log10(1 + count)`: counts are `round(10^x - 1)`.
    Log10p1,
}

impl Conversion {
    /// The count of a stored value.
    #[must_use]
    pub fn count(self, value: f64) -> f32 {
        let count = match self {
            Self::Counts => value,
            Self::Log1p => value.exp_m1().round(),
            Self::Log2p1 => (value * std::f64::consts::LN_2).exp_m1().round(),
            Self::Log10p1 => (value * std::f64::consts::LN_10).exp_m1().round(),
        };
        count as f32
    }

    const fn formula(self) -> Option<&'static str> {
        match self {
            Self::Counts => None,
            Self::Log1p => Some("round(e^x - 1)"),
            Self::Log2p1 => Some("round(2^x - 1)"),
            Self::Log10p1 => Some("round(10^x - 1)"),
        }
    }
}

/// Which side of a table the cells are on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orientation {
    /// What the names look like decides; else there are taken to be more genes than cells, with a note.
    #[default]
    Auto,
    /// A line for each cell.
    CellsInRows,
    /// A line for each gene.
    GenesInRows,
}

/// What goes along while one file is read.
struct Reading<'a> {
    path: &'a Path,
    options: &'a ReadOptions,
    /// Whether it is the only file.
    alone: bool,
    /// What one should know afterwards.
    notes: Vec<String>,
    /// Every modality that the file has, also those that are not read.
    seen: Vec<String>,
}

impl Reading<'_> {
    fn wanted(&self, modality: &str) -> bool {
        self.options.only.as_ref().is_none_or(|only| only.iter().any(|name| name == modality))
    }

    fn io(&self, source: std::io::Error) -> ReadError {
        ReadError::Io { path: self.path.to_path_buf(), source }
    }

    /// Formats of one matrix have neither layers nor raw counts: an error for a file that is read alone; among several another may have them.
    fn one_matrix(&mut self) -> Result<(), ReadError> {
        let path = self.path.to_path_buf();
        match &self.options.layer {
            Some(layer) if self.alone => {
                Err(ReadError::NoLayer { path, layer: layer.clone(), there: error::listed::<&str>(&[]) })
            }
            None if self.alone && self.options.use_raw => Err(ReadError::NoRaw { path }),
            None if !self.options.use_raw => Ok(()),
            _ => {
                self.note(format!("{}: this file has one matrix, which was read", path.display()));
                Ok(())
            }
        }
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}

/// Reads files of the same cells: one file, or several with modalities of their own that are joined by the cells' names.
///
/// Cells are those of any file: the first file's in its order, then what the next ones add. A cell that a modality lacks has no row there.
///
/// ```
/// use reparam_cells::read::{ReadOptions, read};
/// let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("counts.csv");
/// std::fs::write(&path, "cell,GAPDH,CDK1\nAAACCTGA-1,5,0\nAAACGGGT-1,2,1\n").unwrap();
/// let data = read(&[path], &ReadOptions::default()).unwrap();
/// assert_eq!((data.cells[1].as_str(), data.modalities[0].counts.totals().unwrap()), ("AAACGGGT-1", vec![5.0, 3.0]));
/// ```
///
/// # Errors
/// What each [`ReadError`] says; files without a cell in common are one.
pub fn read(paths: &[PathBuf], options: &ReadOptions) -> Result<CellData, ReadError> {
    if let (Some(layer), true) = (&options.layer, options.use_raw) {
        return Err(ReadError::LayerAndRaw { layer: layer.clone() });
    }
    let (mut parts, mut seen) = (Vec::new(), Vec::new());
    for path in paths {
        let alone = paths.len() == 1;
        let mut reading = Reading { path, options, alone, notes: Vec::new(), seen: Vec::new() };
        let mut data = read_one(&mut reading)?;
        let without_features = data.modalities.iter().find(|m| m.counts.width() == 0);
        let what = match without_features {
            _ if data.is_empty() => Some("cells".to_owned()),
            Some(modality) => Some(format!("features in modality '{}'", modality.name)),
            None => None,
        };
        if let Some(what) = what {
            return Err(ReadError::Empty { path: path.clone(), what });
        }
        if let Some(formula) = options.from.formula() {
            reading.note(format!("values of {} were turned to counts by {formula}", path.display()));
        }
        data.notes.append(&mut reading.notes);
        seen.append(&mut reading.seen);
        parts.push((path.clone(), data));
    }
    let Some(path) = paths.first() else { return Err(ReadError::NoFiles) };
    if let Some(name) = options.only.iter().flatten().find(|name| !seen.contains(name)) {
        return Err(ReadError::NoModality { path: path.clone(), name: name.clone(), there: error::listed(&seen) });
    }
    // A file none of whose modalities is wanted takes no part.
    parts.retain(|(_, data)| !data.modalities.is_empty());
    if parts.is_empty() {
        let name = options.only.iter().flatten().next().cloned().unwrap_or_default();
        return Err(ReadError::NoModality { path: path.clone(), name, there: error::listed(&seen) });
    }
    let mut data = join::files(parts)?;
    if options.only.is_some() {
        join::keep_measured(&mut data);
    }
    Ok(data)
}

fn read_one(reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let path = reading.path;
    let meta = std::fs::metadata(path).map_err(|source| reading.io(source))?;
    if meta.is_dir() {
        let zarr = [".zgroup", ".zattrs", "zarr.json"].into_iter().any(|name| path.join(name).exists());
        if zarr {
            let found = "a Zarr folder, which is not read".to_owned();
            return Err(ReadError::UnknownFormat { path: path.to_path_buf(), found });
        }
        reading.one_matrix()?;
        return ten_x_folder::read(path, reading);
    }
    if hdf5_pure::is_hdf5(path).map_err(|source| reading.io(source))? {
        return read_hdf5(reading);
    }
    reading.one_matrix()?;
    let mut start = [0; 16];
    let mut input = lines::unpacked(path)?;
    let mut filled = 0;
    while filled < start.len() {
        match input.read(&mut start[filled..]).map_err(|source| reading.io(source))? {
            0 => break,
            n => filled += n,
        }
    }
    if start.starts_with(b"%%MatrixMarket") {
        return ten_x_folder::read_beside(path, reading);
    }
    if filled == 0 {
        return Err(ReadError::UnknownFormat { path: path.to_path_buf(), found: "an empty file".to_owned() });
    }
    if start[..filled].contains(&0) {
        let found = "neither HDF5, nor a folder of 10x, nor text".to_owned();
        return Err(ReadError::UnknownFormat { path: path.to_path_buf(), found });
    }
    table::read(reading)
}

fn read_hdf5(reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let h5 = H5::open(reading.path)?;
    let names = h5.children("")?;
    let has = |name: &str| names.iter().any(|n| n == name);
    if has("mod") {
        return mudata::read(&h5, reading);
    }
    if has("obs") || has("var") {
        return anndata::read(&h5, reading);
    }
    reading.one_matrix()?;
    if has("matrix") && h5.children("matrix")?.iter().any(|n| n == "barcodes") {
        return ten_x::read_version_3(&h5, reading);
    }
    let mut genomes = Vec::new();
    for name in h5.groups("")? {
        if h5.children(&name)?.iter().any(|n| n == "barcodes") {
            genomes.push(name);
        }
    }
    if !genomes.is_empty() {
        return ten_x::read_version_2(&h5, &genomes, reading);
    }
    let what = if has("row_attrs") && has("col_attrs") { "a loom file, which is not read" } else { "an HDF5 file" };
    let found = format!("{what}; its objects {}", error::listed(&names));
    Err(ReadError::UnknownFormat { path: reading.path.to_path_buf(), found })
}
