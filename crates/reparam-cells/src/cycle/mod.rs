//! The cell cycle as a circle: scores of gene sets, which way round an axis runs, and how well angles agree with what is known.
//!
//! Angles are in radians. After [`Orientation::angle`] 0 is the middle of G1, where fewest cycling genes are seen; S comes next, then G2 and M, in
//! increasing angle. Numbers alone: nothing here knows of a model.

mod agreement;
mod curve;
mod harmonic;
mod neighbours;
mod orient;
mod plane;
mod score;
#[cfg(test)]
mod tests;

use std::f64::consts::{PI, TAU};

use thiserror::Error;

pub use crate::phase::Phase;
pub use agreement::{
    AngleError, angle_error, circular_correlation, eta_squared, eta_squared_of_angles, rotation_free_correlation,
};
pub use curve::{Peak, closure, peaks};
pub use harmonic::Harmonic;
pub use neighbours::{KnnAccuracy, MOST_BY_FORCE, NEIGHBOURS, knn_accuracy};
pub use orient::{Orientation, orient};
pub use plane::{Axis, Plane, find_axis, find_plane};
pub use score::{cycle_scores, phase_by_scores, set_score};

/// Why a number of the cycle cannot be had.
#[derive(Debug, Error)]
pub enum CycleError {
    /// Two things that must be as long as each other are not.
    #[error("cycle: {what} must have one value for each cell, got {got} for {cells} cells")]
    Length {
        /// What has the wrong length.
        what: &'static str,
        /// Cells.
        cells: usize,
        /// Its length.
        got: usize,
    },
    /// Not enough cells.
    #[error("cycle: {what} needs at least {least} cells, got {got}")]
    Few {
        /// What was asked for.
        what: &'static str,
        /// The least number.
        least: usize,
        /// Cells that there are.
        got: usize,
    },
    /// A value that is not a number.
    #[error("cycle: {what} must be finite, got {value} at cell {cell}")]
    NotFinite {
        /// Which values.
        what: &'static str,
        /// The value.
        value: f64,
        /// Its place.
        cell: usize,
    },
    /// A set without genes, or with a column that the counts lack.
    #[error("cycle: a gene set must name columns below {width}, got {got}")]
    Genes {
        /// Columns of the counts.
        width: usize,
        /// What was named.
        got: String,
    },
    /// No genes outside the set have similar expression.
    #[error("cycle: no genes outside the set of {genes} to compare with, of {width}")]
    NoControls {
        /// Genes of the set.
        genes: usize,
        /// Columns of the counts.
        width: usize,
    },
    /// The counts could not be read.
    #[error("cycle: cannot read the counts")]
    Read(#[from] std::io::Error),
}

/// Checks that values are finite and as many as there are cells.
fn check(what: &'static str, values: &[f64], cells: usize) -> Result<(), CycleError> {
    if values.len() != cells {
        return Err(CycleError::Length { what, cells, got: values.len() });
    }
    match values.iter().position(|v| !v.is_finite()) {
        Some(cell) => Err(CycleError::NotFinite { what, value: values[cell], cell }),
        None => Ok(()),
    }
}

/// The angle in `[0, 2π)`.
fn wrapped(angle: f64) -> f64 {
    let angle = angle.rem_euclid(TAU);
    // The remainder of a tiny negative number rounds to 2π.
    if angle < TAU { angle } else { 0.0 }
}

/// The angle in `[-π, π)`.
fn signed(angle: f64) -> f64 {
    wrapped(angle + PI) - PI
}
