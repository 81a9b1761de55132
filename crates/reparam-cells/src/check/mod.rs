//! What must be true of counts before a model is trained on them, and what one should know.

mod error;
mod looks;
mod note;

use std::collections::HashMap;

pub use error::{CheckError, NoCounts};
pub use looks::{Base, Looks};
pub use note::Note;

use crate::{CellData, Modality};
use looks::Sample;

/// What is let through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// Whether values may be other than whole numbers.
    pub allow_noninteger: bool,
}

/// Checks that all values are counts: finite, not negative, whole. What else one should know comes back as notes.
///
/// All counts are read once.
///
/// ```
/// use reparam_cells::check::{CheckOptions, check_counts};
/// use reparam_cells::{CellData, CountStore, Features, Frame, Modality, SparseRows};
/// let mut rows = SparseRows::new(1);
/// rows.push(&[0], &[0.5]);
/// let features = Features { names: vec!["CDK1".into()], ..Features::default() };
/// let rna = Modality { name: "rna".into(), features, counts: CountStore::in_memory(rows), row_of_cell: vec![Some(0)] };
/// let data = CellData { cells: vec!["a".into()], annotations: Frame::new(), modalities: vec![rna], source: String::new(), notes: vec![] };
/// assert!(check_counts(&data, &CheckOptions { allow_noninteger: true }).is_ok());
/// assert!(check_counts(&data, &CheckOptions::default()).unwrap_err().to_string().contains("0.5 at cell 'a', feature 'CDK1'"));
/// ```
///
/// # Errors
/// The first value that is no count, with its cell and feature and what the values look like; a cell whose name came before; what the file
/// system says of counts on disk.
pub fn check_counts(data: &CellData, options: &CheckOptions) -> Result<Vec<Note>, CheckError> {
    let mut first = HashMap::with_capacity(data.len());
    for (i, name) in data.cells.iter().enumerate() {
        if let Some(before) = first.insert(name, i) {
            return Err(CheckError::RepeatedCell { name: name.clone(), first: before + 1, second: i + 1 });
        }
    }
    let mut notes = Vec::new();
    for modality in &data.modalities {
        check_modality(data, modality, *options, &mut notes)?;
    }
    if data.modalities.len() > 1 {
        notes.push(overlap(data));
    }
    Ok(notes)
}

/// No count of a cell is larger: above it logarithms and exponentials of single precision end.
const LARGEST: f32 = 1e12;

/// A value where it stands.
#[derive(Clone, Copy)]
struct Place {
    row: usize,
    column: u32,
    value: f32,
}

/// What one pass over a modality finds.
#[derive(Default)]
struct Findings {
    /// The first value that is not finite, or negative.
    impossible: Option<Place>,
    /// The first value that is not whole.
    broken: Option<Place>,
    broken_count: u64,
    stored: u64,
    sample: Sample,
    empty_rows: Vec<usize>,
    seen: Vec<bool>,
}

impl Findings {
    fn of(modality: &Modality) -> std::io::Result<Self> {
        let mut found = Self { seen: vec![false; modality.counts.width()], ..Self::default() };
        let mut next = 0;
        modality.counts.rows_in_order(256, |rows| {
            for i in 0..rows.len() {
                let (columns, values) = rows.row(i);
                found.row(next, columns, values);
                next += 1;
            }
        })?;
        Ok(found)
    }

    fn row(&mut self, row: usize, columns: &[u32], values: &[f32]) {
        if values.is_empty() {
            self.empty_rows.push(row);
        }
        let broken_before = self.broken_count;
        for (&column, &value) in columns.iter().zip(values) {
            self.seen[column as usize] = true;
            if !(0.0..=LARGEST).contains(&value) {
                self.impossible.get_or_insert(Place { row, column, value });
            } else if value.fract() != 0.0 {
                self.broken.get_or_insert(Place { row, column, value });
                self.broken_count += 1;
            }
        }
        self.stored += values.len() as u64;
        if self.broken_count > broken_before {
            self.sample.add(values);
        }
    }
}

fn check_modality(
    data: &CellData,
    modality: &Modality,
    options: CheckOptions,
    notes: &mut Vec<Note>,
) -> Result<(), CheckError> {
    let name = &modality.name;
    let found = Findings::of(modality).map_err(|source| CheckError::Io { modality: name.clone(), source })?;
    let mut cell_of_row = vec![None; modality.counts.len()];
    for (cell, row) in modality.row_of_cell.iter().enumerate() {
        if let Some(place) = row.and_then(|row| cell_of_row.get_mut(row as usize)) {
            *place = Some(cell);
        }
    }
    let cell = |row: usize| cell_of_row[row].map_or_else(|| format!("row {row}"), |cell| data.cells[cell].clone());
    let feature = |column: u32| {
        modality.features.names.get(column as usize).cloned().unwrap_or_else(|| format!("column {column}"))
    };
    if let Some(Place { row, column, value }) = found.impossible {
        let (modality, cell, feature) = (name.clone(), cell(row), feature(column));
        return Err(CheckError::Impossible { modality, cell, feature, value });
    }
    if let (Some(Place { row, column, value }), false) = (found.broken, options.allow_noninteger) {
        return Err(CheckError::NoCounts(Box::new(NoCounts {
            modality: name.clone(),
            broken: found.broken_count,
            stored: found.stored,
            cell: cell(row),
            feature: feature(column),
            value,
            looks: found.sample.looks(),
        })));
    }
    if !found.empty_rows.is_empty() {
        notes.push(Note::EmptyCells {
            modality: name.clone(),
            cells: found.empty_rows.iter().map(|row| cell(*row)).collect(),
        });
    }
    let never: Vec<String> =
        (0..).zip(&found.seen).filter(|(_, seen)| !**seen).map(|(column, _)| feature(column)).collect();
    if !never.is_empty() {
        notes.push(Note::EmptyFeatures { modality: name.clone(), features: never });
    }
    let repeated = repeated(&modality.features.names);
    if !repeated.is_empty() {
        notes.push(Note::RepeatedFeatures { modality: name.clone(), features: repeated });
    }
    Ok(())
}

/// Each name that comes more than once, in the order of its second coming.
fn repeated(names: &[String]) -> Vec<String> {
    let mut times: HashMap<&String, u32> = HashMap::with_capacity(names.len());
    let mut repeated = Vec::new();
    for name in names {
        let times = times.entry(name).or_insert(0);
        *times += 1;
        if *times == 2 {
            repeated.push(name.clone());
        }
    }
    repeated
}

fn overlap(data: &CellData) -> Note {
    let has = |modality: &Modality, cell: usize| modality.row_of_cell.get(cell).is_some_and(Option::is_some);
    let cells = |modality: &Modality| (0..data.len()).filter(|cell| has(modality, *cell)).count();
    Note::Overlap {
        cells: data.len(),
        of_modality: data.modalities.iter().map(|m| (m.name.clone(), cells(m))).collect(),
        in_all: (0..data.len()).filter(|cell| data.modalities.iter().all(|m| has(m, *cell))).count(),
    }
}

#[cfg(test)]
mod tests;
