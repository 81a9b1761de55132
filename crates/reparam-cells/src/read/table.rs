//! Tables of text: a header of names, and lines of a name with its values.

use std::io::BufRead;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::gather::rows_from_entries;
use super::lines::unpacked;
use super::names::check_cells;
use super::orient::{choose, repeat};
use super::sink::Sink;
use super::{Conversion, ReadError, Reading, modalities};
use crate::{CellData, Column, CountStore, Features, Frame};

/// What stands around the values.
struct Outline {
    delimiter: u8,
    columns: Vec<String>,
    rows: Vec<String>,
}

/// A whole file.
pub(super) fn read(reading: &mut Reading<'_>) -> Result<CellData, ReadError> {
    let Outline { delimiter, columns, rows } = outline(reading.path)?;
    let choice = choose(reading.options.orientation, &rows, &columns);
    let path = reading.path.display().to_string();
    if choice.assumed {
        let side = if choice.cells_in_rows { "rows" } else { "columns" };
        let text = format!("no side looks like genes or barcodes; the shorter one ({side}) is taken as the cells");
        reading.note(format!("{path}: {text}"));
    }
    let mut annotations = Frame::new();
    let (cells, names, counts) = if choice.cells_in_rows {
        let counts = by_cell(reading, delimiter, &columns)?;
        let cells = if repeat(&rows) { numbered(&rows, &mut annotations) } else { rows };
        (cells, columns, counts)
    } else {
        let counts = by_gene(reading, delimiter, &columns, rows.len())?;
        (columns, rows, counts)
    };
    if annotations.get("row_name").is_some() {
        reading
            .note(format!("{path}: names of rows repeat; they are the annotation 'row_name', and cells are numbered"));
    }
    check_cells(reading.path, &cells)?;
    let features = Features { names, ..Features::default() };
    let modalities = modalities::split(reading, features, counts)?;
    Ok(CellData { cells, annotations, modalities, source: path, notes: Vec::new() })
}

/// Names that repeat are a label of the cells, which are numbered.
fn numbered(rows: &[String], annotations: &mut Frame) -> Vec<String> {
    let (codes, categories) = Column::Text(rows.iter().cloned().map(Some).collect()).categories();
    annotations.set("row_name", Column::Category { codes, categories });
    (1..=rows.len()).map(|i| format!("cell_{i}")).collect()
}

/// The sign between fields: the one of tab, comma and semicolon that the first line has most of.
fn delimiter(path: &Path) -> Result<u8, ReadError> {
    let mut line = Vec::new();
    let mut input = unpacked(path)?;
    input.read_until(b'\n', &mut line).map_err(|source| ReadError::Io { path: path.to_path_buf(), source })?;
    let count = |sign: u8| line.split(|b| *b == sign).count() - 1;
    let best = *b"\t,;".iter().rev().max_by_key(|sign| count(**sign)).unwrap_or(&b',');
    if count(best) == 0 {
        let message = "expected names between tabs, commas or semicolons, got a line without any".to_owned();
        return Err(ReadError::Text { path: path.to_path_buf(), line: 1, message });
    }
    Ok(best)
}

fn text_error(path: &Path, line: u64, message: String) -> ReadError {
    ReadError::Text { path: path.to_path_buf(), line, message }
}

/// Gives every line's fields; the header comes first.
fn each_record(
    path: &Path,
    delimiter: u8,
    mut each: impl FnMut(u64, &StringRecord) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let input = unpacked(path)?;
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(input);
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => each(record.position().map_or(0, csv::Position::line), &record)?,
            Err(e) => {
                let line = e.position().map_or(0, csv::Position::line);
                let text = e.to_string();
                return Err(match e.into_kind() {
                    csv::ErrorKind::Io(source) => ReadError::Io { path: path.to_path_buf(), source },
                    csv::ErrorKind::Utf8 { .. } => text_error(path, line, "expected text in UTF-8".to_owned()),
                    _ => text_error(path, line, text),
                });
            }
        }
    }
}

/// Names of both sides, with every line's length checked.
fn outline(path: &Path) -> Result<Outline, ReadError> {
    let delimiter = delimiter(path)?;
    let (mut header, mut rows, mut width): (Vec<String>, Vec<String>, usize) = (Vec::new(), Vec::new(), 0);
    let mut first = true;
    each_record(path, delimiter, |line, record| {
        if std::mem::take(&mut first) {
            header = record.iter().map(|field| field.trim().to_owned()).collect();
            return Ok(());
        }
        if rows.is_empty() {
            width = record.len();
            // R writes no field above the names of the rows.
            match header.len().checked_sub(width) {
                Some(0) => drop(header.remove(0)),
                None if header.len() + 1 == width => {}
                _ => {
                    let rule = format!("expected {} fields as in the header (or one more)", header.len());
                    return Err(text_error(path, line, format!("{rule}, got {width}")));
                }
            }
        }
        if record.len() != width {
            return Err(text_error(path, line, format!("expected {width} fields, got {}", record.len())));
        }
        rows.push(record.get(0).unwrap_or_default().trim().to_owned());
        Ok(())
    })?;
    if rows.is_empty() || header.is_empty() {
        let message = "expected a header and lines of a name with its values, got no values".to_owned();
        return Err(text_error(path, 1, message));
    }
    Ok(Outline { delimiter, columns: header, rows })
}

/// Gives every line's values with its number from 0.
fn each_row(
    path: &Path,
    delimiter: u8,
    columns: &[String],
    from: Conversion,
    mut each: impl FnMut(usize, &[f32]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let (mut row, mut values, mut first) = (0, Vec::new(), true);
    each_record(path, delimiter, |line, record| {
        if std::mem::take(&mut first) {
            return Ok(());
        }
        values.clear();
        for (name, field) in columns.iter().zip(record.iter().skip(1)) {
            match field.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => values.push(from.count(value)),
                _ => {
                    return Err(text_error(path, line, format!("expected a number, got '{field}' in column '{name}'")));
                }
            }
        }
        if values.len() != columns.len() {
            return Err(text_error(path, line, format!("expected {} values, got {}", columns.len(), values.len())));
        }
        each(row, &values)?;
        row += 1;
        Ok(())
    })
}

fn by_cell(reading: &Reading<'_>, delimiter: u8, genes: &[String]) -> Result<CountStore, ReadError> {
    let mut sink = Sink::new(genes.len(), reading);
    let (mut columns, mut kept) = (Vec::new(), Vec::new());
    each_row(reading.path, delimiter, genes, reading.options.from, |_, values| {
        sink.push_dense(values, &mut columns, &mut kept)
    })?;
    sink.finish()
}

fn by_gene(reading: &Reading<'_>, delimiter: u8, cells: &[String], genes: usize) -> Result<CountStore, ReadError> {
    rows_from_entries((cells.len(), genes), reading, |take| {
        each_row(reading.path, delimiter, cells, reading.options.from, |gene, values| {
            for (cell, value) in values.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                take(cell as u32, gene as u32, *value)?;
            }
            Ok(())
        })
    })
}
