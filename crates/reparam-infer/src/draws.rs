//! Draws from a guide or a chain.

/// Draws in rows, `[S, D]`, and for draws from a guide their log densities and weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draws {
    /// Numbers in a row.
    pub dimension: usize,
    /// Rows one after the other.
    pub values: Vec<f64>,
}

impl Draws {
    /// Rows of `dimension` numbers.
    ///
    /// # Panics
    /// Where `values` is not a whole number of rows: a program's mistake.
    pub fn new(dimension: usize, values: Vec<f64>) -> Self {
        assert!(
            dimension > 0 && values.len().is_multiple_of(dimension),
            "draws: {} numbers in rows of {dimension}",
            values.len()
        );
        Self { dimension, values }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.dimension.max(1)
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Row `s`.
    pub fn row(&self, s: usize) -> &[f64] {
        &self.values[s * self.dimension..][..self.dimension]
    }

    /// All rows.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.dimension.max(1))
    }

    /// Column `d`.
    pub fn column(&self, d: usize) -> Vec<f64> {
        self.rows().map(|row| row[d]).collect()
    }
}
