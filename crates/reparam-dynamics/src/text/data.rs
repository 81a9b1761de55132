//! Measurements from tables: wide (`time, A, B`) or long (`time, observable, value`).

use super::csv_table::{CsvTable, csv_table};
use super::document::{Item, Table};
use super::observable::{COLUMNS, Observable};
use super::{TextError, TextFault};
use crate::nearest::nearest;
use crate::{Experiment, Measurement, Scale};

/// What measurements are of.
pub(super) struct Setup<'a> {
    pub observables: &'a [Observable],
    pub experiments: &'a [Experiment],
}

/// A place in a table of data: the error there for what is wrong.
type Fault<'f> = &'f dyn Fn(&str, &str, &str) -> TextError;

impl Setup<'_> {
    /// One cell, with what the rest of its row says.
    fn measurement(
        &self,
        experiment: usize,
        observable: &Observable,
        time: f64,
        value: f64,
        wrong: Fault<'_>,
    ) -> Result<Measurement, TextError> {
        if observable.scale != Scale::Lin && value <= 0.0 {
            let rule = "a value on a logarithmic scale must be > 0";
            return Err(wrong(&observable.name, rule, &value.to_string()));
        }
        let start = self.experiments[experiment].start;
        if time < start {
            return Err(wrong("time", &format!("must not be before the start at {start}"), &time.to_string()));
        }
        Ok(Measurement {
            experiment,
            observable: observable.name.clone(),
            time,
            value,
            formula: observable.formula.expression.clone(),
            noise: observable.noise.expression.clone(),
            scale: observable.scale,
            noise_law: observable.law,
        })
    }

    fn observable(&self, name: &str, wrong: Fault<'_>) -> Result<&Observable, TextError> {
        let found = self.observables.iter().find(|observable| observable.name == name);
        found.ok_or_else(|| wrong("observable", &rule(self.observables.iter().map(|o| o.name.as_str()), name), name))
    }

    fn experiment(&self, name: &str, wrong: Fault<'_>) -> Result<usize, TextError> {
        let found = self.experiments.iter().position(|experiment| experiment.name == name);
        found.ok_or_else(|| wrong("experiment", &rule(self.experiments.iter().map(|e| e.name.as_str()), name), name))
    }

    /// The experiment of tables that have no such column.
    fn only_experiment(&self, wrong: Fault<'_>) -> Result<usize, TextError> {
        if self.experiments.len() == 1 {
            return Ok(0);
        }
        Err(wrong("experiment", "with several experiments the data must have a column 'experiment'", "none"))
    }
}

fn rule<'a>(known: impl Iterator<Item = &'a str>, name: &str) -> String {
    let known: Vec<&str> = known.collect();
    let hint = nearest(name, known.iter().copied()).map(|name| format!(" (did you mean '{name}'?)"));
    format!("must be one of {}{}", known.join(", "), hint.unwrap_or_default())
}

/// Reads a table in CSV. Cells that are empty or `NA` are missing.
///
/// The unit of the column of times, if it has one, goes into `time_unit` or must agree with what is there.
pub(super) fn from_csv(
    text: &str,
    file: &str,
    setup: &Setup<'_>,
    time_unit: &mut String,
) -> Result<Vec<Measurement>, TextError> {
    let table = csv_table(text, file)?;
    let error = |line: usize, name: &str, rule: &str, value: &str| {
        let fault = TextFault::Value { name: name.into(), rule: rule.into(), value: format!("'{value}'") };
        TextError::new(file, Some(line), fault)
    };
    let wrong = |name: &str, rule: &str, value: &str| error(table.line, name, rule, value);
    let time = find(&table, "time").ok_or_else(|| {
        let fault = TextFault::Missing { name: "column 'time'".into(), rule: "every measurement needs its time" };
        TextError::new(file, Some(table.line), fault)
    })?;
    let unit = &table.header[time].unit;
    if time_unit.is_empty() {
        time_unit.clone_from(unit);
    } else if !unit.is_empty() && unit != time_unit {
        return Err(wrong("time", &format!("must be in the problem's unit {time_unit}"), unit));
    }
    let experiment = find(&table, "experiment");
    if experiment.is_none() {
        setup.only_experiment(&wrong)?;
    }
    let long = find(&table, "observable").zip(find(&table, "value"));
    let columns = if long.is_some() { long_columns(&table, &wrong)? } else { wide_columns(&table, setup, &wrong)? };

    let mut measurements = Vec::new();
    for (line, row) in &table.rows {
        let wrong = |name: &str, rule: &str, value: &str| error(*line, name, rule, value);
        let at = number(&row[time])
            .ok_or_else(|| wrong("time", "must be a number, or inf for the steady state", &row[time]))?;
        let experiment = experiment.map_or(Ok(0), |column| setup.experiment(&row[column], &wrong))?;
        let of_row = long.map(|(column, _)| setup.observable(&row[column], &wrong)).transpose()?;
        for &(column, of_column) in &columns {
            let cell = row[column].as_str();
            let Some(observable) = of_row.or(of_column).filter(|_| !["", "NA"].contains(&cell)) else { continue };
            let value = number(cell).filter(|value| value.is_finite());
            let rule = "must be a finite number, or empty where it is missing";
            let value = value.ok_or_else(|| wrong(&observable.name, rule, cell))?;
            measurements.push(setup.measurement(experiment, observable, at, value, &wrong)?);
        }
    }
    Ok(measurements)
}

