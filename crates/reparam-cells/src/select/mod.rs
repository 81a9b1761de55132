//! Which genes and regions to keep.

mod genes;
mod loess;
mod pass;
mod regions;
#[cfg(test)]
mod tests;

use thiserror::Error;

pub use genes::{GeneScore, highly_variable};
pub(crate) use pass::for_each_row;
pub use pass::{RowSource, RowVisitor};
pub use regions::{RegionScore, variable_regions};

/// Why genes cannot be chosen.
#[derive(Debug, Error)]
pub enum SelectError {
    /// Batches of other cells.
    #[error("selection: batch must have one number for each row, got {got} for {rows} rows")]
    Batches {
        /// Rows of the counts.
        rows: usize,
        /// Batch numbers.
        got: usize,
    },
    /// Nothing to take a variance of.
    #[error("selection: a batch must have at least 2 cells, got {rows} rows in batches of 1 at most")]
    Few {
        /// Rows of the counts.
        rows: usize,
    },
    /// The counts could not be read.
    #[error("selection: cannot read the counts")]
    Read(#[from] std::io::Error),
}
