//! Matrices of HDF5 files, block by block: full, compressed by rows, compressed by columns.

use super::gather::rows_from_entries;
use super::hdf5::{H5, inside};
use super::sink::Sink;
use super::{Conversion, ReadError, Reading};
use crate::CountStore;

/// Values that are held at a time.
const WINDOW: usize = 1 << 20;

/// The matrix at `object`, which must have the shape `(rows, width)`.
pub(super) fn read(
    h5: &H5,
    object: &str,
    shape: (usize, usize),
    reading: &Reading<'_>,
) -> Result<CountStore, ReadError> {
    if h5.dataset(object)?.is_some() {
        return dense(h5, object, shape, reading);
    }
    if h5.group(object)?.is_none() {
        return Err(h5.error(object, "no such matrix"));
    }
    let attributes = h5.attributes(object)?;
    let text = |name: &str| attributes.get(name).and_then(|value| value.as_str());
    let sizes = |name: &str| attributes.get(name).and_then(hdf5_pure::AttrValue::to_u64s);
    if let Some(found) = sizes("shape").or_else(|| sizes("h5sparse_shape")) {
        expect_shape(h5, object, &found, shape)?;
    }
    match text("encoding-type").or_else(|| text("h5sparse_format")) {
        Some("csr_matrix" | "csr") => compressed_rows(h5, object, shape, reading),
        Some("csc_matrix" | "csc") => compressed_columns(h5, object, shape, reading),
        Some(other) => {
            Err(h5.error(object, format!("expected a matrix (array, csr_matrix, csc_matrix), got '{other}'")))
        }
        None => Err(h5.error(object, "a group without the attribute encoding-type or h5sparse_format is no matrix")),
    }
}

fn expect_shape(h5: &H5, object: &str, found: &[u64], (rows, width): (usize, usize)) -> Result<(), ReadError> {
    if *found == [rows as u64, width as u64] {
        return Ok(());
    }
    Err(h5.error(object, format!("expected {rows} cells × {width} features, got the shape {found:?}")))
}

fn dense(h5: &H5, object: &str, shape: (usize, usize), reading: &Reading<'_>) -> Result<CountStore, ReadError> {
    let at = |e: hdf5_pure::Error| h5.error(object, e);
    let (rows, width) = shape;
    let dataset = h5.needed(object)?;
    // One gene alone may be stored as a vector.
    match h5.shape(object, &dataset)?[..] {
        [n] if width == 1 && n == rows as u64 => {}
        ref found => expect_shape(h5, object, found, shape)?,
    }
    // Whole chunks, so that none is unpacked twice.
    let chunk = dataset.chunk_shape().map_err(at)?.and_then(|c| c.first().copied()).unwrap_or(1).max(1);
    let block = ((WINDOW / width.max(1)) as u64 / chunk).max(1) * chunk;
    let mut sink = Sink::new(width, reading);
    let (mut columns, mut values, mut done) = (Vec::new(), Vec::new(), 0);
    while done < rows && width > 0 {
        let count = block.min((rows - done) as u64);
        let window = values_of(&dataset, done as u64, count, reading.options.from).map_err(at)?;
        if window.len() as u64 != count * width as u64 {
            return Err(
                h5.error(object, format!("expected {count} rows of {width} values, got {} values", window.len()))
            );
        }
        for row in window.chunks_exact(width) {
            sink.push_dense(row, &mut columns, &mut values)?;
        }
        done += count as usize;
    }
    sink.finish()
}

/// A matrix of compressed rows (CSR), or one of compressed columns that are the cells (10x).
pub(super) fn compressed_rows(
    h5: &H5,
    object: &str,
    (rows, width): (usize, usize),
    reading: &Reading<'_>,
) -> Result<CountStore, ReadError> {
    let mut sink = Sink::new(width, reading);
    lines(h5, object, (rows, width), reading.options.from, |_, columns, values| sink.push(columns, values))?;
    sink.finish()
}

