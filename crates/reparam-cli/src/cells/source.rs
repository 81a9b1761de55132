//! Cells on their way into a model.

use std::io;

use reparam::cells::CellSource;
use reparam::fused::CountRows;
use reparam_cells::{CellData, Column, CountStore, CountStoreWriter, Features, Frame, SparseRows, StoreOptions};

use super::CellsError;
use super::info::{CovariateInfo, CovariateKind, ModalityInfo, RunInfo};
use super::options::InputOptions;

/// Rows that are read at a time.
const BLOCK: usize = 1024;

/// Cells with the features of a run, in its order.
#[derive(Debug)]
pub struct Cells {
    /// Names of the cells.
    pub names: Vec<String>,
    /// Their annotations.
    pub annotations: Frame,
    /// Counts of the features of each modality.
    pub stores: Vec<CountStore>,
    row_of_cell: Vec<Vec<Option<u32>>>,
    halve: Vec<bool>,
    batch: Vec<u32>,
    covariates: Vec<f32>,
    width: usize,
}

impl CellSource for Cells {
    fn cells(&self) -> usize {
        self.names.len()
    }

    fn counts(&self, modality: usize, cells: &[usize]) -> io::Result<CountRows> {
        let store = &self.stores[modality];
        let rows = &self.row_of_cell[modality];
        let there: Vec<usize> = cells.iter().filter_map(|&c| rows[c].map(|r| r as usize)).collect();
        let mut read = SparseRows::new(store.width());
        store.read(&there, &mut read)?;
        let (mut starts, mut columns, mut values) = (vec![0], Vec::new(), Vec::with_capacity(read.stored()));
        let mut next = 0;
        for &cell in cells {
            if rows[cell].is_some() {
                let (c, v) = read.row(next);
                columns.extend_from_slice(c);
                values.extend_from_slice(v);
                next += 1;
            }
            starts.push(columns.len());
        }
        if self.halve[modality] {
            // Two reads, one at each end, are one fragment (Martens et al. 2023).
            for v in &mut values {
                *v = (*v * 0.5).ceil();
            }
        }
        CountRows::new(starts, columns, values, store.width()).map_err(io::Error::other)
    }

    fn has(&self, modality: usize, cell: usize) -> bool {
        self.row_of_cell[modality][cell].is_some()
    }

    fn batch(&self, cell: usize) -> u32 {
        self.batch[cell]
    }

    fn covariates(&self, cell: usize) -> &[f32] {
        &self.covariates[cell * self.width..(cell + 1) * self.width]
    }
}

impl Cells {
    /// Takes the features and conditions of a run from cells; what features the cells lack counts as 0. Notes say so.
    pub fn of_run(
        data: CellData,
        info: &RunInfo,
        input: &InputOptions,
        notes: &mut Vec<String>,
    ) -> Result<Self, CellsError> {
        let all = data.cells.len();
        let (mut stores, mut row_of_cell) = (Vec::new(), Vec::new());
        let mut found = false;
        for modality in &info.modalities {
            if let Some(there) = data.modalities.iter().find(|m| m.name == modality.name) {
                let (map, missing) = columns(&there.features, modality);
                if missing * 2 > modality.features.len() {
                    let rule = format!(
                        "{missing} of the {} features that the run was trained on are not there",
                        modality.features.len()
                    );
                    return Err(CellsError::option(&modality.name, rule, &data.source));
                }
                if missing > 0 {
                    notes.push(format!(
                        "{}: {missing} of {} features are not in the file and count as 0",
                        modality.name,
                        modality.features.len()
                    ));
                }
                stores.push(aligned(&there.counts, &map, modality.features.len(), &store_options(input))?);
                row_of_cell.push(there.row_of_cell.clone());
                found = true;
            } else {
                stores.push(CountStore::in_memory(SparseRows::new(modality.features.len())));
                row_of_cell.push(vec![None; all]);
                notes.push(format!("no cell has {}", modality.name));
            }
        }
        if !found {
            let names = data.modalities.iter().map(|m| m.name.as_str());
            let wanted: Vec<&str> = info.modalities.iter().map(|m| m.name.as_str()).collect();
            return Err(CellsError::unknown("modality", &wanted.join(", "), names));
        }
        let (batch, covariates, width) = conditions(&data.annotations, all, info, notes)?;
        Ok(Self {
            names: data.cells,
            annotations: data.annotations,
            stores,
            row_of_cell,
            halve: info.modalities.iter().map(|m| m.halve).collect(),
            batch,
            covariates,
            width,
        })
    }

