//! From tables to a problem.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::error::{PetabErrors, PetabFault};
use super::table::{Row, Table};
use super::yaml::{self, Parts};
use super::{Petab, parameters};
use crate::formula::parse_formula;
use crate::sbml::{self, Sbml};
use crate::{Experiment, Expression, Measurement, NoiseLaw, Parameter, Problem, Scale, System};

/// Reads everything; see [`super::read`].
pub fn read(path: &Path) -> Result<Petab, PetabErrors> {
    let parts = yaml::read(path).map_err(|fault| PetabErrors(vec![fault]))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut faults = Vec::new();
    let files = Files::read(folder, &parts, &mut faults);
    let name = path.file_stem().map_or_else(|| "problem".into(), |stem| stem.to_string_lossy().into_owned());
    match files {
        Some(files) if faults.is_empty() => files.petab(&name),
        _ => Err(PetabErrors(faults)),
    }
}

/// What was read, each file by itself in order.
struct Files {
    sbml: Sbml,
    parameters: Vec<Parameter>,
    conditions: Vec<Table>,
    observables: Vec<Table>,
    measurements: Vec<Table>,
}

impl Files {
    fn read(folder: &Path, parts: &Parts, faults: &mut Vec<PetabFault>) -> Option<Self> {
        let sbml = match sbml::read(&folder.join(&parts.sbml)) {
            Ok(sbml) => Some(sbml),
            Err(error) => {
                let line = Some(error.line as usize);
                faults.push(PetabFault {
                    file: error.file,
                    line,
                    column: String::new(),
                    what: error.fault.to_string(),
                });
                None
            }
        };
        let mut tables = |files: &[String], needed: &[&str]| -> Option<Vec<Table>> {
            let read: Vec<_> = files.iter().map(|file| Table::read(&folder.join(file), needed, faults)).collect();
            read.into_iter().collect()
        };
        let parameter_tables = tables(
            &parts.parameters,
            &["parameterId", "parameterScale", "lowerBound", "upperBound", "nominalValue", "estimate"],
        );
        let conditions = tables(&parts.conditions, &["conditionId"]);
        let observables = tables(&parts.observables, &["observableId", "observableFormula", "noiseFormula"]);
        let measurements =
            tables(&parts.measurements, &["observableId", "simulationConditionId", "measurement", "time"]);
        let parameters = parameter_tables.map(|tables| parameters::read(&tables, faults));
        Some(Self {
            sbml: sbml?,
            parameters: parameters?,
            conditions: conditions?,
            observables: observables?,
            measurements: measurements?,
        })
    }

    fn petab(self, name: &str) -> Result<Petab, PetabErrors> {
        let mut faults = Vec::new();
        let names: HashSet<String> = self.parameters.iter().map(|p| p.name.clone()).collect();
        let conditions = conditions(&self.conditions, &self.sbml.system, &names, &mut faults);
        let observables = observables(&self.observables, &mut faults);
        let mut builder = Builder {
            names: &names,
            conditions: &conditions,
            observables: &observables,
            experiments: Vec::new(),
            places: HashMap::new(),
        };
        let mut measurements = Vec::new();
        for row in self.measurements.iter().flat_map(Table::rows) {
            match builder.measurement(row) {
                Ok(measurement) => measurements.push(measurement),
                Err(found) => faults.extend(found),
            }
        }
        let experiments = builder.experiments;
        if !faults.is_empty() {
            return Err(PetabErrors(faults));
        }
        let kept = self
            .measurements
            .iter()
            .map(|table| (table.header.clone(), table.rows.iter().map(|(_, cells)| cells.clone()).collect()));
        Ok(Petab {
            measurements: kept.collect(),
            notes: self.sbml.notes,
            problem: Problem {
                name: name.into(),
                system: self.sbml.system,
                parameters: self.parameters,
                experiments,
                measurements,
                time_unit: String::new(),
            },
        })
    }
}

/// Settings by condition.
type Conditions = HashMap<String, Vec<(String, Expression)>>;

