//! Rows of a CSV file or of stdin, with the lines that they stand on.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::super::LawError;
use super::super::number::shown;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 18;

/// A row and its line, counted from 1.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The cells.
    pub cells: ByteRecord,
    /// The line.
    pub line: u64,
}

/// Rows that are worked on together; their memory is used again.
#[derive(Debug)]
pub struct Batch {
    rows: Vec<Row>,
    filled: usize,
}

impl Batch {
    /// Of at most so many rows.
    pub fn new(rows: usize) -> Self {
        Self { rows: vec![Row::default(); rows], filled: 0 }
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows[..self.filled]
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.filled = 0;
    }
}

/// An open table, after its header.
pub struct Input {
    reader: Reader<Box<dyn Read + Send>>,
    /// What messages call it.
    pub place: String,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The line of the header.
    pub header_line: u64,
    /// What separates the cells.
    pub delimiter: u8,
    /// Whether lines end with `\r\n`: the reader then counts a line when the next one begins.
    returns: bool,
}

impl Input {
    /// Opens a file, or stdin as `-`, and reads the header.
    pub fn open(path: &Path) -> Result<Self, LawError> {
        let (source, place): (Box<dyn Read + Send>, _) = if path.as_os_str() == "-" {
            (Box::new(io::stdin()), "stdin".to_owned())
        } else {
            let file = File::open(path).map_err(LawError::io(path))?;
            if file.metadata().is_ok_and(|found| found.is_dir()) {
                return Err(LawError::io(path)(io::ErrorKind::IsADirectory.into()));
            }
            (Box::new(file), shown(&path.to_string_lossy()))
        };
        let mut source = BufReader::with_capacity(BUFFER, source);
        let start = source.fill_buf().map_err(LawError::io(path))?;
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or(start);
        let (delimiter, returns) = (delimiter(first), first.ends_with(b"\r"));
        let reader = ReaderBuilder::new()
            .has_headers(false)
            // Rows of another length are found here, so that the message names the line.
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(BUFFER)
            .from_reader(Box::new(source) as Box<dyn Read + Send>);
        let mut input = Self { reader, place, header: Vec::new(), header_line: 1, delimiter, returns };
        let mut row = Row::default();
        if !input.read(&mut row)? {
            let what = "expected a header with the names of the columns, got nothing".into();
            return Err(LawError::Table { place: input.place, what, hint: None });
        }
        let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_owned();
        input.header = row.cells.iter().map(name).collect();
        input.header_line = row.line;
        Ok(input)
    }

    /// Reads rows until the batch is full or the table ends.
    pub fn fill(&mut self, batch: &mut Batch) -> Result<(), LawError> {
        batch.filled = 0;
        while batch.filled < batch.rows.len() {
            let row = &mut batch.rows[batch.filled];
            if !self.read(row)? {
                break;
            }
            let (expected, got) = (self.header.len(), row.cells.len());
            if expected != got {
                let place = format!("{}:{}", self.place, row.line);
                let what = format!("expected {expected} cells as in the header, got {got}");
                let hint = Some("a vector with commas is one cell in quotes: \"0.1,0.9\"".into());
                return Err(LawError::Table { place, what, hint });
            }
            batch.filled += 1;
        }
        Ok(())
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, LawError> {
        let place = &self.place;
        let more = self.reader.read_byte_record(&mut row.cells).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(source) => LawError::io(place.as_ref())(source),
            other => LawError::Table { place: place.clone(), what: format!("not a table: {other:?}"), hint: None },
        })?;
        // The reader's own line of a record stands before the empty lines that it skipped, so the end is counted back from.
        let breaks = (row.cells.as_slice().split(|byte| *byte == b'\n').count() - 1) as u64;
        let ended = u64::from(!self.returns && !self.reader.is_done());
        row.line = self.reader.position().line().saturating_sub(breaks + ended);
        Ok(more)
    }
}

/// The most frequent separator of the first line.
fn delimiter(line: &[u8]) -> u8 {
    let count = |wanted: u8| line.split(|byte| *byte == wanted).count();
    // `max_by_key` takes the last of equals: the comma wins a tie.
    *b"\t;,".iter().max_by_key(|&&wanted| count(wanted)).unwrap_or(&b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> (u64, Vec<u64>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        std::fs::write(&path, text).unwrap();
        let mut input = Input::open(&path).unwrap();
        let mut batch = Batch::new(10);
        input.fill(&mut batch).unwrap();
        (input.header_line, batch.rows().iter().map(|row| row.line).collect())
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        assert_eq!(lines("a,b\n1,2\n3,4\n"), (1, vec![2, 3]));
        assert_eq!(lines("a,b\n1,2\n3,4"), (1, vec![2, 3]));
        assert_eq!(lines("a,b\n\n1,2\n\n\n3,4\n"), (1, vec![3, 6]));
        assert_eq!(lines("\na,b\n1,2\n"), (2, vec![3]));
        assert_eq!(lines("a,b\n\"1\n\n\",2\n3,4\n"), (1, vec![2, 5]));
        assert_eq!(lines("a,b\r\n1,2\r\n3,4\r\n"), (1, vec![2, 3]));
        assert_eq!(lines("a,b\r\n1,2\r\n\r\n3,4"), (1, vec![2, 4]));
        assert_eq!(lines("a,b\n"), (1, vec![]));
        assert_eq!(lines("a,b"), (1, vec![]));
    }

    #[test]
    fn separators_and_byte_order_marks_are_seen_through() {
        for text in ["a;b\n1;2\n", "\u{feff}a\tb\n1\t2\n", " a , b \n1,2\n"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.csv");
            std::fs::write(&path, text).unwrap();
            assert_eq!(Input::open(&path).unwrap().header, ["a", "b"], "{text}");
        }
    }
}
