//! `reparam cells impute`: what the model expects of every feature of cells, measured or not.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rayon::prelude::*;
use reparam::cells::CellBatch;
use reparam_cells::{Column, Features, Frame, H5ad, RowSource, RowVisitor, write_h5ad};
use reparam_core::noise::Key;

use super::CellsError;
use super::asked::{Asked, CellArgs, ending, pool};
use super::expected::{accessible, as_batch, covariates, feature_type, latent_draws, shares};
use super::streamed::Streamed;
use super::train::say;
use super::watched::Watched;

/// Cells a task takes.
const BLOCK: usize = 64;

/// The depth that expectations are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Depth {
    /// The typical total of the training cells, the same for all: cells can be compared.
    Typical,
    /// The cell's own total where its modality is there and used, else the typical one.
    Own,
}

/// Arguments of `impute`.
#[derive(Debug, Args)]
#[command(
    after_help = "Expected counts, or probabilities of accessible regions, are means over draws of each cell's posterior; of a \
zero-inflated law without its extra zeros. A modality that a cell lacks, or \
that --from-modality leaves out, is predicted from the others.\n\n\
Examples:\n  reparam cells impute runs/multiome --from-modality rna --modality atac --out atac-from-rna.h5ad\n  \
reparam cells impute runs/pbmc --gene MKI67,TOP2A --library typical --out markers.csv\n  \
reparam cells impute runs/pbmc --batch donor2 --out as-donor2.h5ad"
)]
pub struct ImputeArgs {
    /// The run and the cells.
    #[command(flatten)]
    pub cells: CellArgs,
    /// File to write: .h5ad (X holds the expectations) or .csv [default: RUN/imputed.h5ad]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Look at these modalities of the cells alone, repeatable [default: at all that a cell has]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub from_modality: Vec<String>,
    /// Write the features of this modality, repeatable [default: of all]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub modality: Vec<String>,
    /// Write these features alone, repeatable or with commas [default: all]
    #[arg(long, alias = "genes", value_name = "NAME", value_delimiter = ',')]
    pub gene: Vec<String>,
    /// Depth: typical or own
    #[arg(long, value_name = "NAME", default_value = "own")]
    pub library: Depth,
    /// Decode every cell as if it came from this batch
    #[arg(long, value_name = "NAME")]
    pub batch: Option<String>,
    /// Draws of each cell's posterior
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    pub draws: usize,
    /// Seed of the draws
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// What is asked for, checked.
#[derive(Debug)]
struct Request {
    /// Modalities that the encoder sees.
    seen: Vec<bool>,
    /// Of each modality the features to write.
    columns: Vec<Vec<usize>>,
    batch: Option<usize>,
    library: Depth,
    draws: usize,
    key: Key,
}

/// Decodes cells and writes what is expected of them.
pub fn run(args: &ImputeArgs) -> Result<(), CellsError> {
    if !(1..=10_000).contains(&args.draws) {
        return Err(CellsError::option("--draws", "must be 1 to 10000", args.draws));
    }
    let as_csv = ending(args.out.as_deref(), &["h5ad", "csv"], &args.cells.run, &args.cells.files)? == "csv";
    let asked = Asked::open(&args.cells)?;
    let request = request(args, &asked)?;
    let out = args.out.clone().unwrap_or_else(|| asked.run.folder.file("imputed.h5ad"));
    let used = asked.cells.names.len() * asked.run.info.modalities.len();
    let watched = Watched::new(&asked.cells, "imputing", used);
    let imputed = Imputed { asked: &asked, watched: &watched, request: &request };
    let threads = pool(args.cells.threads)?;
    threads.install(|| if as_csv { csv(&imputed, &out) } else { h5ad(&imputed, args, &out) })?;
    drop(watched);
    let (cells, features) = (asked.cells.names.len(), request.columns.iter().map(Vec::len).sum::<usize>());
    if args.json {
        return say(serde_json::json!({
            "cells": cells, "features": features, "draws": args.draws, "seed": args.seed, "out": out,
            "library": if args.library == Depth::Own { "own" } else { "typical" }, "batch": args.batch,
        }));
    }
    say(format_args!("cells          {cells}, {features} features, mean of {} draws", args.draws))?;
    say(format_args!("written        {}", out.display()))
}

/// Which of the names are asked for; all where none is.
fn chosen(what: &str, asked: &[String], there: &[&str]) -> Result<Vec<bool>, CellsError> {
    if let Some(name) = asked.iter().find(|name| !there.contains(&name.as_str())) {
        return Err(CellsError::unknown(what, name, there.iter().copied()));
    }
    Ok(there.iter().map(|name| asked.is_empty() || asked.iter().any(|a| a == name)).collect())
}

/// The number of a batch.
pub fn batch_number(batches: &[String], name: &str) -> Result<usize, CellsError> {
    let there = if batches.len() > 1 { batches } else { &[] };
    let place = there.iter().position(|batch| batch == name);
    place.ok_or_else(|| CellsError::unknown("batch", name, there.iter().map(String::as_str)))
}

fn request(args: &ImputeArgs, asked: &Asked) -> Result<Request, CellsError> {
    let info = &asked.run.info;
    let names: Vec<&str> = info.modalities.iter().map(|m| m.name.as_str()).collect();
    let seen = chosen("modality", &args.from_modality, &names)?;
    let wanted = chosen("modality", &args.modality, &names)?;
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for (modality, wanted) in info.modalities.iter().zip(&wanted) {
        let all = 0..if *wanted { modality.features.len() } else { 0 };
        let is_asked = |g: &usize| args.gene.is_empty() || args.gene.contains(&modality.features[*g]);
        columns.push(all.filter(is_asked).collect());
    }
    let there = || info.modalities.iter().zip(&wanted).filter(|(_, w)| **w).flat_map(|(m, _)| &m.features);
    if let Some(gene) = args.gene.iter().find(|gene| !there().any(|name| name == *gene)) {
        return Err(CellsError::unknown("feature", gene, there().map(String::as_str)));
    }
    let batch = args.batch.as_deref().map(|name| batch_number(&info.batches, name)).transpose()?;
    let key = Key::new(args.seed).site("impute");
    Ok(Request { seen, columns, batch, library: args.library, draws: args.draws, key })
}

/// Expectations of cells, made row after row.
#[derive(Debug)]
struct Imputed<'a> {
    asked: &'a Asked,
    watched: &'a Watched<'a>,
    request: &'a Request,
}

