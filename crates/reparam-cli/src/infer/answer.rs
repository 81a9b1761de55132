//! The answer as JSON and as a table.

use std::path::Path;

use reparam_infer::fit::{Attempt, Inference, Trust};
use serde::{Deserialize, Serialize};

use super::posterior::Summary;
use crate::compare::aligned;
use crate::report::number::significant;

/// What was found, as it is printed and kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The model.
    pub problem: String,
    /// One a quantity.
    pub parameters: Vec<Summary>,
    /// Evidence lower bound, nats; none for NUTS.
    pub elbo: Option<f64>,
    /// Its Monte Carlo standard error.
    pub elbo_se: Option<f64>,
    /// Tail index of the importance ratios; none for NUTS, or where it does not exist.
    pub k_hat: Option<f64>,
    /// Draws that the weighted ones are worth.
    pub ess: Option<f64>,
    /// `good`, `usable`, `not to be trusted`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// The guide, or `nuts`.
    pub guide: String,
    /// Steps of the optimiser, or of the chains.
    pub steps: u64,
    /// Evaluations of the model.
    pub evaluations: u64,
    /// Those that failed.
    pub failures: u64,
    /// Seconds that it took.
    pub seconds: f64,
    /// Why it stopped.
    pub stopped_because: String,
    /// Guides that were tried.
    pub attempts: Vec<Tried>,
    /// Seed.
    pub seed: u64,
    /// The command that repeats it.
    pub command: String,
    /// The folder, where there is one.
    pub run: Option<String>,
}

/// A guide that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// Its name.
    pub guide: String,
    /// Its k-hat.
    pub k_hat: Option<f64>,
    /// Its ELBO.
    pub elbo: f64,
    /// The error of that.
    pub elbo_se: f64,
    /// Why it stopped.
    pub stopped_because: String,
}

impl From<&Attempt> for Tried {
    fn from(attempt: &Attempt) -> Self {
        Self {
            guide: attempt.guide.clone(),
            k_hat: attempt.k_hat.filter(|k| k.is_finite()),
            elbo: attempt.elbo[0],
            elbo_se: attempt.elbo[1],
            stopped_because: attempt.stopped_because.clone(),
        }
    }
}

/// The words of a level of trust.
pub const fn words(level: Trust) -> &'static str {
    match level {
        Trust::Good => "good",
        Trust::Usable => "usable",
        Trust::No => "not to be trusted",
    }
}

impl Answer {
    /// Of an inference.
    pub fn new(
        problem: &str,
        inference: &Inference,
        parameters: Vec<Summary>,
        seconds: f64,
        seed: u64,
        command: &str,
        run: Option<&Path>,
    ) -> Self {
        let fit = &inference.fit;
        Self {
            problem: problem.into(),
            parameters,
            elbo: Some(fit.elbo),
            elbo_se: Some(fit.elbo_se),
            k_hat: Some(inference.weighted.k_hat).filter(|k| k.is_finite()),
            ess: Some(inference.weighted.ess),
            verdict: words(inference.verdict.level).into(),
            reason: inference.verdict.reason.clone(),
            guide: fit.guide.name(),
            steps: fit.steps,
            evaluations: fit.evaluations,
            failures: fit.failures,
            seconds,
            stopped_because: fit.stopped_because.clone(),
            attempts: inference.attempts.iter().map(Tried::from).collect(),
            seed,
            command: command.into(),
            run: run.map(|path| path.display().to_string()),
        }
    }

    /// As one JSON object.
    pub fn json(&self) -> String {
        // Names, numbers and text: nothing that JSON cannot hold; numbers that are not finite become null.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// As a table.
    pub fn table(&self) -> String {
        let mut lines = vec![HEADER.map(str::to_owned).to_vec()];
        lines.extend(self.parameters.iter().map(cells));
        aligned(&lines, &[false, true, true, true, true, true, true, false, false])
    }

    /// What is said below the table.
    pub fn conclusion(&self) -> String {
        let mut lines = Vec::new();
        if let (Some(elbo), Some(se)) = (self.elbo, self.elbo_se) {
            lines.push(format!("ELBO {elbo:.2} ± {se:.2} nats; guide {}; {}", self.guide, self.stopped_because));
        } else {
            lines.push(format!("{}; {}", self.guide, self.stopped_because));
        }
        if let (Some(k), Some(ess)) = (self.k_hat, self.ess) {
            lines.push(format!("k-hat {k:.2}; the weighted draws are worth {ess:.0} independent ones"));
        }
        lines.push(format!("verdict: {} ({})", self.verdict, self.reason));
        lines.join("\n")
    }
}

/// Headings of the table.
pub const HEADER: [&str; 9] = ["parameter", "mean", "sd", "5 %", "50 %", "95 %", "mcse", "unit", "scale"];

/// A row of the table.
pub fn cells(summary: &Summary) -> Vec<String> {
    let numbers = [summary.mean, summary.sd, summary.q05, summary.q50, summary.q95];
    let mut cells = vec![summary.name.clone()];
    cells.extend(numbers.map(|x| significant(x, 4)));
    cells.push(significant(summary.mcse, 2));
    cells.extend([summary.unit.clone(), summary.scale.clone()]);
    cells
}
