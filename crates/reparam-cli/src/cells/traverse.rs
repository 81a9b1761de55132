//! `reparam cells traverse`: turn the knob.

use std::path::{Path, PathBuf};

use clap::Args;
use reparam::train::write_atomically;
use reparam_cells::{CycleGenes, Features};

use super::CellsError;
use super::axis::CycleAxis;
use super::knob::{Axis, Knob, turn};
use super::page::{known_curves, phases};
use super::run::Run;
use super::train::say;
use crate::console::talk;
use crate::report::plot::Along;
use crate::report::{GeneCurve, GeneGroup, Traverse, traverse_picture};

/// Arguments of `traverse`.
#[derive(Debug, Args)]
pub struct TraverseArgs {
    /// Folder of the run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// cycle, or the number of a normal latent, from 1
    #[arg(long, value_name = "AXIS", default_value = "cycle")]
    pub axis: String,
    /// Places along the axis
    #[arg(long, value_name = "COUNT", default_value_t = 60)]
    pub steps: usize,
    /// Hold the rest of the latent at this cell, by name [default: at the mean of all cells]
    #[arg(long, value_name = "CELL")]
    pub at: Option<String>,
    /// Hold conditions at this batch [default: an even mixture of all]
    #[arg(long, value_name = "NAME")]
    pub batch: Option<String>,
    /// Genes to draw, repeatable [default: known genes of the cycle that change most]
    #[arg(long, value_name = "NAME")]
    pub gene: Vec<String>,
    /// Table to write; the picture is beside it, with .svg [default: RUN/traverse-AXIS.csv]
    #[arg(long, value_name = "FILE.csv")]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Decodes along an axis.
pub fn run(args: &TraverseArgs) -> Result<(), CellsError> {
    if args.steps < 2 || args.steps > 100_000 {
        return Err(CellsError::option("--steps", "must be 2 to 100000", args.steps));
    }
    super::asked::ending(args.out.as_deref(), &["csv"], &args.run, &[])?;
    let run = Run::open(&args.run)?;
    let table = run.table()?;
    let axis = if args.axis == "cycle" {
        Axis::Cycle
    } else {
        let number = args.axis.parse::<usize>().ok().filter(|n| (1..=table.width).contains(n));
        let rule = format!("must be cycle or 1 to {}", table.width);
        Axis::Latent(number.ok_or_else(|| CellsError::option("--axis", rule, &args.axis))? - 1)
    };
    let cycle = if axis == Axis::Cycle { Some(CycleAxis::find(&table)?) } else { None };
    let at = match &args.at {
        None => None,
        Some(name) => {
            let place = table.names.iter().position(|n| n == name);
            Some(place.ok_or_else(|| CellsError::unknown("cell", name, table.names.iter().map(String::as_str)))?)
        }
    };
    let knob = turn(&run, &table, cycle.as_ref(), &axis, args.steps, at, &conditions(&run, args.batch.as_deref())?)?;
    let out = args.out.clone().unwrap_or_else(|| run.folder.file(&format!("traverse-{}.csv", args.axis)));
    let column = if axis == Axis::Cycle { "angle" } else { "latent" };
    write(&out, &run, &knob, column)?;
    let genes = curves(args, &run, &knob)?;
    let along = match &axis {
        Axis::Cycle => Along::Circle,
        Axis::Latent(l) => Along::Line {
            label: format!("latent {}", l + 1),
            low: knob.places.first().copied().unwrap_or(0.0),
            high: knob.places.last().copied().unwrap_or(1.0),
        },
    };
    let arcs = cycle.as_ref().map(phases).unwrap_or_default();
    let drawing =
        traverse_picture(&Traverse { simulated: run.info.simulated, along, phases: arcs, genes: genes.clone() });
    let picture = out.with_extension("svg");
    write_atomically(&picture, drawing.standalone().as_bytes()).map_err(CellsError::file(&picture))?;
    if let Some(line) = cycle.as_ref().and_then(super::written::doubt) {
        talk(line);
    }
    print(args, &genes, cycle.as_ref(), &out, &picture)
}

/// Conditions: those of one batch, or an even mixture; covariates at their mean.
pub fn conditions(run: &Run, batch: Option<&str>) -> Result<Vec<f32>, CellsError> {
    let info = &run.info;
    let mut numbers = Vec::new();
    if info.batches.len() > 1 {
        numbers = match batch {
            None => vec![1.0 / info.batches.len() as f32; info.batches.len()],
            Some(name) => {
                let there = || info.batches.iter().map(String::as_str);
                let place = there().position(|b| b == name);
                let place = place.ok_or_else(|| CellsError::unknown("batch", name, there()))?;
                (0..info.batches.len()).map(|b| if b == place { 1.0 } else { 0.0 }).collect()
            }
        };
    } else if let Some(name) = batch {
        return Err(CellsError::unknown("batch", name, []));
    }
    for covariate in &info.covariates {
        let width = covariate.width();
        let even = matches!(covariate.kind, super::info::CovariateKind::Categories(_));
        numbers.extend(std::iter::repeat_n(if even { 1.0 / width as f32 } else { 0.0 }, width));
    }
    Ok(numbers)
}

fn curves(args: &TraverseArgs, run: &Run, knob: &Knob) -> Result<Vec<GeneCurve>, CellsError> {
    let modalities = &run.info.modalities;
    if args.gene.is_empty() {
        for (m, modality) in modalities.iter().enumerate() {
            let features = Features { names: modality.features.clone(), ..Features::default() };
            if let Some(found) = CycleGenes::detect(&features) {
                let names = |columns: &[usize]| columns.iter().map(|&c| modality.features[c].clone()).collect();
                return Ok(known_curves(knob, m, &modality.features, &[names(&found.s), names(&found.g2m)], 6));
            }
        }
    }
    let mut found = Vec::new();
    for gene in &args.gene {
        let place = modalities.iter().enumerate().find_map(|(m, modality)| {
            Some((m, modality.features.iter().position(|name| name == gene)?, modality.features.len()))
        });
        let all = || modalities.iter().flat_map(|m| m.features.iter().map(String::as_str));
        let (m, g, width) = place.ok_or_else(|| CellsError::unknown("gene", gene, all()))?;
        let points = knob.places.iter().copied().zip(knob.curve(m, g, width)).collect();
        // Symbols of mouse are those of human in other letters.
        let species = reparam_cells::Species::Human;
        let same = |name: &str| name.eq_ignore_ascii_case(gene);
        let group = match (species.s_genes().any(same), species.g2m_genes().any(same)) {
            (true, _) => GeneGroup::S,
            (_, true) => GeneGroup::G2M,
            _ => GeneGroup::Other,
        };
        found.push(GeneCurve { gene: gene.clone(), group, points });
    }
    Ok(found)
}

/// Every feature along the axis, a column each.
pub fn write(path: &Path, run: &Run, knob: &Knob, axis: &str) -> Result<(), CellsError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let several = run.info.modalities.len() > 1;
    let name = |m: &super::info::ModalityInfo, f: &String| if several { format!("{}:{f}", m.name) } else { f.clone() };
    let features = run.info.modalities.iter().flat_map(|m| m.features.iter().map(move |f| name(m, f)));
    // Writing to memory does not fail, and every record has as many fields as the header.
    let _ = writer.write_record(std::iter::once(axis.to_owned()).chain(features));
    for (step, place) in knob.places.iter().enumerate() {
        let values = run.info.modalities.iter().zip(&knob.values).flat_map(|(m, values)| {
            let width = m.features.len();
            values[step * width..(step + 1) * width].iter().map(ToString::to_string)
        });
        let _ = writer.write_record(std::iter::once(place.to_string()).chain(values));
    }
    write_atomically(path, &writer.into_inner().unwrap_or_default()).map_err(CellsError::file(path))
}

