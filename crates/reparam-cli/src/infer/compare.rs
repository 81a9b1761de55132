//! `reparam infer compare`: two runs side by side.

use std::path::Path;

use reparam_infer::Draws;
use reparam_infer::agreement::{Marginal, Side, agreement};
use serde::Serialize;

use super::answer::Answer;
use super::args::CompareArgs;
use super::error::CommandError;
use super::print;
use crate::compare::aligned;
use crate::report::number::significant;

/// One parameter of both runs.
#[derive(Serialize)]
struct Compared {
    parameter: String,
    mean_difference: f64,
    mean_difference_se: f64,
    sd_ratio: f64,
    sd_ratio_se: f64,
    wasserstein: f64,
    wasserstein_by_chance: f64,
}

/// The draws of a run, and what it said.
struct Kept {
    names: Vec<String>,
    draws: Draws,
    answer: Answer,
}

/// Runs the command.
pub fn run(args: &CompareArgs) -> Result<(), CommandError> {
    let (first, second) = (read(&args.first)?, read(&args.second)?);
    let shared: Vec<(usize, usize)> = first
        .names
        .iter()
        .enumerate()
        .filter_map(|(i, name)| Some((i, second.names.iter().position(|other| other == name)?)))
        .collect();
    if shared.is_empty() {
        let what = format!("the runs share no parameter: {} and {}", first.names.join(", "), second.names.join(", "));
        return Err(CommandError::Run { path: args.second.clone(), what });
    }
    let taken = |kept: &Kept, columns: Vec<usize>| {
        let values = kept.draws.rows().flat_map(|row| columns.iter().map(|c| row[*c]).collect::<Vec<_>>()).collect();
        Draws::new(columns.len(), values)
    };
    let a = taken(&first, shared.iter().map(|s| s.0).collect());
    let b = taken(&second, shared.iter().map(|s| s.1).collect());
    let worth = |kept: &Kept| kept.answer.ess.map(|ess| vec![ess.min(kept.draws.len() as f64).max(1.0); shared.len()]);
    let (ess_a, ess_b) = (worth(&first), worth(&second));
    let side = |draws, ess| Side { draws, log_weights: None, ess };
    let found = agreement(side(&a, ess_a.as_deref()), side(&b, ess_b.as_deref()))?;
    let rows: Vec<Compared> =
        shared.iter().zip(&found).map(|((i, _), marginal)| compared(&first.names[*i], marginal)).collect();
    if args.json {
        print(serde_json::to_string_pretty(&rows).unwrap_or_default())
    } else {
        for (kept, path) in [(&first, &args.first), (&second, &args.second)] {
            crate::console::talk(format_args!(
                "{}: {} by {}, {}",
                path.display(),
                kept.answer.problem,
                kept.answer.guide,
                kept.answer.verdict
            ));
        }
        print(table(&rows).trim_end())
    }
}

fn compared(name: &str, marginal: &Marginal) -> Compared {
    Compared {
        parameter: name.to_owned(),
        mean_difference: marginal.mean_difference,
        mean_difference_se: marginal.mean_difference_se,
        sd_ratio: marginal.sd_ratio,
        sd_ratio_se: marginal.sd_ratio_se,
        wasserstein: marginal.wasserstein,
        wasserstein_by_chance: marginal.wasserstein_by_chance,
    }
}

fn table(rows: &[Compared]) -> String {
    let header = ["parameter", "mean difference", "±", "sd ratio", "±", "Wasserstein", "by chance"];
    let mut lines = vec![header.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(|row| {
        let numbers = [
            row.mean_difference,
            row.mean_difference_se,
            row.sd_ratio,
            row.sd_ratio_se,
            row.wasserstein,
            row.wasserstein_by_chance,
        ];
        std::iter::once(row.parameter.clone()).chain(numbers.map(|x| significant(x, 3))).collect()
    }));
    aligned(&lines, &[false, true, true, true, true, true, true])
}

/// Reads a run's folder.
fn read(folder: &Path) -> Result<Kept, CommandError> {
    let summary = folder.join("summary.json");
    let text = std::fs::read_to_string(&summary).map_err(CommandError::io(&summary))?;
    let answer: Answer = serde_json::from_str(&text).map_err(|error| CommandError::Run {
        path: summary.clone(),
        what: format!("not the summary of a run: {error}"),
    })?;
    let path = folder.join("draws.csv");
    let wrong = |what: String| CommandError::Run { path: path.clone(), what };
    let mut reader = csv::Reader::from_path(&path).map_err(|error| wrong(error.to_string()))?;
    let names: Vec<String> =
        reader.headers().map_err(|error| wrong(error.to_string()))?.iter().map(str::to_owned).collect();
    if names.is_empty() {
        return Err(wrong("has no columns".into()));
    }
    let mut values = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| wrong(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        for cell in &record {
            values.push(cell.parse().map_err(|_| wrong(format!("line {line}: expected a number, got '{cell}'")))?);
        }
    }
    Ok(Kept { draws: Draws::new(names.len(), values), names, answer })
}
