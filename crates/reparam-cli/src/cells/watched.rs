//! Cells that say how far work on them is: a bar on a terminal, lines elsewhere.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reparam::cells::CellSource;
use reparam::fused::CountRows;

use super::source::Cells;
use crate::console::talk;
use crate::report::number::duration;

/// Milliseconds between two lines where there is no bar.
const LINE_EVERY: u64 = 5000;

/// How far work is.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    total: u64,
    // The one thing that threads share: a count, on which no result depends.
    done: AtomicU64,
    said: AtomicU64,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Of so many things to do.
    pub fn new(what: &'static str, total: usize) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr_with_hz(8));
            if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:16}] {percent:>3} %  {eta} left") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_message(what);
            bar
        });
        Self {
            what,
            total: total.max(1) as u64,
            done: AtomicU64::new(0),
            said: AtomicU64::new(0),
            started: Instant::now(),
            bar,
        }
    }

    /// So many more are done.
    pub fn add(&self, count: usize) {
        let done = self.done.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            return;
        }
        let now = self.started.elapsed().as_millis() as u64;
        let said = self.said.load(Ordering::Relaxed);
        if now >= said + LINE_EVERY
            && self.said.compare_exchange(said, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            let left = Duration::from_millis(now).as_secs_f64() * (self.total as f64 / done.max(1) as f64 - 1.0);
            let percent = 100.0 * done as f64 / self.total as f64;
            talk(format_args!("{} {:.0} %  {} left", self.what, percent.min(100.0), duration(left.max(0.0))));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Cells, and how many times their counts have been read.
#[derive(Debug)]
pub struct Watched<'a> {
    cells: &'a Cells,
    progress: Progress,
}

impl<'a> Watched<'a> {
    /// `reads` of a modality of a cell are all there will be.
    pub fn new(cells: &'a Cells, what: &'static str, reads: usize) -> Self {
        Self { cells, progress: Progress::new(what, reads) }
    }
}

impl CellSource for Watched<'_> {
    fn cells(&self) -> usize {
        self.cells.cells()
    }

    fn counts(&self, modality: usize, cells: &[usize]) -> io::Result<CountRows> {
        self.progress.add(cells.len());
        self.cells.counts(modality, cells)
    }

    fn has(&self, modality: usize, cell: usize) -> bool {
        self.cells.has(modality, cell)
    }

    fn batch(&self, cell: usize) -> u32 {
        self.cells.batch(cell)
    }

    fn covariates(&self, cell: usize) -> &[f32] {
        self.cells.covariates(cell)
    }
}