impl Imputed<'_> {
    fn width(&self) -> usize {
        self.request.columns.iter().map(Vec::len).sum()
    }

    /// Expectations of some cells, `[cells, width]`.
    fn block(&self, cells: &[usize]) -> io::Result<Vec<f32>> {
        let (run, request) = (&self.asked.run, self.request);
        let batch = CellBatch::read(self.watched, run.info.modalities.len(), cells)?;
        let (n, width) = (batch.len(), self.width());
        let seen = batch.seen_by(&request.seen);
        let numbers: Vec<u64> = cells.iter().map(|&c| c as u64).collect();
        let draws = latent_draws(run, &seen, &numbers, request.key, request.draws);
        let conditions =
            request.batch.map_or_else(|| batch.covariates.clone(), |b| as_batch(run, &batch.covariates, b));
        let conditions = covariates(run, conditions, n);
        let mut sums = vec![0.0_f64; n * width];
        let mut first = 0;
        for (m, columns) in request.columns.iter().enumerate().filter(|(_, columns)| !columns.is_empty()) {
            let features = run.info.modalities[m].features.len();
            let log_totals = self.log_totals(m, &seen);
            for z in &draws {
                let found = shares(run, m, z.clone(), conditions.clone(), &log_totals);
                for (i, row) in found.chunks_exact(features).enumerate() {
                    let scale = if accessible(run, m) { 1.0 } else { f64::from(log_totals[i]).exp() };
                    let to = &mut sums[i * width + first..i * width + first + columns.len()];
                    for (sum, column) in to.iter_mut().zip(columns) {
                        *sum += scale * f64::from(row[*column]);
                    }
                }
            }
            first += columns.len();
        }
        Ok(sums.into_iter().map(|sum| (sum / request.draws as f64) as f32).collect())
    }

    /// Logarithm of the total that each cell is decoded at. Of a cell without counts the depth is not known.
    fn log_totals(&self, m: usize, seen: &CellBatch) -> Vec<f32> {
        let typical = self.asked.run.info.baseline.typical_total[m].ln() as f32;
        let own =
            |i: usize| self.request.library == Depth::Own && seen.has[m][i] && !seen.counts[m].row(i).0.is_empty();
        (0..seen.len()).map(|i| if own(i) { seen.log_totals[m][i] } else { typical }).collect()
    }

    /// Gives all rows in order to `each`; as many blocks as there are threads are in memory.
    fn rows(&self, mut each: impl FnMut(usize, &[f32]) -> io::Result<()>) -> io::Result<()> {
        let all: Vec<usize> = (0..self.asked.cells.names.len()).collect();
        for piece in all.chunks(BLOCK * rayon::current_num_threads()) {
            let blocks: Vec<Vec<f32>> =
                piece.par_chunks(BLOCK).map(|cells| self.block(cells)).collect::<io::Result<_>>()?;
            let rows = blocks.iter().flat_map(|block| block.chunks_exact(self.width().max(1)));
            for (cell, row) in piece.iter().zip(rows) {
                each(*cell, row)?;
            }
        }
        Ok(())
    }
}

