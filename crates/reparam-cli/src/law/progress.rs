//! A word now and then from work that takes long.

use std::time::{Duration, Instant};

use crate::console::talk;
use crate::report::number::{duration, significant};

/// Nothing is said before this, nor twice within it.
const EVERY: Duration = Duration::from_secs(3);

/// Says on stderr how far the work is.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    total: Option<u64>,
    started: Instant,
    said: Instant,
    silent: bool,
}

impl Progress {
    /// Of so many things, where their number is known; `silent` where the words would stand among the results.
    pub fn new(what: &'static str, total: Option<u64>, silent: bool) -> Self {
        let now = Instant::now();
        Self { what, total, started: now, said: now, silent }
    }

    /// So many are done.
    pub fn at(&mut self, done: u64) {
        if self.silent || self.said.elapsed() < EVERY {
            return;
        }
        self.said = Instant::now();
        talk(self.line(done, self.started.elapsed().as_secs_f64()));
    }

    fn line(&self, done: u64, seconds: f64) -> String {
        let rate = done as f64 / seconds.max(1e-9);
        let (what, done_words, rate_words) = (self.what, significant(done as f64, 3), significant(rate.round(), 3));
        match self.total {
            Some(total) => {
                let left = duration(total.saturating_sub(done) as f64 / rate.max(1e-9));
                format!("{done_words} of {} {what}, {rate_words} a second, {left} left", significant(total as f64, 3))
            }
            None => format!("{done_words} {what}, {rate_words} a second"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_how_much_is_left() {
        let known = Progress::new("draws", Some(3_000_000), false);
        assert_eq!(known.line(1_000_000, 2.0), "1,000,000 of 3,000,000 draws, 500,000 a second, 4 s left");
        assert_eq!(Progress::new("rows", None, false).line(1000, 2.0), "1,000 rows, 500 a second");
    }
}
