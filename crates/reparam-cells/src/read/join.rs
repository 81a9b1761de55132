//! Parts with cells of their own become one: cells are joined by their names.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::ReadError;
use super::error::quoted;
use super::frame::expand;
use crate::{CellData, Frame};

/// Adds the names that are not there yet, in their order.
pub(super) fn union(cells: &mut Vec<String>, more: &[String]) {
    let there: HashSet<&str> = cells.iter().map(String::as_str).collect();
    let new: Vec<String> = more.iter().filter(|name| !there.contains(name.as_str())).cloned().collect();
    cells.extend(new);
}

/// For each of all cells its row in a part.
pub(super) struct Rows(Vec<Option<usize>>);

impl Rows {
    pub fn of(all: &[String], part: &[String]) -> Self {
        let place: HashMap<&str, usize> = part.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
        Self(all.iter().map(|name| place.get(name.as_str()).copied()).collect())
    }

    pub fn numbers(&self) -> Vec<Option<u32>> {
        self.0.iter().map(|row| row.map(|row| row as u32)).collect()
    }
}

/// A part's annotations for all cells.
pub(super) fn aligned(frame: &Frame, rows: &Rows) -> Frame {
    let mut out = Frame::new();
    for (name, column) in frame.iter() {
        out.set(name, expand(column, &rows.0));
    }
    out
}

/// Several files of the same cells as one.
pub(super) fn files(mut parts: Vec<(PathBuf, CellData)>) -> Result<CellData, ReadError> {
    if parts.len() == 1
        && let Some((_, data)) = parts.pop()
    {
        return Ok(data);
    }
    for (i, (path, data)) in parts.iter().enumerate() {
        for (before, other) in &parts[..i] {
            let there: HashSet<&String> = other.cells.iter().collect();
            if !data.cells.iter().any(|name| there.contains(name)) {
                let two = |data: &CellData| quoted(&data.cells[..data.cells.len().min(2)]);
                let (first_examples, second_examples) = (two(other), two(data));
                let (first, second) = (before.clone(), path.clone());
                return Err(ReadError::NoCommonCells { first, first_examples, second, second_examples });
            }
        }
    }
    let mut cells = Vec::new();
    for (_, data) in &parts {
        union(&mut cells, &data.cells);
    }
    let source = parts.iter().map(|(_, data)| data.source.as_str()).collect::<Vec<_>>().join(", ");
    let mut whole = CellData { cells, annotations: Frame::new(), modalities: Vec::new(), source, notes: Vec::new() };
    for (path, part) in parts {
        add(&mut whole, &path, part)?;
    }
    Ok(whole)
}

/// Leaves out cells that none of the modalities has.
pub(super) fn keep_measured(data: &mut CellData) {
    let measured = |cell: &usize| data.modalities.iter().any(|m| m.row_of_cell[*cell].is_some());
    let kept: Vec<usize> = (0..data.len()).filter(measured).collect();
    if kept.len() == data.len() {
        return;
    }
    data.notes
        .push(format!("{} cells have none of the modalities asked for and are left out", data.len() - kept.len()));
    data.cells = kept.iter().map(|cell| std::mem::take(&mut data.cells[*cell])).collect();
    data.annotations = data.annotations.select(&kept);
    for modality in &mut data.modalities {
        modality.row_of_cell = kept.iter().map(|cell| modality.row_of_cell[*cell]).collect();
    }
}

fn add(whole: &mut CellData, path: &std::path::Path, part: CellData) -> Result<(), ReadError> {
    let rows = Rows::of(&whole.cells, &part.cells);
    let prefix = part.modalities.first().map(|m| m.name.clone()).unwrap_or_default();
    for (name, column) in aligned(&part.annotations, &rows).iter() {
        let taken = whole.annotations.get(name).is_some();
        whole.annotations.set(if taken { format!("{prefix}:{name}") } else { name.to_owned() }, column.clone());
    }
    for mut modality in part.modalities {
        if whole.modality(&modality.name).is_some() {
            return Err(ReadError::RepeatedModality { path: path.to_path_buf(), name: modality.name });
        }
        modality.row_of_cell = rows.0.iter().map(|row| row.and_then(|row| modality.row_of_cell[row])).collect();
        whole.modalities.push(modality);
    }
    let lacking = rows.0.iter().filter(|row| row.is_none()).count();
    if lacking > 0 {
        whole.notes.push(format!("{}: {lacking} of {} cells are not in this file", path.display(), whole.cells.len()));
    }
    whole.notes.extend(part.notes);
    Ok(())
}
