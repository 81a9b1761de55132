//! `MuData` files (`.h5mu`): an `AnnData` for each modality, joined by the cells' names.

use hdf5_pure::AttrValue;

use super::anndata::{self, Content};
use super::hdf5::{H5, inside};
use super::join::{Rows, aligned, union};
use super::names::check_cells;
use super::{ReadError, Reading, frame, modalities};
use crate::{CellData, Frame};

/// A whole file.
pub(super) fn read(h5: &H5, reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let (mut names, there) = (order(h5)?, h5.groups("mod")?);
    names.extend(there.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>());
    let mut contents = Vec::new();
    for name in names {
        reading.seen.push(name.clone());
        if reading.wanted(&name) {
            let content = of_modality(h5, &name, reading)?;
            contents.push((name, content));
        }
    }
    let whole = if h5.children("")?.iter().any(|c| c == "obs") { Some(frame::read(h5, "obs", "uns")?) } else { None };
    let (mut cells, mut annotations) = (Vec::new(), Frame::new());
    if let Some(whole) = whole {
        check_cells(h5.path(), &whole.names)?;
        (cells, annotations) = (whole.names, whole.frame);
    }
    let known = cells.len();
    for (_, content) in &contents {
        union(&mut cells, &content.cells);
    }
    if cells.len() > known && known > 0 {
        return Err(h5.error("obs", format!("cell '{}' of a modality is not among the file's cells", cells[known])));
    }
    let mut parts = Vec::new();
    for (name, Content { cells: own, annotations: columns, features, counts }) in contents {
        let rows = Rows::of(&cells, &own);
        for (column, values) in aligned(&columns, &rows).iter() {
            let full = format!("{name}:{column}");
            // Older files repeat each modality's columns in the whole.
            if annotations.get(&full).is_none() {
                annotations.set(full, values.clone());
            }
        }
        let mut modality = modalities::modality(reading, name, features, counts);
        modality.row_of_cell = rows.numbers();
        parts.push(modality);
    }
    let source = reading.path.display().to_string();
    Ok(CellData { cells, annotations, modalities: parts, source, notes: Vec::new() })
}

fn order(h5: &H5) -> Result<Vec<String>, ReadError> {
    let there = h5.groups("mod")?;
    let order = h5.attributes("mod")?.get("mod-order").and_then(AttrValue::as_strings).map(<[String]>::to_vec);
    Ok(order.unwrap_or_default().into_iter().filter(|name| there.contains(name)).collect())
}

/// A layer that only some modalities have is taken there; the others give their `X`, with a note.
fn of_modality(h5: &H5, name: &str, reading: &mut Reading<'_>) -> Result<Content, ReadError> {
    let prefix = inside("mod", name);
    let Some(layer) = &reading.options.layer else { return anndata::content(h5, &prefix, reading) };
    let mut elsewhere = false;
    for other in h5.groups("mod")? {
        elsewhere |= reading.wanted(&other) && h5.children(&format!("mod/{other}/layers"))?.contains(layer);
    }
    if !elsewhere || h5.children(&inside(&prefix, "layers"))?.contains(layer) {
        return anndata::content(h5, &prefix, reading);
    }
    reading.note(format!("{}: modality '{name}' has no layer '{layer}'; its X was read", h5.path().display()));
    let options = super::ReadOptions { layer: None, ..reading.options.clone() };
    let mut without =
        Reading { path: reading.path, options: &options, alone: reading.alone, notes: Vec::new(), seen: Vec::new() };
    let content = anndata::content(h5, &prefix, &mut without)?;
    reading.notes.append(&mut without.notes);
    Ok(content)
}
