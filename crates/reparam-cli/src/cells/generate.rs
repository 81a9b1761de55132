//! `reparam cells generate`: new cells from the model.

use std::f64::consts::TAU;
use std::io;
use std::path::PathBuf;

use burn::tensor::{Tensor, TensorData};
use clap::Args;
use rayon::prelude::*;
use reparam_cells::cycle::Phase;
use reparam_cells::{Column, Dense, Frame, H5ad, RowSource, RowVisitor, write_h5ad};
use reparam_core::law::{Law, VonMises};
use reparam_core::noise::{Key, Noise};

use super::CellsError;
use super::asked::{ending, pool};
use super::axis::CycleAxis;
use super::counts::{Parameters, draw_counts};
use super::embed::known_axis;
use super::expected::{accessible, as_batch, covariates, shares, values};
use super::impute::{batch_number, features};
use super::run::Run;
use super::source::conditions;
use super::table::CellTable;
use super::train::say;
use super::watched::Progress;

/// Cells a task takes.
const BLOCK: usize = 64;

/// Arguments of `generate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Latents are drawn from the prior, or with --posterior from the posterior of a cell of the run that is drawn first; library sizes from the \
log-normal law of the training cells' totals, by batch; counts from the law of each modality. Cell n of a seed is the same whatever --cells is. Conditions are \
those of a training cell drawn at random, unless --batch fixes the batch. Modalities lie side by side in X, told apart by var['feature_types'], as 'reparam \
cells train' and scanpy read them; obs['generated'] is true.\n\n\
Examples:\n  reparam cells generate runs/pbmc --cells 5000 --seed 1 --out generated.h5ad\n  \
reparam cells generate runs/pbmc --angle G2M --posterior --out dividing.h5ad"
)]
pub struct GenerateArgs {
    /// Folder of the run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Cells to draw
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    pub cells: usize,
    /// Seed of the draws
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,
    /// Place of the cycle: radians (0 in G1, S before G2/M) or a phase, G1, S or G2M, in which places are drawn evenly [default: free]
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    pub angle: Option<String>,
    /// Draw latents from the posterior of cells of the run, drawn with replacement, in place of the prior
    #[arg(long)]
    pub posterior: bool,
    /// Batch of all cells [default: that of a training cell drawn at random]
    #[arg(long, value_name = "NAME")]
    pub batch: Option<String>,
    /// File to write [default: RUN/generated.h5ad]
    #[arg(long, value_name = "FILE.h5ad")]
    pub out: Option<PathBuf>,
    /// Threads; 0: all cores. They do not change the result
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Draws cells and writes them.
pub fn run(args: &GenerateArgs) -> Result<(), CellsError> {
    if args.cells == 0 || args.cells > 100_000_000 {
        return Err(CellsError::option("--cells", "must be 1 to 100000000", args.cells));
    }
    ending(args.out.as_deref(), &["h5ad"], &args.run, &[])?;
    let run = Run::open(&args.run)?;
    let table = run.table()?;
    let axis = known_axis(&table, run.info.config.cycle);
    let place = args.angle.as_deref().map(|text| parse_place(text, axis.as_ref())).transpose()?;
    let batch = args.batch.as_deref().map(|name| batch_number(&run.info.batches, name)).transpose()?;
    let (batches, numbers, width) = conditions(&table.annotations, table.names.len(), &run.info, &mut Vec::new())?;
    let mut cells = Generator {
        run: &run,
        table: &table,
        axis: axis.as_ref(),
        place,
        posterior: args.posterior,
        batch,
        conditions: (batches, numbers, width),
        trained: run.info.training_cells(),
        key: Key::new(args.seed).site("generate"),
        drawn: Vec::new(),
        progress: Progress::new("generating", args.cells),
    };
    let out = args.out.clone().unwrap_or_else(|| run.folder.file("generated.h5ad"));
    let threads = pool(args.threads)?;
    threads.install(|| {
        cells.drawn = (0..args.cells).into_par_iter().map(|number| cells.latent(number as u64)).collect();
        write(&cells, args, &out)
    })?;
    drop(cells);
    let columns = run.info.modalities.iter().map(|m| m.features.len()).sum::<usize>();
    if args.json {
        return say(serde_json::json!({
            "cells": args.cells, "features": columns, "seed": args.seed, "angle": args.angle,
            "from": if args.posterior { "posterior" } else { "prior" }, "batch": args.batch, "out": out,
        }));
    }
    let from = if args.posterior { "posteriors of the run's cells" } else { "the prior" };
    say(format_args!("generated      {} cells from {from}, seed {}", args.cells, args.seed))?;
    say(format_args!("written        {}", out.display()))
}

/// A place of the cycle, or an arc of it.
#[derive(Clone, Copy, Debug)]
enum Place {
    At(f64),
    /// From an angle on, so far.
    Arc(f64, f64),
}

fn parse_place(text: &str, axis: Option<&CycleAxis>) -> Result<Place, CellsError> {
    let Some(axis) = axis else {
        let rule = "the run knows no cycle: it was trained without --cycle and on no known genes of the cycle";
        return Err(CellsError::option("--angle", rule, text));
    };
    if let Ok(angle) = text.parse::<f64>() {
        let rule = "must be finite, in radians";
        return if angle.is_finite() { Ok(Place::At(angle)) } else { Err(CellsError::option("--angle", rule, text)) };
    }
    let arcs = axis.arcs();
    let found = arcs.iter().find(|(phase, ..)| phase.name().eq_ignore_ascii_case(text));
    let &(_, from, to) =
        found.ok_or_else(|| CellsError::unknown("phase", text, arcs.iter().map(|(phase, ..)| phase.name())))?;
    Ok(Place::Arc(from, (to - from).rem_euclid(TAU)))
}

/// What is drawn of a cell before its counts.
#[derive(Clone, Debug)]
struct Drawn {
    /// What decoders take.
    point: Vec<f32>,
    /// The cell of the run whose conditions it has.
    like: usize,
    batch: u32,
}

/// Cells, drawn one by one.
#[derive(Debug)]
struct Generator<'a> {
    run: &'a Run,
    table: &'a CellTable,
    axis: Option<&'a CycleAxis>,
    place: Option<Place>,
    posterior: bool,
    batch: Option<usize>,
    conditions: (Vec<u32>, Vec<f32>, usize),
    trained: Vec<usize>,
    key: Key,
    drawn: Vec<Drawn>,
    progress: Progress,
}

