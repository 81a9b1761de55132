//! Simulated counts as rows that are made when they are visited.

use std::io;

use rayon::prelude::*;

use super::cell::State;
use super::{PIECE, SimulatedAnnotations, Simulator, SparseCounts};
use crate::{Frame, RowSource, RowVisitor};

/// One kind of measurement of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimulatedModality {
    /// Counts of genes.
    Rna,
    /// Open regions.
    Atac,
}

/// The counts of a modality, row by row, made when they are visited: a set of any size can be written without being held.
///
/// ```
/// use reparam_cells::{RowSource, SimulatedModality, SimulatedRows, SimulationConfig, Simulator};
/// let simulator = Simulator::new(&SimulationConfig { cells: 50, ..SimulationConfig::default() }).unwrap();
/// let rows = SimulatedRows::new(&simulator, SimulatedModality::Rna);
/// assert_eq!((rows.rows(), rows.columns(), rows.cells().len()), (50, 400, 50));
/// ```
#[derive(Debug)]
pub struct SimulatedRows<'a> {
    simulator: &'a Simulator,
    modality: SimulatedModality,
    cells: Vec<usize>,
}

impl<'a> SimulatedRows<'a> {
    /// The rows of a modality: one for each cell that has it.
    #[must_use]
    pub fn new(simulator: &'a Simulator, modality: SimulatedModality) -> Self {
        let has = |state: &State| match modality {
            SimulatedModality::Rna => state.library.is_some(),
            SimulatedModality::Atac => state.open_shift.is_some(),
        };
        let cells = (0..simulator.config().cells).into_par_iter().filter(|i| has(&simulator.state(*i))).collect();
        Self { simulator, modality, cells }
    }

    /// Numbers of the cells that have a row, in order.
    #[must_use]
    pub fn cells(&self) -> &[usize] {
        &self.cells
    }

    fn row(&self, cell: usize) -> SparseCounts {
        let state = self.simulator.state(cell);
        let counts = match self.modality {
            SimulatedModality::Rna => self.simulator.rna(&state),
            SimulatedModality::Atac => self.simulator.atac(&state),
        };
        counts.unwrap_or_default()
    }
}

impl RowSource for SimulatedRows<'_> {
    fn rows(&self) -> usize {
        self.cells.len()
    }

    fn columns(&self) -> usize {
        match self.modality {
            SimulatedModality::Rna => self.simulator.config().genes,
            SimulatedModality::Atac => self.simulator.config().regions,
        }
    }

    fn visit(&self, visit: &mut RowVisitor<'_>) -> io::Result<()> {
        for piece in self.cells.chunks(PIECE) {
            let rows: Vec<SparseCounts> = piece.par_iter().map(|cell| self.row(*cell)).collect();
            for (columns, values) in rows {
                visit(&columns, &values)?;
            }
        }
        Ok(())
    }
}

impl Simulator {
    /// The annotations of all cells, without making their counts; as in [`super::Simulation::data`].
    #[must_use]
    pub fn annotations(&self) -> Frame {
        let mut truth = SimulatedAnnotations::default();
        for number in 0..self.config().cells {
            truth.push(&self.state(number).cell);
        }
        truth.frame(self.config())
    }
}
