//! `reparam cells evaluate`: how good a run's model is on cells that it was not trained on.

use std::path::PathBuf;

use clap::Args;
use reparam::train::write_atomically;

use super::CellsError;
use super::asked::{Asked, CellArgs, ending, pool};
use super::judge::judge;
use super::train::say;
use super::watched::Watched;

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Nats a cell: the evidence lower bound, the importance-weighted bound of --draws draws (Burda et al. 2016), and the log-likelihood of each \
modality given the cell or predicted from the others, each beside a null without latents (means of all training cells scaled by depth).\n\n\
Examples:\n  reparam cells evaluate runs/pbmc\n  reparam cells evaluate runs/pbmc other-donor.h5ad --draws 200 --json"
)]
pub struct EvaluateArgs {
    /// The run and the cells; without a file the cells that the run held out.
    #[command(flatten)]
    pub cells: CellArgs,
    /// Draws for each cell's importance-weighted bound [default: those of the run]
    #[arg(long, value_name = "COUNT")]
    pub draws: Option<usize>,
    /// Seed of the draws [default: that of the run]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// File to write the scores to as well
    #[arg(long, value_name = "FILE.json")]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Judges and prints.
pub fn run(args: &EvaluateArgs) -> Result<(), CellsError> {
    if let Some(draws) = args.draws.filter(|n| !(1..=1_000_000).contains(n)) {
        return Err(CellsError::option("--draws", "must be 1 to 1000000", draws));
    }
    ending(args.out.as_deref(), &["json"], &args.cells.run, &args.cells.files)?;
    let asked = Asked::open(&args.cells)?;
    let (run, info) = (&asked.run, &asked.run.info);
    let which: Vec<usize> = if asked.own { info.held_out.clone() } else { (0..asked.cells.names.len()).collect() };
    if which.is_empty() {
        let hint = "name a file of other cells behind the run";
        return Err(CellsError::run(run.folder.path(), "the run held out no cells", Some(hint)));
    }
    let (draws, seed) = (args.draws.unwrap_or(run.options.draws), args.seed.unwrap_or(run.options.seed));
    let modalities = info.modalities.len();
    // All are read for the bounds and for the nulls, and once more for each modality that is predicted from the others.
    let passes = 2 + if modalities > 1 { modalities } else { 0 };
    let watched = Watched::new(&asked.cells, "judging", which.len() * modalities * passes);
    let judgement = pool(args.cells.threads)?
        .install(|| judge(&run.vae, &info.nulls, &watched, &which, draws, seed, &run.device))?;
    drop(watched);
    let value = serde_json::json!({
        "cells": which.len(), "held_out": asked.own, "draws": draws, "seed": seed, "judgement": judgement,
    });
    if let Some(out) = &args.out {
        write_atomically(out, format!("{value:#}\n").as_bytes()).map_err(CellsError::file(out))?;
    }
    if args.json {
        say(value)?;
    } else {
        for line in judgement.lines() {
            // The cells of a file are not those that the run held out.
            say(if asked.own { line } else { line.replacen("held-out cells", "cells         ", 1) })?;
        }
    }
    if judgement.evaluation.elbo[0].is_finite() { Ok(()) } else { Err(CellsError::NoScore) }
}
