//! The same question along a grid of a parameter, or of the temperature.

use reparam::measure::{CompareConfig, Row, applicable, compare};
use serde::Serialize;

use super::CompareError;
use super::grid::Grid;
use super::question::Question;
use crate::law::{Exact, LawError, Progress};
use crate::report::number::significant;

/// Estimators whose bias or variance depends on the temperature; rebar and relax only begin there.
const WITH_TEMPERATURE: [&str; 4] =
    ["gumbel-softmax", "gumbel-straight-through", "gapped-straight-through", "gumbel-rao"];

/// One point of a sweep.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// The value of what is swept.
    pub value: f64,
    /// One row an estimator and parameter.
    pub rows: Vec<Row>,
    /// What a reader should know there.
    pub notes: Vec<String>,
}

/// A report for each value of a grid.
#[derive(Clone, Debug, Serialize)]
pub struct Sweep {
    /// What is swept.
    pub name: String,
    /// Estimates of each estimator at each point.
    pub draws: usize,
    /// Whether the steps are even in the logarithm.
    #[serde(skip)]
    pub logarithmic: bool,
    /// In rising order.
    pub points: Vec<Point>,
}

impl Sweep {
    /// Asks at every value, with the same noise at each.
    pub fn run(question: &Question, grid: &Grid, draws: usize) -> Result<Self, CompareError> {
        let temperature = grid.name == "temperature";
        let mut config = CompareConfig { draws, ..question.config.clone() };
        if temperature {
            config.estimators = with_temperature(question)?;
        } else {
            check_ends(question, grid)?;
        }
        let mut progress = Progress::new("points", Some(grid.values.len() as u64), false);
        let mut points = Vec::new();
        for (i, &value) in grid.values.iter().enumerate() {
            let report = if temperature {
                config.options.temperature = value;
                compare(&question.problem, &config, &mut |_| {})?
            } else {
                compare(&question.with(&grid.name, value)?, &config, &mut |_| {})?
            };
            points.push(Point { value, rows: report.rows, notes: report.notes });
            progress.at(i as u64 + 1);
        }
        Ok(Self { name: grid.name.clone(), draws, logarithmic: grid.logarithmic, points })
    }

    /// Names of its estimators, in the order of the report.
    pub fn estimators(&self) -> Vec<&str> {
        self.names(|row| &row.estimator)
    }

    /// Names of the parameters whose gradient is estimated.
    pub fn parameters(&self) -> Vec<&str> {
        self.names(|row| &row.parameter)
    }

    fn names(&self, pick: fn(&Row) -> &str) -> Vec<&str> {
        let mut seen = std::collections::BTreeSet::new();
        self.points.iter().flat_map(|point| point.rows.iter().map(pick)).filter(|name| seen.insert(*name)).collect()
    }

    /// The rows of an estimator and parameter, with the values where they were measured.
    pub fn rows<'a>(&'a self, estimator: &'a str, parameter: &'a str) -> impl Iterator<Item = (f64, &'a Row)> {
        self.points.iter().flat_map(move |point| {
            let fits = move |row: &&Row| row.estimator == estimator && row.parameter == parameter;
            point.rows.iter().filter(fits).map(move |row| (point.value, row))
        })
    }

    /// In one line each: how variances change from end to end, and from where on a warning stands.
    pub fn findings(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else { return lines };
        lines.push(format!(
            "sweep of {} from {} to {}, {} points with {} estimates each; variance of one estimate at the two ends:",
            self.name,
            Exact(first.value),
            Exact(last.value),
            self.points.len(),
            self.draws
        ));
        for parameter in self.parameters() {
            for estimator in self.estimators() {
                let at = |point: &Point| {
                    let found = point.rows.iter().find(|r| r.estimator == estimator && r.parameter == parameter);
                    found.map_or_else(|| "-".to_owned(), |row| significant(row.variance, 3))
                };
                lines.push(format!("  {estimator}, {parameter}: {} to {}", at(first), at(last)));
            }
        }
        lines.extend(self.warnings());
        lines
    }

    /// Each kind of note once, with the first value at which it stands.
    pub fn warnings(&self) -> Vec<String> {
        let mut seen = std::collections::BTreeSet::new();
        let mut warnings = Vec::new();
        for point in &self.points {
            for note in &point.notes {
                // Notes of one kind differ in their numbers.
                let kind: String = note.chars().filter(|c| c.is_alphabetic()).take(40).collect();
                if seen.insert(kind) {
                    warnings.push(format!("from {} = {} on: {note}", self.name, short_exact(point.value)));
                }
            }
        }
        warnings
    }

    /// One line a value, estimator and parameter, with a header.
    pub fn csv(&self) -> Vec<u8> {
        let rows = self.points.iter().flat_map(|point| point.rows.iter().map(move |row| (Some(point.value), row)));
        csv(Some(&self.name), rows)
    }
}

fn short_exact(value: f64) -> String {
    significant(value, 4)
}

/// The estimators of a sweep of the temperature: those that are asked for, or all that have one.
fn with_temperature(question: &Question) -> Result<Vec<String>, CompareError> {
    if !question.config.estimators.is_empty() {
        return Ok(question.config.estimators.clone());
    }
    let fitting = applicable(&question.problem);
    let names: Vec<String> =
        WITH_TEMPERATURE.iter().filter(|name| fitting.contains(name)).map(|name| (*name).to_owned()).collect();
    if names.is_empty() {
        return Err(CompareError::option("--sweep", "of a parameter of the law", "'temperature'")
            .with_hint("relaxations, which have a temperature, are for bernoulli and categorical laws"));
    }
    Ok(names)
}

/// Refuses a grid whose ends the law does not take.
fn check_ends(question: &Question, grid: &Grid) -> Result<(), CompareError> {
    // A value outside of its rule is told before minutes of work.
    for value in [grid.values.first(), grid.values.last()].into_iter().flatten() {
        question.with(&grid.name, *value).map_err(|error| match error {
            CompareError::Law(LawError::Parameter(error)) => {
                CompareError::option("--sweep", "a grid of values that the law takes", grid.name.clone())
                    .with_hint(error.to_string())
            }
            other => other,
        })?;
    }
    Ok(())
}

/// Rows as CSV; numbers that do not exist are empty.
pub fn csv<'a>(swept: Option<&str>, rows: impl Iterator<Item = (Option<f64>, &'a Row)>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = [
        "estimator",
        "parameter",
        "mean",
        "standard_error",
        "exact",
        "bias",
        "bias_standard_error",
        "verdict",
        "variance",
        "variance_standard_error",
        "snr",
        "seconds_per_draw",
        "efficiency",
        "tail_index",
        "draws_per_estimate",
    ];
    // Writing to memory does not fail.
    let _ = writer.write_record(swept.into_iter().chain(names));
    for (value, row) in rows {
        let number = |x: f64| Exact(x).to_string();
        let maybe = |x: Option<f64>| x.map(number).unwrap_or_default();
        let cells = [
            row.estimator.clone(),
            row.parameter.clone(),
            number(row.mean),
            number(row.standard_error),
            maybe(row.exact),
            maybe(row.bias),
            maybe(row.bias_standard_error),
            row.verdict.words().to_owned(),
            number(row.variance),
            number(row.variance_standard_error),
            maybe(row.snr),
            number(row.seconds_per_draw),
            maybe(row.efficiency),
            maybe(row.tail_index),
            row.draws_per_estimate.to_string(),
        ];
        let _ = writer.write_record(value.map(number).into_iter().chain(cells));
    }
    writer.into_inner().unwrap_or_default()
}
