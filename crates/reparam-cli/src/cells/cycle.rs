//! `reparam cells cycle`: every cell's place in the cycle, and how well it agrees with labels.

use std::path::PathBuf;

use clap::Args;
use reparam_cells::Column;

use super::CellsError;
use super::agreement::agreement;
use super::axis::CycleAxis;
use super::run::Run;
use super::table::frame_csv;
use super::train::say;
use super::written::{axis_json, axis_lines};

/// Arguments of `cycle`.
#[derive(Debug, Args)]
pub struct CycleArgs {
    /// Folder of the run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Annotation to compare with: phases, or angles in radians. Training did not see it
    #[arg(long, value_name = "COLUMN")]
    pub labels: Option<String>,
    /// Table to write: angle, its standard deviation and phase of each cell [default: RUN/cycle-cells.csv]
    #[arg(long, value_name = "FILE.csv")]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Finds the axis, writes every cell's angle, prints agreement.
pub fn run(args: &CycleArgs) -> Result<(), CellsError> {
    super::asked::ending(args.out.as_deref(), &["csv"], &args.run, &[])?;
    let run = Run::open(&args.run)?;
    let table = run.table()?;
    let axis = CycleAxis::find(&table)?;
    let measures = match &args.labels {
        Some(column) => agreement(&table, Some(&axis), column)?,
        None => Vec::new(),
    };
    let out = args.out.clone().unwrap_or_else(|| run.folder.file("cycle-cells.csv"));
    let phase = Column::Text(axis.phases().into_iter().map(|p| Some(p).filter(|p| !p.is_empty())).collect());
    let (angle, sd) = (Column::Number(axis.angles.clone()), Column::Number(axis.uncertainty.clone()));
    let text = frame_csv(&table.names, &[("angle", &angle), ("angle_sd", &sd), ("phase", &phase)]);
    reparam::train::write_atomically(&out, &text).map_err(CellsError::file(&out))?;
    if args.json {
        let agreement = serde_json::json!({ "labels": args.labels, "measures": measures });
        return say(serde_json::json!({ "table": out, "axis": axis_json(&axis), "agreement": agreement }));
    }
    for line in axis_lines(&axis) {
        say(line)?;
    }
    let mut sds = axis.uncertainty.clone();
    sds.sort_by(f64::total_cmp);
    say(format_args!("uncertainty    {:.2} rad in the median", sds.get(sds.len() / 2).copied().unwrap_or(f64::NAN)))?;
    if let Some(column) = &args.labels {
        let simulated = if run.info.simulated { " (the simulation's truth)" } else { "" };
        say(format_args!("beside '{column}'{simulated}, which training did not see"))?;
        for measure in &measures {
            let chance = measure.chance.map_or(String::new(), |c| format!("  (chance {c:.3})"));
            say(format_args!("  {:<42} {:.3}{chance}", measure.name, measure.value))?;
        }
    }
    say(format_args!("table          {}", out.display()))
}
