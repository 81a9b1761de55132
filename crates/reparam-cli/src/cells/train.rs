//! `reparam cells train`: from files to a model, a table of cells and a page.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use burn::tensor::Device;
use clap::Args;
use reparam::cells::{
    CellConfig, CellEvent, CellFit, CellFitConfig, CellSource, CellVae, PlaneFinder, RingSearch, latents,
};
use reparam::objective::KlWeight;
use reparam::train::{Checkpoint, NamedParameters, Schedule, load_model, read_parameters, save_model};
use reparam_cells::cycle::find_plane;
use serde::{Deserialize, Serialize};

use super::CellsError;
use super::axis::CycleAxis;
use super::judge::{self, Judgement, judge};
use super::options::TrainOptions;
use super::prepare::{Prepared, prepare};
use super::progress::Watcher;
use super::run::{CONFIG, MARKERS, MODEL, Run, check_finite, read_options};
use super::table::{self, CellTable};
use super::{agreement, info, page, written};
use crate::console::{data, talk};
use crate::folder::{FolderError, RunFolder};
use crate::report::number::duration;

const CHECKPOINT: &str = "checkpoint";
const BEST: &str = "best.safetensors";
/// The rows of all epochs.
const METRICS: &str = "metrics.csv";
/// Below so many training cells most of the counts are hidden from encoders, unless asked otherwise.
const VERY_FEW: usize = 1000;
/// Time between two checkpoints.
const SAVE_EVERY: Duration = Duration::from_mins(1);

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Folder of the run [default: runs/cells-NAME-N with the first free N]
    #[arg(long, value_name = "FOLDER", conflicts_with = "resume")]
    pub out: Option<PathBuf>,
    /// Continue this run where its last checkpoint stands, with the options that it began with
    #[arg(long, value_name = "RUN")]
    pub resume: Option<PathBuf>,
    /// Annotation to compare the cycle with at the end, such as known phases; training does not see it
    #[arg(long, value_name = "COLUMN")]
    pub labels: Option<String>,
    /// Threads; 0: all cores. They do not change the result
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,
    /// Print one JSON object with the results on stdout
    #[arg(long)]
    pub json: bool,
    /// The options of the run.
    #[command(flatten)]
    pub options: TrainOptions,
}

/// What is printed at the end, and kept.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Clock {
    seconds: f64,
}

/// Trains, judges, writes.
pub fn run(args: &TrainArgs) -> Result<(), CellsError> {
    let (folder, options) = if let Some(path) = &args.resume {
        let folder = RunFolder::resume(path, &MARKERS)?;
        let options = read_options(&folder)?;
        (folder, options)
    } else {
        args.options.validate()?;
        super::asked::pool(args.threads)?;
        let folder = match &args.out {
            Some(path) => RunFolder::create(path, info::FILE)?,
            None => RunFolder::create_numbered("cells", &name(&args.options))?,
        };
        let mut options = absolute(&args.options);
        options.cycle |= options.files.is_empty();
        (folder, options)
    };
    let made = (|| {
        let prepared = prepare(&options)?;
        if let Some(column) = &args.labels {
            let annotations = &prepared.cells.annotations;
            if annotations.get(column).is_none() {
                return Err(CellsError::unknown("annotation", column, annotations.names()));
            }
        }
        for note in &prepared.info.notes {
            talk(format_args!("note: {note}"));
        }
        begin(&folder, &options, &prepared, args.resume.is_some())?;
        Ok(prepared)
    })();
    // A run that never began leaves no folder behind.
    let prepared = match made {
        Err(error) if args.resume.is_none() => {
            let _ = std::fs::remove_file(folder.file(".lock"));
            let _ = std::fs::remove_dir(folder.path());
            return Err(error);
        }
        other => other?,
    };
    announce(&folder, &options, &prepared);
    let trained = train(&folder, &options, &prepared, args.threads)?;
    finish(args, folder, options, &prepared, trained)
}

