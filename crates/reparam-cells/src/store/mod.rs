//! Rows of counts that can be read in any order.

mod disk;
mod writer;

use std::io;

pub use writer::{CountStoreWriter, StoreOptions};

use crate::SparseRows;
use disk::DiskRows;

/// Sparse rows, in memory or in a file, that several threads may read at once in any order.
///
/// A file of rows is temporary: it disappears with the store.
///
/// ```
/// use reparam_cells::{CountStoreWriter, SparseRows, StoreOptions};
/// let mut writer = CountStoreWriter::new(3, &StoreOptions { memory: 0, folder: None });
/// writer.push(&[0, 2], &[1.0, 4.0]).unwrap();
/// writer.push(&[1], &[2.0]).unwrap();
/// let (store, mut rows) = (writer.finish().unwrap(), SparseRows::new(3));
/// store.read(&[1, 0], &mut rows).unwrap();
/// assert_eq!((store.is_on_disk(), rows.dense()), (true, vec![0.0, 2.0, 0.0, 1.0, 0.0, 4.0]));
/// ```
#[derive(Debug)]
pub struct CountStore {
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    Memory(SparseRows),
    Disk(DiskRows),
}

impl CountStore {
    /// A store in memory.
    #[must_use]
    pub const fn in_memory(rows: SparseRows) -> Self {
        Self { rows: Rows::Memory(rows) }
    }

    const fn on_disk(rows: DiskRows) -> Self {
        Self { rows: Rows::Disk(rows) }
    }

    /// Whether the rows are in a file.
    #[must_use]
    pub const fn is_on_disk(&self) -> bool {
        matches!(self.rows, Rows::Disk(_))
    }

    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        match &self.rows {
            Rows::Memory(rows) => rows.len(),
            Rows::Disk(rows) => rows.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of columns.
    #[must_use]
    pub const fn width(&self) -> usize {
        match &self.rows {
            Rows::Memory(rows) => rows.width(),
            Rows::Disk(rows) => rows.width(),
        }
    }

    /// Values that are stored.
    #[must_use]
    pub fn stored(&self) -> usize {
        match &self.rows {
            Rows::Memory(rows) => rows.stored(),
            Rows::Disk(rows) => rows.stored(),
        }
    }

    /// Puts the rows with these numbers into `into`, in this order; what was there is forgotten.
    ///
    /// # Errors
    /// What the file system says.
    ///
    /// # Panics
    /// When there is no row of such a number, or `into` has another width.
    pub fn read(&self, rows: &[usize], into: &mut SparseRows) -> io::Result<()> {
        assert_eq!(into.width(), self.width(), "rows are read into a matrix of their width");
        into.clear();
        match &self.rows {
            Rows::Memory(held) => {
                for &i in rows {
                    let (columns, values) = held.row(i);
                    into.push(columns, values);
                }
                Ok(())
            }
            Rows::Disk(held) => held.read(rows, into),
        }
    }

    /// Gives all rows in order to `each`, at most `block` of them at a time.
    ///
    /// # Errors
    /// What the file system says.
    ///
    /// # Panics
    /// When `block` is 0.
    pub fn rows_in_order(&self, block: usize, mut each: impl FnMut(&SparseRows)) -> io::Result<()> {
        assert!(block > 0, "a block has rows");
        let mut rows = SparseRows::new(self.width());
        let mut numbers = Vec::with_capacity(block.min(self.len()));
        for start in (0..self.len()).step_by(block) {
            numbers.clear();
            numbers.extend(start..(start + block).min(self.len()));
            self.read(&numbers, &mut rows)?;
            each(&rows);
        }
        Ok(())
    }

    /// The sum of each row.
    ///
    /// # Errors
    /// What the file system says.
    pub fn totals(&self) -> io::Result<Vec<f64>> {
        let mut totals = Vec::with_capacity(self.len());
        self.rows_in_order(BLOCK, |rows| totals.extend((0..rows.len()).map(|i| rows.total(i))))?;
        Ok(totals)
    }

    /// Another store with these columns, in this order.
    ///
    /// # Errors
    /// What the file system says.
    ///
    /// # Panics
    /// When there is no column of such a number, or one is named twice.
    pub fn select_columns(&self, columns: &[u32], options: &StoreOptions) -> io::Result<Self> {
        let mut place: Vec<Option<u32>> = vec![None; self.width()];
        for (new, &old) in columns.iter().enumerate() {
            let before = place[old as usize].replace(new as u32);
            assert!(before.is_none(), "column {old} is selected twice");
        }
        let mut writer = CountStoreWriter::new(columns.len(), options);
        let (mut kept, mut values, mut outcome) = (Vec::new(), Vec::new(), Ok(()));
        self.rows_in_order(BLOCK, |rows| {
            for i in 0..rows.len() {
                kept.clear();
                values.clear();
                let (old, all) = rows.row(i);
                for (new, value) in old.iter().zip(all).filter_map(|(c, v)| Some((place[*c as usize]?, *v))) {
                    kept.push(new);
                    values.push(value);
                }
                if outcome.is_ok() {
                    outcome = writer.push(&kept, &values);
                }
            }
        })?;
        outcome?;
        writer.finish()
    }
}

/// Rows that are held at a time while all are gone through.
const BLOCK: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    const ON_DISK: StoreOptions = StoreOptions { memory: 0, folder: None };

