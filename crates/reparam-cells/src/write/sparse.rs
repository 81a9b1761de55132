//! Sparse matrices, copied piece by piece.

use std::io;

use hdf5_pure::{AttrValue, BufferedAppender, DatasetBuilder, File, GroupBuilder, MaxExtent};

use super::WriteError;
use super::encode::mark_group;
use crate::RowSource;

/// Most numbers of a chunk: 128 KiB before compression. From 2^16 on `hdf5-pure` (0.47) writes the size in four bytes, where the reference library wants three.
const CHUNK: u64 = 1 << 15;
/// Level of compression: the first takes a third of the time of the usual fourth, for files some 5 % larger.
const LEVEL: u32 = 1;

/// Everything of a matrix but its numbers, which [`fill`] appends: its shape and empty arrays.
pub(super) fn head(
    mut group: GroupBuilder,
    place: &str,
    counts: &dyn RowSource,
    rows: usize,
    width: usize,
) -> Result<GroupBuilder, WriteError> {
    for (what, expected, got) in [("rows", rows, counts.rows()), ("columns", width, counts.columns())] {
        if expected != got {
            return Err(WriteError::Length { place: place.to_owned(), what, expected, got });
        }
    }
    mark_group(&mut group, "csr_matrix", "0.1.0");
    group.set_attr("shape", AttrValue::I64Array(vec![rows as i64, width as i64]));
    let most = (rows as u64).saturating_mul(width as u64);
    let grows = |dataset: &mut DatasetBuilder, most: u64| {
        let chunk = CHUNK.min(most).max(1);
        dataset
            .with_shape(&[0])
            .with_maxshape(&[MaxExtent::Unlimited])
            .with_chunks(&[chunk])
            .with_shuffle()
            .with_deflate(LEVEL);
    };
    grows(group.create_dataset("data").with_f32_data(&[]), most);
    let [indices, starts] = [("indices", most), ("indptr", rows as u64 + 1)];
    for (name, most) in [indices, starts] {
        let dataset = group.create_dataset(name);
        if narrow(counts) { grows(dataset.with_i32_data(&[]), most) } else { grows(dataset.with_i64_data(&[]), most) }
    }
    Ok(group)
}

/// Whether 32 bits hold every column and start even if no entry were 0. `SciPy` wants both in one type, the narrow one where it does.
fn narrow(counts: &dyn RowSource) -> bool {
    let most = (counts.rows() as u64).saturating_mul(counts.columns() as u64).max(counts.columns() as u64);
    i32::try_from(most).is_ok()
}

/// An append that failed.
pub(super) enum FillError {
    Counts(io::Error),
    Hdf5(Box<hdf5_pure::Error>),
}

impl From<hdf5_pure::Error> for FillError {
    fn from(error: hdf5_pure::Error) -> Self {
        Self::Hdf5(Box::new(error))
    }
}

/// Whole numbers in the type that the file has for them.
enum Whole<'a> {
    Narrow(BufferedAppender<'a>, Vec<i32>),
    Wide(BufferedAppender<'a>, Vec<i64>),
}

impl<'a> Whole<'a> {
    fn new(appender: BufferedAppender<'a>, narrow: bool) -> Self {
        if narrow { Self::Narrow(appender, Vec::new()) } else { Self::Wide(appender, Vec::new()) }
    }

    fn append(&mut self, values: impl Iterator<Item = i64>) -> Result<(), hdf5_pure::Error> {
        match self {
            Self::Narrow(appender, buffer) => {
                buffer.clear();
                buffer.extend(values.map(|v| v as i32));
                appender.append(buffer)
            }
            Self::Wide(appender, buffer) => {
                buffer.clear();
                buffer.extend(values);
                appender.append(buffer)
            }
        }
    }

    fn finish(self) -> Result<(), hdf5_pure::Error> {
        match self {
            Self::Narrow(appender, _) | Self::Wide(appender, _) => appender.finish(),
        }
    }
}

/// Appends values, columns and starts of all rows.
pub(super) fn fill(file: &File, place: &str, counts: &dyn RowSource) -> Result<(), FillError> {
    let narrow = narrow(counts);
    let mut data = file.dataset(&format!("{place}/data"))?;
    let mut indices = file.dataset(&format!("{place}/indices"))?;
    let mut indptr = file.dataset(&format!("{place}/indptr"))?;
    let mut values_to = data.buffered_appender()?;
    let mut columns_to = Whole::new(indices.buffered_appender()?, narrow);
    let mut starts_to = Whole::new(indptr.buffered_appender()?, narrow);
    let mut start = 0;
    starts_to.append([start].into_iter())?;
    let mut failed = None;
    let visited = counts.visit(&mut |columns, values| {
        start += columns.len() as i64;
        let appended = values_to
            .append(values)
            .and_then(|()| columns_to.append(columns.iter().map(|c| i64::from(*c))))
            .and_then(|()| starts_to.append([start].into_iter()));
        // The visit ends here; its own error only says so.
        appended.map_err(|error| {
            failed = Some(error);
            io::Error::other("not written")
        })
    });
    match (failed, visited) {
        (Some(error), _) => return Err(error.into()),
        (None, visited) => visited.map_err(FillError::Counts)?,
    }
    values_to.finish()?;
    columns_to.finish()?;
    starts_to.finish()?;
    Ok(())
}
