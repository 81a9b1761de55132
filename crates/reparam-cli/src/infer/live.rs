//! What is shown while an inference runs: one line on a terminal, a line every few seconds elsewhere; and the wish to stop.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use reparam_infer::fit::Progress;

use crate::console::talk;
use crate::report::number::{duration, significant};

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Set by Ctrl-C: the work ends at the next step, and what was found so far is the answer.
fn wish() -> &'static AtomicBool {
    static WISH: OnceLock<AtomicBool> = OnceLock::new();
    WISH.get_or_init(|| {
        // A second Ctrl-C ends the process as usual. Where no handler can be set the first one does.
        let _ = ctrlc::set_handler(|| {
            if wish().swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
            talk("\nstopping; the answer is made of what was found so far (again: end at once)");
        });
        AtomicBool::new(false)
    })
}

/// Shows how far an inference is.
pub struct Live {
    bar: Option<ProgressBar>,
    started: Instant,
    said: Instant,
    quiet: bool,
    /// What is being done, and since when.
    stage: (String, Instant),
}

impl Live {
    /// From now on; `quiet` shows nothing.
    pub fn new(quiet: bool) -> Self {
        let _ = wish();
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
            // No colours: nothing to switch off for NO_COLOR.
            if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        let now = Instant::now();
        Self { bar, started: now, said: now, quiet, stage: (String::new(), now) }
    }

    /// Whether to go on.
    pub fn wanted() -> ControlFlow<()> {
        if wish().load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// One look at the fit.
    pub fn see(&mut self, progress: &Progress<'_>) -> ControlFlow<()> {
        if self.stage.0 != progress.stage {
            self.stage = (progress.stage.to_owned(), Instant::now());
        }
        if self.bar.is_some() || self.said.elapsed() > LINE_EVERY {
            let line = self.line(progress);
            self.say(&line);
        }
        Self::wanted()
    }

    /// Any line.
    pub fn say(&mut self, line: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(line.to_owned()),
            None if !self.quiet && self.said.elapsed() > LINE_EVERY => {
                talk(line);
                self.said = Instant::now();
            }
            None => {}
        }
    }

    fn line(&self, progress: &Progress<'_>) -> String {
        let point = &progress.point;
        let mut line = format!("{}: step {}", progress.stage, point.step);
        if point.elbo.is_finite() {
            let _ = write!(line, ", ELBO {:.2}", point.elbo);
        }
        if point.elbo_se.is_finite() {
            let _ = write!(line, " ± {}", significant(point.elbo_se, 2));
        }
        if let Some(k) = progress.k_hat {
            let _ = write!(line, ", k-hat {k:.2}");
        }
        if let Some(share) = progress.share {
            let spent = self.stage.1.elapsed().as_secs_f64();
            let left = if share > 0.0 { spent * (1.0 - share) / share } else { 0.0 };
            let _ = write!(line, ", {:.0} %, {} left", 100.0 * share, duration(left));
        }
        line + &format!(", {}", duration(point.seconds))
    }

    /// The line goes; the seconds since the start.
    pub fn done(self) -> f64 {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.started.elapsed().as_secs_f64()
    }
}
