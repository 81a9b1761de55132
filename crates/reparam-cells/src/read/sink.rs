//! Where rows go on their way into a store, with errors that name the file.

use std::path::PathBuf;

use super::{ReadError, Reading};
use crate::{CountStore, CountStoreWriter};

/// A writer of rows.
pub(super) struct Sink {
    writer: CountStoreWriter,
    path: PathBuf,
}

impl Sink {
    pub fn new(width: usize, reading: &Reading<'_>) -> Self {
        Self { writer: CountStoreWriter::new(width, &reading.options.store), path: reading.path.to_path_buf() }
    }

    pub fn push(&mut self, columns: &[u32], values: &[f32]) -> Result<(), ReadError> {
        self.writer.push(columns, values).map_err(|source| ReadError::Io { path: self.path.clone(), source })
    }

    /// A row given in full.
    pub fn push_dense(&mut self, row: &[f32], columns: &mut Vec<u32>, values: &mut Vec<f32>) -> Result<(), ReadError> {
        columns.clear();
        values.clear();
        for (column, value) in row.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            columns.push(column as u32);
            values.push(*value);
        }
        self.push(columns, values)
    }

    pub fn finish(self) -> Result<CountStore, ReadError> {
        self.writer.finish().map_err(|source| ReadError::Io { path: self.path, source })
    }
}
