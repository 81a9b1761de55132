//! Text files, plain or gzip, line by line.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::ReadError;

/// A file's content, unpacked where its first bytes are those of gzip.
pub(super) fn unpacked(path: &Path) -> Result<Box<dyn BufRead>, ReadError> {
    let io = |source| ReadError::Io { path: path.to_path_buf(), source };
    let mut file = BufReader::with_capacity(1 << 17, File::open(path).map_err(io)?);
    if file.fill_buf().map_err(io)?.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(BufReader::with_capacity(1 << 17, MultiGzDecoder::new(file))));
    }
    Ok(Box::new(file))
}

/// Lines with their numbers, without their ends.
pub(super) struct Lines {
    input: Box<dyn BufRead>,
    path: PathBuf,
    bytes: Vec<u8>,
    number: u64,
}

impl Lines {
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        Ok(Self { input: unpacked(path)?, path: path.to_path_buf(), bytes: Vec::new(), number: 0 })
    }

    /// The next line; nothing at the end.
    pub fn next(&mut self) -> Result<Option<&str>, ReadError> {
        self.bytes.clear();
        let read = self.input.read_until(b'\n', &mut self.bytes);
        self.number += 1;
        if read.map_err(|source| ReadError::Io { path: self.path.clone(), source })? == 0 {
            return Ok(None);
        }
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => Ok(Some(text.trim_end_matches(['\n', '\r']))),
            Err(_) => Err(self.error("expected text in UTF-8")),
        }
    }

    /// An error at the line that was read last.
    pub fn error(&self, message: impl Into<String>) -> ReadError {
        ReadError::Text { path: self.path.clone(), line: self.number, message: message.into() }
    }
}
