//! Rows in a temporary file, read by position.

use std::fs::File;
use std::io;

use crate::SparseRows;

/// Bytes of one stored value: its column and itself.
pub(super) const ENTRY: usize = 8;

/// Rows in a file: for each value its column (u32) and itself (f32), little-endian, row after row.
#[derive(Debug)]
pub(super) struct DiskRows {
    file: Positioned,
    /// Where each row starts, in entries; one more than there are rows.
    starts: Vec<u64>,
    width: usize,
}

impl DiskRows {
    pub fn new(file: File, starts: Vec<u64>, width: usize) -> Self {
        Self { file: Positioned::new(file), starts, width }
    }

    pub const fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub const fn width(&self) -> usize {
        self.width
    }

    pub fn stored(&self) -> usize {
        self.starts[self.len()] as usize
    }

    /// Rows that follow each other are fetched in one read.
    pub fn read(&self, rows: &[usize], into: &mut SparseRows) -> io::Result<()> {
        let (mut bytes, mut columns, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for run in rows.chunk_by(|a, b| a + 1 == *b) {
            let (first, last) = (run[0], run[run.len() - 1]);
            let (start, end) = (self.starts[first], self.starts[last + 1]);
            bytes.resize((end - start) as usize * ENTRY, 0);
            self.file.read_exact_at(&mut bytes, start * ENTRY as u64)?;
            for row in first..=last {
                let place = |entry: u64| (entry - start) as usize * ENTRY;
                columns.clear();
                values.clear();
                for entry in bytes[place(self.starts[row])..place(self.starts[row + 1])].as_chunks::<ENTRY>().0 {
                    let [a, b, c, d, e, f, g, h] = *entry;
                    columns.push(u32::from_le_bytes([a, b, c, d]));
                    values.push(f32::from_le_bytes([e, f, g, h]));
                }
                into.push(&columns, &values);
            }
        }
        Ok(())
    }
}

/// A file that several threads read at positions of their own.
#[cfg(unix)]
#[derive(Debug)]
struct Positioned(File);

#[cfg(unix)]
impl Positioned {
    const fn new(file: File) -> Self {
        Self(file)
    }

    fn read_exact_at(&self, into: &mut [u8], position: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, into, position)
    }
}

/// A file that threads read one after the other, where the system has no read at a position that leaves the file's own alone.
#[cfg(not(unix))]
#[derive(Debug)]
struct Positioned(std::sync::Mutex<File>);

#[cfg(not(unix))]
impl Positioned {
    const fn new(file: File) -> Self {
        Self(std::sync::Mutex::new(file))
    }

    fn read_exact_at(&self, into: &mut [u8], position: u64) -> io::Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        // A reader that panicked left no state behind: every read seeks first.
        let mut file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.seek(SeekFrom::Start(position))?;
        file.read_exact(into)
    }
}
