//! CSV tables: one image a row, with an optional header and an optional column of labels.

use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::array::flat_shape;
use super::header::{is_header, label_column, number};
use super::raw::{Place, RawData, RawImages, Values};
use super::stream::open;
use super::{DataError, ReadOptions};

/// Reads a table separated by commas, semicolons or tabs, whichever is most frequent in its first line.
pub(super) fn read_file(path: &Path, options: &ReadOptions) -> Result<RawData, DataError> {
    let (mut file, len) = open(path)?;
    let place = path.display().to_string();
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len as usize).map_err(|_| DataError::io(path, ErrorKind::OutOfMemory.into()))?;
    file.read_to_end(&mut bytes).map_err(|e| DataError::io(path, e))?;
    // A byte order mark would shift the positions that the lines are counted from.
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    // Rows of unequal length are found here rather than by the csv crate, so that the message names the line.
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter(text))
        .from_reader(text);
    let failed =
        |e: csv::Error| DataError::Damaged { place: place.clone(), expected: "a table", reason: e.to_string() };
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(failed)? {
        return Err(DataError::Empty { place, expected: "at least one row" });
    }
    let wanted = options.label_column.as_deref();
    let has_header = is_header(&record, wanted);
    let label_column = label_column(&record, has_header, wanted, &place)?;
    let mut rows = Rows::new(place.clone(), text, record.len(), label_column);
    if !has_header {
        rows.push(&record)?;
    }
    while reader.read_byte_record(&mut record).map_err(failed)? {
        rows.push(&record)?;
    }
    if rows.lines.is_empty() {
        return Err(DataError::Empty { place, expected: "at least one row after the header" });
    }
    rows.finish(options)
}

/// The most frequent separator of the first line.
fn delimiter(start: &[u8]) -> u8 {
    let line = start.split(|&byte| byte == b'\n').next().unwrap_or(start);
    let count = |wanted: u8| line.split(|&byte| byte == wanted).count();
    // `max_by_key` takes the last of equals: the comma wins a tie.
    *b"\t;,".iter().max_by_key(|&&wanted| count(wanted)).unwrap_or(&b',')
}

/// The rows read so far.
struct Rows<'a> {
    place: String,
    text: &'a [u8],
    /// Where the row stands that was read last: its first byte and its line, counted from 1.
    start: usize,
    line: u64,
    columns: usize,
    label_column: Option<usize>,
    lines: Vec<u64>,
    values: Vec<f32>,
    whole: bool,
    /// For each row the index of its label among `names`, in order of first appearance.
    labels: Vec<u32>,
    names: HashMap<Vec<u8>, u32>,
}

impl<'a> Rows<'a> {
    fn new(place: String, text: &'a [u8], columns: usize, label_column: Option<usize>) -> Self {
        Self {
            place,
            text,
            start: 0,
            line: 1,
            columns,
            label_column,
            lines: Vec::new(),
            values: Vec::new(),
            whole: true,
            labels: Vec::new(),
            names: HashMap::new(),
        }
    }

    /// The line of a row. The csv crate's own count stands before the empty lines that it skips.
    fn line_of(&mut self, record: &ByteRecord) -> u64 {
        let before = record.position().map_or(0, |p| p.byte() as usize).clamp(self.start, self.text.len());
        let skipped = self.text[before..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let between = &self.text[self.start..before + skipped];
        self.line += between.split(|&byte| byte == b'\n').count() as u64 - 1;
        self.start = before + skipped;
        self.line
    }

    fn push(&mut self, record: &ByteRecord) -> Result<(), DataError> {
        let line = self.line_of(record);
        let place = |column: usize| format!("{}:{line}: column {}", self.place, column + 1);
        if record.len() != self.columns {
            let place = format!("{}:{line}", self.place);
            return Err(DataError::Ragged { place, expected: self.columns, got: record.len() });
        }
        for (column, field) in record.iter().enumerate() {
            if Some(column) == self.label_column {
                if field.is_empty() {
                    let (place, expected) = (place(column), "a label");
                    return Err(DataError::Label { place, expected, got: "an empty field".into() });
                }
                let next = self.names.len() as u32;
                self.labels.push(*self.names.entry(field.to_vec()).or_insert(next));
                continue;
            }
            let value = number(field).map(|value| value as f32);
            let Some(value) = value.filter(|value| value.is_finite()) else {
                return Err(DataError::Value {
                    place: place(column),
                    expected: if value.is_some() { "a finite number" } else { "a number" }.into(),
                    got: String::from_utf8_lossy(field).chars().take(40).collect(),
                    hint: None,
                });
            };
            self.whole &= value.fract() == 0.0;
            self.values.push(value);
        }
        self.lines.push(line);
        Ok(())
    }

    fn finish(self, options: &ReadOptions) -> Result<RawData, DataError> {
        let pixels = self.columns - usize::from(self.label_column.is_some());
        let shape = flat_shape(pixels, options.image_shape, &self.place)?;
        let (labels, label_names) = match self.label_column {
            Some(_) => {
                let (labels, names) = class_numbers(self.labels, &self.names);
                (Some(labels), names)
            }
            None => (None, None),
        };
        let values = if self.whole { Values::Whole(self.values) } else { Values::Real(self.values) };
        let place = Place::Table { file: self.place, lines: self.lines, label_column: self.label_column };
        let train = RawImages { shape, values, white: None, place, labels };
        Ok(RawData { train, test: None, label_names })
    }
}

/// Labels that are all whole numbers are class numbers; others become indices into their sorted names.
fn class_numbers(labels: Vec<u32>, names: &HashMap<Vec<u8>, u32>) -> (Vec<u32>, Option<Vec<String>>) {
    let whole = |name: &[u8]| number(name).filter(|n| (0.0..=u32::MAX as f64).contains(n) && n.fract() == 0.0);
    let mut class_of = vec![0; names.len()];
    let mut sorted: Vec<(&Vec<u8>, u32)> = names.iter().map(|(name, &index)| (name, index)).collect();
    sorted.sort();
    let mut words = None;
    if sorted.iter().all(|(name, _)| whole(name).is_some()) {
        for (name, index) in &sorted {
            class_of[*index as usize] = whole(name).unwrap_or(0.0) as u32;
        }
    } else {
        for (class, (_, index)) in sorted.iter().enumerate() {
            class_of[*index as usize] = class as u32;
        }
        words = Some(sorted.iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect());
    }
    (labels.into_iter().map(|index| class_of[index as usize]).collect(), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_separator_wins() {
        assert_eq!(delimiter(b"1,2,3\n4;5;6;7;8"), b',');
        assert_eq!(delimiter(b"a,b;2;3\n"), b';');
        assert_eq!(delimiter(b"1\t2"), b'\t');
        assert_eq!(delimiter(b"1"), b',');
    }
}
