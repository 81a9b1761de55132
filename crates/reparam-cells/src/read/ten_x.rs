//! `CellRanger`'s `.h5`: one matrix with features of all kinds (version 3 on), or a group for each genome (before).

use super::hdf5::{H5, inside};
use super::join::{Rows, union};
use super::names::check_cells;
use super::sink::Sink;
use super::{ReadError, Reading, frame, matrix, modalities};
use crate::{CellData, Column, CountStore, Features, Frame, SparseRows};

/// `matrix/` with its `features/`.
pub(super) fn read_version_3(h5: &H5, reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let cells = h5.strings("matrix/barcodes")?;
    check_cells(h5.path(), &cells)?;
    let there = h5.children("matrix/features")?;
    let has = |name: &str| there.iter().any(|t| t == name);
    let ids = h5.strings("matrix/features/id")?;
    let names = if has("name") { h5.strings("matrix/features/name")? } else { ids.clone() };
    let width = ids.len();
    let mut annotations = Frame::new();
    for name in there.iter().filter(|name| !["id", "name"].contains(&name.as_str()) && !name.starts_with('_')) {
        let place = inside("matrix/features", name);
        if let Some(column) = frame::column(h5, &place)?.filter(|column| column.len() == width) {
            annotations.set(if name == "feature_type" { "feature_types" } else { name }, column);
        }
    }
    if names.len() != width {
        return Err(h5.error("matrix/features/name", format!("expected {width} names, got {}", names.len())));
    }
    let counts = cells_in_columns(h5, "matrix", (cells.len(), width), reading)?;
    let modalities = modalities::split(reading, Features { names, ids, annotations }, counts)?;
    let source = reading.path.display().to_string();
    Ok(CellData { cells, annotations: Frame::new(), modalities, source, notes: Vec::new() })
}

/// A matrix of features × cells in compressed columns has the cells as its lines.
fn cells_in_columns(
    h5: &H5,
    object: &str,
    (cells, width): (usize, usize),
    reading: &Reading<'_>,
) -> Result<CountStore, ReadError> {
    let shape = inside(object, "shape");
    let found = h5.integers(&shape)?;
    if found != [width as i64, cells as i64] {
        return Err(h5.error(&shape, format!("expected {width} features × {cells} cells, got {found:?}")));
    }
    matrix::compressed_rows(h5, object, (cells, width), reading)
}

/// A group for each genome with cells of its own; genes of all of them are one modality.
pub(super) fn read_version_2(h5: &H5, genomes: &[String], reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let (mut cells, mut parts) = (Vec::new(), Vec::new());
    let (mut features, mut genome_of) = (Features::default(), Vec::new());
    for genome in genomes {
        let barcodes = h5.strings(&inside(genome, "barcodes"))?;
        check_cells(h5.path(), &barcodes)?;
        let ids = h5.strings(&inside(genome, "genes"))?;
        let has_names = h5.children(genome)?.iter().any(|name| name == "gene_names");
        let names = if has_names { h5.strings(&inside(genome, "gene_names"))? } else { ids.clone() };
        if names.len() != ids.len() {
            let text = format!("expected {} names, got {}", ids.len(), names.len());
            return Err(h5.error(&inside(genome, "gene_names"), text));
        }
        parts.push(cells_in_columns(h5, genome, (barcodes.len(), ids.len()), reading)?);
        union(&mut cells, &barcodes);
        genome_of.extend(ids.iter().map(|_| Some(genome.clone())));
        features.names.extend(names);
        features.ids.extend(ids);
    }
    features.annotations.set("genome", Column::Text(genome_of));
    let counts = match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            side_by_side(h5, genomes, &cells, &parts, reading)?
        }
    };
    let modalities = modalities::split(reading, features, counts)?;
    let source = reading.path.display().to_string();
    Ok(CellData { cells, annotations: Frame::new(), modalities, source, notes: Vec::new() })
}

fn side_by_side(
    h5: &H5,
    genomes: &[String],
    cells: &[String],
    parts: &[CountStore],
    reading: &Reading<'_>,
) -> Result<CountStore, ReadError> {
    let width = parts.iter().map(CountStore::width).sum();
    let mut sink = Sink::new(width, reading);
    let mut places = Vec::new();
    for genome in genomes {
        places.push(Rows::of(cells, &h5.strings(&inside(genome, "barcodes"))?).numbers());
    }
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for cell in 0..cells.len() {
        columns.clear();
        values.clear();
        let mut offset = 0;
        for (part, place) in parts.iter().zip(&places) {
            if let Some(row) = place[cell] {
                let mut rows = SparseRows::new(part.width());
                part.read(&[row as usize], &mut rows).map_err(|source| reading.io(source))?;
                columns.extend(rows.row(0).0.iter().map(|c| c + offset));
                values.extend_from_slice(rows.row(0).1);
            }
            offset += part.width() as u32;
        }
        sink.push(&columns, &values)?;
    }
    sink.finish()
}