impl Generator<'_> {
    /// The latents and conditions of a cell, from its number alone.
    fn latent(&self, number: u64) -> Drawn {
        let config = &self.run.info.config;
        let uniform = |site: &str| self.key.site(site).number(number).step(0).draw::<f64>(Noise::Uniform, 0);
        let like = self.trained[((uniform("like") * self.trained.len() as f64) as usize).min(self.trained.len() - 1)];
        let mut noise = vec![0.0_f32; config.latents];
        self.key.site("latents").number(number).step(0).fill(Noise::StandardNormal, 0, &mut noise);
        let latents = &self.table.latents;
        let rest: Vec<f64> = if self.posterior {
            let scale = &latents.scale[like * config.latents..(like + 1) * config.latents];
            let own = self.table.loc(like).iter().zip(scale).zip(&noise);
            own.map(|((loc, scale), noise)| f64::from(loc + scale * noise)).collect()
        } else {
            noise.iter().map(|x| f64::from(*x)).collect()
        };
        let place = self.place.map(|place| match place {
            Place::At(angle) => angle,
            Place::Arc(from, length) => from + length * uniform("place"),
        });
        let point = if let (Some(angle), Some(axis)) = (place, self.axis) {
            axis.point(angle, &rest)
        } else {
            let free = || if self.posterior { self.own_angle(like, number) } else { TAU * uniform("angle") };
            let circle = config.cycle.then(free).into_iter().flat_map(|a| [a.cos(), a.sin()]);
            rest.iter().copied().chain(circle).map(|x| x as f32).collect()
        };
        let batch = self.batch.map_or(self.conditions.0[like], |batch| batch as u32);
        Drawn { point, like, batch }
    }

    /// A draw of the angle of a cell of the run.
    fn own_angle(&self, like: usize, number: u64) -> f64 {
        let latents = &self.table.latents;
        let mut angle = [latents.angle[like]];
        // A concentration of 0, that of no knowledge, is uniform to rounding at the least that the law takes.
        if let Ok(law) = VonMises::new(latents.angle[like], latents.concentration[like].max(1e-6)) {
            law.fill(&self.key.site("own-angle").number(number).step(0), 0, &mut angle);
        }
        angle[0]
    }

    /// Counts of some cells, rows of all modalities side by side.
    fn block(&self, first: usize, cells: &[Drawn]) -> Vec<(Vec<u32>, Vec<f32>)> {
        let (run, n) = (self.run, cells.len());
        let config = &run.info.config;
        let points: Vec<f32> = cells.iter().flat_map(|cell| cell.point.iter().copied()).collect();
        let z = Tensor::<2>::from_data(TensorData::new(points, [n, config.value_width()]), &run.device);
        let (_, numbers, width) = &self.conditions;
        let own: Vec<f32> =
            cells.iter().flat_map(|c| numbers[c.like * width..(c.like + 1) * width].iter().copied()).collect();
        let conditions = covariates(run, self.batch.map_or_else(|| own.clone(), |b| as_batch(run, &own, b)), n);
        let batches: Vec<u32> = cells.iter().map(|cell| cell.batch).collect();
        let mut rows = vec![(Vec::new(), Vec::new()); n];
        let mut offset = 0;
        for (m, modality) in run.info.modalities.iter().enumerate() {
            let features = modality.features.len();
            let log_totals: Vec<f32> = (0..n).map(|i| self.log_total(m, (first + i) as u64, batches[i])).collect();
            let shares = shares(run, m, z.clone(), conditions.clone(), &log_totals);
            let (dispersion, dropout) = run.vae.noise_parameters(m, z.clone(), conditions.clone(), &batches);
            let (dispersion, dropout) = (dispersion.map(values), dropout.map(values));
            for (i, row) in rows.iter_mut().enumerate() {
                let range = i * features..(i + 1) * features;
                let parameters = Parameters {
                    shares: &shares[range.clone()],
                    total: f64::from(log_totals[i]).exp(),
                    dispersion: dispersion.as_ref().map(|d| &d[range.clone()]),
                    dropout: dropout.as_ref().map(|d| &d[range]),
                    accessible: accessible(run, m),
                    log_normal: run.vae.log_normal_scale(m).map(|scale| [run.info.baseline.typical_total[m], scale]),
                };
                let key = self.key.site("counts").number(m as u64).number((first + i) as u64);
                let reads = if modality.halve { 2.0 } else { 1.0 };
                draw_counts(&parameters, key, |feature, count| {
                    row.0.push(offset + feature);
                    row.1.push(count * reads);
                });
            }
            offset += features as u32;
        }
        self.progress.add(n);
        rows
    }

    fn log_total(&self, m: usize, number: u64, batch: u32) -> f32 {
        let moments = &self.run.info.baseline.log_totals[m];
        let Some([mean, sd]) = moments.get(batch as usize).or_else(|| moments.last()).copied() else { return 0.0 };
        let noise: f64 = self.key.site("total").number(m as u64).number(number).step(0).draw(Noise::StandardNormal, 0);
        (mean + sd * noise) as f32
    }
}

