//! The answer as JSON: the report, with the question beside it.

use reparam::measure::Report;
use serde::Serialize;

use super::question::Question;
use super::sweep::Sweep;

/// What `--json` prints and `report.json` holds. Numbers that do not exist are null.
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    /// The rows, the recommendation, seed and draws.
    #[serde(flatten)]
    pub report: &'a Report,
    /// The law in words.
    pub law: String,
    /// The loss in words.
    pub loss: String,
    /// The same along a grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<&'a Sweep>,
    /// The program's version.
    pub version: &'static str,
    /// The command that repeats it.
    pub command: &'a str,
}

impl<'a> Answer<'a> {
    /// Of this question.
    pub fn new(question: &'a Question, report: &'a Report, sweep: Option<&'a Sweep>) -> Self {
        Self {
            report,
            law: question.law(),
            loss: question.loss.described(),
            sweep,
            version: env!("CARGO_PKG_VERSION"),
            command: &question.command,
        }
    }

    /// On several lines.
    pub fn text(&self) -> String {
        // Every key is a string, and floats that JSON has no sign for become null: nothing here fails to serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
