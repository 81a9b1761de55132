//! Rows of a CSV file or of stdin, with the lines that they stand on.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use csv::ByteRecord;

use super::super::LawError;
use super::super::number::shown;
use super::cells::{Cells, Quotes};

/// Bytes that are read at once.
const BUFFER: usize = 1 << 18;
/// Bytes of a row at most: more is a quote that is not closed, or no table.
const LONGEST: usize = 1 << 24;

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
    source: BufReader<Box<dyn Read + Send>>,
    /// What messages call it.
    pub place: String,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The line of the header.
    pub header_line: u64,
    /// What separates the cells.
    pub delimiter: u8,
    /// What ends a line: `\n`, or `\r` alone.
    end: u8,
    /// Lines that were read.
    line: u64,
    /// The last of them.
    text: Vec<u8>,
    cells: Cells,
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
        let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let end = if start.contains(&b'\n') || !start.contains(&b'\r') { b'\n' } else { b'\r' };
        let first = start.split(|byte| *byte == end).find(|line| !is_blank(line)).unwrap_or(start);
        let delimiter = delimiter(first);
        source.consume(mark);
        let (header, text, cells) = (Vec::new(), Vec::new(), Cells::new(delimiter));
        let mut input = Self { source, place, header, header_line: 1, delimiter, end, line: 0, text, cells };
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
                let s = if expected == 1 { "" } else { "s" };
                let what = format!("expected {expected} cell{s} as in the header, got {got}");
                return Err(self.wrong(row.line, what, "a vector with commas is one cell in quotes: \"0.1,0.9\""));
            }
            batch.filled += 1;
        }
        Ok(())
    }

    /// Reads the next row that is not empty; `false` at the end.
    fn read(&mut self, row: &mut Row) -> Result<bool, LawError> {
        loop {
            if !self.next_line()? {
                return Ok(false);
            }
            if !is_blank(&self.text) {
                break;
            }
        }
        row.line = self.line;
        row.cells.clear();
        self.cells.begin();
        loop {
            let text = without_end(&self.text);
            match self.cells.take(text, &mut row.cells) {
                Quotes::Closed => return Ok(true),
                Quotes::Open => self.cells.take_end(&self.text[text.len()..]),
                Quotes::Wrong => {
                    let what = format!("column {}: expected a separator after the closing quote", row.cells.len() + 1);
                    return Err(self.wrong(self.line, what, "a quote inside a quoted cell is written twice"));
                }
            }
            if self.cells.held() > LONGEST || !self.next_line()? {
                let what = format!("column {}: a quote is opened and not closed", row.cells.len() + 1);
                return Err(self.wrong(row.line, what, "is the table whole?"));
            }
        }
    }

    /// Reads a line with what ends it; `false` where nothing is left.
    fn next_line(&mut self) -> Result<bool, LawError> {
        self.text.clear();
        let mut source = (&mut self.source).take(LONGEST as u64);
        let read = source.read_until(self.end, &mut self.text).map_err(LawError::io(self.place.as_ref()))?;
        self.line += u64::from(read > 0);
        if read == LONGEST && self.text.last() != Some(&self.end) {
            return Err(self.wrong(self.line, format!("a line has more than {LONGEST} bytes"), "is it a table?"));
        }
        Ok(read > 0)
    }

    fn wrong(&self, line: u64, what: String, hint: &str) -> LawError {
        LawError::Table { place: format!("{}:{line}", self.place), what, hint: Some(hint.to_owned()) }
    }
}

/// A line without `\n`, `\r\n` or `\r` at its end.
fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn is_blank(line: &[u8]) -> bool {
    without_end(line).is_empty()
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

    fn opened(text: &str) -> Input {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        std::fs::write(&path, text).unwrap();
        Input::open(&path).unwrap()
    }

    fn lines(text: &str) -> (u64, Vec<u64>) {
        let (mut input, mut batch) = (opened(text), Batch::new(10));
        input.fill(&mut batch).unwrap();
        (input.header_line, batch.rows().iter().map(|row| row.line).collect())
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        assert_eq!(lines("a,b\n1,2\n3,4\n"), (1, vec![2, 3]));
        assert_eq!(lines("a,b\n1,2\n3,4"), (1, vec![2, 3]));
        assert_eq!(lines("a,b\n1,"), (1, vec![2]));
        assert_eq!(lines("a,b\n\n1,2\n\n\n3,4\n"), (1, vec![3, 6]));
        assert_eq!(lines("\na,b\n1,2\n"), (2, vec![3]));
        assert_eq!(lines("a,b\n\"1\n\n\",2\n3,4\n"), (1, vec![2, 5]));
        assert_eq!(lines("a,b\r\n1,2\r\n3,4\r\n"), (1, vec![2, 3]));
        assert_eq!(lines("a,b\r\n1,2\r\n\r\n3,4"), (1, vec![2, 4]));
        assert_eq!(lines("a,b\r1,2\r\r3,4"), (1, vec![2, 4]));
        assert_eq!(lines("a,b\n"), (1, vec![]));
        assert_eq!(lines("a,b"), (1, vec![]));
    }

    #[test]
    fn separators_and_byte_order_marks_are_seen_through() {
        for text in ["a;b\n1;2\n", "\u{feff}a\tb\n1\t2\n", " a , b \n1,2\n", "\u{feff}\"a\",b\n1,2\n"] {
            assert_eq!(opened(text).header, ["a", "b"], "{text}");
        }
    }

    #[test]
    fn quotes_that_are_not_closed_are_found() {
        for (text, wanted) in [
            ("a,b\n1,2\n1,\"2\n3,4\n", "x.csv:3: column 2: a quote is opened and not closed"),
            ("a,b\n1,\"2", "x.csv:2: column 2: a quote is opened and not closed"),
            ("a,b\n\"1\"2,3\n", "x.csv:2: column 1: expected a separator after the closing quote"),
        ] {
            let error = opened(text).fill(&mut Batch::new(10)).unwrap_err().to_string();
            assert!(error.ends_with(wanted), "{error}");
        }
    }
}
