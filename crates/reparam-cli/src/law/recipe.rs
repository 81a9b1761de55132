//! From named numbers to the parameters of a law, in order: given, by default, or computed from others.

use std::fmt::Write as _;

use reparam_core::law::{Parameter, ParameterError, Support};

use super::LawError;
use super::alternative::{Alternative, alternatives, siblings};
use super::number::{List, read, shown};
use super::subject::AnyFamily;

/// `NAME=VALUE` of the command line.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The parameter, spelled as the library does.
    pub name: String,
    /// Its numbers.
    pub values: Vec<f64>,
    /// As it was typed.
    pub text: String,
}

/// A parameter's name in the library's spelling: `Total-Count` is `total_count`.
pub fn spelled(name: &str) -> String {
    name.trim().chars().map(|c| if c == '-' || c == ' ' { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// Reads the `NAME=VALUE` of an option.
pub fn parse(option: &str, pairs: &[String]) -> Result<Vec<Given>, LawError> {
    let mut given: Vec<Given> = Vec::new();
    for pair in pairs {
        let wrong = || {
            let hint = Some(format!("for example: {option} scale=2, or {option} logits=0.1,-2,0.7 for a vector"));
            LawError::Option { name: option.into(), rule: "NAME=VALUE".into(), got: format!("'{pair}'"), hint }
        };
        let (name, text) = pair.split_once('=').ok_or_else(wrong)?;
        let name = spelled(name);
        if name.is_empty() {
            return Err(wrong());
        }
        let mut values = Vec::new();
        read(text, &mut values).map_err(|piece| {
            LawError::option(
                format!("{option} {name}"),
                "a number, or several with commas",
                format!("'{}'", shown(if piece.is_empty() { text } else { piece })),
            )
        })?;
        if given.iter().any(|other| other.name == name) {
            return Err(LawError::together(format!("{option} {name} is given twice"), "give each parameter once"));
        }
        given.push(Given { name, values, text: text.trim().to_owned() });
    }
    Ok(given)
}

/// The family that a name means beside parameters of these names: itself, or a sibling that they fit where they do not fit it.
pub fn chosen(family: AnyFamily, names: &[&str]) -> AnyFamily {
    siblings(family).find(|family| Recipe::new(*family, names).is_ok()).unwrap_or(family)
}

/// Where a parameter's numbers come from.
#[derive(Debug)]
enum Source {
    /// The input at this place.
    Input(usize),
    /// A standard value.
    Default(f64),
    /// Computed from the input at this place.
    Computed(&'static Alternative, usize),
}

/// A parameter that was said otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    /// How.
    pub way: &'static Alternative,
    /// The law's parameter that was computed.
    pub parameter: usize,
    /// The input that it was computed from.
    pub input: usize,
}

/// How the parameters of a family are made from inputs of known names.
#[derive(Debug)]
pub struct Recipe {
    family: AnyFamily,
    sources: Vec<Source>,
}

impl Recipe {
    /// The recipe for inputs of these names, each of which must have its use.
    pub fn new(family: AnyFamily, names: &[&str]) -> Result<Self, LawError> {
        let law = family.name();
        let at = |name: &str| names.iter().position(|n| *n == name);
        let mut used = vec![false; names.len()];
        let (mut sources, mut missing) = (Vec::new(), Vec::new());
        for parameter in family.parameters() {
            let computed = || alternatives(family, parameter).find_map(|way| Some((way, at(way.from)?)));
            let source = if let Some(i) = at(&spelled(parameter.name)) {
                used[i] = true;
                Source::Input(i)
            } else if let Some((way, i)) = computed() {
                used[i] = true;
                Source::Computed(way, i)
            } else if let Some(value) = standard(parameter) {
                Source::Default(value)
            } else {
                missing.push(parameter.name);
                continue;
            };
            sources.push(source);
        }
        if let Some(i) = used.iter().position(|used| !used) {
            let name = names[i].to_owned();
            if let Some(parameter) = said_otherwise(family, &name) {
                let what = format!("{law}: {name} is another way to say {parameter}, which is given too");
                return Err(LawError::together(what, format!("'reparam laws {law}' tells what goes together")));
            }
            return Err(LawError::UnknownParameter { law, name, known: known(family) });
        }
        if !missing.is_empty() {
            return Err(LawError::MissingParameter { law, names: missing, example: example(family, names) });
        }
        Ok(Self { family, sources })
    }

    /// The parameters, in order, from the numbers of the inputs.
    ///
    /// # Errors
    /// An input of an alternative way that breaks its rule.
    pub fn values(&self, inputs: &[Vec<f64>], out: &mut Vec<Vec<f64>>) -> Result<(), ParameterError> {
        out.resize(self.sources.len(), Vec::new());
        for (source, values) in self.sources.iter().zip(out) {
            values.clear();
            match source {
                Source::Input(i) => values.extend_from_slice(&inputs[*i]),
                Source::Default(value) => values.push(*value),
                Source::Computed(way, i) => {
                    self.check(way, &inputs[*i])?;
                    values.extend(inputs[*i].iter().map(|x| (way.convert)(*x)));
                }
            }
        }
        Ok(())
    }

    fn check(&self, way: &Alternative, from: &[f64]) -> Result<(), ParameterError> {
        let (law, parameter) = (self.family.name(), way.from);
        if let Some(i) = from.iter().position(|x| !way.rule.contains(*x)) {
            let index = if way.vector { vec![i] } else { Vec::new() };
            return Err(ParameterError::Value { law, parameter, rule: way.rule, value: from[i], index });
        }
        if !way.vector && from.len() != 1 {
            let rule = format!("{parameter} must be one number, got {}", from.len());
            return Err(ParameterError::Together { law, rule });
        }
        Ok(())
    }

    /// The parameters that were said otherwise.
    pub fn said(&self) -> Vec<Said> {
        let said = |(parameter, source): (usize, &Source)| match source {
            Source::Computed(way, input) => Some(Said { way, parameter, input: *input }),
            _ => None,
        };
        self.sources.iter().enumerate().filter_map(said).collect()
    }

    /// The parameters that took their standard value.
    pub fn defaults(&self) -> Vec<&'static str> {
        let is_default = |source: &Source| matches!(source, Source::Default(_));
        self.family.parameters().iter().zip(&self.sources).filter(|(_, s)| is_default(s)).map(|(p, _)| p.name).collect()
    }
}

/// Every name by which an input of this family may go: its parameters, and what they can be computed from.
pub fn input_names(family: AnyFamily) -> Vec<String> {
    let mut names: Vec<String> = family.parameters().iter().map(|p| spelled(p.name)).collect();
    for parameter in family.parameters() {
        for way in alternatives(family, parameter) {
            if !names.iter().any(|n| n == way.from) {
                names.push(way.from.to_owned());
            }
        }
    }
    names
}

/// What a parameter is when nobody says: the standard member of a family of location and scale.
fn standard(parameter: &Parameter) -> Option<f64> {
    match parameter.name {
        // Bounds that may be infinite bound nothing when nobody says.
        "low" if parameter.rule.contains(f64::NEG_INFINITY) => Some(f64::NEG_INFINITY),
        "high" if parameter.rule.contains(f64::INFINITY) => Some(f64::INFINITY),
        "loc" if !parameter.vector && parameter.rule.contains(0.0) => Some(0.0),
        "scale" if !parameter.vector && parameter.rule.contains(1.0) => Some(1.0),
        _ => None,
    }
}

/// The parameter that can be computed from this and others.
fn said_otherwise(family: AnyFamily, name: &str) -> Option<&'static str> {
    let uses = |p: &&Parameter| alternatives(family, p).any(|way| way.from == name);
    family.parameters().iter().find(uses).map(|p| p.name)
}

/// The parameters of a family with their rules, in one line.
fn known(family: AnyFamily) -> String {
    let of = |family: AnyFamily| family.parameters().iter().map(rule).collect::<Vec<_>>().join(", ");
    siblings(family).map(of).collect::<Vec<_>>().join("; or ")
}

/// A parameter with its rule: `scale > 0`, `loc real`, `logits[] real` for a vector.
pub fn rule(parameter: &Parameter) -> String {
    let name = format!("{}{}", parameter.name, if parameter.vector { "[]" } else { "" });
    match parameter.rule {
        Support::Real => format!("{name} real"),
        Support::Extended => format!("{name} real or infinite"),
        // The largest count that a double holds is no rule to speak of.
        Support::CountTo(last) if last >= 1 << 53 => format!("{name} {}", Support::Count),
        rule => format!("{name} {rule}"),
    }
}

/// A command that gives the missing parameters values with which the law exists, and other ways to say them.
fn example(family: AnyFamily, names: &[&str]) -> String {
    let mut command = format!("reparam law {}", family.name());
    let missing = |p: &&Parameter| !names.contains(&spelled(p.name).as_str()) && standard(p).is_none();
    for (parameter, values) in family.parameters().iter().zip(plausible(family)) {
        if missing(&parameter) {
            let _ = write!(command, " --param {}={}", spelled(parameter.name), List(&values));
        }
    }
    let name = family.name();
    for other in siblings(family).skip(1) {
        let _ = write!(command, "; or reparam law {name}");
        for (parameter, values) in other.parameters().iter().zip(plausible(other)) {
            let _ = write!(command, " --param {}={}", spelled(parameter.name), List(&values));
        }
    }
    for way in family.parameters().iter().filter(missing).flat_map(|p| alternatives(family, p)) {
        let _ = write!(command, "; {} can be given by {}", way.gives, way.from);
    }
    command
}

/// Small values for all parameters with which a law of this family exists.
pub fn plausible(family: AnyFamily) -> Vec<Vec<f64>> {
    let candidates = |p: &Parameter| -> Vec<Vec<f64>> {
        let end = p.rule.bounds().0;
        let numbers: Vec<f64> = match p.name {
            "low" => vec![0.0],
            "high" => vec![1.0],
            _ => [2.0, 0.5, 1.0, 0.0, 3.0, end].into_iter().filter(|x| p.rule.contains(*x)).collect(),
        };
        if !p.vector {
            return numbers.into_iter().map(|x| vec![x]).collect();
        }
        // Two equal numbers for a vector of two, or rising ones; the identity for a matrix that goes with it.
        let others = [vec![0.0, 1.0], vec![1.0, 0.0, 0.0, 1.0]];
        let others = others.into_iter().filter(|v| v.iter().all(|x| p.rule.contains(*x)));
        numbers.into_iter().map(|x| vec![x, x]).chain(others).collect()
    };
    let lists: Vec<Vec<Vec<f64>>> = family.parameters().iter().map(candidates).collect();
    let first: Vec<Vec<f64>> = lists.iter().map(|list| list.first().cloned().unwrap_or_default()).collect();
    // Combinations in the order of a counter whose last digit runs fastest: few parameters, a handful of values each.
    let total = lists.iter().map(|list| list.len().max(1)).product::<usize>().min(20_000);
    let pick = |mut number: usize| {
        let mut picked = first.clone();
        for (slot, list) in picked.iter_mut().zip(&lists).rev() {
            if let Some(values) = list.get(number % list.len().max(1)) {
                slot.clone_from(values);
            }
            number /= list.len().max(1);
        }
        picked
    };
    (0..total).map(pick).find(|values| family.build(values).is_ok()).unwrap_or(first)
}
