//! Cells whose place in the cycle is known.
//!
//! Each cell has an angle on the circle with density `(1 + ½ cos angle) / 2π` (0 is the middle of G1, the longest phase), two standard normal
//! factors that have nothing to do with the cycle, a batch, and a depth.
//!
//! - **Genes.** Counts are negative binomial (a Gamma mixture of Poisson laws), with mean
//!   `library · exp(base + amplitude cos(angle - peak) + loading · factor + shift of the batch)` and a dispersion of the gene. The library is
//!   log-normal. The bases' exponentials sum to 1, so that cells with many genes at their peak have more counts, as dividing cells do. A share
//!   `cycling` of the genes has an amplitude; they are named after known genes of S, which peak near 2π/3, and of G2/M, near 4π/3, as long as the
//!   97 names last, and peak anywhere after that. Of the others, 3 in 10 load on each factor; the rest is constant.
//! - **Regions.** A region is open with the log-odds of such a predictor plus the cell's depth; all peak anywhere.
//! - **Batches.** Every batch but the first shifts each gene and region by 0.2 standard normal, and log depths are spread evenly within ± 0.25.
//!
//! A cell depends on the seed, on the numbers of genes, regions and batches, and on its own number: more cells do not change the first ones.

mod cell;
mod config;
mod profile;
mod rows;

use rayon::prelude::*;

pub use cell::{SimulatedCell, Simulator, SparseCounts};
pub use config::{SimulationConfig, SimulationError};
pub use rows::{SimulatedModality, SimulatedRows};

use crate::{CellData, Column, CountStore, Features, Frame, Modality, SparseRows};

/// Cells made at a time, in parallel.
const PIECE: usize = 1024;

/// Simulated cells and their true place in the cycle.
#[derive(Debug)]
pub struct Simulation {
    /// The cells, as a file would give them.
    ///
    /// Modalities `rna` and `atac`. Annotations: `angle` (radians), `phase` (G1, S, G2M), `batch`, `factor_1`, `factor_2`, `simulated` (true).
    pub data: CellData,
    /// Angle of each cell, in radians, in `[0, 2π)`; 0 is the middle of G1.
    pub angle: Vec<f64>,
}

/// Simulates all cells in memory. The [module](self) has the generator.
///
/// ```
/// use reparam_cells::{SimulationConfig, simulate};
/// let simulation = simulate(&SimulationConfig { cells: 20, ..SimulationConfig::default() }).unwrap();
/// let rna = simulation.data.modality("rna").unwrap();
/// assert_eq!((rna.counts.len(), rna.counts.width(), simulation.angle.len()), (20, 400, 20));
/// ```
///
/// # Errors
/// A field of the configuration outside its range.
pub fn simulate(config: &SimulationConfig) -> Result<Simulation, SimulationError> {
    let simulator = Simulator::new(config)?;
    let mut truth = SimulatedAnnotations::default();
    let mut rna = Rows::new(config.genes);
    let mut atac = Rows::new(config.regions);
    let done = simulator.for_each_cell::<std::convert::Infallible>(|cell| {
        truth.push(&cell);
        rna.push(cell.rna.as_ref());
        atac.push(cell.atac.as_ref());
        Ok(())
    });
    match done {
        Ok(()) => {}
        Err(never) => match never {},
    }
    let mut modalities = vec![rna.modality("rna", simulator.genes())];
    if config.regions > 0 {
        modalities.push(atac.modality("atac", simulator.regions()));
    }
    let angle = truth.angle.clone();
    let data = CellData {
        cells: (0..config.cells).map(Simulator::cell_name).collect(),
        annotations: truth.frame(config),
        modalities,
        source: format!("simulated cells (seed {})", config.seed),
        notes: Vec::new(),
    };
    Ok(Simulation { data, angle })
}

impl Simulator {
    /// Visits all cells in order; a thousand are in memory at a time, made on all threads.
    ///
    /// # Errors
    /// The first one that `visit` returns.
    pub fn for_each_cell<E>(&self, mut visit: impl FnMut(SimulatedCell) -> Result<(), E>) -> Result<(), E> {
        let cells = self.config().cells;
        for first in (0..cells).step_by(PIECE) {
            let piece: Vec<SimulatedCell> =
                (first..(first + PIECE).min(cells)).into_par_iter().map(|number| self.cell(number)).collect();
            piece.into_iter().try_for_each(&mut visit)?;
        }
        Ok(())
    }

    /// Name of the cell of a number.
    #[must_use]
    pub fn cell_name(number: usize) -> String {
        format!("cell{:06}", number + 1)
    }
}

/// The truth about simulated cells, collected one by one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SimulatedAnnotations {
    angle: Vec<f64>,
    phase: Vec<Option<u32>>,
    batch: Vec<Option<u32>>,
    factors: [Vec<f64>; 2],
}

impl SimulatedAnnotations {
    /// Adds a cell.
    pub fn push(&mut self, cell: &SimulatedCell) {
        self.angle.push(cell.angle);
        self.phase.push(Some(cell.phase));
        self.batch.push(Some(cell.batch));
        for (column, factor) in self.factors.iter_mut().zip(cell.factors) {
            column.push(factor);
        }
    }

    /// The columns: `angle`, `phase`, `batch`, `factor_1`, `factor_2`, `simulated`.
    #[must_use]
    pub fn frame(self, config: &SimulationConfig) -> Frame {
        let mut frame = Frame::new();
        let cells = self.angle.len();
        frame.set("angle", Column::Number(self.angle));
        let phases = cell::PHASES.map(str::to_owned).to_vec();
        frame.set("phase", Column::Category { codes: self.phase, categories: phases });
        let batches = (0..config.batches).map(|batch| format!("batch{}", batch + 1)).collect();
        frame.set("batch", Column::Category { codes: self.batch, categories: batches });
        let [first, second] = self.factors;
        frame.set("factor_1", Column::Number(first));
        frame.set("factor_2", Column::Number(second));
        frame.set("simulated", Column::Boolean(vec![true; cells]));
        frame
    }
}

/// Rows of the cells that have a modality.
struct Rows {
    rows: SparseRows,
    row_of_cell: Vec<Option<u32>>,
}

impl Rows {
    fn new(width: usize) -> Self {
        Self { rows: SparseRows::new(width), row_of_cell: Vec::new() }
    }

    fn push(&mut self, counts: Option<&SparseCounts>) {
        self.row_of_cell.push(counts.is_some().then_some(self.rows.len() as u32));
        if let Some((columns, values)) = counts {
            self.rows.push(columns, values);
        }
    }

    fn modality<'a>(self, name: &str, features: impl Iterator<Item = &'a str>) -> Modality {
        Modality {
            name: name.to_owned(),
            features: Features { names: features.map(str::to_owned).collect(), ..Features::default() },
            counts: CountStore::in_memory(self.rows),
            row_of_cell: self.row_of_cell,
        }
    }
}

#[cfg(test)]
mod tests;