fn find(table: &CsvTable, name: &str) -> Option<usize> {
    table.header.iter().position(|column| column.name == name)
}

/// A number that is not NaN.
fn number(cell: &str) -> Option<f64> {
    let spelt = cell.contains("inf");
    cell.parse().ok().filter(|x: &f64| !x.is_nan() && (spelt || x.is_finite()))
}

/// The column of values, whose observable another column names.
fn long_columns<'a>(table: &CsvTable, wrong: Fault<'_>) -> Result<Vec<(usize, Option<&'a Observable>)>, TextError> {
    if let Some(column) = table.header.iter().find(|column| !COLUMNS.contains(&column.name.as_str())) {
        return Err(wrong(
            "column",
            &format!("beside observable and value {}", rule(["time", "experiment"].into_iter(), &column.name)),
            &column.name,
        ));
    }
    Ok(find(table, "value").map(|value| (value, None)).into_iter().collect())
}

/// The columns that are observables, their units checked.
fn wide_columns<'a>(
    table: &CsvTable,
    setup: &Setup<'a>,
    wrong: Fault<'_>,
) -> Result<Vec<(usize, Option<&'a Observable>)>, TextError> {
    let mut columns = Vec::new();
    for (index, column) in table.header.iter().enumerate() {
        if ["time", "experiment"].contains(&column.name.as_str()) {
            continue;
        }
        let found = setup.observables.iter().find(|observable| observable.name == column.name);
        let known = setup.observables.iter().map(|o| o.name.as_str()).chain(["time", "experiment"]);
        let observable = found.ok_or_else(|| wrong("column", &rule(known, &column.name), &column.name))?;
        if !column.unit.is_empty() && !observable.unit.is_empty() && column.unit != observable.unit {
            let rule = format!("must be in the observable's unit {}", observable.unit);
            return Err(wrong(&column.name, &rule, &column.unit));
        }
        columns.push((index, Some(observable)));
    }
    Ok(columns)
}

/// Reads the table `[data]` of arrays, wide. `nan` is missing.
pub(super) fn from_arrays(table: &Table<'_>, setup: &Setup<'_>) -> Result<Vec<Measurement>, TextError> {
    let times = table.need("time", "every measurement needs its time")?.elements("numbers")?;
    let experiments = table.get("experiment").map(|column| same_length(&column, times.len())).transpose()?;
    if experiments.is_none() {
        let fault = |name: &str, rule: &str, value: &str| {
            let fault = TextFault::Value { name: name.into(), rule: rule.into(), value: value.into() };
            table.source.error(table.at, fault)
        };
        setup.only_experiment(&fault)?;
    }
    let mut measurements = Vec::new();
    for column in table.items() {
        if ["time", "experiment"].contains(&column.key) {
            continue;
        }
        let wrong = |_: &str, rule: &str, value: &str| {
            let fault = TextFault::Value { name: column.name.clone(), rule: rule.into(), value: format!("'{value}'") };
            column.error(fault)
        };
        let observable = setup.observable(column.key, &wrong)?;
        for (index, cell) in same_length(&column, times.len())?.iter().enumerate() {
            let wrong = |_: &str, rule: &str, _: &str| cell.wrong(rule);
            let value = cell.any_number()?;
            if value.is_nan() {
                continue;
            }
            let experiment = match experiments.as_ref().and_then(|names| names.get(index)) {
                Some(name) => setup.experiment(name.text()?, &|_, rule, _| name.wrong(rule))?,
                None => 0,
            };
            let time = times[index].any_number()?;
            if time.is_nan() {
                return Err(times[index].wrong("must be a number, or inf for the steady state"));
            }
            let value = if value.is_finite() { value } else { cell.number()? };
            measurements.push(setup.measurement(experiment, observable, time, value, &wrong)?);
        }
    }
    Ok(measurements)
}

fn same_length<'a>(column: &Item<'a>, expected: usize) -> Result<Vec<Item<'a>>, TextError> {
    let elements = column.elements("values")?;
    if elements.len() == expected {
        return Ok(elements);
    }
    Err(column.wrong(format!("must have {expected} values, as many as there are times; it has {}", elements.len())))
}
