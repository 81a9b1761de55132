//! What a simulation is asked for.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most genes, regions and batches: what is shared by all cells is held in memory.
const MOST_FEATURES: usize = 1_000_000;
const MOST_BATCHES: usize = 1000;

/// What to simulate: how many cells, genes and regions, and how strong each effect is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimulationConfig {
    /// Cells.
    pub cells: usize,
    /// Genes (`rna`).
    pub genes: usize,
    /// Regions of the genome (`atac`); 0 leaves that modality out.
    pub regions: usize,
    /// Batches; cells fall into them with equal probability.
    pub batches: usize,
    /// Seed of everything.
    pub seed: u64,
    /// Share of the cells that lack each modality, at most ½: a cell lacks one at most.
    pub lacking: f64,
    /// Share of genes and regions that vary with the cycle.
    pub cycling: f64,
    /// Factor on the amplitudes of the cycle; 0 is a population that does not divide.
    pub cycle_strength: f64,
    /// Factor on the loadings of the two other factors.
    pub factor_strength: f64,
    /// Factor on the batch effects, of genes, regions and depth.
    pub batch_strength: f64,
    /// Median library size of a gene-expression profile, in UMIs a gene.
    pub depth: f64,
}

impl Default for SimulationConfig {
    fn default() -> Self {
        Self {
            cells: 2000,
            genes: 400,
            regions: 600,
            batches: 2,
            seed: 0,
            lacking: 0.0,
            cycling: 0.25,
            cycle_strength: 1.0,
            factor_strength: 1.0,
            batch_strength: 1.0,
            depth: 2.0,
        }
    }
}

/// What is wrong with a [`SimulationConfig`].
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SimulationError {
    /// A number of things outside its range.
    #[error("simulation: {name} must be between {least} and {most}, got {got}")]
    Count {
        /// The field.
        name: &'static str,
        /// The least that is allowed.
        least: usize,
        /// The most that is allowed.
        most: usize,
        /// What was asked for.
        got: usize,
    },
    /// A share or strength outside its range.
    #[error("simulation: {name} must be between {least} and {most}, got {got}")]
    Number {
        /// The field.
        name: &'static str,
        /// The least that is allowed.
        least: f64,
        /// The most that is allowed.
        most: f64,
        /// What was asked for.
        got: f64,
    },
    /// Cells would lack their only modality.
    #[error("simulation: lacking must be 0 where regions is 0, got {0}: a cell needs one modality")]
    Nothing(f64),
}

impl SimulationConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// The first field outside its range.
    pub fn check(&self) -> Result<(), SimulationError> {
        for (name, got, least, most) in [
            ("cells", self.cells, 1, u32::MAX as usize),
            ("genes", self.genes, 1, MOST_FEATURES),
            ("regions", self.regions, 0, MOST_FEATURES),
            ("batches", self.batches, 1, MOST_BATCHES),
        ] {
            if got < least || got > most {
                return Err(SimulationError::Count { name, least, most, got });
            }
        }
        for (name, got, least, most) in [
            ("lacking", self.lacking, 0.0, 0.5),
            ("cycling", self.cycling, 0.0, 1.0),
            ("cycle_strength", self.cycle_strength, 0.0, 10.0),
            ("factor_strength", self.factor_strength, 0.0, 10.0),
            ("batch_strength", self.batch_strength, 0.0, 10.0),
            ("depth", self.depth, 1e-6, 1e6),
        ] {
            if !(least..=most).contains(&got) {
                return Err(SimulationError::Number { name, least, most, got });
            }
        }
        if self.regions == 0 && self.lacking > 0.0 {
            return Err(SimulationError::Nothing(self.lacking));
        }
        Ok(())
    }
}
