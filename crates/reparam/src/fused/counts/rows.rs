//! Rows of counts, mostly zeros, as plain data that operations read.

use std::sync::Arc;

/// Rows in compressed form (CSR): of each row the columns that are not 0, in increasing order, and their values.
///
/// Data without gradient: on the host, shared between clones. Values are counts, or what an encoder takes in their place.
///
/// ```
/// use reparam::fused::CountRows;
/// let rows = CountRows::new(vec![0, 2, 2], vec![1, 3], vec![2.0, 5.0], 4).unwrap();
/// assert_eq!((rows.len(), rows.row(0)), (2, (&[1, 3][..], &[2.0, 5.0][..])));
/// assert_eq!(rows.totals(), [7.0, 0.0]);
/// assert_eq!(rows.dense(), [0.0, 2.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CountRows {
    starts: Arc<[usize]>,
    columns: Arc<[u32]>,
    values: Arc<[f32]>,
    width: usize,
}

/// What is wrong with rows of counts.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CountRowsError {
    /// The starts are not those of rows.
    #[error("counts: starts must begin at 0 and never fall, got {start} at row {row}")]
    Starts {
        /// Row whose start is wrong.
        row: usize,
        /// The start.
        start: usize,
    },
    /// The lengths differ.
    #[error("counts: starts end at {end}, but there are {columns} columns and {values} values")]
    Lengths {
        /// Where the last row ends; 0 without any start.
        end: usize,
        /// How many columns are given.
        columns: usize,
        /// How many values are given.
        values: usize,
    },
    /// A column is too large, or not above the one before it.
    #[error("counts: columns of row {row} must increase and be below {width}, got {column}")]
    Column {
        /// Row of the column.
        row: usize,
        /// The column.
        column: u32,
        /// How many columns there are.
        width: usize,
    },
    /// A value is no count.
    #[error("counts: values must be finite and at least 0, got {value} at row {row}, column {column}")]
    Value {
        /// Row of the value.
        row: usize,
        /// Its column.
        column: u32,
        /// The value.
        value: f32,
    },
    /// Values of rows in full are no rows.
    #[error("counts: {values} values are no rows of {width}")]
    Dense {
        /// How many values are given.
        values: usize,
        /// How many columns there are.
        width: usize,
    },
}

impl CountRows {
    /// Row i has the entries `starts[i]..starts[i + 1]` of `columns` and `values`.
    ///
    /// # Errors
    /// Starts that are not from 0 on, never falling, to the number of entries; columns that do not increase within a row or reach `width`;
    /// values that are negative or not finite.
    pub fn new(
        starts: impl Into<Arc<[usize]>>,
        columns: impl Into<Arc<[u32]>>,
        values: impl Into<Arc<[f32]>>,
        width: usize,
    ) -> Result<Self, CountRowsError> {
        let rows = Self { starts: starts.into(), columns: columns.into(), values: values.into(), width };
        rows.check()?;
        Ok(rows)
    }

    /// From rows given in full, row by row.
    ///
    /// # Errors
    /// Values that are no rows of `width`, negative or not finite.
    pub fn from_dense(values: &[f32], width: usize) -> Result<Self, CountRowsError> {
        if !values.len().is_multiple_of(width.max(1)) {
            return Err(CountRowsError::Dense { values: values.len(), width });
        }
        let (mut starts, mut columns, mut stored) = (vec![0], Vec::new(), Vec::new());
        for row in values.chunks_exact(width.max(1)) {
            for (c, v) in (0..).zip(row).filter(|(_, v)| **v != 0.0) {
                columns.push(c);
                stored.push(*v);
            }
            starts.push(columns.len());
        }
        Self::new(starts, columns, stored, width)
    }

