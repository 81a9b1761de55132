//! Rows from entries that come in another order, without holding them all.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use super::sink::Sink;
use super::{ReadError, Reading};
use crate::CountStore;

/// Row, column, value.
type Entry = (u32, u32, f32);

/// Takes one entry.
pub(super) type Take<'a> = &'a mut dyn FnMut(u32, u32, f32) -> Result<(), ReadError>;

/// Memory of one entry while its rows are put in order: itself, and its place in them.
const BYTES: usize = 20;

/// Files that are open at once at most; with more entries than fit so, each holds more.
const FILES: usize = 256;

/// A store of `rows` rows from the entries that `each` gives to its argument, in any order.
///
/// `each` is called twice: the first time entries of each row are counted, the second time they go to the file of their block of rows. Blocks are
/// cut so that one fits into a quarter of the store's memory; a matrix that is one block needs no file.
/// `each` must give rows below `rows` and columns below `width`.
pub(super) fn rows_from_entries(
    (rows, width): (usize, usize),
    reading: &Reading<'_>,
    mut each: impl FnMut(Take<'_>) -> Result<(), ReadError>,
) -> Result<CountStore, ReadError> {
    let mut counts = vec![0_usize; rows];
    each(&mut |row, _, _| {
        counts[row as usize] += 1;
        Ok(())
    })?;
    let blocks = blocks(&counts, reading.options.store.memory / 4);
    let mut block_of_row = vec![0_u32; rows];
    for (b, block) in blocks.iter().enumerate() {
        block_of_row[block.clone()].fill(b as u32);
    }
    let mut spools = Vec::with_capacity(blocks.len());
    for block in &blocks {
        spools.push(Spool::new(blocks.len() == 1, counts[block.clone()].iter().sum(), reading)?);
    }
    each(&mut |row, column, value| {
        let spool = &mut spools[block_of_row[row as usize] as usize];
        spool.put((row, column, value)).map_err(|source| reading.io(source))
    })?;
    let mut sink = Sink::new(width, reading);
    for (block, spool) in blocks.into_iter().zip(spools) {
        let mut order = Order::new(block.start, &counts[block]);
        spool.take(|entry| order.put(entry)).map_err(|source| reading.io(source))?;
        order.rows(&mut sink)?;
    }
    sink.finish()
}

/// Ranges of rows that hold about `memory` bytes of entries each.
fn blocks(counts: &[usize], memory: usize) -> Vec<std::ops::Range<usize>> {
    let total: usize = counts.iter().sum();
    let room = (memory / BYTES).max(total.div_ceil(FILES)).max(1);
    let (mut blocks, mut start, mut held) = (Vec::new(), 0, 0);
    for (row, count) in counts.iter().enumerate() {
        if held > 0 && held + count > room {
            blocks.push(start..row);
            (start, held) = (row, 0);
        }
        held += count;
    }
    blocks.push(start..counts.len());
    blocks
}

/// Entries of one block of rows in the order they came.
enum Spool {
    Memory(Vec<Entry>),
    File { file: BufWriter<File>, count: usize },
}

impl Spool {
    fn new(in_memory: bool, count: usize, reading: &Reading<'_>) -> Result<Self, ReadError> {
        if in_memory {
            return Ok(Self::Memory(Vec::with_capacity(count)));
        }
        let file = reading.options.store.temporary().map_err(|source| reading.io(source))?;
        Ok(Self::File { file: BufWriter::with_capacity(1 << 16, file), count: 0 })
    }

    fn put(&mut self, entry: Entry) -> std::io::Result<()> {
        match self {
            Self::Memory(entries) => entries.push(entry),
            Self::File { file, count } => {
                let mut bytes = [0; 12];
                bytes[..4].copy_from_slice(&entry.0.to_le_bytes());
                bytes[4..8].copy_from_slice(&entry.1.to_le_bytes());
                bytes[8..].copy_from_slice(&entry.2.to_le_bytes());
                file.write_all(&bytes)?;
                *count += 1;
            }
        }
        Ok(())
    }

    fn take(self, mut each: impl FnMut(Entry)) -> std::io::Result<()> {
        match self {
            Self::Memory(entries) => entries.into_iter().for_each(each),
            Self::File { file, count } => {
                let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
                file.seek(SeekFrom::Start(0))?;
                let mut file = BufReader::with_capacity(1 << 16, file);
                let mut bytes = [0; 12];
                for _ in 0..count {
                    file.read_exact(&mut bytes)?;
                    let [a, b, c, d, e, f, g, h, i, j, k, l] = bytes;
                    let (row, column) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
                    each((row, column, f32::from_le_bytes([i, j, k, l])));
                }
            }
        }
        Ok(())
    }
}

/// Entries of a block of rows, put in order by counting.
struct Order {
    first: usize,
    /// Where the next entry of each row goes; in the end where each row ends.
    next: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl Order {
    fn new(first: usize, counts: &[usize]) -> Self {
        let (mut next, mut total) = (Vec::with_capacity(counts.len()), 0);
        for count in counts {
            next.push(total);
            total += count;
        }
        Self { first, next, columns: vec![0; total], values: vec![0.0; total] }
    }

    fn put(&mut self, (row, column, value): Entry) {
        let place = &mut self.next[row as usize - self.first];
        self.columns[*place] = column;
        self.values[*place] = value;
        *place += 1;
    }

    fn rows(&self, sink: &mut Sink) -> Result<(), ReadError> {
        let mut start = 0;
        for &end in &self.next {
            sink.push(&self.columns[start..end], &self.values[start..end])?;
            start = end;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::ReadOptions;
    use crate::{SparseRows, StoreOptions};

    #[test]
    fn blocks_hold_every_row_once_and_not_more_than_their_room() {
        let counts = [3, 0, 9, 2, 2, 2, 50, 1, 0];
        let blocks = blocks(&counts, 5 * BYTES);
        assert_eq!(blocks, [0..2, 2..3, 3..5, 5..6, 6..7, 7..9]);
        assert!(matches!(super::blocks(&counts, 1 << 20)[..], [std::ops::Range { start: 0, end: 9 }]));
        assert!(matches!(super::blocks(&[], 1 << 20)[..], [std::ops::Range { start: 0, end: 0 }]));
    }

    #[test]
    fn entries_by_column_become_rows_in_memory_and_through_files() {
        let value = |row: u32, column: u32| {
            if (row * 31 + column * 17).is_multiple_of(4) { (row * 100 + column) as f32 } else { 0.0 }
        };
        for memory in [1 << 20, 4000, 0] {
            let options = ReadOptions { store: StoreOptions { memory, folder: None }, ..ReadOptions::default() };
            let path = std::path::Path::new("entries");
            let reading = Reading { path, options: &options, alone: true, notes: Vec::new(), seen: Vec::new() };
            let store = rows_from_entries((120, 40), &reading, |take| {
                for column in (0..40).rev() {
                    for row in 0..120 {
                        take(row, column, value(row, column))?;
                    }
                }
                Ok(())
            })
            .unwrap();
            let mut rows = SparseRows::new(40);
            store.read(&(0..120).collect::<Vec<_>>(), &mut rows).unwrap();
            let truth: Vec<f32> = (0..120).flat_map(|r| (0..40).map(move |c| value(r, c))).collect();
            assert_eq!(rows.dense(), truth, "{memory}");
        }
    }
}