/// A name for a run on these files.
fn name(options: &TrainOptions) -> String {
    let stem = |path: &PathBuf| path.file_stem().map(|s| s.to_string_lossy().into_owned());
    options.files.first().and_then(stem).unwrap_or_else(|| "simulated".into())
}

/// The options with paths that hold from any folder.
fn absolute(options: &TrainOptions) -> TrainOptions {
    let whole = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    TrainOptions {
        files: options.files.iter().map(whole).collect(),
        genes: options.genes.as_ref().map(whole),
        ..options.clone()
    }
}

/// Writes what the run is, or checks that it still is.
fn begin(folder: &RunFolder, options: &TrainOptions, prepared: &Prepared, resumed: bool) -> Result<(), CellsError> {
    if resumed {
        let then: info::RunInfo = folder.read_json(info::FILE)?;
        let same = |a: &info::RunInfo| (a.cells, a.modalities.clone(), a.batches.clone(), a.held_out.clone());
        if same(&then) != same(&prepared.info) {
            let rule = "the files hold other cells or features than when the run began";
            return Err(CellsError::run(folder.path(), rule, Some("start a new run")));
        }
        if then.fingerprints != prepared.info.fingerprints {
            let rule = "the files hold other counts than when the run began";
            return Err(CellsError::run(folder.path(), rule, Some("start a new run")));
        }
        return Ok(());
    }
    let text = toml::to_string(options)
        .map_err(|error| FolderError::Format { path: folder.file(CONFIG), rule: error.to_string() })?;
    folder.write_json(info::FILE, &prepared.info)?;
    folder.write(CONFIG, text.as_bytes())?;
    Ok(())
}

fn announce(folder: &RunFolder, options: &TrainOptions, prepared: &Prepared) {
    let info = &prepared.info;
    talk(format_args!("run {}  seed {}  {}", folder.path().display(), options.seed, info.source));
    for (m, modality) in info.modalities.iter().enumerate() {
        talk(format_args!(
            "{}: {} cells, {} of {} features, {}",
            modality.name,
            prepared.cells.with(m),
            modality.features.len(),
            modality.of,
            law_name(info, m)
        ));
    }
    let train = info.training_cells().len();
    talk(format_args!(
        "{train} cells to learn from, {} to choose the best epoch by, {} held out; up to {} epochs of {} steps",
        info.validation.len(),
        info.held_out.len(),
        options.epochs(train),
        train.div_ceil(options.batch_size)
    ));
}

/// A law in words.
pub fn law_name(info: &info::RunInfo, m: usize) -> String {
    use reparam::cells::CountModel::{
        Accessibility, LogNormal, NegativeBinomial, Poisson, ZeroInflatedNegativeBinomial,
    };
    let of = |d| match d {
        reparam::cells::Dispersion::Gene => "a dispersion a gene",
        reparam::cells::Dispersion::GeneBatch => "a dispersion a gene and batch",
        reparam::cells::Dispersion::GeneCell => "a dispersion a gene and cell",
    };
    match info.config.modalities[m].model {
        Poisson if info.modalities[m].halve => "Poisson fragments".into(),
        Poisson => "Poisson".into(),
        LogNormal => "log-normal".into(),
        NegativeBinomial { dispersion } => format!("negative binomial, {}", of(dispersion)),
        ZeroInflatedNegativeBinomial { dispersion } => format!("zero-inflated negative binomial, {}", of(dispersion)),
        Accessibility => "Bernoulli accessibility".into(),
    }
}

/// A model, and how it came about.
pub struct Trained {
    /// The model, without a graph.
    pub vae: CellVae,
    /// The rows of all epochs.
    pub history: Vec<reparam::cells::CellEpoch>,
    /// Steps made, steps skipped.
    pub steps: [u64; 2],
    /// Seconds in this process and those before it.
    pub seconds: f64,
}