/// Where the mean curve of a set has its peak, each gene scaled by its mean.
fn peak(genes: &[GeneCurve], group: GeneGroup) -> Option<f64> {
    let set: Vec<&GeneCurve> = genes.iter().filter(|g| g.group == group).collect();
    let first = set.first()?;
    let level = |i: usize| -> f64 {
        set.iter()
            .map(|g| g.points[i].1 / (g.points.iter().map(|p| p.1).sum::<f64>() / g.points.len() as f64).max(1e-12))
            .sum()
    };
    (0..first.points.len()).max_by(|a, b| level(*a).total_cmp(&level(*b))).map(|i| first.points[i].0)
}

fn print(
    args: &TraverseArgs,
    genes: &[GeneCurve],
    cycle: Option<&CycleAxis>,
    out: &Path,
    picture: &Path,
) -> Result<(), CellsError> {
    let peaks = genes.iter().map(|gene| {
        let top = gene.points.iter().max_by(|a, b| a.1.total_cmp(&b.1)).copied().unwrap_or((f64::NAN, f64::NAN));
        let low = gene.points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
        (gene, top, low)
    });
    let phase = |angle: f64| cycle.and_then(|c| c.phase(angle)).map_or("", |p| p.name());
    let sets = [peak(genes, GeneGroup::S), peak(genes, GeneGroup::G2M)];
    if args.json {
        let rows: Vec<_> = peaks
            .map(|(gene, top, low)| serde_json::json!({ "gene": gene.gene, "peak": top.0, "phase": phase(top.0), "highest": top.1, "lowest": low }))
            .collect();
        return say(
            serde_json::json!({ "table": out, "picture": picture, "genes": rows, "s_peak": sets[0], "g2m_peak": sets[1] }),
        );
    }
    say(format_args!("{:<12} {:>8} {:>6} {:>12} {:>12}", "gene", "peak", "phase", "highest", "lowest"))?;
    for (gene, top, low) in peaks {
        say(format_args!("{:<12} {:>8.2} {:>6} {:>12.4} {:>12.4}", gene.gene, top.0, phase(top.0), top.1, low))?;
    }
    if let ([Some(s), Some(g2m)], true) = (sets, cycle.is_some()) {
        let order = if s < g2m { "S peaks before G2/M" } else { "S does not peak before G2/M" };
        say(format_args!("{order}: {s:.2} and {g2m:.2} rad"))?;
    }
    say(format_args!("table          {}", out.display()))?;
    say(format_args!("picture        {}", picture.display()))
}
