//! Rows go in one after the other; where they are kept depends on how many there are.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::CountStore;
use super::disk::{DiskRows, ENTRY};
use crate::SparseRows;

/// How much of a store may stay in memory, and where the rest goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreOptions {
    /// Bytes of rows that stay in memory; a larger store is kept in a temporary file. 512 MiB by default.
    pub memory: usize,
    /// Folder of that file; the system's own for such files where none is named.
    pub folder: Option<PathBuf>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { memory: 512 << 20, folder: None }
    }
}

impl StoreOptions {
    /// A file without a name, which the system removes with its last handle.
    pub(crate) fn temporary(&self) -> io::Result<File> {
        self.folder.as_ref().map_or_else(tempfile::tempfile, tempfile::tempfile_in)
    }
}

/// Takes rows one after the other and makes a [`CountStore`] of them.
#[derive(Debug)]
pub struct CountStoreWriter {
    options: StoreOptions,
    rows: SparseRows,
    disk: Option<Spilled>,
    sorted: Vec<(u32, f32)>,
}

#[derive(Debug)]
struct Spilled {
    file: BufWriter<File>,
    starts: Vec<u64>,
}

impl CountStoreWriter {
    /// No rows yet, of `width` columns.
    #[must_use]
    pub fn new(width: usize, options: &StoreOptions) -> Self {
        Self { options: options.clone(), rows: SparseRows::new(width), disk: None, sorted: Vec::new() }
    }

    /// Adds a row. Columns in another order than theirs are sorted; values of a column that comes twice are added.
    ///
    /// # Errors
    /// A column beyond the width, another number of values than of columns, or what the file system says.
    pub fn push(&mut self, columns: &[u32], values: &[f32]) -> io::Result<()> {
        let width = self.rows.width();
        if let Some(beyond) = columns.iter().find(|c| **c as usize >= width) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("column {beyond} of a store of {width} columns"),
            ));
        }
        if columns.len() != values.len() {
            let text = format!("{} columns with {} values", columns.len(), values.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        if columns.is_sorted_by(|a, b| a < b) {
            return self.put(columns, values);
        }
        self.sorted.clear();
        self.sorted.extend(columns.iter().copied().zip(values.iter().copied()));
        // Stable, so that values of one column are added in the order they came in.
        self.sorted.sort_by_key(|(column, _)| *column);
        self.sorted.dedup_by(|b, a| {
            let same = a.0 == b.0;
            if same {
                a.1 += b.1;
            }
            same
        });
        let (columns, values): (Vec<u32>, Vec<f32>) = self.sorted.iter().copied().unzip();
        self.put(&columns, &values)
    }

    fn put(&mut self, columns: &[u32], values: &[f32]) -> io::Result<()> {
        if let Some(disk) = &mut self.disk {
            return disk.push(columns, values);
        }
        self.rows.push(columns, values);
        let bytes = self.rows.stored() * ENTRY + self.rows.len() * size_of::<usize>();
        if bytes > self.options.memory {
            let mut disk =
                Spilled { file: BufWriter::with_capacity(1 << 18, self.options.temporary()?), starts: vec![0] };
            for i in 0..self.rows.len() {
                let (columns, values) = self.rows.row(i);
                disk.push(columns, values)?;
            }
            self.rows = SparseRows::new(self.rows.width());
            self.disk = Some(disk);
        }
        Ok(())
    }

    /// The store of all rows that were added.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(self) -> io::Result<CountStore> {
        match self.disk {
            None => Ok(CountStore::in_memory(self.rows)),
            Some(disk) => {
                let file = disk.file.into_inner().map_err(io::IntoInnerError::into_error)?;
                Ok(CountStore::on_disk(DiskRows::new(file, disk.starts, self.rows.width())))
            }
        }
    }
}

impl Spilled {
    fn push(&mut self, columns: &[u32], values: &[f32]) -> io::Result<()> {
        let mut stored = self.starts[self.starts.len() - 1];
        for (column, value) in columns.iter().zip(values).filter(|(_, v)| **v != 0.0) {
            self.file.write_all(&column.to_le_bytes())?;
            self.file.write_all(&value.to_le_bytes())?;
            stored += 1;
        }
        self.starts.push(stored);
        Ok(())
    }
}