impl RowSource for Generator<'_> {
    fn rows(&self) -> usize {
        self.drawn.len()
    }

    fn columns(&self) -> usize {
        self.run.info.modalities.iter().map(|m| m.features.len()).sum()
    }

    fn visit(&self, visit: &mut RowVisitor<'_>) -> io::Result<()> {
        let piece = BLOCK * rayon::current_num_threads();
        for (at, cells) in self.drawn.chunks(piece).enumerate() {
            let blocks: Vec<_> = cells
                .par_chunks(BLOCK)
                .enumerate()
                .map(|(b, cells)| self.block(at * piece + b * BLOCK, cells))
                .collect();
            for (columns, values) in blocks.iter().flatten() {
                visit(columns, values)?;
            }
        }
        Ok(())
    }
}

/// What is known of each cell.
fn obs(cells: &Generator<'_>) -> Frame {
    let (run, mut obs) = (cells.run, Frame::new());
    obs.set("generated", Column::Boolean(vec![true; cells.drawn.len()]));
    let like: Vec<usize> = cells.drawn.iter().map(|cell| cell.like).collect();
    if let (Some(key), true) = (&run.info.batch_key, run.info.batches.len() > 1) {
        let codes = cells.drawn.iter().map(|cell| Some(cell.batch)).collect();
        obs.set(key.clone(), Column::Category { codes, categories: run.info.batches.clone() });
    }
    for covariate in &run.info.covariates {
        if let Some(column) = cells.table.annotations.get(&covariate.column) {
            obs.set(covariate.column.clone(), column.select(&like));
        }
    }
    if let (Some(place), Some(axis)) = (cells.cycle_angles(), cells.axis) {
        if axis.orientation.is_some() {
            let codes = place.iter().map(|a| axis.phase(*a).map(|p| p as u32)).collect();
            let categories = Phase::ALL.iter().map(|p| p.name().to_owned()).collect();
            obs.set("reparam_phase", Column::Category { codes, categories });
        }
        obs.set("reparam_cycle_angle", Column::Number(place));
    }
    obs
}

