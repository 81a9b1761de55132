//! What is shown while a run trains: a bar on a terminal, lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reparam::cells::CellEpoch;

use crate::console::talk;
use crate::report::number::duration;

/// Time between two lines where there is no bar.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows how far training is.
#[derive(Debug)]
pub struct Watcher {
    bar: Option<ProgressBar>,
    steps: u64,
    first: u64,
    cells_per_step: f64,
    started: Instant,
    said: Instant,
    text: String,
}

impl Watcher {
    /// At step `first` of `steps`.
    pub fn new(first: u64, steps: u64, cells_per_step: f64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr_with_hz(8));
            if let Ok(style) = ProgressStyle::with_template("[{bar:16}] {percent:>3} %  {wide_msg}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        let now = Instant::now();
        Self { bar, steps, first, cells_per_step, started: now, said: now, text: String::new() }
    }

    /// After a step; `epoch` when it ended one.
    pub fn step(&mut self, step: u64, epoch: Option<&CellEpoch>) {
        if let Some(row) = epoch {
            let held_out = row.validation_elbo.map_or(String::new(), |v| format!("  validation {v:.1}"));
            self.text = format!("epoch {}  ELBO {:.1}{held_out}  KL {:.1}", row.epoch, row.elbo, row.kl);
        }
        let due = self.said.elapsed() >= LINE_EVERY;
        if let Some(bar) = &self.bar {
            bar.set_position(step);
            if epoch.is_some() {
                bar.set_message(self.line(step));
            }
        } else if due && epoch.is_some() {
            talk(self.line(step));
            self.said = Instant::now();
        }
    }

    fn line(&self, step: u64) -> String {
        let rate = (step - self.first) as f64 / self.started.elapsed().as_secs_f64().max(1e-9);
        let left = self.steps.saturating_sub(step) as f64 / rate.max(1e-9);
        format!("{}  {:.0} cells/s  {} left", self.text, rate * self.cells_per_step, duration(left))
    }

    /// At the end.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
