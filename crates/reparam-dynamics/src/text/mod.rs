//! Problems in TOML, for people without SBML: reactions as text, parameters with priors, measurements in CSV.
//!
//! [`template`] is a file with everything in it, explained; the book's chapter on scientific models has the reference.

mod csv_table;
mod data;
mod document;
mod dynamics;
mod error;
mod event;
mod experiment;
mod names;
mod observable;
mod parameter;
mod prior;
mod reaction;

pub use error::{TextError, TextFault};

use crate::{Measurement, Problem};
use data::Setup;
use document::{Formula, Source, Table};
use names::{Names, symbols};
use observable::Observable;
use parameter::Row;
use std::collections::BTreeSet;
use std::path::Path;
use toml::de::DeTable;

const KEYS: [&str; 15] = [
    "name",
    "time_unit",
    "start",
    "data",
    "reactions",
    "reaction",
    "rates",
    "initial",
    "constants",
    "parameters",
    "assigned",
    "observable",
    "experiment",
    "event",
    "description",
];

/// A commented example: two reactions in a row, with its data. It is a problem as it stands.
pub fn template() -> &'static str {
    include_str!("../../data/template.toml")
}

/// Reads a problem; files of data are looked for beside it.
///
/// # Errors
/// [`TextError`] for the first thing that is wrong, in either file.
pub fn read_problem(path: &Path) -> Result<Problem, TextError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&file, &error))?;
    parse_problem(&text, &file, &mut |name| {
        let path = folder.join(name);
        let file = path.display().to_string();
        std::fs::read_to_string(path).map_err(|error| unreadable(&file, &error)).map(|text| (file, text))
    })
}

fn unreadable(file: &str, error: &std::io::Error) -> TextError {
    TextError::new(file, None, TextFault::Unreadable(error.to_string()))
}

/// Opens a file of data by the name that a problem has for it: its name for messages, and its text.
pub type Open<'o> = &'o mut dyn FnMut(&str) -> Result<(String, String), TextError>;

/// Reads a problem whose text is here already. `file` is its name for messages.
///
/// # Errors
/// As [`read_problem`].
///
/// ```
/// use reparam_dynamics::text::{parse_problem, template};
///
/// let problem = parse_problem(template(), "example.toml", &mut |_| panic!("its data are in it")).unwrap();
/// assert_eq!(problem.system.states[0].name, "A");
/// let error = parse_problem("nmae = 'x'", "a.toml", &mut |_| panic!("no data")).unwrap_err();
/// assert_eq!(error.to_string(), "a.toml:1: the file: unknown key 'nmae'; did you mean 'name'?");
/// ```
pub fn parse_problem(text: &str, file: &str, open: Open<'_>) -> Result<Problem, TextError> {
    let source = Source { file, text };
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        source.error(at, TextFault::Toml(error.message().to_owned()))
    })?;
    problem(&Table::root(&source, document.get_ref()), open)
}

fn problem(root: &Table<'_>, open: Open<'_>) -> Result<Problem, TextError> {
    root.only(&KEYS)?;
    let text = |key: &str| root.get(key).map(|item| item.text().map(str::to_owned)).transpose();
    text("description")?;
    let stem = Path::new(root.source.file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = text("name")?.or(stem).unwrap_or_default();
    let mut time_unit = text("time_unit")?.unwrap_or_default();

    let mut names = Names::default();
    let rows = parameter::parameters(root, &mut names)?;
    let system = dynamics::system(root, &rows, &mut names)?;
    let observables = observable::observables(root, &names)?;
    let (experiments, settings) = experiment::experiments(root, &names)?;
    let setup = Setup { observables: &observables, experiments: &experiments };
    let measurements = measurements(root, &setup, &mut time_unit, open)?;

    measured(root, &setup, &measurements)?;
    let known = system.constants.iter().map(|constant| constant.name.as_str());
    used(root, &rows, known.collect(), &observables, &settings)?;
    let parameters = rows.into_iter().map(|row| row.parameter).collect();
    Ok(Problem { name, system, parameters, experiments, measurements, time_unit })
}

/// `data`: a file, an array of files, or a table of arrays.
fn measurements(
    root: &Table<'_>,
    setup: &Setup<'_>,
    time_unit: &mut String,
    open: Open<'_>,
) -> Result<Vec<Measurement>, TextError> {
    let item = root.need("data", "measurements are needed: data = 'file.csv', or a table [data] of arrays")?;
    if item.is_table() {
        return data::from_arrays(&item.table()?, setup);
    }
    let files = if item.is_array() { item.elements("files")? } else { vec![item] };
    let mut measurements = Vec::new();
    for item in files {
        let (file, text) = open(item.text()?)?;
        measurements.extend(data::from_csv(&text, &file, setup, time_unit)?);
    }
    Ok(measurements)
}

/// Every observable and every experiment has a measurement.
fn measured(root: &Table<'_>, setup: &Setup<'_>, measurements: &[Measurement]) -> Result<(), TextError> {
    let lost = |name: String, at: usize| {
        let rule = "it must have at least one measurement in the data";
        Err(root.source.error(at, TextFault::Missing { name, rule }))
    };
    let measured: BTreeSet<&str> = measurements.iter().map(|measurement| measurement.observable.as_str()).collect();
    if let Some(observable) = setup.observables.iter().find(|observable| !measured.contains(observable.name.as_str())) {
        return lost(format!("observable '{}'", observable.name), observable.at);
    }
    let measured: BTreeSet<usize> = measurements.iter().map(|measurement| measurement.experiment).collect();
    for (index, table) in root.tables("experiment")?.iter().enumerate() {
        if !measured.contains(&index) {
            return lost(format!("experiment '{}'", setup.experiments[index].name), table.at);
        }
    }
    Ok(())
}

/// Every estimated parameter is named somewhere: by the system, an observable, a setting.
fn used<'a>(
    root: &Table<'_>,
    rows: &[Row],
    mut known: BTreeSet<&'a str>,
    observables: &'a [Observable],
    settings: &'a [Formula],
) -> Result<(), TextError> {
    let formulae = observables.iter().flat_map(|o| [&o.formula, &o.noise]).chain(settings);
    known.extend(formulae.flat_map(|formula| symbols(&formula.expression)));
    let Some(row) = rows.iter().find(|row| !known.contains(row.parameter.name.as_str())) else { return Ok(()) };
    let fault = TextFault::Value {
        name: format!("parameters.{}", row.parameter.name),
        rule: "a parameter must be named by a formula".into(),
        value: "one that none names".into(),
    };
    Err(root.source.error(row.at, fault))
}
