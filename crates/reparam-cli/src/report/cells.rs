//! What a run on single cells has to show, as plain data.

use super::plot::{Along, Phase};

/// Everything that the page of one run on single cells shows. What is empty is not on the page.
///
/// ```
/// use reparam_cli::report::{CellsReport, render_cells};
/// let report = CellsReport { title: "blood".into(), simulated: true, ..CellsReport::default() };
/// assert!(render_cells(&report).contains("<h1>Single cells: blood (simulated)</h1>"));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellsReport {
    /// The name of the run or of the data.
    pub title: String,
    /// Whether the cells were drawn from a model instead of measured: the page says so in its title and at each figure.
    pub simulated: bool,
    /// What was found, a sentence each.
    pub verdict: Vec<String>,
    /// Warnings to the reader.
    pub notes: Vec<String>,
    /// The data, one row a modality.
    pub data: Vec<ModalityRow>,
    /// Results on cells that were not trained on, one row for each modality and null.
    pub scores: Vec<HeldOut>,
    /// Training, one row an epoch, in order.
    pub epochs: Vec<CellsEpoch>,
    /// Places of the cells, with colourings.
    pub map: Option<CellMap>,
    /// What is known about the axis of the cell cycle.
    pub cycle: Option<CycleReport>,
    /// Names and values of what was fixed: model, latent, seed, version, device.
    pub settings: Vec<(String, String)>,
    /// The command that repeats the run.
    pub command: String,
    /// What to cite (the data, the methods), each with an address where there is one.
    pub citations: Vec<(String, Option<String>)>,
}

/// One modality of the data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModalityRow {
    /// Its name, such as `rna` or `atac`.
    pub name: String,
    /// Cells that have it.
    pub cells: u64,
    /// Genes or peaks in use.
    pub features: u64,
    /// The part of entries that are not zero, 0 to 1.
    pub density: f64,
    /// Median over cells of the sum of counts.
    pub median_depth: f64,
}

/// The log-likelihood of held-out cells under the model and under a null, in nats per cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HeldOut {
    /// The modality.
    pub modality: String,
    /// Under the model: a bound from below.
    pub model: f64,
    /// What the null is, such as `mean of the cells`.
    pub null_name: String,
    /// Under the null.
    pub null: f64,
    /// Standard error over cells of the difference, cell by cell.
    pub standard_error: f64,
    /// Held-out cells.
    pub cells: u64,
}

impl HeldOut {
    /// What the model is better by, nats per cell.
    pub fn gain(&self) -> f64 {
        self.model - self.null
    }
}

/// One epoch of training, in nats per cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellsEpoch {
    /// Passes over the data so far.
    pub epoch: f64,
    /// Training ELBO, mean over the epoch.
    pub elbo: f64,
    /// ELBO of cells that are not trained on.
    pub validation_elbo: Option<f64>,
    /// The expected log-likelihood of each modality.
    pub reconstruction: Vec<(String, f64)>,
    /// The divergence of the posterior from the prior.
    pub kl: f64,
}

/// Places of cells in two dimensions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellMap {
    /// Two coordinates for each cell.
    pub points: Vec<(f64, f64)>,
    /// The names of the two coordinates.
    pub axes: [String; 2],
    /// How the coordinates were made, as a sentence; may be empty.
    pub about: String,
    /// One picture each.
    pub colourings: Vec<CellColouring>,
}

/// What the cells of a map are coloured by.
#[derive(Debug, Clone, PartialEq)]
pub struct CellColouring {
    /// Its name, such as `phase`, with its unit.
    pub name: String,
    /// Where it comes from and whether the model saw it, as a sentence; may be empty.
    pub about: String,
    /// The values, one for each cell; cells beyond the last are grey.
    pub values: CellValues,
}

/// Values of the cells.
#[derive(Debug, Clone, PartialEq)]
pub enum CellValues {
    /// Names; an empty one is not known.
    Categories(Vec<String>),
    /// Numbers.
    Numbers(Vec<f64>),
    /// Angles in radians.
    Angles(Vec<f64>),
}

/// What is known about the axis of the cell cycle.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CycleReport {
    /// How the angle was found and turned, as a sentence; may be empty.
    pub about: String,
    /// How well the angle agrees with what else is known.
    pub agreement: Vec<Agreement>,
    /// Where the phases lie on the circle.
    pub phases: Vec<Phase>,
    /// The angle of each cell, radians.
    pub angles: Vec<f64>,
    /// The phase that each cell was called by another method; may be empty.
    pub called: Vec<String>,
    /// What the knob does to each gene.
    pub knob: Option<KnobMap>,
    /// Named genes around the circle.
    pub genes: Vec<GeneCurve>,
}

/// A measure of agreement.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Agreement {
    /// Its name, such as `circular correlation`.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its standard error, where that is known.
    pub standard_error: Option<f64>,
    /// Its value where there is nothing to find: shuffled cells, say.
    pub chance: Option<f64>,
    /// What it says, as a sentence.
    pub about: String,
}

/// Expression of genes as the model has it at evenly spaced angles, all else kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnobMap {
    /// The genes.
    pub genes: Vec<String>,
    /// For each gene its expression in equal parts of the circle, from 0 on.
    pub rows: Vec<Vec<f64>>,
}

/// The expression of a gene along an axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GeneCurve {
    /// The gene.
    pub gene: String,
    /// What it is known for.
    pub group: GeneGroup,
    /// Places on the axis (radians on the circle) and expression.
    pub points: Vec<(f64, f64)>,
}

/// What a gene is known for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GeneGroup {
    /// Expressed in the phase of DNA synthesis.
    S,
    /// Expressed between synthesis and the end of mitosis.
    G2M,
    /// Neither.
    #[default]
    Other,
}

/// The expression of genes along an axis, for [`super::traverse_picture`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traverse {
    /// Whether the cells behind it are simulated.
    pub simulated: bool,
    /// The axis.
    pub along: Along,
    /// Where the phases lie on it.
    pub phases: Vec<Phase>,
    /// The genes.
    pub genes: Vec<GeneCurve>,
}
