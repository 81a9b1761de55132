//! One pass over all rows.

use std::fmt::Debug;
use std::io;

use crate::{CountStore, SparseRows};

/// Rows read at a time.
const PIECE: usize = 1024;

/// What is done with each row: its columns that are not 0, and their values.
pub type RowVisitor<'a> = dyn FnMut(&[u32], &[f32]) -> io::Result<()> + 'a;

/// Sparse rows that are visited in order, from memory, from a file, or made on the way.
pub trait RowSource: Debug {
    /// Number of rows.
    fn rows(&self) -> usize;

    /// Number of columns.
    fn columns(&self) -> usize;

    /// Visits all rows in order: the columns that are not 0, increasing, and their values.
    ///
    /// # Errors
    /// What reading says, and the first that the visitor returns, which ends the visit.
    fn visit(&self, visit: &mut RowVisitor<'_>) -> io::Result<()>;
}

impl RowSource for CountStore {
    fn rows(&self) -> usize {
        self.len()
    }

    fn columns(&self) -> usize {
        self.width()
    }

    /// A thousand rows are in memory at a time.
    fn visit(&self, visit: &mut RowVisitor<'_>) -> io::Result<()> {
        let mut rows = SparseRows::new(self.width());
        for first in (0..self.len()).step_by(PIECE) {
            let piece: Vec<usize> = (first..(first + PIECE).min(self.len())).collect();
            self.read(&piece, &mut rows)?;
            for i in 0..rows.len() {
                let (columns, values) = rows.row(i);
                visit(columns, values)?;
            }
        }
        Ok(())
    }
}

/// Visits all rows of a store; the visitor cannot fail.
pub(crate) fn for_each_row(counts: &CountStore, mut visit: impl FnMut(&[u32], &[f32])) -> io::Result<()> {
    counts.visit(&mut |columns, values| {
        visit(columns, values);
        Ok(())
    })
}