    /// The batch of each cell.
    pub fn batches(&self) -> &[u32] {
        &self.batch
    }

    /// Numbers of condition a cell.
    pub const fn covariate_width(&self) -> usize {
        self.width
    }

    /// The total of each cell in a modality; `None` where it lacks it.
    pub fn totals(&self, modality: usize) -> io::Result<Vec<Option<f64>>> {
        let totals = self.stores[modality].totals()?;
        Ok(self.row_of_cell[modality].iter().map(|row| row.map(|r| totals[r as usize])).collect())
    }

    /// A fingerprint of the counts of each modality: it changes with every count, feature and cell.
    pub fn fingerprints(&self) -> io::Result<Vec<String>> {
        let fold = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
        let mut found = Vec::new();
        for store in &self.stores {
            let mut hash = 0xcbf2_9ce4_8422_2325_u64;
            store.rows_in_order(BLOCK, |rows| {
                for i in 0..rows.len() {
                    let (columns, values) = rows.row(i);
                    hash = fold(hash, columns.len() as u64);
                    for (c, v) in columns.iter().zip(values) {
                        hash = fold(hash, u64::from(*c) << 32 | u64::from(v.to_bits()));
                    }
                }
            })?;
            found.push(format!("{hash:016x}"));
        }
        Ok(found)
    }

    /// Cells that have a modality.
    pub fn with(&self, modality: usize) -> usize {
        self.row_of_cell[modality].iter().flatten().count()
    }
}

/// Where stores lie.
pub fn store_options(input: &InputOptions) -> StoreOptions {
    StoreOptions { memory: input.memory.saturating_mul(1 << 20), ..StoreOptions::default() }
}

/// For each column of a file its place among the features of a run, and how many of these the file lacks. Identifiers count where they are those of one feature
/// each, on both sides; else names do.
fn columns(features: &Features, modality: &ModalityInfo) -> (Vec<Option<u32>>, usize) {
    let by_name = unique(&modality.features);
    let by_id = unique(&modality.ids);
    let (own_ids, own_names) = (unique(&features.ids), unique(&features.names));
    let mut taken = vec![false; modality.features.len()];
    let mut map = vec![None; features.names.len()];
    let mut place = |map: &mut Vec<Option<u32>>, column: usize, at: u32| {
        if map[column].is_none() && !taken[at as usize] {
            taken[at as usize] = true;
            map[column] = Some(at);
        }
    };
    for (id, column) in &own_ids {
        if let Some(&at) = by_id.get(id) {
            place(&mut map, *column as usize, at);
        }
    }
    for (name, column) in &own_names {
        if let Some(&at) = by_name.get(name) {
            place(&mut map, *column as usize, at);
        }
    }
    (map, taken.iter().filter(|taken| !**taken).count())
}

/// Names that come once and are not empty, and their places, in order of the names.
fn unique(names: &[String]) -> std::collections::BTreeMap<&str, u32> {
    let mut count: std::collections::BTreeMap<&str, (u32, u32)> = std::collections::BTreeMap::new();
    for (i, name) in names.iter().enumerate() {
        count.entry(name).or_insert((i as u32, 0)).1 += 1;
    }
    count
        .into_iter()
        .filter(|(name, (_, n))| *n == 1 && !name.is_empty() && *name != "NA")
        .map(|(k, v)| (k, v.0))
        .collect()
}

