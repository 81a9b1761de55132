//! Names of estimators: which are asked for, which there are, and why one does not fit.

use reparam::measure::{AnyLaw, Problem, Subject, applicable};

use super::CompareError;
use crate::law::shown;

/// The names in an option, each of which must fit; none for `all`.
pub fn chosen(option: &str, texts: &[&str], problem: &Problem) -> Result<Vec<String>, CompareError> {
    let names: Vec<String> = texts
        .iter()
        .flat_map(|text| text.split([',', ' ']))
        .filter(|name| !name.is_empty())
        .map(|name| name.to_lowercase().replace('_', "-"))
        .collect();
    if names.iter().any(|name| name == "all") {
        return Ok(Vec::new());
    }
    let fitting = applicable(problem);
    for name in &names {
        if !fitting.contains(&name.as_str()) {
            return Err(refusal(option, name, problem, &fitting));
        }
    }
    if names.is_empty() {
        return Err(CompareError::option(option, "names with commas, or all", "nothing").with_hint(those(&fitting)));
    }
    Ok(names)
}

fn those(fitting: &[&str]) -> String {
    format!("those that fit this law: {}", fitting.join(", "))
}

fn refusal(option: &str, name: &str, problem: &Problem, fitting: &[&str]) -> CompareError {
    let known = all();
    if known.contains(&name) {
        let what = format!(
            "{option}: {name} does not fit {}: {}",
            described(problem.subject()),
            reason(name, problem.subject())
        );
        return CompareError::Estimator { what, hint: those(fitting) };
    }
    let mut near: Vec<(f64, &str)> =
        known.iter().map(|other| (strsim::normalized_damerau_levenshtein(other, name), *other)).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.iter().take(2).filter(|(alike, _)| *alike >= 0.5).map(|(_, name)| *name).collect();
    let near = if near.is_empty() { String::new() } else { format!("did you mean {}? ", near.join(" or ")) };
    CompareError::Estimator {
        what: format!("{option}: no estimator is called '{}'", shown(name)),
        hint: format!("{near}{}", those(fitting)),
    }
}

/// Every name that some law knows.
fn all() -> Vec<&'static str> {
    let constant = |subject| Problem::new(subject, |draws| draws.sum_dim(2).squeeze_dim::<2>(2));
    let mut names = Vec::new();
    if let Some(normal) = reparam_core::law::family("normal").and_then(|family| family.build(&[0.0, 1.0]).ok()) {
        names.extend(applicable(&constant(Subject::scalar(normal))));
    }
    names.extend(applicable(&constant(Subject::Coins(vec![0.0]))));
    names.extend(applicable(&constant(Subject::Categories(vec![vec![0.0; 2]]))));
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

fn described(subject: &Subject) -> &'static str {
    match subject {
        Subject::Coins(_) => "a Bernoulli law",
        Subject::Categories(_) => "a categorical law",
        Subject::Law(AnyLaw::Scalar(law)) => law.family().name,
        Subject::Law(AnyLaw::Vector(law)) => law.family().name,
    }
}

/// Why an estimator does not fit a law.
fn reason(name: &str, subject: &Subject) -> &'static str {
    let discrete = !matches!(subject, Subject::Law(_));
    match name {
        "pathwise" if discrete => "its draws jump and have no path",
        "pathwise" => "no derivative of its draws is known",
        "measure-valued" => "no split of its density's derivative into two laws is known here",
        "arm" | "disarm" if !discrete => "it couples coins or categories",
        "arm" => "it couples coins; disarm has a form for categories",
        "enumerate" | "partial-enumeration" | "local-expectation" => "it sums over finitely many outcomes",
        _ if !discrete => "it is for coins and categories: it relaxes, couples or differentiates their hard draws",
        _ => "it is for other laws",
    }
}