fn fit_config(options: &TrainOptions, cells: usize) -> CellFitConfig {
    let epochs = options.epochs(cells);
    let steps = epochs * cells.div_ceil(options.batch_size) as u64;
    CellFitConfig {
        epochs,
        batch: options.batch_size,
        learning_rate: options.learning_rate,
        schedule: Schedule::Cosine { floor: 0.01 },
        kl: KlWeight {
            beta: options.kl_weight,
            warmup_steps: (steps as f64 * options.warm_up).round() as u64,
            free_bits: 0.0,
        },
        hide: options.hide.unwrap_or(if cells < VERY_FEW { 0.8 } else { 0.2 }),
        patience: options.patience,
        seed: options.seed,
        ..CellFitConfig::default()
    }
}

fn train(
    folder: &RunFolder,
    options: &TrainOptions,
    prepared: &Prepared,
    threads: usize,
) -> Result<Trained, CellsError> {
    let device = Device::flex();
    let info = &prepared.info;
    let cells = info.training_cells();
    let vae = CellVae::new(info.config.clone(), &info.baseline, options.seed, &device);
    let config = fit_config(options, cells.len());
    let scores = prepared
        .scores
        .as_ref()
        .map(|scores| scores.each_ref().map(|of_all| cells.iter().map(|&cell| of_all[cell]).collect::<Vec<f64>>()));
    let by_genes = |points: &[f64], width: usize| {
        let [s, g2m] = scores.as_ref()?;
        find_plane(points, width, s, g2m).ok().map(|plane| plane.directions)
    };
    let mut fit = CellFit::new(vae, &prepared.cells, [&cells, &info.validation], config, threads, &device)?;
    let search = (fit.total_steps() as f64 * options.search).round() as u64;
    if info.config.cycle && search > 0 {
        let normals = CellConfig { latents: info.config.latents + 2, cycle: false, ..info.config.clone() };
        let normals = CellVae::new(normals, &info.baseline, options.seed, &device);
        let plane: Option<PlaneFinder<'_>> = (options.cycle_by == "genes").then_some(&by_genes);
        fit = fit.after_search(normals, RingSearch { steps: search, plane })?;
    }
    let mut best: Option<NamedParameters> = None;
    let mut before = 0.0;
    if let Some(checkpoint) = Checkpoint::read(&folder.file(CHECKPOINT))? {
        fit.resume(checkpoint)?;
        before = folder.read_json::<Clock>("checkpoint/clock.json").unwrap_or_default().seconds;
        if folder.file(BEST).is_file() {
            best = Some(read_parameters(&load_model(fit.trainer().model().clone(), &folder.file(BEST))?));
        } else if fit.has_best() {
            let rule = "the weights of the best epoch so far are not there";
            return Err(CellsError::run(&folder.file(BEST), rule, Some("start a new run")));
        }
        talk(format_args!("resumed at step {} of {}", fit.trainer().step_count(), fit.total_steps()));
    }
    let stop = interrupted();
    let started = Instant::now();
    let per_step = cells.len() as f64 / fit.steps_per_epoch() as f64;
    let mut watcher = Watcher::new(fit.trainer().step_count(), fit.total_steps(), per_step);
    let mut saved = Instant::now();
    loop {
        let event = fit.advance();
        let step = fit.trainer().step_count();
        match event {
            Err(error) => {
                watcher.finish();
                folder.write(METRICS, written::metrics_csv(info, fit.history()).as_bytes())?;
                return Err(error.into());
            }
            Ok(CellEvent::Step) => watcher.step(step, None),
            Ok(CellEvent::Epoch { row, improved }) => {
                watcher.step(step, Some(&row));
                if improved {
                    best = Some(fit.parameters());
                }
            }
            Ok(ended) => {
                watcher.finish();
                if ended == CellEvent::OutOfPatience {
                    talk(format_args!(
                        "stopped after {} epochs: the validation ELBO has not improved for {}; the best model is kept",
                        fit.history().len(),
                        options.patience
                    ));
                }
                break;
            }
        }
        if stop.load(Ordering::Relaxed) {
            watcher.finish();
            save(folder, &mut fit, best.as_ref(), before + started.elapsed().as_secs_f64(), info)?;
            let hint = format!("go on by 'reparam cells train --resume {}'", folder.path().display());
            let rule = format!("stopped at step {step} of {}; all of it is kept", fit.total_steps());
            return Err(CellsError::run(folder.path(), rule, Some(&hint)));
        }
        if saved.elapsed() >= SAVE_EVERY {
            save(folder, &mut fit, best.as_ref(), before + started.elapsed().as_secs_f64(), info)?;
            saved = Instant::now();
        }
    }
    let seconds = before + started.elapsed().as_secs_f64();
    save(folder, &mut fit, best.as_ref(), seconds, info)?;
    if let Some(flatness) = fit.flatness() {
        talk(format_args!("the ring: E r^4/(E r^2)^2 = {flatness:.2} (1: a circle, 2: a normal cloud)"));
    }
    let vae = match &best {
        Some(best) => fit.with_parameters(best)?,
        None => fit.trainer().model().clone(),
    };
    let steps = [fit.trainer().step_count(), fit.trainer().skipped()];
    Ok(Trained { vae, history: fit.history().to_vec(), steps, seconds })
}