impl Generator<'_> {
    /// Where the drawn cells lie in the cycle.
    fn cycle_angles(&self) -> Option<Vec<f64>> {
        let config = &self.run.info.config;
        let mut latents = reparam::cells::CellLatents::default();
        for cell in &self.drawn {
            let (loc, circle) = cell.point.split_at(config.latents);
            latents.loc.extend(loc);
            latents.scale.extend(loc.iter().map(|_| 0.0));
            if let [c, s] = circle {
                latents.angle.push(reparam::cells::angle_of(f64::from(*c), f64::from(*s)));
                latents.concentration.push(1.0);
            }
        }
        self.axis.map(|axis| axis.of(&latents).angles)
    }
}

fn write(cells: &Generator<'_>, args: &GenerateArgs, out: &std::path::Path) -> Result<(), CellsError> {
    let run = cells.run;
    let names: Vec<String> = (0..cells.drawn.len()).map(|i| format!("generated{:06}", i + 1)).collect();
    let all: Vec<Vec<usize>> = run.info.modalities.iter().map(|m| (0..m.features.len()).collect()).collect();
    let points: Vec<f32> = cells.drawn.iter().flat_map(|cell| cell.point.iter().copied()).collect();
    let content = H5ad {
        cells: &names,
        obs: &obs(cells),
        features: &features(run, &all),
        x: Some(cells),
        layers: Vec::new(),
        obsm: vec![("X_reparam", Dense { width: run.info.config.value_width(), values: &points })],
        uns: serde_json::json!({ "reparam": {
            "version": run.info.version,
            "generated": true,
            "source": format!("a model of {}", run.info.source),
            "seed": args.seed,
            "from": if args.posterior { "posterior" } else { "prior" },
            "angle": args.angle.as_deref().unwrap_or("free"),
        }}),
    };
    write_h5ad(out, &content)?;
    Ok(())
}
