//! The YAML file of a problem.

use std::path::Path;

use serde::Deserialize;

use super::error::PetabFault;

/// One file or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Files {
    One(String),
    Several(Vec<String>),
}

/// The version as a number or as text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Version {
    Number(f64),
    Text(String),
}

#[derive(Clone, Debug, Deserialize)]
struct Document {
    format_version: Version,
    parameter_file: Files,
    problems: Vec<Part>,
}

#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are PEtab's")]
struct Part {
    sbml_files: Vec<String>,
    condition_files: Vec<String>,
    observable_files: Vec<String>,
    measurement_files: Vec<String>,
}

/// The files that a problem is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    pub parameters: Vec<String>,
    pub sbml: String,
    pub conditions: Vec<String>,
    pub observables: Vec<String>,
    pub measurements: Vec<String>,
}

/// A YAML file larger than this is no description of a problem.
const LARGEST: u64 = 1 << 20;

pub fn read(path: &Path) -> Result<Parts, PetabFault> {
    let wrong = |what: String| PetabFault { file: path.display().to_string(), line: None, column: String::new(), what };
    let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
    if size > LARGEST {
        return Err(wrong(format!("a problem's YAML file has at most 1 MiB, got {size} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let document: Document = serde_saphyr::from_str(&text).map_err(|error| {
        // One line: what the parser adds is a drawing of the place.
        let text = error.to_string();
        wrong(text.lines().next().unwrap_or("not YAML").trim_start_matches("error: ").to_owned())
    })?;
    let version = match &document.format_version {
        Version::Number(number) => number.to_string(),
        Version::Text(text) => text.clone(),
    };
    if version.split('.').next() != Some("1") {
        return Err(wrong(format!("format_version must be 1, got {version}")));
    }
    let [part] = document.problems.as_slice() else {
        return Err(wrong(format!("problems must have one entry, got {}", document.problems.len())));
    };
    let [sbml] = part.sbml_files.as_slice() else {
        return Err(wrong(format!("sbml_files must name one file, got {}", part.sbml_files.len())));
    };
    Ok(Parts {
        parameters: match document.parameter_file {
            Files::One(file) => vec![file],
            Files::Several(files) => files,
        },
        sbml: sbml.clone(),
        conditions: part.condition_files.clone(),
        observables: part.observable_files.clone(),
        measurements: part.measurement_files.clone(),
    })
}