/// A store with the columns that the map names, at the places that it gives.
fn aligned(counts: &CountStore, map: &[Option<u32>], width: usize, options: &StoreOptions) -> io::Result<CountStore> {
    let mut writer = CountStoreWriter::new(width, options);
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    let mut fault = None;
    counts.rows_in_order(BLOCK, |rows| {
        for i in 0..rows.len() {
            columns.clear();
            values.clear();
            let (c, v) = rows.row(i);
            for (c, v) in c.iter().zip(v) {
                if let Some(at) = map[*c as usize] {
                    columns.push(at);
                    values.push(*v);
                }
            }
            if let Err(error) = writer.push(&columns, &values) {
                fault.get_or_insert(error);
            }
        }
    })?;
    match fault {
        Some(error) => Err(error),
        None => writer.finish(),
    }
}

/// The batch of each cell, and all conditions as numbers: one for each batch where there are several, then the covariates.
pub fn conditions(
    annotations: &Frame,
    cells: usize,
    info: &RunInfo,
    notes: &mut Vec<String>,
) -> Result<(Vec<u32>, Vec<f32>, usize), CellsError> {
    let mut batch = vec![0_u32; cells];
    if let Some(key) = &info.batch_key {
        let column = annotations.get(key).ok_or_else(|| CellsError::unknown("annotation", key, annotations.names()))?;
        for (cell, place) in batch.iter_mut().enumerate() {
            *place = place_of(column, cell, &info.batches, key)?;
        }
    }
    let batches = if info.batches.len() > 1 { info.batches.len() } else { 0 };
    let width = batches + info.covariates.iter().map(CovariateInfo::width).sum::<usize>();
    let mut numbers = vec![0.0_f32; cells * width];
    if batches > 0 {
        for (cell, b) in batch.iter().enumerate() {
            numbers[cell * width + *b as usize] = 1.0;
        }
    }
    let mut first = batches;
    for covariate in &info.covariates {
        let name = &covariate.column;
        let column =
            annotations.get(name).ok_or_else(|| CellsError::unknown("annotation", name, annotations.names()))?;
        let mut missing = 0;
        for cell in 0..cells {
            match &covariate.kind {
                CovariateKind::Categories(names) => {
                    let place = place_of(column, cell, names, name)? as usize;
                    numbers[cell * width + first + place] = 1.0;
                }
                CovariateKind::Number { mean, scale } => match number(column, cell) {
                    Some(value) => numbers[cell * width + first] = ((value - mean) / scale) as f32,
                    None => missing += 1,
                },
            }
        }
        if missing > 0 {
            notes.push(format!("{name}: {missing} cells have no number and get the mean"));
        }
        first += covariate.width();
    }
    Ok((batch, numbers, width))
}

/// The place of a cell's value among names.
fn place_of(column: &Column, cell: usize, names: &[String], key: &str) -> Result<u32, CellsError> {
    let value = column.text(cell).unwrap_or_else(|| "missing".into());
    let place = names.iter().position(|name| *name == value);
    place
        .map(|p| p as u32)
        .ok_or_else(|| CellsError::unknown(&format!("{key} of the run"), &value, names.iter().map(String::as_str)))
}

/// A cell's value as a number.
pub fn number(column: &Column, cell: usize) -> Option<f64> {
    match column {
        Column::Number(values) => Some(values[cell]).filter(|v| v.is_finite()),
        Column::Integer(values) => Some(values[cell] as f64),
        Column::Boolean(values) => Some(f64::from(u8::from(values[cell]))),
        Column::Text(_) | Column::Category { .. } => column.text(cell)?.parse().ok().filter(|v: &f64| v.is_finite()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn features_that_share_an_identifier_are_matched_by_name() {
        let features =
            Features { names: names(&["a", "b", "c", "d"]), ids: names(&["1", "1", "", "4"]), ..Features::default() };
        let modality = ModalityInfo {
            features: names(&["d", "c", "b", "a"]),
            ids: names(&["4", "", "1", "1"]),
            ..ModalityInfo::default()
        };
        assert_eq!(columns(&features, &modality), (vec![Some(3), Some(2), Some(1), Some(0)], 0));
        // A gene that was renamed keeps its identifier.
        let renamed = Features { names: names(&["x", "y"]), ids: names(&["4", "9"]), ..Features::default() };
        assert_eq!(columns(&renamed, &modality), (vec![Some(0), None], 3));
    }
}
