//! What can be wrong with files of single cells: file, place, value and rule.

use std::io;
use std::path::PathBuf;

/// Why files of single cells could not be read.
///
/// A message starts with the file and the place in it; [`ReadError::hint`] adds what can be done about it, where something can.
///
/// ```
/// use reparam_cells::read::{ReadError, ReadOptions, read};
/// let error = read(&["no-such-file.h5ad".into()], &ReadOptions::default()).unwrap_err();
/// assert!(matches!(error, ReadError::Io { .. }));
/// ```
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No path was given.
    #[error("no files to read")]
    NoFiles,
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// None of the formats that are read.
    #[error("{}: {found}", path.display())]
    UnknownFormat {
        /// The file or folder.
        path: PathBuf,
        /// What was found there.
        found: String,
    },
    /// The HDF5 file cannot be opened: damaged, truncated or held by a writer.
    #[error("{}: no readable HDF5 file, is it complete? ({message})", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the format's reader says.
        message: String,
    },
    /// An object of an HDF5 file is damaged, or not what the format asks for.
    #[error("{}: {object}: {message}", path.display())]
    Object {
        /// The file.
        path: PathBuf,
        /// The object's path inside it.
        object: String,
        /// Rule and value.
        message: String,
    },
    /// A place in a text file breaks its format.
    #[error("{}:{line}: {message}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// Rule and value.
        message: String,
    },
    /// There is no layer of that name.
    #[error("{}: no layer '{layer}'; there {there}", path.display())]
    NoLayer {
        /// The file.
        path: PathBuf,
        /// The name that was asked for.
        layer: String,
        /// The layers that there are, in words.
        there: String,
    },
    /// The file has no `raw`.
    #[error("{}: no raw counts (`raw/X`) in this file", path.display())]
    NoRaw {
        /// The file.
        path: PathBuf,
    },
    /// Two matrices were asked for at once.
    #[error("the layer '{layer}' and the raw counts were both asked for; a modality has one of them")]
    LayerAndRaw {
        /// The name that was asked for.
        layer: String,
    },
    /// There is no modality of that name.
    #[error("{}: no modality '{name}'; there {there}", path.display())]
    NoModality {
        /// The file.
        path: PathBuf,
        /// The name that was asked for.
        name: String,
        /// The modalities that there are, in words.
        there: String,
    },
    /// A folder of 10x lacks a file.
    #[error("{}: no {name} in this folder; it holds {found}", path.display())]
    MissingFile {
        /// The folder.
        path: PathBuf,
        /// The names that would do.
        name: String,
        /// The names that are there.
        found: String,
    },
    /// Two cells have one name.
    #[error("{}: cells {first} and {second} have the same name '{name}' (cells are counted from 1)", path.display())]
    RepeatedCell {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
        /// Number of the first cell of that name, from 1.
        first: usize,
        /// Number of the second.
        second: usize,
    },
    /// Lengths that belong together differ.
    #[error("{}: {message}", path.display())]
    Mismatch {
        /// The file or folder.
        path: PathBuf,
        /// What and what.
        message: String,
    },
    /// A file without cells, or a modality without features.
    #[error("{}: no {what}", path.display())]
    Empty {
        /// The file or folder.
        path: PathBuf,
        /// What there is none of.
        what: String,
    },
    /// No cell of one file is in another.
    #[error(
        "barcodes that do not match: {} has {first_examples}, {} has {second_examples}; no cell is in both",
        first.display(), second.display()
    )]
    NoCommonCells {
        /// The first file.
        first: PathBuf,
        /// Two of its cells.
        first_examples: String,
        /// The other file.
        second: PathBuf,
        /// Two of its cells.
        second_examples: String,
    },
    /// Two files have a modality of the same name.
    #[error("{}: a modality '{name}' was already read from another file", path.display())]
    RepeatedModality {
        /// The second file.
        path: PathBuf,
        /// The name.
        name: String,
    },
}

impl ReadError {
    /// What can be done about it, where something can.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoCommonCells { .. } => {
                Some("files of the same cells name them alike; look for suffixes such as `-1` or prefixes of samples")
            }
            Self::Damaged { .. } => Some("compare the file's size with that at its source, and copy it again"),
            Self::NoRaw { .. } => Some("leave --raw away, or name a layer with --layer"),
            Self::RepeatedCell { .. } => Some("give each sample's barcodes a prefix or suffix of their own"),
            Self::UnknownFormat { .. } => {
                Some("read are .h5ad, .h5mu, 10x .h5 and folders, and CSV or TSV, plain or gzip")
            }
            _ => None,
        }
    }
}

/// "are 'a', 'b'" or "are none", for messages.
pub(super) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 12;
    if names.is_empty() {
        return "are none".to_owned();
    }
    let mut text = format!("{} ", if names.len() == 1 { "is" } else { "are" });
    text.push_str(&quoted(&names[..names.len().min(SHOWN)]));
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

/// Names in quotes, with commas between.
pub(super) fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| format!("'{}'", name.as_ref())).collect::<Vec<_>>().join(", ")
}
