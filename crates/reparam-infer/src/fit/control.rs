//! Budget, history and the caller's view of a fit.

use super::{Progress, Stopped, TracePoint};
use std::ops::ControlFlow;
use std::time::Instant;

/// What all stages of an inference share: the clock, the budget, the history, the caller.
pub(crate) struct Control<'a> {
    progress: &'a mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    began: Instant,
    seconds: Option<f64>,
    /// What is being done.
    pub stage: String,
    /// The latest k-hat.
    pub k_hat: Option<f64>,
    /// The history so far.
    pub trace: Vec<TracePoint>,
    /// Evaluations of the model before the batch that a stage counts with.
    pub before: u64,
    /// Steps so far, of all stages.
    pub steps: u64,
    /// Set once the caller or the clock said stop.
    pub stopped: Option<Stopped>,
}

impl<'a> Control<'a> {
    pub fn new(progress: &'a mut dyn FnMut(Progress<'_>) -> ControlFlow<()>, seconds: Option<f64>) -> Self {
        Self {
            progress,
            began: Instant::now(),
            seconds,
            stage: String::new(),
            k_hat: None,
            trace: Vec::new(),
            before: 0,
            steps: 0,
            stopped: None,
        }
    }

    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Notes where the fit stands and asks whether to go on. `elbo` with its standard error.
    pub fn tick(&mut self, evaluations: u64, elbo: f64, elbo_se: f64, share: Option<f64>) -> ControlFlow<Stopped> {
        let evaluations = self.before + evaluations;
        let point = TracePoint { step: self.steps, evaluations, seconds: self.seconds(), elbo, elbo_se };
        // What is said again while draws are weighted is of few draws, and no step of the fit.
        if elbo.is_finite() && self.stage != "weights" {
            self.trace.push(point);
        }
        let view = Progress { stage: &self.stage, point, share, k_hat: self.k_hat };
        if (self.progress)(view).is_break() {
            self.stopped = Some(Stopped::Interrupted);
        } else if self.seconds.is_some_and(|limit| point.seconds >= limit) {
            self.stopped = Some(Stopped::Budget);
        }
        self.stopped.map_or(ControlFlow::Continue(()), ControlFlow::Break)
    }
}
