//! Tab-separated tables with their lines.

use std::path::Path;

use super::error::PetabFault;

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// The file's name.
    pub file: String,
    /// Names of the columns.
    pub header: Vec<String>,
    /// Rows with their lines.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// A row of a table.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub table: &'a Table,
    pub line: usize,
    pub cells: &'a [String],
}

impl Table {
    /// Reads a file; a table without the columns that are needed is one fault.
    pub fn read(path: &Path, needed: &[&str], faults: &mut Vec<PetabFault>) -> Option<Self> {
        let file = path.display().to_string();
        let mut fault = |line: Option<usize>, what: String| {
            faults.push(PetabFault { file: file.clone(), line, column: String::new(), what });
        };
        let text = match std::fs::read(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => {
                    fault(
                        None,
                        format!("the file must be UTF-8 text, and is not at byte {}", error.utf8_error().valid_up_to()),
                    );
                    return None;
                }
            },
            Err(error) => {
                fault(None, error.to_string());
                return None;
            }
        };
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').flexible(true).from_reader(text.as_bytes());
        let header: Vec<String> = match reader.headers() {
            Ok(header) => header.iter().map(|name| name.trim().to_owned()).collect(),
            Err(error) => {
                fault(Some(1), error.to_string());
                return None;
            }
        };
        let mut whole = true;
        for name in needed.iter().filter(|name| !header.iter().any(|h| h == *name)) {
            fault(Some(1), format!("the table must have the column {name}"));
            whole = false;
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, |p| p.line() as usize);
                    if record.len() > header.len()
                        && record.iter().skip(header.len()).any(|cell| !cell.trim().is_empty())
                    {
                        fault(Some(line), format!("{} cells for {} columns", record.len(), header.len()));
                        whole = false;
                        continue;
                    }
                    let mut cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
                    cells.resize(header.len(), String::new());
                    rows.push((line, cells));
                }
                Err(error) => {
                    fault(error.position().map(|p| p.line() as usize), error.to_string());
                    return None;
                }
            }
        }
        whole.then_some(Self { file, header, rows })
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { table: self, line: *line, cells })
    }
}

impl<'a> Row<'a> {
    /// A cell; empty where there is no such column.
    pub fn get(&self, column: &str) -> &'a str {
        let place = self.table.header.iter().position(|name| name == column);
        place.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    pub fn fault(&self, column: &str, what: impl Into<String>) -> PetabFault {
        PetabFault { file: self.table.file.clone(), line: Some(self.line), column: column.into(), what: what.into() }
    }

    /// A number, `inf` and its like included; NaN is none.
    pub fn number(&self, column: &str) -> Result<f64, PetabFault> {
        let text = self.get(column);
        let found = text.parse::<f64>().ok().filter(|x| !x.is_nan());
        found.ok_or_else(|| self.fault(column, format!("expected a number, got '{text}'")))
    }
}
