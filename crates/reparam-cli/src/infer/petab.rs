//! `reparam petab evaluate`: a PEtab problem at its nominal parameters.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reparam_dynamics::{DynamicModel, Evaluation, SolveOptions, petab};
use serde::Serialize;

use super::error::CommandError;
use super::print;
use crate::compare::{Outcome, aligned};
use crate::console::talk;
use crate::law::Output;
use crate::report::number::significant;

/// PEtab problems.
#[derive(Debug, Subcommand)]
pub enum PetabCommand {
    /// Simulate at the nominal parameters: log-likelihood, chi-square, posterior, simulation table
    Evaluate(EvaluateArgs),
}

/// Arguments of `reparam petab evaluate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  reparam petab evaluate problem.yaml
  reparam petab evaluate problem.yaml --gradient --json
  reparam petab evaluate problem.yaml --out simulations.tsv

log_likelihood: natural logarithm, of the measurements themselves (on logarithmic scales with the Jacobian).
chi_square: sum of squared residuals on the scale of the noise. log_posterior: with the log densities of the
objective priors, not normalised. The simulation table has the columns of the measurement table, with
'simulation' in place of 'measurement'. All faults of a problem are told, one a line.
Paper: Schmiester et al. 2021, PEtab - interoperable specification of parameter estimation problems.")]
pub struct EvaluateArgs {
    /// The YAML file of the problem
    pub problem: PathBuf,
    /// Also the gradient by the estimated parameters on their scales, and its difference from finite differences
    #[arg(long)]
    pub gradient: bool,
    /// Write the simulation table to this file, tab-separated
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Relative tolerance of the solver
    #[arg(long, value_name = "NUMBER", default_value_t = 1e-10)]
    pub tolerance: f64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// The slope of one parameter.
#[derive(Serialize)]
struct Slope {
    parameter: String,
    gradient: f64,
    finite_difference: f64,
    relative_difference: f64,
}

/// What is printed with `--json`.
#[derive(Serialize)]
struct Answer {
    log_likelihood: f64,
    chi_square: f64,
    log_posterior: f64,
    measurements: usize,
    simulations: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gradient: Option<Vec<Slope>>,
}

/// Runs the command.
pub fn run(command: &PetabCommand) -> Result<Outcome, CommandError> {
    let PetabCommand::Evaluate(args) = command;
    let petab = petab::read(&args.problem)?;
    let name = args.problem.display().to_string();
    let problem = |source| CommandError::Problem { name: name.clone(), source };
    if !(args.tolerance >= 1e-14 && args.tolerance <= 0.1) {
        let rule = "between 1e-14 and 0.1".into();
        return Err(CommandError::Option { name: "--tolerance", rule, got: args.tolerance.to_string() });
    }
    let options = SolveOptions::tight().with_tolerances(args.tolerance, args.tolerance * 1e-4);
    let model = DynamicModel::new(petab.problem.clone()).map_err(problem)?.with_options(options);
    for note in &petab.notes {
        talk(format_args!("note: {note}"));
    }
    let failed = |what: String| CommandError::Run { path: args.problem.clone(), what };
    let found = model.evaluate_nominal().map_err(|error| failed(error.to_string()))?;
    let gradient = if args.gradient { Some(slopes(&model, &found).map_err(failed)?) } else { None };
    let table = petab.simulation_table(&found.simulations);
    if let Some(path) = &args.out {
        let mut output = Output::new(Some(path))?;
        output.write(table.as_bytes())?;
        output.finish()?;
    }
    if args.json {
        let answer = Answer {
            log_likelihood: found.log_likelihood,
            chi_square: found.chi_square,
            log_posterior: found.log_posterior,
            measurements: found.simulations.len(),
            simulations: found.simulations,
            gradient,
        };
        print(serde_json::to_string_pretty(&answer).unwrap_or_default())?;
        return Ok(Outcome::Done);
    }
    print(format!("log_likelihood {}", found.log_likelihood))?;
    print(format!("chi_square {}", found.chi_square))?;
    print(format!("log_posterior {}", found.log_posterior))?;
    if let Some(slopes) = gradient {
        let mut lines = vec![["parameter", "gradient", "finite difference", "relative"].map(str::to_owned).to_vec()];
        lines.extend(slopes.iter().map(|slope| {
            let numbers = [(slope.gradient, 8), (slope.finite_difference, 8), (slope.relative_difference, 2)];
            std::iter::once(slope.parameter.clone()).chain(numbers.map(|(x, digits)| significant(x, digits))).collect()
        }));
        print(aligned(&lines, &[false, true, true, true]).trim_end())?;
    }
    match &args.out {
        None => print(table.trim_end())?,
        Some(path) => talk(format_args!("wrote {}", path.display())),
    }
    Ok(Outcome::Done)
}

/// The gradient beside finite differences of sixth order, of the steps whose neighbours agree best; relative to the slope, or to a hundredth of the
/// largest where that is more.
fn slopes(model: &DynamicModel, found: &Evaluation) -> Result<Vec<Slope>, String> {
    let nominal = model.nominal().ok_or("a nominal value is missing for an estimated parameter")?;
    let parameters: Vec<_> = model.problem().parameters.iter().filter(|p| p.estimated).collect();
    let largest = found.gradient.iter().fold(0.0_f64, |a, g| a.max(g.abs()));
    let mut slopes = Vec::new();
    for (i, parameter) in parameters.iter().enumerate() {
        let at = |shift: f64| -> Result<f64, String> {
            let mut values = nominal.clone();
            values[i] = match parameter.scale {
                reparam_dynamics::Scale::Lin => nominal[i] + shift * nominal[i].abs().max(1e-3),
                reparam_dynamics::Scale::Ln => nominal[i] * shift.exp(),
                reparam_dynamics::Scale::Log10 => nominal[i] * 10_f64.powf(shift),
            };
            model.evaluate(&values).map(|e| e.log_likelihood).map_err(|e| e.to_string())
        };
        let unit = if parameter.scale == reparam_dynamics::Scale::Lin { nominal[i].abs().max(1e-3) } else { 1.0 };
        let mut tried = Vec::new();
        for step in [2e-2, 7e-3, 2e-3, 7e-4, 2e-4] {
            let side = |k: f64| Ok::<f64, String>(at(k * step)? - at(-k * step)?);
            tried.push((45.0 * side(1.0)? - 9.0 * side(2.0)? + side(3.0)?) / (60.0 * step * unit));
        }
        let pair = tried.windows(2).min_by(|a, b| (a[0] - a[1]).abs().total_cmp(&(b[0] - b[1]).abs()));
        let difference = pair.map_or(f64::NAN, |pair| 0.5 * (pair[0] + pair[1]));
        let off = (found.gradient[i] - difference).abs() / difference.abs().max(0.01 * largest).max(f64::MIN_POSITIVE);
        slopes.push(Slope {
            parameter: parameter.name.clone(),
            gradient: found.gradient[i],
            finite_difference: difference,
            relative_difference: off,
        });
    }
    Ok(slopes)
}
