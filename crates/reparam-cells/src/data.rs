//! What a file becomes.

use crate::{CountStore, Frame};

/// The features of a modality: genes, or regions of the genome.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// Names, one for each column of the counts: gene symbols where the file has them.
    pub names: Vec<String>,
    /// Stable identifiers (Ensembl) where the file has them; else empty.
    pub ids: Vec<String>,
    /// The file's other columns (`var`).
    pub annotations: Frame,
}

/// One kind of measurement of the cells.
#[derive(Debug)]
pub struct Modality {
    /// `rna`, `atac`, or what the file calls it.
    pub name: String,
    /// What its columns are.
    pub features: Features,
    /// Counts; a row for each cell that was measured.
    pub counts: CountStore,
    /// The row of each cell in `counts`; `None` for a cell that lacks this modality.
    pub row_of_cell: Vec<Option<u32>>,
}

/// Cells, their annotations, and their counts.
#[derive(Debug)]
pub struct CellData {
    /// Names of the cells (barcodes).
    pub cells: Vec<String>,
    /// The cells' annotations (`obs`).
    pub annotations: Frame,
    /// What was measured, at least one.
    pub modalities: Vec<Modality>,
    /// Where it came from, for messages and reports.
    pub source: String,
    /// What was done while reading that one should know: names made unique, conversions, assumptions.
    pub notes: Vec<String>,
}

impl CellData {
    /// The modality of a name.
    #[must_use]
    pub fn modality(&self, name: &str) -> Option<&Modality> {
        self.modalities.iter().find(|m| m.name == name)
    }

    /// Number of cells.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}
