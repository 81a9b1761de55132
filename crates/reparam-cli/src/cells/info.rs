//! What a run remembers of its data: enough to meet new cells.

use reparam::cells::{Baseline, CellConfig, NullModels};
use serde::{Deserialize, Serialize};

/// File of it in the folder of a run.
pub const FILE: &str = "run.json";

/// What a run remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunInfo {
    /// Of the program.
    pub version: String,
    /// Whether the cells were simulated.
    pub simulated: bool,
    /// Where the cells came from.
    pub source: String,
    /// Number of cells, those held out among them.
    pub cells: usize,
    /// Cells that were neither trained on nor used to choose, by number.
    pub held_out: Vec<usize>,
    /// Cells that the best epoch was chosen by.
    pub validation: Vec<usize>,
    /// Features of each modality.
    pub modalities: Vec<ModalityInfo>,
    /// The annotation that names batches.
    pub batch_key: Option<String>,
    /// The batches.
    pub batches: Vec<String>,
    /// Further conditions.
    pub covariates: Vec<CovariateInfo>,
    /// The model.
    pub config: CellConfig,
    /// A fingerprint of the counts of each modality, by which changed files are noticed.
    pub fingerprints: Vec<String>,
    /// What it started from.
    pub baseline: Baseline,
    /// The nulls that it is compared with.
    pub nulls: NullModels,
    /// What one should know.
    pub notes: Vec<String>,
}

/// The features of one modality.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModalityInfo {
    /// Its name.
    pub name: String,
    /// Whether counts are reads, of which two make a fragment.
    pub halve: bool,
    /// Names of the features, in order.
    pub features: Vec<String>,
    /// Their stable identifiers, where there are any.
    pub ids: Vec<String>,
    /// Features in the file before selection.
    pub of: usize,
}

/// A condition of encoder and decoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CovariateInfo {
    /// The annotation.
    pub column: String,
    /// How it becomes numbers.
    pub kind: CovariateKind,
}

/// How an annotation becomes numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CovariateKind {
    /// 1 for the category of the cell, 0 for the others.
    Categories(Vec<String>),
    /// Less the mean, over the standard deviation.
    Number {
        /// Of the training cells.
        mean: f64,
        /// Of the training cells.
        scale: f64,
    },
}

impl CovariateInfo {
    /// Numbers that it takes.
    pub fn width(&self) -> usize {
        match &self.kind {
            CovariateKind::Categories(names) => names.len(),
            CovariateKind::Number { .. } => 1,
        }
    }
}
