//! Cells of a row: separated by one byte, in quotes where they hold that byte, a quote or a line break (RFC 4180).

use csv::ByteRecord;

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// Outside of quotes: the row is whole.
    Closed,
    /// Inside: the row goes on in the next line.
    Open,
    /// Something stood between a closing quote and the separator.
    Wrong,
}

/// Where the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a quote that closes the cell, or is the first of two that mean one.
    Quote,
}

/// Cuts rows, which may be several lines, into cells.
#[derive(Debug)]
pub struct Cells {
    delimiter: u8,
    state: State,
    cell: Vec<u8>,
}

impl Cells {
    /// Of rows with this separator.
    pub fn new(delimiter: u8) -> Self {
        Self { delimiter, state: State::Start, cell: Vec::new() }
    }

    /// A new row begins.
    pub fn begin(&mut self) {
        self.state = State::Start;
        self.cell.clear();
    }

    /// Bytes of the cell that is not whole yet.
    pub fn held(&self) -> usize {
        self.cell.len()
    }

    /// The line break belongs to the cell.
    pub fn take_end(&mut self, end: &[u8]) {
        self.cell.extend_from_slice(end);
    }

    /// Takes a line without its end.
    pub fn take(&mut self, line: &[u8], row: &mut ByteRecord) -> Quotes {
        // The usual case first.
        if self.state == State::Start && !line.contains(&b'"') {
            for cell in line.split(|byte| *byte == self.delimiter) {
                row.push_field(cell);
            }
            return Quotes::Closed;
        }
        for &byte in line {
            self.state = match self.state {
                State::Start if byte == b'"' => State::Quoted,
                State::Quoted if byte == b'"' => State::Quote,
                State::Start | State::Plain | State::Quote if byte == self.delimiter => {
                    row.push_field(&self.cell);
                    self.cell.clear();
                    State::Start
                }
                State::Quote if byte != b'"' => return Quotes::Wrong,
                state => {
                    self.cell.push(byte);
                    if matches!(state, State::Quoted | State::Quote) { State::Quoted } else { State::Plain }
                }
            };
        }
        if self.state == State::Quoted {
            return Quotes::Open;
        }
        row.push_field(&self.cell);
        Quotes::Closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(line: &str) -> (Quotes, Vec<String>) {
        let (mut cells, mut row) = (Cells::new(b','), ByteRecord::new());
        let quotes = cells.take(line.as_bytes(), &mut row);
        (quotes, row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
    }

    #[test]
    fn cells_are_cut_as_the_csv_crate_cuts_them() {
        for line in [
            "a",
            "a,b",
            "a,",
            ",",
            ",a,,b,",
            "\"a\",b",
            "\"a,b\",c",
            "\"a \"\"b\"\"\",c",
            "\"\"",
            "\"\",\"\"",
            "5\" pipe,1",
        ] {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let wanted: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
            assert_eq!(cut(line), (Quotes::Closed, wanted), "{line}");
        }
    }

    #[test]
    fn open_quotes_and_what_follows_closed_ones_are_seen() {
        assert_eq!(cut("a,\"b").0, Quotes::Open);
        assert_eq!(cut("a,\"b\"\"").0, Quotes::Open);
        assert_eq!(cut("a,\"b\"c").0, Quotes::Wrong);
    }
}
