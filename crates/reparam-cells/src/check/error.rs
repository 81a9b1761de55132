//! Why values are no counts.

use std::io;

use super::Looks;

/// Why counts did not pass their check.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A value below 0, infinite, or not a number.
    #[error("values of modality '{modality}' are no counts: {value} at cell '{cell}', feature '{feature}'")]
    Impossible {
        /// The modality.
        modality: String,
        /// The cell's name.
        cell: String,
        /// The feature's name.
        feature: String,
        /// The value.
        value: f32,
    },
    /// Values that are not whole.
    #[error(transparent)]
    NoCounts(Box<NoCounts>),
    /// Two cells have one name.
    #[error("cells {first} and {second} have the same name '{name}' (cells are counted from 1)")]
    RepeatedCell {
        /// The name.
        name: String,
        /// Number of the first cell of that name, from 1.
        first: usize,
        /// Number of the second.
        second: usize,
    },
    /// Counts on disk cannot be read.
    #[error("counts of modality '{modality}': {source}")]
    Io {
        /// The modality.
        modality: String,
        /// The system's answer.
        source: io::Error,
    },
}

/// Values that are not whole, with the first of them and what they look like.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "values of modality '{modality}' are no counts: {broken} of {stored} stored values are not whole \
     (e.g. {value} at cell '{cell}', feature '{feature}'); they look like {looks}"
)]
pub struct NoCounts {
    /// The modality.
    pub modality: String,
    /// Values that are not whole.
    pub broken: u64,
    /// Values that are not 0.
    pub stored: u64,
    /// The cell of the first one.
    pub cell: String,
    /// Its feature.
    pub feature: String,
    /// The value.
    pub value: f32,
    /// What the values look like.
    pub looks: Looks,
}

impl CheckError {
    /// What can be done about it, where something can.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        const ELSEWHERE: &str = "the file may have counts elsewhere: --layer counts or --raw";
        match self {
            Self::Impossible { value, .. } if *value < 0.0 => {
                Some(format!("values below 0 are centred or scaled; {ELSEWHERE}"))
            }
            Self::NoCounts(found) => Some(match found.looks {
                Looks::Log1p(base) => format!("--from {} turns them to counts; or {ELSEWHERE}", base.option()),
                _ => format!(
                    "{ELSEWHERE}; --from log1p where they are log(1 + counts); --allow-noninteger lets them through"
                ),
            }),
            Self::RepeatedCell { .. } => Some("give each sample's barcodes a prefix or suffix of their own".to_owned()),
            _ => None,
        }
    }
}
