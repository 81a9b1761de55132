//! What can be wrong with image data: one error each, with its file, place, value and rule.

use std::fmt::{self, Display};
use std::io;
use std::path::{Path, PathBuf};

use super::visible::{Visible, visible};

/// Why image data could not be read.
///
/// A message starts with the file and the place in it (byte, line and column, entry, image), then says what the rule
/// expects and what stands there instead. Control characters of names and contents are escaped: a message is one line, and
/// moves no cursor. [`DataError::hint`] adds what can be done about it, where something can.
///
/// ```
/// use reparam_cli::data::{DataError, ReadOptions, read};
/// let error = read("no-such-file.csv".as_ref(), &ReadOptions::default()).unwrap_err();
/// assert!(matches!(error, DataError::Io { .. }));
/// assert_eq!(error.to_string(), "no-such-file.csv: no such file or folder");
/// ```
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file system refused: not there, no permission, or a device failed.
    Io {
        /// The path that was asked for.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// An option of the reader breaks its own rule.
    Option {
        /// The option's name.
        name: &'static str,
        /// Its rule.
        expected: &'static str,
        /// The value that was given.
        got: String,
    },
    /// Neither the name nor the first bytes belong to a format that is read here.
    UnknownFormat {
        /// The path that was asked for.
        path: PathBuf,
        /// What was found there.
        got: String,
    },
    /// The first bytes are not those of the format that the name announces.
    Magic {
        /// The file or archive entry.
        place: String,
        /// The format's magic number.
        expected: &'static str,
        /// The bytes that stand there, in hexadecimal.
        got: String,
    },
    /// A header that cannot be understood.
    Header {
        /// The file or archive entry, with the place in it.
        place: String,
        /// What the format asks for.
        expected: &'static str,
        /// What stands there.
        got: String,
    },
    /// Values are stored in a type that is not read.
    ElementType {
        /// The file or archive entry, with the place in it.
        place: String,
        /// The types that are read.
        expected: &'static str,
        /// The type that is stored.
        got: String,
    },
    /// The array or image has a shape that does not fit.
    Shape {
        /// The file, archive entry or image.
        place: String,
        /// The shapes that fit.
        expected: String,
        /// The shape that was found.
        got: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// There are fewer bytes than the header announces.
    Truncated {
        /// The file or archive entry.
        place: String,
        /// Bytes that the header asks for.
        expected: u64,
        /// Bytes that are there (unpacked, where the file is compressed).
        got: u64,
    },
    /// There are more bytes than the header announces.
    Trailing {
        /// The file or archive entry.
        place: String,
        /// Bytes that the header asks for.
        expected: u64,
    },
    /// The header announces more than the compressed bytes could ever unpack to, or than memory can hold.
    Announced {
        /// The file or archive entry.
        place: String,
        /// Bytes that the header asks for, in decimal; "more than 2^63" where the product overflows.
        announced: String,
        /// The most that the file could hold.
        limit: u64,
    },
    /// A compressed stream, an archive or a picture that does not decode.
    Damaged {
        /// The file or archive entry.
        place: String,
        /// The kind of stream.
        expected: &'static str,
        /// The decoder's words.
        reason: String,
    },
    /// The numbers of images and labels differ.
    LabelCount {
        /// Where the labels stand.
        place: String,
        /// Where the images stand.
        images_place: String,
        /// Number of images.
        images: usize,
        /// Number of labels.
        labels: usize,
    },
    /// A label that is not a class number or name.
    Label {
        /// The file, with the place in it.
        place: String,
        /// The rule for labels.
        expected: &'static str,
        /// What stands there.
        got: String,
    },
    /// A row of a table has another number of fields than the first.
    Ragged {
        /// The file and line.
        place: String,
        /// Fields in the first row.
        expected: usize,
        /// Fields in this row.
        got: usize,
    },
    /// A value that is no number, not finite, or outside what the likelihood allows.
    Value {
        /// The file, with image, row and column, or line and column.
        place: String,
        /// The rule for values.
        expected: String,
        /// The value that stands there.
        got: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Nothing to learn from: no bytes, no rows, no images.
    Empty {
        /// The file or folder.
        place: String,
        /// What is missing.
        expected: &'static str,
    },
    /// A folder holds something that is neither an image nor hidden.
    Folder {
        /// The file or subfolder that does not belong.
        path: PathBuf,
        /// What may stand there.
        expected: &'static str,
        /// What it is.
        got: String,
    },
    /// An archive or table without the entry or column that is needed.
    Missing {
        /// The file.
        place: String,
        /// The names that are looked for.
        expected: String,
        /// The names that are there.
        got: String,
    },
}

/// The formats, as messages list them.
const FORMATS: &str = "a folder of idx files, a folder of PNG images, or a file .idx, .npy, .npz or .csv";

impl Display for DataError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words(&mut Visible(out))
    }
}

