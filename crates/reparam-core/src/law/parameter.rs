//! Names and rules of parameters, and the error that a broken rule gives.

use std::fmt;

use super::Support;

/// How a draw depends on a parameter, and so how `∂z/∂parameter` is had.
///
/// ```
/// use reparam_core::law::{Path, family};
/// let paths: Vec<Path> = family("normal").unwrap().parameters.iter().map(|p| p.path).collect();
/// assert_eq!(paths, [Path::Explicit, Path::Explicit]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// No derivative: a discrete draw jumps. The score remains.
    None,
    /// The draw is an elementary function of parameter and noise.
    Explicit,
    /// Through the distribution function: `-(∂F/∂parameter) / p` (Figurnov et al. 2018).
    Implicit,
    /// A velocity that carries the density of one parameter value to the next (Jankowiak and Obermeyer 2018), for multivariate laws.
    Transport,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Explicit => "explicit",
            Self::Implicit => "implicit",
            Self::Transport => "transport",
        })
    }
}

/// A parameter of a family: its name and the set that it must lie in.
///
/// ```
/// use reparam_core::law::family;
/// let scale = family("normal").unwrap().parameters[1];
/// assert_eq!((scale.name, scale.rule.contains(-0.3)), ("scale", false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Name, as the constructors call it.
    pub name: &'static str,
    /// Where each of its numbers must lie.
    pub rule: Support,
    /// Whether it is a list of numbers of any length above 0.
    pub vector: bool,
    /// How a draw depends on it.
    pub path: Path,
}

impl Parameter {
    pub(super) const fn scalar(name: &'static str, rule: Support) -> Self {
        Self { name, rule, vector: false, path: Path::None }
    }

    pub(super) const fn vector(name: &'static str, rule: Support) -> Self {
        Self { name, rule, vector: true, path: Path::None }
    }

    pub(super) const fn explicit(self) -> Self {
        Self { path: Path::Explicit, ..self }
    }

    pub(super) const fn implicit(self) -> Self {
        Self { path: Path::Implicit, ..self }
    }

    pub(super) const fn transport(self) -> Self {
        Self { path: Path::Transport, ..self }
    }
}

/// A parameter or value that breaks its rule, with all that is needed to find it.
///
/// ```
/// use reparam_core::law::Normal;
/// assert_eq!(Normal::new(0.0, -0.3).unwrap_err().to_string(), "normal: scale must be > 0, got -0.3");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParameterError {
    /// A number outside the set that it must lie in.
    #[error("{law}: {parameter} must be {rule}, got {value}{}", Place(.index))]
    Value {
        /// Law.
        law: &'static str,
        /// Parameter, or `value` for a value of the random variable.
        parameter: &'static str,
        /// The set.
        rule: Support,
        /// The number.
        value: f64,
        /// Where it stands in its vector or tensor; empty for a scalar.
        index: Vec<usize>,
    },
    /// A wrong number of parameters.
    #[error("{law}: expected {expected} parameters, got {got}")]
    Count {
        /// Law.
        law: &'static str,
        /// How many the family has.
        expected: usize,
        /// How many were given.
        got: usize,
    },
    /// Parameters that are right one by one and wrong together.
    #[error("{law}: {rule}")]
    Together {
        /// Law.
        law: &'static str,
        /// What must hold, and what was given.
        rule: String,
    },
}

impl ParameterError {
    /// The error for the first of `values` outside `rule`, if one is; `index` of a number at place `i` is `[i]`.
    pub(super) fn check(law: &'static str, parameter: Parameter, values: &[f64]) -> Result<(), Self> {
        match values.iter().position(|&v| !parameter.rule.contains(v)) {
            None => Ok(()),
            Some(i) => Err(Self::Value {
                law,
                parameter: parameter.name,
                rule: parameter.rule,
                value: values[i],
                index: if parameter.vector { vec![i] } else { Vec::new() },
            }),
        }
    }
}

/// Shows ` at index [2, 7]`, or nothing for a scalar.
struct Place<'a>(&'a [usize]);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " at index {:?}", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_law_parameter_rule_value_and_place() {
        let error = ParameterError::Value {
            law: "normal",
            parameter: "scale",
            rule: Support::Positive,
            value: -0.3,
            index: vec![2, 7],
        };
        assert_eq!(error.to_string(), "normal: scale must be > 0, got -0.3 at index [2, 7]");
    }
}
