//! The coordinate format of Matrix Market: a header, the size, a line for each entry.

use std::path::Path;

use super::gather::{Take, rows_from_entries};
use super::lines::Lines;
use super::sink::Sink;
use super::{Conversion, ReadError, Reading};
use crate::CountStore;

#[derive(Clone, Copy, PartialEq)]
enum Field {
    Integer,
    Real,
    Pattern,
}

/// Header and size of a file.
struct Header {
    field: Field,
    features: usize,
    cells: usize,
    entries: u64,
}

/// The counts of a matrix of features × cells, a row for each cell.
pub(super) fn read(path: &Path, reading: &Reading<'_>) -> Result<(CountStore, (usize, usize)), ReadError> {
    let header = header(&mut Lines::open(path)?)?;
    let size = (header.features, header.cells);
    if let Some(store) = by_cell(path, &header, reading)? {
        return Ok((store, size));
    }
    Ok((rows_from_entries((size.1, size.0), reading, |take| entries(path, reading.options.from, take))?, size))
}

/// `CellRanger` writes cell after cell, so that rows can be stored as they come; nothing when another order turns up.
fn by_cell(path: &Path, header: &Header, reading: &Reading<'_>) -> Result<Option<CountStore>, ReadError> {
    let mut sink = Sink::new(header.features, reading);
    let (mut cell, mut in_order) = (0, true);
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    entries(path, reading.options.from, &mut |row, column, value| {
        in_order &= row as usize >= cell;
        while in_order && cell < row as usize {
            sink.push(&columns, &values)?;
            columns.clear();
            values.clear();
            cell += 1;
        }
        if in_order {
            columns.push(column);
            values.push(value);
        }
        Ok(())
    })?;
    if !in_order {
        return Ok(None);
    }
    while cell < header.cells {
        sink.push(&columns, &values)?;
        columns.clear();
        values.clear();
        cell += 1;
    }
    sink.finish().map(Some)
}

fn header(lines: &mut Lines) -> Result<Header, ReadError> {
    const RULE: &str = "expected '%%MatrixMarket matrix coordinate integer general' (or real, or pattern)";
    let first = lines.next()?.unwrap_or_default().to_lowercase();
    let words: Vec<&str> = first.split_whitespace().collect();
    let field = match words[..] {
        ["%%matrixmarket", "matrix", "coordinate", "integer", "general"] => Field::Integer,
        ["%%matrixmarket", "matrix", "coordinate", "real" | "double", "general"] => Field::Real,
        ["%%matrixmarket", "matrix", "coordinate", "pattern", "general"] => Field::Pattern,
        _ => return Err(lines.error(format!("{RULE}, got '{}'", first.chars().take(80).collect::<String>()))),
    };
    loop {
        let Some(line) = lines.next()? else { return Err(lines.error("expected a line of three sizes, got the end")) };
        if line.starts_with('%') || line.trim().is_empty() {
            continue;
        }
        let line = line.to_owned();
        let numbers: Vec<Option<u64>> = line.split_whitespace().map(|word| word.parse().ok()).collect();
        return match numbers[..] {
            [Some(features), Some(cells), Some(entries)] if features.max(cells) < u64::from(u32::MAX) => {
                Ok(Header { field, features: features as usize, cells: cells as usize, entries })
            }
            _ => Err(lines.error(format!("expected three sizes (features, cells, entries), got '{line}'"))),
        };
    }
}

/// Gives every entry as cell, feature, value.
fn entries(path: &Path, from: Conversion, take: Take<'_>) -> Result<(), ReadError> {
    let mut lines = Lines::open(path)?;
    let header = header(&mut lines)?;
    let mut count = 0;
    while let Some(line) = lines.next()? {
        if line.trim().is_empty() {
            continue;
        }
        match entry(line, &header) {
            Ok((feature, cell, value)) => take(cell, feature, from.count(value))?,
            Err(message) => return Err(lines.error(message)),
        }
        count += 1;
        if count > header.entries {
            return Err(lines.error(format!("expected the end after {} entries", header.entries)));
        }
    }
    if count < header.entries {
        return Err(lines.error(format!("expected {} entries, got {count}", header.entries)));
    }
    Ok(())
}

fn entry(line: &str, header: &Header) -> Result<(u32, u32, f64), String> {
    let mut words = line.split_ascii_whitespace();
    let mut index = |size: usize, what: &str| {
        let word = words.next().unwrap_or_default();
        match word.parse::<u64>() {
            Ok(n) if n >= 1 && n <= size as u64 => Ok((n - 1) as u32),
            Ok(n) => Err(format!("expected a {what} from 1 to {size}, got {n}")),
            Err(_) => Err(format!("expected an integer, got '{word}'")),
        }
    };
    let (feature, cell) = (index(header.features, "feature")?, index(header.cells, "cell")?);
    let value = match (header.field, words.next()) {
        (Field::Pattern, None) => 1.0,
        (Field::Pattern, Some(word)) => return Err(format!("expected no value in a pattern, got '{word}'")),
        (Field::Integer, word) => {
            let word = word.unwrap_or_default();
            word.parse::<i64>().map_err(|_| format!("expected an integer, got '{word}'"))? as f64
        }
        (Field::Real, word) => {
            let word = word.unwrap_or_default();
            match word.parse::<f64>() {
                Ok(value) if value.is_finite() => value,
                _ => return Err(format!("expected a finite number, got '{word}'")),
            }
        }
    };
    match words.next() {
        None => Ok((feature, cell, value)),
        Some(word) => Err(format!("expected the end of the line, got '{word}'")),
    }
}