/// Set by the first Ctrl-C; a second one ends the process as usual.
fn interrupted() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    // Where no handler can be set the first one ends the process.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    stop
}

/// Writes all that a later process needs. The checkpoint comes last: it stands for the rest.
fn save(
    folder: &RunFolder,
    fit: &mut CellFit<'_>,
    best: Option<&NamedParameters>,
    seconds: f64,
    info: &info::RunInfo,
) -> Result<(), CellsError> {
    if let Some(best) = best {
        save_model(&fit.with_parameters(best)?, &folder.file(BEST))?;
    }
    folder.write(METRICS, written::metrics_csv(info, fit.history()).as_bytes())?;
    let path = folder.file(CHECKPOINT);
    std::fs::create_dir_all(&path).map_err(CellsError::file(&path))?;
    folder.write_json("checkpoint/clock.json", &Clock { seconds })?;
    fit.checkpoint().write(&path)?;
    Ok(())
}

/// Judges the model and writes the results.
fn finish(
    args: &TrainArgs,
    folder: RunFolder,
    options: TrainOptions,
    prepared: &Prepared,
    trained: Trained,
) -> Result<(), CellsError> {
    let [steps, skipped] = trained.steps;
    if skipped > 0 {
        talk(format_args!("warning: {skipped} of {steps} steps were skipped: loss or gradient was not finite"));
    }
    let learned = trained.history.last().is_none_or(|row| row.elbo.is_finite());
    if 2 * skipped > steps || !learned {
        return Err(CellsError::NoStep { steps, skipped });
    }
    check_finite(&trained.vae, &folder.file(MODEL))?;
    save_model(&trained.vae, &folder.file(MODEL))?;
    let run = Run { folder, options, info: prepared.info.clone(), vae: trained.vae, device: Device::flex() };
    let pool = super::asked::pool(args.threads)?;
    let (table, judgement) = pool.install(|| -> Result<_, CellsError> {
        let table = cell_table(&run, prepared)?;
        run.folder.write(table::FILE, &table.to_csv())?;
        if run.info.held_out.is_empty() {
            return Ok((table, None));
        }
        talk("judging by the held-out cells");
        let (options, info) = (&run.options, &run.info);
        let judgement =
            judge(&run.vae, &info.nulls, &prepared.cells, &info.held_out, options.draws, options.seed, &run.device)?;
        run.folder.write_json(judge::FILE, &judgement)?;
        Ok((table, Some(judgement)))
    })?;
    let axis = if run.info.config.cycle || table.scores.is_some() { CycleAxis::find(&table).ok() } else { None };
    let labels = args.labels.clone().or_else(|| run.info.simulated.then(|| "angle".to_owned()));
    let measures = match &labels {
        Some(column) => match agreement::agreement(&table, axis.as_ref(), column) {
            Ok(measures) => measures,
            // What was trained is kept, whatever the labels are.
            Err(error) => {
                talk(format_args!("warning: {error}"));
                Vec::new()
            }
        },
        None => Vec::new(),
    };
    written::h5ad(&run, &table, axis.as_ref())?;
    let subject = page::Subject {
        run: &run,
        prepared,
        table: &table,
        axis: axis.as_ref(),
        measures: &measures,
        judgement: judgement.as_ref(),
        history: &trained.history,
        seconds: trained.seconds,
        labels: args.labels.as_deref(),
    };
    pool.install(|| page::write(&subject))?;
    print(
        args,
        &run,
        &trained.history,
        trained.seconds,
        judgement.as_ref(),
        axis.as_ref(),
        (&measures, labels.as_deref()),
    )?;
    if !args.json {
        say(format_args!("report         {}", run.folder.file("report.html").display()))?;
    }
    talk(format_args!("repeat it: {}", page::command(&run)));
    match judgement {
        Some(j) if !j.evaluation.elbo[0].is_finite() => Err(CellsError::NoScore),
        _ => Ok(()),
    }
}

