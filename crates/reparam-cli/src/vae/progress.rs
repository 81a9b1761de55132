//! What is shown while a run trains: a bar on a terminal, lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reparam::vae::EpochRow;

use crate::console::talk;
use crate::report::number::significant;

/// Time between two lines where there is no bar.
const LINE_EVERY: Duration = Duration::from_secs(2);

/// Shows how far training is.
#[derive(Debug)]
pub struct Watcher {
    bar: Option<ProgressBar>,
    epochs: u64,
    steps: u64,
    images_per_epoch: usize,
    steps_per_epoch: u64,
    started: Instant,
    first_step: u64,
    said: Option<Instant>,
    /// The step of the last line where there is no bar: it is not said twice.
    said_step: Option<u64>,
    text: String,
}

impl Watcher {
    /// At `first_step` of a run of `steps` steps.
    pub fn new(epochs: u64, steps_per_epoch: u64, images_per_epoch: usize, first_step: u64) -> Self {
        let steps = epochs * steps_per_epoch;
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr_with_hz(8));
            // No colours: nothing to switch off for NO_COLOR.
            // The text comes last and is cut at the edge: a wrapped line would scroll with every redraw.
            if let Ok(style) = ProgressStyle::with_template("[{bar:16}] {percent:>3} %  {wide_msg}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        Self {
            bar,
            epochs,
            steps,
            images_per_epoch,
            steps_per_epoch,
            started: Instant::now(),
            first_step,
            said: None,
            said_step: None,
            text: String::new(),
        }
    }

    /// After a step; `epoch` when it ended one.
    pub fn step(&mut self, step: u64, epoch: Option<&EpochRow>) {
        if let Some(row) = epoch {
            self.text = scores(row);
        }
        let due = self.said.is_none_or(|said| said.elapsed() >= LINE_EVERY);
        match &self.bar {
            Some(bar) => {
                if epoch.is_some() || due {
                    bar.set_message(self.line(step));
                    self.said = Some(Instant::now());
                }
                bar.set_position(step);
            }
            None if due && epoch.is_some() => {
                talk(self.line(step));
                self.said = Some(Instant::now());
                self.said_step = Some(step);
            }
            None => {}
        }
    }

    fn line(&self, step: u64) -> String {
        let done = step.saturating_sub(self.first_step) as f64;
        let rate = done / self.started.elapsed().as_secs_f64().max(1e-9);
        let left = (self.steps.saturating_sub(step)) as f64 / rate.max(1e-9);
        let images = rate * self.images_per_epoch as f64 / self.steps_per_epoch as f64;
        format!(
            "epoch {}/{}{}  {} images/s  {} left",
            step / self.steps_per_epoch,
            self.epochs,
            self.text,
            significant(images, 3),
            clock(left)
        )
    }

    /// Takes the bar away and says how it ended.
    pub fn finish(self, step: u64) {
        let line = self.line(step);
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        } else if self.said_step == Some(step) {
            return;
        }
        talk(line);
    }
}

fn scores(row: &EpochRow) -> String {
    let validation = row.validation_elbo.map_or(String::new(), |elbo| format!("  validation -ELBO {:.2}", -elbo));
    format!("  ELBO {:.2} (KL {:.2}){validation}", row.elbo, row.kl)
}

/// Seconds as hours, minutes and seconds.
fn clock(seconds: f64) -> String {
    // Beyond a thousand hours nobody counts minutes.
    let seconds = seconds.clamp(0.0, 3.6e6).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_like_a_clock() {
        assert_eq!(clock(3.2), "0:03");
        assert_eq!(clock(754.0), "12:34");
        assert_eq!(clock(3723.0), "1:02:03");
        assert_eq!(clock(f64::NAN), "0:00");
        assert_eq!(clock(f64::INFINITY), "1000:00:00");
    }
}