fn compressed_columns(
    h5: &H5,
    object: &str,
    (rows, width): (usize, usize),
    reading: &Reading<'_>,
) -> Result<CountStore, ReadError> {
    rows_from_entries((rows, width), reading, |take| {
        lines(h5, object, (width, rows), reading.options.from, |column, cells, values| {
            cells.iter().zip(values).try_for_each(|(row, value)| take(*row, column as u32, *value))
        })
    })
}

/// Gives every compressed line (row of CSR, column of CSC) with its number, places and values.
fn lines(
    h5: &H5,
    object: &str,
    (count, width): (usize, usize),
    conversion: Conversion,
    mut each: impl FnMut(usize, &[u32], &[f32]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let [starts, places, data] = ["indptr", "indices", "data"].map(|name| inside(object, name));
    let (place_set, value_set) = (h5.needed(&places)?, h5.needed(&data)?);
    let stored = h5.length(&places, &place_set)?;
    let stored_values = h5.length(&data, &value_set)?;
    if stored_values != stored {
        return Err(h5.error(&data, format!("expected as many values as indices ({stored}), got {stored_values}")));
    }
    let starts = checked_starts(h5, &starts, count, stored)?;
    let mut line = 0;
    let mut columns: Vec<u32> = Vec::new();
    while line < count {
        // As many lines as fit into a window, at least one.
        let first = starts[line];
        let end = line + starts[line + 1..].partition_point(|s| s - first <= WINDOW).max(1);
        let length = starts[end] - first;
        let (indices, values) = if length == 0 {
            (Vec::new(), Vec::new())
        } else {
            let (from, n) = (first as u64, length as u64);
            let indices = place_set.read_i64_rows(from, n).map_err(|e| h5.error(&places, e))?;
            (indices, values_of(&value_set, from, n, conversion).map_err(|e| h5.error(&data, e))?)
        };
        if indices.len() != length || values.len() != length {
            return Err(h5.error(object, format!("entries {first} to {} cannot be read", first + length)));
        }
        columns.clear();
        for (i, index) in indices.iter().enumerate() {
            match u32::try_from(*index) {
                Ok(column) if (column as usize) < width => columns.push(column),
                _ => {
                    return Err(h5.error(
                        &places,
                        format!("expected an index below {width}, got {index} at entry {}", first + i),
                    ));
                }
            }
        }
        while line < end {
            let range = starts[line] - first..starts[line + 1] - first;
            each(line, &columns[range.clone()], &values[range])?;
            line += 1;
        }
    }
    Ok(())
}

/// Counts of a range of rows; what is not counts yet is converted before it is rounded to f32.
fn values_of(
    dataset: &hdf5_pure::Dataset,
    start: u64,
    rows: u64,
    from: Conversion,
) -> Result<Vec<f32>, hdf5_pure::Error> {
    if from == Conversion::Counts {
        return dataset.read_f32_rows(start, rows);
    }
    Ok(dataset.read_f64_rows(start, rows)?.into_iter().map(|value| from.count(value)).collect())
}

/// Where each line starts, and where the last one ends: from 0, never falling, to the number of entries.
fn checked_starts(h5: &H5, object: &str, count: usize, stored: usize) -> Result<Vec<usize>, ReadError> {
    let dataset = h5.needed(object)?;
    let length = h5.length(object, &dataset)?;
    if length != count + 1 {
        return Err(h5.error(object, format!("expected {} numbers (one more than lines), got {length}", count + 1)));
    }
    let mut starts = Vec::with_capacity(length);
    let mut before = 0;
    for (i, value) in h5.integers(object)?.into_iter().enumerate() {
        match usize::try_from(value) {
            Ok(start) if start >= before && start <= stored && (i > 0 || start == 0) => {
                starts.push(start);
                before = start;
            }
            _ => {
                let rule = format!("expected a number from {before} to {stored}");
                return Err(h5.error(object, format!("{rule}, got {value} at [{i}]")));
            }
        }
    }
    if starts.len() != length || before != stored {
        return Err(h5.error(object, format!("expected {stored} as its last number, got {before}")));
    }
    Ok(starts)
}
