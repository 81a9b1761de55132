//! An HDF5 file with errors that name file and object.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use hdf5_pure::{AttrValue, Dataset, Error, File, FormatError, Group};

use super::ReadError;

/// No byte of deflate unpacks to more than this many (zlib's technical notes), and LZF stays below.
const EXPANSION: u64 = 1032;
/// Texts that are read at a time.
const STRINGS: usize = 8192;
/// Bytes that a dataset may have in any file: those never written take no place in it.
const SMALL: u64 = 1 << 26;

/// A file that is read as needed, never as a whole.
pub(super) struct H5 {
    file: File,
    path: PathBuf,
}

impl H5 {
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let damaged = |message: String| ReadError::Damaged { path: path.to_path_buf(), message };
        let file = File::open_streaming(path).map_err(|e| damaged(e.to_string()))?;
        let (expected, size) = (file.superblock().eof_address, file.file_size());
        if size < expected {
            return Err(damaged(format!("expected {expected} bytes, got {size}")));
        }
        Ok(Self { file, path: path.to_path_buf() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An error at an object.
    pub fn error(&self, object: &str, message: impl Display) -> ReadError {
        let object = if object.is_empty() { "/" } else { object };
        ReadError::Object { path: self.path.clone(), object: object.to_owned(), message: message.to_string() }
    }

    pub fn group(&self, object: &str) -> Result<Option<Group>, ReadError> {
        if object.is_empty() {
            return Ok(Some(self.file.root()));
        }
        self.found(object, self.file.group(object))
    }

    pub fn dataset(&self, object: &str) -> Result<Option<Dataset>, ReadError> {
        let Some(dataset) = self.found(object, self.file.dataset(object))? else { return Ok(None) };
        let size = dataset.element_size().map_err(|e| self.error(object, e))?;
        let bytes = self.shape(object, &dataset)?.iter().fold(size, |bytes, n| bytes.saturating_mul(*n));
        // A damaged length would ask for more memory than there is, which no one can refuse afterwards.
        if bytes > SMALL.max(self.file.file_size().saturating_mul(EXPANSION)) {
            return Err(self.error(object, format!("{bytes} bytes are more than a file of this size can hold")));
        }
        Ok(Some(dataset))
    }

    pub fn needed(&self, object: &str) -> Result<Dataset, ReadError> {
        self.dataset(object)?.ok_or_else(|| self.error(object, "no such dataset"))
    }

    /// Nothing where the object is not there, or is of the other kind.
    fn found<T>(&self, object: &str, outcome: Result<T, Error>) -> Result<Option<T>, ReadError> {
        match outcome {
            Ok(found) => Ok(Some(found)),
            Err(Error::NotAGroup(_) | Error::NotADataset(_) | Error::Format(FormatError::PathNotFound(_))) => Ok(None),
            Err(e) => Err(self.error(object, e)),
        }
    }

    pub fn groups(&self, object: &str) -> Result<Vec<String>, ReadError> {
        let Some(group) = self.group(object)? else { return Ok(Vec::new()) };
        group.groups().map_err(|e| self.error(object, e))
    }

    /// Names of groups and datasets in a group; none where there is no such group.
    pub fn children(&self, object: &str) -> Result<Vec<String>, ReadError> {
        let Some(group) = self.group(object)? else { return Ok(Vec::new()) };
        let mut names = group.groups().map_err(|e| self.error(object, e))?;
        names.extend(group.datasets().map_err(|e| self.error(object, e))?);
        Ok(names)
    }

    /// Attributes of a group or dataset.
    pub fn attributes(&self, object: &str) -> Result<HashMap<String, AttrValue>, ReadError> {
        if let Some(group) = self.group(object)? {
            return group.attrs().map_err(|e| self.error(object, e));
        }
        self.needed(object)?.attrs().map_err(|e| self.error(object, e))
    }

    /// The lengths of a dataset.
    pub fn shape(&self, object: &str, dataset: &Dataset) -> Result<Vec<u64>, ReadError> {
        dataset.shape().map_err(|e| self.error(object, e))
    }

    /// The length of a dataset that must have one dimension.
    pub fn length(&self, object: &str, dataset: &Dataset) -> Result<usize, ReadError> {
        match self.shape(object, dataset)?[..] {
            // A single value may be stored without a dimension.
            [] => Ok(1),
            [n] => usize::try_from(n).map_err(|e| self.error(object, e)),
            ref shape => Err(self.error(object, format!("expected one dimension, got the shape {shape:?}"))),
        }
    }

    /// A dataset of text.
    pub fn strings(&self, object: &str) -> Result<Vec<String>, ReadError> {
        let dataset = self.needed(object)?;
        let (length, mut strings) = (self.length(object, &dataset)?, Vec::new());
        // The reader of text looks each heap up among all that one call meets, so that calls are kept short.
        for start in (0..length).step_by(STRINGS) {
            let read = dataset.read_string_rows(start as u64, STRINGS as u64);
            strings.append(&mut read.map_err(|e| self.error(object, e))?);
        }
        if strings.len() != length {
            return Err(self.error(object, format!("expected {length} texts, got {}", strings.len())));
        }
        Ok(strings)
    }

    /// A dataset of whole numbers.
    pub fn integers(&self, object: &str) -> Result<Vec<i64>, ReadError> {
        self.needed(object)?.read_i64().map_err(|e| self.error(object, e))
    }
}

/// `prefix/name`, or `name` at the root.
pub(super) fn inside(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") }
}
