//! Rows of mostly zeros.

/// Rows in compressed form (CSR): of each row the columns that are not 0, in increasing order, and their values.
///
/// ```
/// use reparam_cells::SparseRows;
/// let mut rows = SparseRows::new(4);
/// rows.push(&[1, 3], &[2.0, 5.0]);
/// rows.push(&[], &[]);
/// assert_eq!((rows.len(), rows.row(0)), (2, (&[1, 3][..], &[2.0, 5.0][..])));
/// assert_eq!(rows.total(0), 7.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SparseRows {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
    width: usize,
}

impl SparseRows {
    /// No rows yet, of `width` columns.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { starts: vec![0], columns: Vec::new(), values: Vec::new(), width }
    }

    /// Adds a row. `columns` must increase and stay below the width; values of 0 are left out.
    ///
    /// # Panics
    /// When there are not as many values as columns.
    pub fn push(&mut self, columns: &[u32], values: &[f32]) {
        assert_eq!(columns.len(), values.len(), "one value for each column");
        for (c, v) in columns.iter().zip(values).filter(|(_, v)| **v != 0.0) {
            self.columns.push(*c);
            self.values.push(*v);
        }
        self.starts.push(self.columns.len());
    }

    /// Adds a row given in full.
    ///
    /// # Panics
    /// When it has another width.
    pub fn push_dense(&mut self, row: &[f32]) {
        assert_eq!(row.len(), self.width, "a row has the width of its matrix");
        for (c, v) in row.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            self.columns.push(c as u32);
            self.values.push(*v);
        }
        self.starts.push(self.columns.len());
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.starts.truncate(1);
        self.columns.clear();
        self.values.clear();
    }

    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of columns.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Values that are stored.
    #[must_use]
    pub const fn stored(&self) -> usize {
        self.values.len()
    }

    /// Columns and values of one row.
    #[must_use]
    pub fn row(&self, i: usize) -> (&[u32], &[f32]) {
        let range = self.starts[i]..self.starts[i + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// The sum of one row.
    #[must_use]
    pub fn total(&self, i: usize) -> f64 {
        self.row(i).1.iter().map(|v| f64::from(*v)).sum()
    }

    /// All rows in full, row-major.
    #[must_use]
    pub fn dense(&self) -> Vec<f32> {
        let mut out = vec![0.0; self.len() * self.width];
        for i in 0..self.len() {
            let (columns, values) = self.row(i);
            for (c, v) in columns.iter().zip(values) {
                out[i * self.width + *c as usize] = *v;
            }
        }
        out
    }
}