impl DataError {
    fn words(&self, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Header { place, expected, got }
            | Self::ElementType { place, expected, got }
            | Self::Label { place, expected, got } => write!(out, "{place}: expected {expected}, got {got}"),
            Self::Shape { place, expected, got, .. } | Self::Missing { place, expected, got } => {
                write!(out, "{place}: expected {expected}, got {got}")
            }
            Self::Io { path, source } => write!(out, "{}: {}", path.display(), io_words(source)),
            Self::Option { name, expected, got } => write!(out, "{name}: expected {expected}, got {got}"),
            Self::UnknownFormat { path, got } => write!(out, "{}: expected {FORMATS}, got {got}", path.display()),
            Self::Magic { place, expected, got } => write!(out, "{place}: byte 0: expected {expected}, got {got}"),
            Self::Truncated { place, expected, got } => {
                write!(out, "{place}: expected {expected} bytes, got {got}: the file is cut short")
            }
            Self::Trailing { place, expected } => {
                write!(out, "{place}: expected {expected} bytes, got more: data go on after the announced end")
            }
            Self::Announced { place, announced, limit } => {
                write!(out, "{place}: expected at most {limit} bytes, got a header that announces {announced}")
            }
            Self::Damaged { place, expected, reason } => {
                write!(out, "{place}: expected {expected}, got damaged data ({reason})")
            }
            Self::LabelCount { place, images_place, images, labels } => {
                write!(out, "{place}: expected {images} labels, one for each image in {images_place}, got {labels}")
            }
            Self::Ragged { place, expected, got } => {
                write!(out, "{place}: expected {expected} fields as in the first row, got {got}")
            }
            Self::Value { place, expected, got, .. } => write!(out, "{place}: expected {expected}, got '{got}'"),
            Self::Empty { place, expected } => write!(out, "{place}: expected {expected}, got none"),
            Self::Folder { path, expected, got } => write!(out, "{}: expected {expected}, got {got}", path.display()),
        }
    }

    /// What the user can do about it, where there is something; one line for the command's `hint:`.
    pub fn hint(&self) -> Option<String> {
        self.advice().map(|advice| visible(&advice))
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::Io { source, .. } => io_advice(source).map(str::to_owned),
            Self::Header { expected: "a regular file", got, .. } if got == "a folder" => {
                Some("name one of the files in it".into())
            }
            Self::Shape { hint, .. } | Self::Value { hint, .. } => hint.clone(),
            Self::UnknownFormat { path, .. } if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")) => {
                Some("put the images into a folder and name the folder".into())
            }
            Self::ElementType { got, .. } if got.contains("object") || got.contains("f2") || got.contains("f16") => {
                Some("convert it first: numpy.save(name, array.astype('float32'))".into())
            }
            Self::Truncated { .. } | Self::Damaged { .. } => {
                Some("the copy may be incomplete: fetch the file again and compare its checksum".into())
            }
            Self::Ragged { .. } => Some("each row is one image: all rows need the same number of fields".into()),
            Self::Folder { .. } => Some("move it out of the folder, or give it a name that starts with a dot".into()),
            Self::Missing { expected, .. } if expected.starts_with("a column") => {
                Some("columns are counted from 1 where there is no header".into())
            }
            Self::Missing { expected, .. } if expected.starts_with("an array") => {
                Some("save it again: numpy.savez(name, x=images, y=labels)".into())
            }
            _ => None,
        }
    }

    /// The file system's refusal for `path`.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }
}

/// The common refusals in plain words; the system's own for the rest, without its number and its capital letter.
pub(super) fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".into(),
        io::ErrorKind::PermissionDenied => "no permission to read it".into(),
        io::ErrorKind::IsADirectory => "a folder, not a file".into(),
        io::ErrorKind::NotADirectory => "a part of the path is a file, not a folder".into(),
        _ => {
            let text = error.to_string();
            let text = text.split_once(" (os error ").map_or(text.as_str(), |(text, _)| text);
            let mut rest = text.chars();
            let lower = rest.next().map(|first| first.to_lowercase().collect::<String>());
            lower.map_or(String::new(), |first| first + rest.as_str())
        }
    }
}

/// What can be done about a refusal.
fn io_advice(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Some("check the spelling; a path without a leading slash starts at the current folder")
        }
        io::ErrorKind::PermissionDenied => {
            Some("check who may read the file and enter the folders above it: ls -l shows it")
        }
        io::ErrorKind::IsADirectory => Some("name one of the files in it"),
        io::ErrorKind::OutOfMemory => Some("the data have to fit into memory, at 4 bytes a pixel"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_words_lose_their_capital_and_their_number() {
        let too_long = io::Error::from_raw_os_error(36);
        let words = io_words(&too_long);
        assert!(!words.contains("os error") && !words.starts_with(char::is_uppercase), "{words}");
        let error = DataError::io("a\u{1b}[2J\nb".as_ref(), io::ErrorKind::NotFound.into());
        assert_eq!(error.to_string(), "a\\x1b[2J\\nb: no such file or folder");
        assert!(error.hint().is_some_and(|hint| hint.contains("spelling")));
    }
}