fn conditions(tables: &[Table], system: &System, names: &HashSet<String>, faults: &mut Vec<PetabFault>) -> Conditions {
    let targets: HashSet<&str> = system
        .states
        .iter()
        .map(|state| state.name.as_str())
        .chain(system.constants.iter().map(|constant| constant.name.as_str()))
        .collect();
    let mut conditions = Conditions::new();
    for table in tables {
        let columns: Vec<&String> =
            table.header.iter().filter(|c| !matches!(c.as_str(), "conditionId" | "conditionName" | "")).collect();
        for column in columns.iter().filter(|column| !targets.contains(column.as_str())) {
            faults.push(PetabFault {
                file: table.file.clone(),
                line: Some(1),
                column: (*column).clone(),
                what: "the model has no species, parameter or compartment of that id that can be set".into(),
            });
        }
        for row in table.rows() {
            let id = row.get("conditionId");
            if id.is_empty() {
                faults.push(row.fault("conditionId", "a condition needs an id"));
                continue;
            }
            let mut settings = Vec::new();
            for column in &columns {
                match setting(row, column, names) {
                    Ok(Some(formula)) => settings.push(((*column).clone(), formula)),
                    Ok(None) => {}
                    Err(fault) => faults.push(fault),
                }
            }
            if conditions.insert(id.to_owned(), settings).is_some() {
                faults.push(row.fault("conditionId", format!("'{id}' is there twice")));
            }
        }
    }
    conditions
}

/// A cell of a condition: a number, a parameter, or nothing (the model's own, or what pre-equilibration left).
fn setting(row: Row<'_>, column: &str, names: &HashSet<String>) -> Result<Option<Expression>, PetabFault> {
    let cell = row.get(column);
    if cell.is_empty() || cell.eq_ignore_ascii_case("nan") {
        return Ok(None);
    }
    token(cell, names).map(Some).ok_or_else(|| {
        row.fault(
            column,
            format!("must be a finite number, or the id of a parameter of the parameter table, got '{cell}'"),
        )
    })
}

/// A number or a parameter.
fn token(text: &str, names: &HashSet<String>) -> Option<Expression> {
    match text.parse::<f64>() {
        Ok(number) => number.is_finite().then_some(Expression::Number(number)),
        Err(_) => names.contains(text).then(|| Expression::Symbol(text.to_owned())),
    }
}

/// A row of the table of observables.
struct Observable {
    formula: Expression,
    noise: Expression,
    scale: Scale,
    law: NoiseLaw,
}

fn observables(tables: &[Table], faults: &mut Vec<PetabFault>) -> HashMap<String, Observable> {
    let mut observables = HashMap::new();
    for row in tables.iter().flat_map(Table::rows) {
        let id = row.get("observableId");
        if id.is_empty() {
            faults.push(row.fault("observableId", "an observable needs an id"));
            continue;
        }
        let mut formula = |column: &str| match parse_formula(row.get(column)) {
            Ok(formula) => formula,
            Err(error) => {
                faults.push(row.fault(column, format!("{} in '{}'", error, row.get(column))));
                Expression::Number(1.0)
            }
        };
        let (formula, noise) = (formula("observableFormula"), formula("noiseFormula"));
        if let Expression::Number(number) = noise
            && number <= 0.0
        {
            faults.push(row.fault("noiseFormula", format!("must be positive, got {number}")));
        }
        let scale = match row.get("observableTransformation") {
            "" | "lin" => Scale::Lin,
            "log" => Scale::Ln,
            "log10" => Scale::Log10,
            other => {
                let what = format!("must be lin, log or log10, got '{other}'");
                faults.push(row.fault("observableTransformation", what));
                Scale::Lin
            }
        };
        let law = match row.get("noiseDistribution") {
            "" | "normal" => NoiseLaw::Normal,
            "laplace" => NoiseLaw::Laplace,
            other => {
                faults.push(row.fault("noiseDistribution", format!("must be normal or laplace, got '{other}'")));
                NoiseLaw::Normal
            }
        };
        // A noise formula may speak of its observable.
        let noise = noise.substitute(&|name| (name == id).then(|| formula.clone()));
        if observables.insert(id.to_owned(), Observable { formula, noise, scale, law }).is_some() {
            faults.push(row.fault("observableId", format!("'{id}' is there twice")));
        }
    }
    observables
}

/// Measurements, and the experiments that they belong to.
struct Builder<'a> {
    names: &'a HashSet<String>,
    conditions: &'a Conditions,
    observables: &'a HashMap<String, Observable>,
    experiments: Vec<Experiment>,
    places: HashMap<(String, String), usize>,
}

