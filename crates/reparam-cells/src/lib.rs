//! Counts of single cells, without tensors: the field's files, read and written, what must be true of them before a model is trained, which genes and
//! regions to keep, a simulator whose truth is known, and the cell cycle as a circle.
//!
//! [`CellData`] is what a file becomes: cells with their annotations, and for each modality (gene expression, chromatin accessibility, …) its features
//! and a [`CountStore`], sparse rows in memory or on disk.

pub mod check;
pub mod cycle;
mod data;
mod frame;
mod gene_sets;
mod phase;
pub mod read;
mod select;
pub mod simulate;
mod sparse;
mod store;
mod write;

pub use data::{CellData, Features, Modality};
pub use frame::{Column, Frame};
pub use gene_sets::{CycleGenes, Species};
pub use select::{GeneScore, RegionScore, RowSource, RowVisitor, SelectError, highly_variable, variable_regions};
pub use simulate::{
    SimulatedAnnotations, SimulatedCell, SimulatedModality, SimulatedRows, Simulation, SimulationConfig,
    SimulationError, Simulator, simulate,
};
pub use sparse::SparseRows;
pub use store::{CountStore, CountStoreWriter, StoreOptions};
pub use write::{Dense, H5ad, Layer, WriteError, write_h5ad};
