//! `reparam cells embed`: where new cells lie in the latent space of a run.

use std::path::PathBuf;

use clap::Args;
use reparam::cells::latents;
use reparam::train::write_atomically;
use reparam_cells::Column;

use super::CellsError;
use super::asked::{Asked, CellArgs, ending, pool};
use super::axis::CycleAxis;
use super::table::{CellTable, frame_csv};
use super::train::say;
use super::watched::Watched;
use super::written::{embedding, h5ad_at};

/// Arguments of `embed`.
#[derive(Debug, Args)]
#[command(
    after_help = "The table has of each cell its annotations; reparam_latent_1, reparam_sd_1, …: mean and standard deviation of its posterior; with an angle \
reparam_angle and reparam_concentration (von Mises, radians); and where the run knows the cycle reparam_cycle_angle (0 in G1, S before G2/M, turned as the \
run's own cells were), reparam_cycle_angle_sd and reparam_phase. As .h5ad the latents are obsm['X_reparam'] and the rest obs; as .npy the latents are alone, \
[cells, latents], an angle as cosine and sine.\n\n\
Examples:\n  reparam cells embed runs/pbmc new.h5ad --out new-embedded.h5ad\n  reparam cells embed runs/pbmc --out latents.npy"
)]
pub struct EmbedArgs {
    /// The run and the cells.
    #[command(flatten)]
    pub cells: CellArgs,
    /// File to write: .csv, .npy (latents alone) or .h5ad (latents in obsm `X_reparam`) [default: RUN/embedding.csv]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Encodes cells, writes where they lie.
pub fn run(args: &EmbedArgs) -> Result<(), CellsError> {
    let kind = ending(args.out.as_deref(), &["csv", "npy", "h5ad"], &args.cells.run, &args.cells.files)?;
    let asked = Asked::open(&args.cells)?;
    let (table, axis) = pool(args.cells.threads)?.install(|| place(&asked))?;
    let run = &asked.run;
    let out = args.out.clone().unwrap_or_else(|| run.folder.file("embedding.csv"));
    match kind {
        "npy" => {
            let (width, values) = embedding(&table);
            write_atomically(&out, &npy(&values, table.names.len(), width)).map_err(CellsError::file(&out))?;
        }
        "h5ad" => h5ad_at(&out, run, &table, axis.as_ref())?,
        _ => write_atomically(&out, &csv(&table, axis.as_ref())).map_err(CellsError::file(&out))?,
    }
    print(args, &table, axis.as_ref(), &out)
}

/// The cells with their latents, and their places in the cycle where the run knows it.
pub fn place(asked: &Asked) -> Result<(CellTable, Option<CycleAxis>), CellsError> {
    let (run, cells) = (&asked.run, &asked.cells);
    let modalities = run.info.modalities.len();
    let all: Vec<usize> = (0..cells.names.len()).collect();
    let watched = Watched::new(cells, "embedding", all.len() * modalities);
    let latents = latents(&run.vae, &watched, &all, &vec![true; modalities], &run.device)?;
    let mut totals = Vec::new();
    for (m, modality) in run.info.modalities.iter().enumerate() {
        let of_cells = cells.totals(m)?.into_iter().map(|total| total.unwrap_or(f64::NAN)).collect();
        totals.push((modality.name.clone(), of_cells));
    }
    let axis = known_axis(&asked.table, run.info.config.cycle).map(|axis| axis.of(&latents));
    let held_out = if asked.own { asked.table.held_out.clone() } else { Vec::new() };
    let scores = if asked.own { asked.table.scores.clone() } else { None };
    let (names, annotations) = (cells.names.clone(), cells.annotations.clone());
    Ok((CellTable { names, held_out, annotations, latents, width: run.info.config.latents, scores, totals }, axis))
}

/// The axis of a run's own cells, where the model has an angle or genes of the cycle are known.
pub fn known_axis(table: &CellTable, cycle: bool) -> Option<CycleAxis> {
    if cycle || table.scores.is_some() { CycleAxis::find(table).ok() } else { None }
}

fn csv(table: &CellTable, axis: Option<&CycleAxis>) -> Vec<u8> {
    let own = table.own();
    let theirs = table.annotations.iter().filter(|(name, _)| !name.starts_with("reparam_"));
    let mut columns: Vec<(&str, &Column)> = theirs.chain(own.iter()).collect();
    let cycle = axis.map(|axis| {
        let phases = axis.phases().into_iter().map(|p| Some(p).filter(|p| !p.is_empty())).collect();
        let (angle, sd) = (Column::Number(axis.angles.clone()), Column::Number(axis.uncertainty.clone()));
        [("reparam_cycle_angle", angle), ("reparam_cycle_angle_sd", sd), ("reparam_phase", Column::Text(phases))]
    });
    columns.extend(cycle.iter().flatten().map(|(name, column)| (*name, column)));
    frame_csv(&table.names, &columns)
}

/// `.npy`, version 1.0: a header of a multiple of 64 bytes, then little-endian 32-bit floats, row after row.
fn npy(values: &[f32], rows: usize, width: usize) -> Vec<u8> {
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {width}), }}");
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

fn print(
    args: &EmbedArgs,
    table: &CellTable,
    axis: Option<&CycleAxis>,
    out: &std::path::Path,
) -> Result<(), CellsError> {
    let phases = axis.map(CycleAxis::phases).unwrap_or_default();
    let share = |name: &str| phases.iter().filter(|p| *p == name).count();
    let known = axis.is_some_and(|axis| axis.orientation.is_some());
    let circle = !table.latents.angle.is_empty();
    if args.json {
        let counts = known.then(|| serde_json::json!({ "G1": share("G1"), "S": share("S"), "G2M": share("G2M") }));
        return say(serde_json::json!({
            "cells": table.names.len(), "latents": table.width, "angle": circle, "phases": counts, "out": out,
        }));
    }
    let angle = if circle { " and an angle" } else { "" };
    say(format_args!("cells          {}, {} latents{angle}", table.names.len(), table.width))?;
    if known {
        say(format_args!("cycle          G1 {}, S {}, G2M {} cells", share("G1"), share("S"), share("G2M")))?;
    }
    say(format_args!("written        {}", out.display()))
}