impl Builder<'_> {
    fn measurement(&mut self, row: Row<'_>) -> Result<Measurement, Vec<PetabFault>> {
        let mut faults = Vec::new();
        let id = row.get("observableId");
        let observable = self.observables.get(id);
        if observable.is_none() {
            faults.push(row.fault("observableId", format!("no table of observables has '{id}'")));
        }
        for column in ["simulationConditionId", "preequilibrationConditionId"] {
            let condition = row.get(column);
            let given = !condition.is_empty() || column == "simulationConditionId";
            if given && !self.conditions.contains_key(condition) {
                faults.push(row.fault(column, format!("no table of conditions has '{condition}'")));
            }
        }
        let mut number = |column: &str| row.number(column).map_err(|fault| faults.push(fault)).unwrap_or_default();
        let (value, time) = (number("measurement"), number("time"));
        if !value.is_finite() {
            faults.push(row.fault("measurement", format!("must be finite, got {value}")));
        }
        if time < 0.0 {
            faults.push(row.fault("time", format!("must be 0 or later, got {time}")));
        }
        if let Some(observable) = observable
            && observable.scale != Scale::Lin
            && value <= 0.0
            && value.is_finite()
        {
            faults
                .push(row.fault("measurement", format!("must be positive for a logarithmic observable, got {value}")));
        }
        let mut formulas = [Expression::Number(0.0), Expression::Number(1.0)];
        if let Some(observable) = observable {
            let pairs = [(&observable.formula, "observableParameter"), (&observable.noise, "noiseParameter")];
            for (slot, (formula, kind)) in formulas.iter_mut().zip(pairs) {
                match self.filled(row, formula, kind, id) {
                    Ok(filled) => *slot = filled,
                    Err(fault) => faults.push(fault),
                }
            }
        }
        let [formula, noise] = formulas;
        if let Expression::Number(scale) = noise
            && scale <= 0.0
        {
            faults.push(row.fault("noiseParameters", format!("the noise must be positive, got {scale}")));
        }
        let (Some(observable), true) = (observable, faults.is_empty()) else { return Err(faults) };
        Ok(Measurement {
            experiment: self.experiment(row.get("preequilibrationConditionId"), row.get("simulationConditionId")),
            observable: id.into(),
            time,
            value,
            formula,
            noise,
            scale: observable.scale,
            noise_law: observable.law,
        })
    }

    /// A formula with this row's overrides in the places of `kind1_id`, `kind2_id`, …
    fn filled(&self, row: Row<'_>, formula: &Expression, kind: &str, id: &str) -> Result<Expression, PetabFault> {
        let column = format!("{kind}s");
        let given: Vec<&str> = match row.get(&column) {
            "" => Vec::new(),
            text => text.split(';').map(str::trim).collect(),
        };
        let tail = format!("_{id}");
        let place = |name: &str| -> Option<usize> { name.strip_prefix(kind)?.strip_suffix(&tail)?.parse().ok() };
        let needed = formula.symbols().into_iter().filter_map(place).max().unwrap_or(0);
        if given.len() != needed {
            let what = format!("the formula of '{id}' takes {needed} numbers or parameters, got {}", given.len());
            return Err(row.fault(&column, what));
        }
        let mut tokens = Vec::new();
        for text in &given {
            tokens.push(token(text, self.names).ok_or_else(|| {
                let what =
                    format!("must be a finite number, or the id of a parameter of the parameter table, got '{text}'");
                row.fault(&column, what)
            })?);
        }
        // Placeholders count from 1.
        let put = |name: &str| place(name).and_then(|at| tokens.get(at.checked_sub(1)?).cloned());
        Ok(formula.substitute(&put))
    }

    fn experiment(&mut self, before: &str, condition: &str) -> usize {
        let key = (before.to_owned(), condition.to_owned());
        if let Some(place) = self.places.get(&key) {
            return *place;
        }
        let name = if before.is_empty() { condition.to_owned() } else { format!("{before} -> {condition}") };
        let settings = |id: &str| self.conditions.get(id).cloned().unwrap_or_default();
        let experiment = Experiment {
            name,
            settings: settings(condition),
            preequilibration: (!before.is_empty()).then(|| settings(before)),
            start: 0.0,
        };
        self.experiments.push(experiment);
        self.places.insert(key, self.experiments.len() - 1);
        self.experiments.len() - 1
    }
}