    fn check(&self) -> Result<(), CountRowsError> {
        let mut before = 0;
        for (row, start) in self.starts.iter().enumerate() {
            if *start < before || (row == 0 && *start != 0) {
                return Err(CountRowsError::Starts { row, start: *start });
            }
            before = *start;
        }
        if self.starts.is_empty() || self.columns.len() != before || self.values.len() != before {
            let (columns, values) = (self.columns.len(), self.values.len());
            return Err(CountRowsError::Lengths { end: before, columns, values });
        }
        for row in 0..self.len() {
            let (columns, values) = self.row(row);
            let mut least = 0;
            for (column, value) in columns.iter().zip(values) {
                if (*column as usize) < least || *column as usize >= self.width {
                    return Err(CountRowsError::Column { row, column: *column, width: self.width });
                }
                if !value.is_finite() || *value < 0.0 {
                    return Err(CountRowsError::Value { row, column: *column, value: *value });
                }
                least = *column as usize + 1;
            }
        }
        Ok(())
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of columns.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Share of entries that are stored; 0 for no entries at all.
    #[must_use]
    pub fn density(&self) -> f64 {
        let entries = self.len() * self.width;
        if entries == 0 { 0.0 } else { self.values.len() as f64 / entries as f64 }
    }

    /// Columns and values of one row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn row(&self, i: usize) -> (&[u32], &[f32]) {
        let range = self.starts[i]..self.starts[i + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// Where the rows start, their columns and their values.
    #[must_use]
    pub fn parts(&self) -> (&[usize], &[u32], &[f32]) {
        (&self.starts, &self.columns, &self.values)
    }

    /// The sum of each row.
    #[must_use]
    pub fn totals(&self) -> Vec<f64> {
        (0..self.len()).map(|i| self.row(i).1.iter().map(|v| f64::from(*v)).sum()).collect()
    }

    /// The rows of these numbers, in this order, also repeated: a batch.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let (mut starts, mut columns, mut values) = (vec![0], Vec::new(), Vec::new());
        for i in rows {
            let (c, v) = self.row(*i);
            columns.extend_from_slice(c);
            values.extend_from_slice(v);
            starts.push(columns.len());
        }
        Self { starts: starts.into(), columns: columns.into(), values: values.into(), width: self.width }
    }

    /// Each stored value v of row i becomes `f(i, v)`; the zeros stay.
    ///
    /// # Errors
    /// A new value that is negative or not finite.
    pub fn map(&self, f: impl Fn(usize, f32) -> f32) -> Result<Self, CountRowsError> {
        let values: Vec<f32> =
            (0..self.len()).flat_map(|i| self.row(i).1.iter().map(move |v| (i, *v))).map(|(i, v)| f(i, v)).collect();
        let rows = Self { values: values.into(), ..self.clone() };
        rows.check()?;
        Ok(rows)
    }

    /// The same places with other values, in order.
    ///
    /// # Errors
    /// Another number of values, or one that is negative or not finite.
    pub fn with_values(&self, values: Vec<f32>) -> Result<Self, CountRowsError> {
        let rows = Self { values: values.into(), ..self.clone() };
        rows.check()?;
        Ok(rows)
    }

    /// All rows in full, row by row.
    #[must_use]
    pub fn dense(&self) -> Vec<f32> {
        self.dense_by(|v| v)
    }

    /// All rows in full, each stored value taken through `f`.
    pub(crate) fn dense_by<T: Clone + Default>(&self, f: impl Fn(f32) -> T) -> Vec<T> {
        let mut out = vec![T::default(); self.len() * self.width];
        for i in 0..self.len() {
            let (columns, values) = self.row(i);
            for (c, v) in columns.iter().zip(values) {
                out[i * self.width + *c as usize] = f(*v);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named_with_their_place() {
        let made = |starts: &[usize], columns: &[u32], values: &[f32]| {
            CountRows::new(starts, columns, values, 3).map_err(|e| e.to_string())
        };
        let rows = [
            (made(&[1, 2], &[0, 1], &[1.0; 2]), "counts: starts must begin at 0 and never fall, got 1 at row 0"),
            (made(&[0, 2, 1], &[0], &[1.0]), "counts: starts must begin at 0 and never fall, got 1 at row 2"),
            (made(&[], &[], &[]), "counts: starts end at 0, but there are 0 columns and 0 values"),
            (made(&[0, 2], &[0], &[1.0; 2]), "counts: starts end at 2, but there are 1 columns and 2 values"),
            (made(&[0, 1], &[3], &[1.0]), "counts: columns of row 0 must increase and be below 3, got 3"),
            (made(&[0, 0, 2], &[1, 1], &[1.0; 2]), "counts: columns of row 1 must increase and be below 3, got 1"),
            (made(&[0, 1], &[2], &[-1.0]), "counts: values must be finite and at least 0, got -1 at row 0, column 2"),
            (
                made(&[0, 1], &[2], &[f32::NAN]),
                "counts: values must be finite and at least 0, got NaN at row 0, column 2",
            ),
        ];
        for (made, error) in rows {
            assert_eq!(made.unwrap_err(), error);
        }
        let dense = CountRows::from_dense(&[0.0; 4], 3).unwrap_err().to_string();
        assert_eq!(dense, "counts: 4 values are no rows of 3");
    }

    #[test]
    fn rows_go_there_and_back() {
        let dense = [0.0, 2.0, 0.0, 5.0, 0.0, 0.5, 0.0, 0.0, 0.0];
        let rows = CountRows::from_dense(&dense, 3).unwrap();
        assert_eq!(rows.dense(), dense);
        assert_eq!((rows.len(), rows.width(), rows.density()), (3, 3, 1.0 / 3.0));
        assert_eq!(rows.totals(), [2.0, 5.5, 0.0]);
        let picked = rows.select(&[1, 1, 0]);
        assert_eq!(picked.dense(), [&dense[3..6], &dense[3..6], &dense[..3]].concat());
        let scaled = rows.map(|i, v| v * (i + 1) as f32).unwrap();
        assert_eq!(scaled.dense(), [0.0, 2.0, 0.0, 10.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert!(rows.map(|_, _| f32::NAN).is_err());
    }
}
