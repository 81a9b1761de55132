//! Names and rules of parameters, and the error that a broken rule gives.

use std::fmt;

use super::Law;
use crate::noise::Noise;

/// A set of real numbers: where a law has its mass, or where a parameter may lie.
///
/// ```
/// use reparam_core::law::Support;
/// assert!(Support::UnitInterval.contains(0.0) && !Support::Positive.contains(0.0));
/// assert_eq!(Support::Index(3).to_string(), "an integer in [0, 3)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Every finite number.
    Real,
    /// Finite numbers above 0.
    Positive,
    /// `0 <= x <= 1`.
    UnitInterval,
    /// 0 and 1.
    Boolean,
    /// The integers from 0 to this number, without it.
    Index(usize),
}

impl Support {
    /// Whether `x` lies in the set; `NaN` lies in none.
    pub fn contains(self, x: f64) -> bool {
        match self {
            Self::Real => x.is_finite(),
            Self::Positive => x > 0.0 && x.is_finite(),
            Self::UnitInterval => (0.0..=1.0).contains(&x),
            Self::Boolean => x == 0.0 || x == 1.0,
            Self::Index(count) => x >= 0.0 && x < count as f64 && x.fract() == 0.0,
        }
    }

    /// Whether the set consists of isolated points.
    pub fn is_discrete(self) -> bool {
        matches!(self, Self::Boolean | Self::Index(_))
    }
}

impl fmt::Display for Support {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real => f.write_str("finite"),
            Self::Positive => f.write_str("> 0"),
            Self::UnitInterval => f.write_str("in [0, 1]"),
            Self::Boolean => f.write_str("0 or 1"),
            Self::Index(count) => write!(f, "an integer in [0, {count})"),
        }
    }
}

/// A parameter of a family: its name and the set that it must lie in.
///
/// ```
/// use reparam_core::law::family;
/// let scale = family("normal").unwrap().parameters[1];
/// assert_eq!((scale.name, scale.rule.contains(-0.3)), ("scale", false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Name, as the constructors call it.
    pub name: &'static str,
    /// Where each of its numbers must lie.
    pub rule: Support,
    /// Whether it is a list of numbers of any length above 0.
    pub vector: bool,
}

impl Parameter {
    pub(super) const fn scalar(name: &'static str, rule: Support) -> Self {
        Self { name, rule, vector: false }
    }

    pub(super) const fn vector(name: &'static str, rule: Support) -> Self {
        Self { name, rule, vector: true }
    }
}

/// Makes a law from its parameters; their number has been checked.
pub(super) type Build = fn(&[f64]) -> Result<Box<dyn Law>, ParameterError>;

/// A family of laws: what is known before the parameters are.
///
/// ```
/// use reparam_core::law::{Law, family};
/// let laplace = family("laplace").unwrap();
/// assert_eq!(laplace.build(&[0.0, 2.0]).unwrap().variance(), 8.0);
/// assert_eq!(laplace.build(&[0.0, -2.0]).unwrap_err().to_string(), "laplace: scale must be > 0, got -2");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Kebab-case name.
    pub name: &'static str,
    /// Parameters, in the order of [`Law::parameters`], [`Law::score`] and [`super::Pathwise::pathwise`].
    pub parameters: &'static [Parameter],
    /// The base noise of [`Law::draw`].
    pub noise: Noise,
    pub(super) build: Build,
}

impl Family {
    /// The law with these parameters, in order; a vector parameter takes what is left.
    ///
    /// # Errors
    ///
    /// A wrong number of values, or a value that breaks its rule.
    pub fn build(&self, values: &[f64]) -> Result<Box<dyn Law>, ParameterError> {
        let vector = self.parameters.iter().any(|p| p.vector);
        let expected = self.parameters.len();
        if values.len() < expected || (!vector && values.len() > expected) {
            return Err(ParameterError::Count { law: self.name, expected, got: values.len() });
        }
        (self.build)(values)
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

    #[test]
    fn nan_lies_in_no_support() {
        for s in [Support::Real, Support::Positive, Support::UnitInterval, Support::Boolean, Support::Index(3)] {
            assert!(!s.contains(f64::NAN), "{s}");
            assert!(!s.contains(f64::INFINITY), "{s}");
        }
    }
}
