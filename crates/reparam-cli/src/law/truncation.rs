//! `--low` and `--high`: any law of numbers held between two bounds, which are parameters like its own.

use reparam_core::law::{Family, Law, Parameter, ParameterError, Path, Support, Truncated};

use super::LawError;
use super::args::LawArgs;
use super::number::{Exact, read};
use super::recipe::Given;
use super::subject::AnyFamily;

/// A family between bounds.
#[derive(Debug)]
pub struct Truncation {
    /// The family that is cut off.
    pub family: &'static Family,
    /// Its parameters, then the bounds.
    pub parameters: Vec<Parameter>,
    /// The support in words.
    pub support: String,
}

/// The family, between bounds where they were given; these as parameters.
///
/// # Errors
/// A law of vectors, one with bounds of its own, a bound that is no number.
pub fn bounded(family: AnyFamily, args: &LawArgs) -> Result<(AnyFamily, Vec<Given>), LawError> {
    let mut given = Vec::new();
    for (name, text) in [("low", &args.low), ("high", &args.high)] {
        let Some(text) = text else { continue };
        let mut values = Vec::new();
        let fits = read(text, &mut values).is_ok() && values.len() == 1 && !values[0].is_nan();
        if !fits {
            return Err(LawError::option(format!("--{name}"), "a number, inf or -inf", format!("'{text}'")));
        }
        given.push(Given { name: name.to_owned(), text: Exact(values[0]).to_string(), values });
    }
    if given.is_empty() {
        return Ok((family, given));
    }
    let AnyFamily::Scalar(scalar) = family else {
        let what = format!("{}: --low and --high are for laws of numbers", family.name());
        return Err(LawError::Together { what, hint: None });
    };
    if scalar.parameters.iter().any(|p| p.name == "low" || p.name == "high") {
        let what = format!("{}: it has bounds of its own", scalar.name);
        return Err(LawError::together(what, "say --param low=… and --param high=…"));
    }
    Ok((AnyFamily::Truncated(Truncation::of(scalar)), given))
}

impl Truncation {
    /// Of this family. Families live as long as the program; the one that a command asks for may do so, too.
    pub fn of(family: &'static Family) -> &'static Self {
        // Bounds move draws only where draws move at all.
        let path = if family.parameters.iter().all(|p| p.path == Path::None) { Path::None } else { Path::Implicit };
        let through = |p: &Parameter| Parameter { path: if p.path == Path::None { Path::None } else { path }, ..*p };
        let bound = |name| Parameter { name, rule: Support::Extended, vector: false, path };
        let parameters = family.parameters.iter().map(through).chain(["low", "high"].map(bound)).collect();
        let support = format!("low <= x <= high, and {}", family.support);
        Box::leak(Box::new(Self { family, parameters, support }))
    }

    /// The law with these parameters, the bounds last.
    pub fn build(&self, values: &[f64]) -> Result<Box<dyn Law>, ParameterError> {
        let (own, bounds) = values.split_at(values.len().saturating_sub(2));
        let base = self.family.build(own)?;
        let [low, high] = *bounds else {
            let (law, expected) = (self.family.name, self.parameters.len());
            return Err(ParameterError::Count { law, expected, got: values.len() });
        };
        Ok(Box::new(Truncated::of(base, low, high)?))
    }
}
