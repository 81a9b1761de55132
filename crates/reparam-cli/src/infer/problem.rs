//! A problem from its name or its file.

use std::path::Path;

use reparam_dynamics::{DynamicModel, Problem, builtin, petab, text};
use reparam_infer::{Model, examples};

use super::error::CommandError;

/// A model with its name.
pub struct Loaded {
    /// What reports call it.
    pub name: String,
    /// One line on it; empty where there is none.
    pub about: String,
    /// The model.
    pub model: Box<dyn Model + Send>,
    /// What its reader wants to be said.
    pub notes: Vec<String>,
}

/// The model of this name or file.
pub fn load(name: &str) -> Result<Loaded, CommandError> {
    if let Some((_, about)) = all().into_iter().find(|(known, _)| *known == name) {
        let model = built_in(name)?;
        return Ok(Loaded { name: name.into(), about: about.into(), model, notes: Vec::new() });
    }
    let path = Path::new(name);
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("toml") => dynamic(text::read_problem(path)?, name),
        Some("yaml" | "yml") => {
            let petab = petab::read(path)?;
            let mut loaded = dynamic(petab.problem, name)?;
            loaded.notes = petab.notes;
            Ok(loaded)
        }
        _ => Err(unknown(name)),
    }
}

/// Names of the built-in models, each with a line on it.
pub fn all() -> Vec<(&'static str, &'static str)> {
    let statics = [
        ("eight-schools", "effects of coaching in eight schools, a hierarchy of normals (Rubin 1981)"),
        ("logistic-regression", "twenty weights from a thousand outcomes; simulated data"),
    ];
    builtin::NAMES.iter().copied().chain(statics).collect()
}

fn built_in(name: &str) -> Result<Box<dyn Model + Send>, CommandError> {
    if let Some(model) = examples::built_in(name) {
        return Ok(model);
    }
    match builtin::named(name) {
        Some(problem) => Ok(dynamic(problem, name)?.model),
        None => Err(unknown(name)),
    }
}

fn dynamic(problem: Problem, name: &str) -> Result<Loaded, CommandError> {
    let title = if problem.name.is_empty() { name.to_owned() } else { problem.name.clone() };
    let model = DynamicModel::new(problem).map_err(|source| CommandError::Problem { name: name.into(), source })?;
    Ok(Loaded { name: title, about: String::new(), model: Box::new(model), notes: Vec::new() })
}

fn unknown(name: &str) -> CommandError {
    let names: Vec<&str> = all().into_iter().map(|(name, _)| name).collect();
    let near = names.iter().map(|known| (strsim::jaro_winkler(known, name), *known)).max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = match near {
        Some((similarity, known)) if similarity > 0.8 => format!("did you mean {known}?"),
        _ => format!("built in are {}", names.join(", ")),
    };
    let rule = if Path::new(name).exists() {
        "the file must end in .toml (a model) or .yaml (a PEtab problem)".to_owned()
    } else {
        "neither a built-in model nor a file".to_owned()
    };
    CommandError::Unknown { name: name.into(), rule, hint: Some(hint) }
}