/// Latents, totals and scores of all cells.
fn cell_table(run: &Run, prepared: &Prepared) -> Result<CellTable, CellsError> {
    let all: Vec<usize> = (0..prepared.cells.cells()).collect();
    let seen = vec![true; run.info.modalities.len()];
    let latents = latents(&run.vae, &prepared.cells, &all, &seen, &run.device)?;
    let mut totals = Vec::new();
    for (m, modality) in run.info.modalities.iter().enumerate() {
        let of_cells = prepared.cells.totals(m)?.into_iter().map(|t| t.unwrap_or(f64::NAN)).collect();
        totals.push((modality.name.clone(), of_cells));
    }
    let mut held_out = vec![false; all.len()];
    for &cell in &run.info.held_out {
        held_out[cell] = true;
    }
    Ok(CellTable {
        names: prepared.cells.names.clone(),
        held_out,
        annotations: prepared.cells.annotations.clone(),
        latents,
        width: run.info.config.latents,
        scores: prepared.scores.clone(),
        totals,
    })
}

/// A line of results.
pub fn say(line: impl std::fmt::Display) -> Result<(), CellsError> {
    data(line).map_err(CellsError::file("stdout".as_ref()))
}

fn print(
    args: &TrainArgs,
    run: &Run,
    history: &[reparam::cells::CellEpoch],
    seconds: f64,
    judgement: Option<&Judgement>,
    axis: Option<&CycleAxis>,
    (measures, labels): (&[agreement::Measure], Option<&str>),
) -> Result<(), CellsError> {
    let simulated = if run.info.simulated { "simulated cells" } else { "cells" };
    if args.json {
        let value = serde_json::json!({
            "run": run.folder.path(),
            "source": run.info.source,
            "simulated": run.info.simulated,
            "cells": run.info.cells,
            "epochs": history.len(),
            "seconds": seconds,
            "elbo": history.last().map(|row| row.elbo),
            "judgement": judgement,
            "labels": labels,
            "agreement": measures,
            "cycle": axis.map(written::axis_json),
        });
        return say(value);
    }
    say(format_args!("run            {}", run.folder.path().display()))?;
    say(format_args!("{simulated:<14} {}, {} epochs in {}", run.info.cells, history.len(), duration(seconds)))?;
    if let Some(row) = history.last() {
        say(format_args!("training ELBO  {:.2} nats a cell", row.elbo))?;
    }
    for line in judgement.iter().flat_map(|j| j.lines()) {
        say(line)?;
    }
    if let Some(axis) = axis {
        for line in written::axis_lines(axis) {
            say(line)?;
        }
    }
    if let Some(labels) = labels.filter(|_| !measures.is_empty()) {
        let truth = if run.info.simulated { " (the simulation's truth)" } else { "" };
        say(format_args!("beside '{labels}'{truth}, which training did not see"))?;
        for measure in measures {
            say(format_args!("  {:<42} {:.3}", measure.name, measure.value))?;
        }
    }
    Ok(())
}
