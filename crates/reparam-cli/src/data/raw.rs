//! Images as a file holds them, before scaling: raw values, and where each of them stands.

use std::path::PathBuf;

use super::ImageShape;

/// Raw values in the order `[count, channels, height, width]`.
#[derive(Debug)]
pub(super) enum Values {
    /// Stored as single bytes.
    Bytes(Vec<u8>),
    /// Whole numbers of another kind.
    Whole(Vec<f32>),
    /// Numbers stored as floating point, or with fractional parts.
    Real(Vec<f32>),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Whole(values) | Self::Real(values) => values.len(),
        }
    }

    /// The value at `index`.
    pub fn at(&self, index: usize) -> f32 {
        match self {
            Self::Bytes(bytes) => bytes[index] as f32,
            Self::Whole(values) | Self::Real(values) => values[index],
        }
    }
}

/// Where the images stand, so that a message can name the place of a single value.
#[derive(Debug)]
pub(super) enum Place {
    /// One array in a file or an archive entry.
    Array(String),
    /// A table: the file, the line of each row, and the column with labels.
    Table { file: String, lines: Vec<u64>, label_column: Option<usize> },
    /// One file an image.
    Files(Vec<PathBuf>),
}

impl Place {
    /// The words for value `index` of images of this shape.
    pub fn of(&self, index: usize, shape: ImageShape) -> String {
        let (image, pixel) = (index / shape.pixels(), index % shape.pixels());
        let (channel, within) = (pixel / (shape.height * shape.width), pixel % (shape.height * shape.width));
        let (row, column) = (within / shape.width, within % shape.width);
        let channel = if shape.channels > 1 { format!("channel {channel}, ") } else { String::new() };
        match self {
            Self::Array(place) => {
                format!("{place}: image {image}: {channel}row {row}, column {column}")
            }
            Self::Files(paths) => format!("{}: {channel}row {row}, column {column}", paths[image].display()),
            Self::Table { file, lines, label_column } => {
                // Columns are counted from 1, with the label's column among them.
                let column = pixel + 1 + usize::from(label_column.is_some_and(|label| label <= pixel));
                format!("{file}:{}: column {column}", lines[image])
            }
        }
    }

    /// The words for the whole.
    pub fn file(&self) -> String {
        match self {
            Self::Array(place) | Self::Table { file: place, .. } => place.clone(),
            Self::Files(paths) => paths
                .first()
                .and_then(|path| path.parent())
                .map_or(String::new(), |folder| folder.display().to_string()),
        }
    }
}

/// One part of the data, as read.
#[derive(Debug)]
pub(super) struct RawImages {
    pub shape: ImageShape,
    pub values: Values,
    /// The raw value that stands for white, where the format says so.
    pub white: Option<u16>,
    pub place: Place,
    pub labels: Option<Vec<u32>>,
}

impl RawImages {
    pub fn count(&self) -> usize {
        self.values.len() / self.shape.pixels()
    }
}

/// What a reader hands over: the images, a test part where the data bring one, and the classes' names.
#[derive(Debug)]
pub(super) struct RawData {
    pub train: RawImages,
    pub test: Option<RawImages>,
    pub label_names: Option<Vec<String>>,
}
