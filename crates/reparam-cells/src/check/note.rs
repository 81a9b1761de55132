//! What one should know of counts that passed.

use std::fmt::{self, Display};

/// Something that is no fault and may matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Cells without a single count.
    EmptyCells {
        /// The modality.
        modality: String,
        /// Their names.
        cells: Vec<String>,
    },
    /// Features without a count in any cell.
    EmptyFeatures {
        /// The modality.
        modality: String,
        /// Their names.
        features: Vec<String>,
    },
    /// Names of several features each.
    RepeatedFeatures {
        /// The modality.
        modality: String,
        /// The names.
        features: Vec<String>,
    },
    /// How many cells each modality has, where there are several.
    Overlap {
        /// Cells of any modality.
        cells: usize,
        /// Names of modalities and their cells.
        of_modality: Vec<(String, usize)>,
        /// Cells that have all modalities.
        in_all: usize,
    },
}

/// The first names of a list, and how many more there are.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

impl Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyCells { modality, cells } => {
                write!(f, "{modality}: {} without counts ({})", counted(cells.len(), "cell"), some(cells))
            }
            Self::EmptyFeatures { modality, features } => {
                write!(f, "{modality}: {} without counts ({})", counted(features.len(), "feature"), some(features))
            }
            Self::RepeatedFeatures { modality, features } => {
                write!(f, "{modality}: {} of several features ({})", counted(features.len(), "name"), some(features))
            }
            Self::Overlap { cells, of_modality, in_all } => {
                let each: Vec<String> = of_modality.iter().map(|(name, n)| format!("{n} have {name}")).collect();
                write!(f, "of {}, {}, {in_all} have all", counted(*cells, "cell"), each.join(", "))
            }
        }
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
