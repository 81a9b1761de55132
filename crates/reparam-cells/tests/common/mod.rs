//! The counts that all small files of the tests hold, as `scripts/cells_fixtures.py` defines them.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};

use reparam_cells::read::{ReadError, ReadOptions, read};
use reparam_cells::{CellData, Modality, SparseRows};

/// Cells and genes of the files.
pub const SHAPE: (usize, usize) = (12, 8);

/// The count of a cell and a gene.
pub fn count(cell: usize, gene: usize) -> f32 {
    if (cell + 2 * gene).is_multiple_of(3) { ((7 * cell + 3 * gene) % 5 + 1) as f32 } else { 0.0 }
}

/// A file of `tests/data`.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// A file read with options.
pub fn open(path: &Path, options: &ReadOptions) -> Result<CellData, ReadError> {
    read(&[path.to_path_buf()], options)
}

/// All counts of a modality, row-major.
pub fn dense(modality: &Modality) -> Vec<f32> {
    let mut rows = SparseRows::new(modality.counts.width());
    modality.counts.read(&(0..modality.counts.len()).collect::<Vec<_>>(), &mut rows).unwrap();
    rows.dense()
}

/// The counts of these cells and genes.
pub fn truth(cells: impl Iterator<Item = usize>, genes: std::ops::Range<usize>) -> Vec<f32> {
    cells.flat_map(|cell| genes.clone().map(move |gene| count(cell, gene))).collect()
}

/// The counts of all of them.
pub fn all() -> Vec<f32> {
    truth(0..SHAPE.0, 0..SHAPE.1)
}