impl RowSource for Imputed<'_> {
    fn rows(&self) -> usize {
        self.asked.cells.names.len()
    }

    fn columns(&self) -> usize {
        self.width()
    }

    fn visit(&self, visit: &mut RowVisitor<'_>) -> io::Result<()> {
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        self.rows(|_, row| {
            columns.clear();
            values.clear();
            for (c, v) in row.iter().enumerate().filter(|(_, v)| **v != 0.0) {
                columns.push(c as u32);
                values.push(*v);
            }
            visit(&columns, &values)
        })
    }
}

/// The features of a file, those of several modalities side by side, told apart by `feature_types`.
pub fn features(asked: &super::run::Run, columns: &[Vec<usize>]) -> Features {
    let (mut names, mut ids, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    for (modality, columns) in asked.info.modalities.iter().zip(columns) {
        names.extend(columns.iter().map(|&c| modality.features[c].clone()));
        ids.extend(columns.iter().map(|&c| modality.ids.get(c).cloned().unwrap_or_default()));
        kinds.extend(columns.iter().map(|_| Some(feature_type(&modality.name))));
    }
    if ids.iter().all(String::is_empty) {
        ids.clear();
    }
    let mut annotations = Frame::new();
    annotations.set("feature_types", Column::Text(kinds));
    Features { names, ids, annotations }
}

fn h5ad(imputed: &Imputed<'_>, args: &ImputeArgs, out: &std::path::Path) -> Result<(), CellsError> {
    let run = &imputed.asked.run;
    let mut obs = Frame::new();
    for (name, column) in imputed.asked.cells.annotations.iter().filter(|(name, _)| !name.contains('/')) {
        obs.set(name, column.clone());
    }
    let content = H5ad {
        cells: &imputed.asked.cells.names,
        obs: &obs,
        features: &features(run, &imputed.request.columns),
        x: Some(imputed),
        layers: Vec::new(),
        obsm: Vec::new(),
        uns: serde_json::json!({ "reparam": {
            "version": run.info.version,
            "values": "expected counts; of accessibility probabilities",
            "simulated": run.info.simulated,
            "draws": args.draws,
            "seed": args.seed,
            "library": if args.library == Depth::Own { "own" } else { "typical" },
            "batch": args.batch.as_deref().unwrap_or("own"),
        }}),
    };
    write_h5ad(out, &content)?;
    Ok(())
}

fn csv(imputed: &Imputed<'_>, out: &std::path::Path) -> Result<(), CellsError> {
    let run = &imputed.asked.run;
    let several = imputed.request.columns.iter().filter(|columns| !columns.is_empty()).count() > 1;
    let mut header = vec!["cell".to_owned()];
    for (modality, columns) in run.info.modalities.iter().zip(&imputed.request.columns) {
        let name = |c: &usize| {
            let name = &modality.features[*c];
            if several { format!("{}:{name}", modality.name) } else { name.clone() }
        };
        header.extend(columns.iter().map(name));
    }
    let mut writer = csv::Writer::from_writer(Streamed::create(out).map_err(CellsError::file(out))?);
    let written = writer.write_record(&header).map_err(io::Error::other).and_then(|()| {
        imputed.rows(|cell, row| {
            let fields = row.iter().map(ToString::to_string);
            let record = std::iter::once(imputed.asked.cells.names[cell].clone()).chain(fields);
            writer.write_record(record).map_err(io::Error::other)
        })
    });
    written.map_err(CellsError::file(out))?;
    let file = writer.into_inner().map_err(|error| CellsError::file(out)(io::Error::other(error.to_string())))?;
    file.finish().map_err(CellsError::file(out))
}
