//! What must be right before anything is simulated.

use crate::problem::{Parameter, Problem, Scale};
use crate::solve::SystemError;
use std::collections::{HashMap, HashSet};

/// What can be wrong with a [`Problem`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProblemError {
    /// The system, with an experiment's settings.
    #[error("experiment '{experiment}': {error}")]
    System {
        /// The experiment's name.
        experiment: String,
        /// What is wrong.
        error: SystemError,
    },
    /// A parameter.
    #[error("parameter '{name}': {rule}, got {value}")]
    Parameter {
        /// Its name.
        name: String,
        /// What is asked for.
        rule: &'static str,
        /// What there is.
        value: String,
    },
    /// A measurement.
    #[error("measurement {number} ('{observable}'): {rule}, got {value}")]
    Measurement {
        /// Its place in the list, from 1 on.
        number: usize,
        /// Its observable.
        observable: String,
        /// What is asked for.
        rule: &'static str,
        /// What there is.
        value: String,
    },
    /// A formula of a measurement.
    #[error("measurement {number} ('{observable}'): {error}")]
    Formula {
        /// Its place in the list, from 1 on.
        number: usize,
        /// Its observable.
        observable: String,
        /// What is wrong.
        error: SystemError,
    },
    /// Two things of one name.
    #[error("{what} '{name}' is there twice")]
    Twice {
        /// `parameter` or `experiment`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Nothing to infer, or nothing to infer it from.
    #[error("the problem has no {0}")]
    Empty(&'static str),
}

/// Checks names and numbers; formulae are checked as they are compiled.
pub(super) fn check(problem: &Problem) -> Result<(), ProblemError> {
    if problem.measurements.is_empty() {
        return Err(ProblemError::Empty("measurements"));
    }
    if problem.experiments.is_empty() {
        return Err(ProblemError::Empty("experiments"));
    }
    if !problem.parameters.iter().any(|parameter| parameter.estimated) {
        return Err(ProblemError::Empty("estimated parameters"));
    }
    let states = problem.system.states.iter().map(|state| (state.name.as_str(), "must not have the name of a state"));
    let assigned = problem.system.assigned.iter();
    let assigned = assigned.map(|(name, _)| (name.as_str(), "must not have the name of an assigned quantity"));
    let taken: HashMap<&str, &'static str> =
        states.chain(assigned).chain([("time", "must not have the name of time")]).collect();
    let mut names = HashSet::new();
    for parameter in &problem.parameters {
        if !names.insert(parameter.name.as_str()) {
            return Err(ProblemError::Twice { what: "parameter", name: parameter.name.clone() });
        }
        if let Some(rule) = taken.get(parameter.name.as_str()) {
            let (name, value) = (parameter.name.clone(), format!("'{}'", parameter.name));
            return Err(ProblemError::Parameter { name, rule, value });
        }
        numbers(parameter)?;
    }
    for (at, measurement) in problem.measurements.iter().enumerate() {
        let wrong = |rule, value: String| {
            Err(ProblemError::Measurement { number: at + 1, observable: measurement.observable.clone(), rule, value })
        };
        let Some(experiment) = problem.experiments.get(measurement.experiment) else {
            return wrong("must be of one of the experiments", format!("number {}", measurement.experiment));
        };
        if !experiment.start.is_finite() {
            return wrong("its experiment's start must be finite", experiment.start.to_string());
        }
        if !(measurement.time >= experiment.start) {
            return wrong("its time must not be before its experiment's start", measurement.time.to_string());
        }
        if !measurement.value.is_finite() {
            return wrong("must be finite", measurement.value.to_string());
        }
        if measurement.scale != Scale::Lin && measurement.value <= 0.0 {
            return wrong("must be > 0 on a logarithmic scale", measurement.value.to_string());
        }
    }
    Ok(())
}

fn numbers(parameter: &Parameter) -> Result<(), ProblemError> {
    let wrong = |rule, value: f64| {
        Err(ProblemError::Parameter { name: parameter.name.clone(), rule, value: value.to_string() })
    };
    let Some(nominal) = parameter.nominal else {
        if parameter.estimated {
            return bounds(parameter);
        }
        let value = "none".into();
        let rule = "must have a nominal value, because it is not estimated";
        return Err(ProblemError::Parameter { name: parameter.name.clone(), rule, value });
    };
    if !nominal.is_finite() {
        return wrong("its nominal value must be finite", nominal);
    }
    if !parameter.estimated {
        return Ok(());
    }
    bounds(parameter)?;
    let [low, high] = parameter.bounds;
    if !(low..=high).contains(&nominal) {
        let rule = "its nominal value must lie within its bounds";
        let value = format!("{nominal} outside {low} to {high}");
        return Err(ProblemError::Parameter { name: parameter.name.clone(), rule, value });
    }
    if parameter.scale != Scale::Lin && nominal <= 0.0 {
        return wrong("its nominal value must be > 0 on a logarithmic scale", nominal);
    }
    Ok(())
}

fn bounds(parameter: &Parameter) -> Result<(), ProblemError> {
    let [low, high] = parameter.bounds;
    let wrong = |rule| {
        let value = format!("{low} to {high}");
        Err(ProblemError::Parameter { name: parameter.name.clone(), rule, value })
    };
    if !(low < high) || low == f64::INFINITY || high == f64::NEG_INFINITY {
        return wrong("its lower bound must be less than its upper bound");
    }
    if parameter.scale != Scale::Lin && high <= 0.0 {
        return wrong("its upper bound must be > 0 on a logarithmic scale");
    }
    Ok(())
}