    /// Rows that differ in length; every seventh is empty.
    fn filled(options: &StoreOptions, rows: usize) -> CountStore {
        let mut writer = CountStoreWriter::new(50, options);
        for i in 0..rows {
            let columns: Vec<u32> = (0..50).filter(|c| i % 7 != 0 && (i + 3 * *c as usize) % 5 < 2).collect();
            let values: Vec<f32> = columns.iter().map(|c| (i as u32 * 7 + c + 1) as f32).collect();
            writer.push(&columns, &values).unwrap();
        }
        writer.finish().unwrap()
    }

    fn dense(store: &CountStore) -> Vec<f32> {
        let mut out = Vec::new();
        store.rows_in_order(13, |rows| out.extend(rows.dense())).unwrap();
        out
    }

    #[test]
    fn rows_on_disk_are_those_in_memory() {
        let (memory, disk) = (filled(&StoreOptions::default(), 700), filled(&ON_DISK, 700));
        assert!(!memory.is_on_disk() && disk.is_on_disk());
        assert_eq!((memory.len(), memory.stored()), (disk.len(), disk.stored()));
        assert_eq!(dense(&memory), dense(&disk));
        assert_eq!(memory.totals().unwrap(), disk.totals().unwrap());
        let (mut a, mut b) = (SparseRows::new(50), SparseRows::new(50));
        for rows in [&[5, 6, 7, 8, 3, 3, 699, 0][..], &[], &[1, 2, 4, 5, 6, 6, 7]] {
            memory.read(rows, &mut a).unwrap();
            disk.read(rows, &mut b).unwrap();
            assert_eq!(a, b);
        }
    }

    #[test]
    fn a_store_moves_to_disk_when_its_memory_is_used_up() {
        let small = filled(&StoreOptions { memory: 4000, folder: None }, 200);
        assert!(small.is_on_disk());
        assert_eq!(dense(&small), dense(&filled(&StoreOptions::default(), 200)));
    }

    #[test]
    fn the_file_is_gone_with_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions { memory: 0, folder: Some(folder.path().to_path_buf()) };
        drop(filled(&options, 10));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let missing = StoreOptions { memory: 0, folder: Some(folder.path().join("none")) };
        assert!(CountStoreWriter::new(2, &missing).push(&[0], &[1.0]).is_err());
    }

    #[test]
    fn several_threads_read_one_file() {
        let store = filled(&ON_DISK, 500);
        let all = dense(&store);
        std::thread::scope(|scope| {
            for t in 0..4 {
                let (store, all) = (&store, &all);
                scope.spawn(move || {
                    let mut rows = SparseRows::new(50);
                    for i in (t..500).step_by(4) {
                        store.read(&[i], &mut rows).unwrap();
                        assert_eq!(rows.dense(), all[i * 50..(i + 1) * 50]);
                    }
                });
            }
        });
    }

    #[test]
    fn columns_are_selected_in_the_order_asked_for() {
        let (store, columns) = (filled(&ON_DISK, 90), [49, 3, 17, 0]);
        let (all, some) = (dense(&store), dense(&store.select_columns(&columns, &ON_DISK).unwrap()));
        for i in 0..90 {
            for (new, old) in columns.iter().enumerate() {
                assert_eq!(some[i * 4 + new], all[i * 50 + *old as usize]);
            }
        }
    }

    #[test]
    fn rows_out_of_order_are_sorted_and_repeated_columns_added() {
        let mut writer = CountStoreWriter::new(4, &StoreOptions::default());
        writer.push(&[3, 0, 3], &[1.0, 2.0, 5.0]).unwrap();
        assert!(writer.push(&[4], &[1.0]).is_err());
        assert!(writer.push(&[1, 2], &[1.0]).is_err());
        assert_eq!(dense(&writer.finish().unwrap()), [2.0, 0.0, 0.0, 6.0]);
    }
}
