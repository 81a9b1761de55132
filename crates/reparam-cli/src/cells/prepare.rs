//! From files, or a simulation, to cells that a model can be trained on.

use std::path::PathBuf;

use reparam::cells::{Baseline, CellConfig, CountModel, ModalityConfig, NullModels};
use reparam_cells::check::{CheckOptions, check_counts};
use reparam_cells::cycle::cycle_scores;
use reparam_cells::read::{Conversion, Orientation, ReadOptions, read};
use reparam_cells::{
    CellData, Column, CycleGenes, Modality, SimulationConfig, highly_variable, simulate, variable_regions,
};
use reparam_core::noise::Key;

use super::CellsError;
use super::info::{CovariateInfo, CovariateKind, ModalityInfo, RunInfo};
use super::options::{InputOptions, TrainOptions};
use super::source::{Cells, number, store_options};

/// Below so many cells a decoder is linear unless asked otherwise: a hidden layer would learn the cells by heart.
const FEW_CELLS: usize = 5000;

/// Cells, what the run remembers of them, and their scores of the cycle.
#[derive(Debug)]
pub struct Prepared {
    /// The cells.
    pub cells: Cells,
    /// What the run remembers.
    pub info: RunInfo,
    /// Scores of S and of G2/M of each cell, from all genes of the file; `None` where these are no genes of the cycle.
    pub scores: Option<[Vec<f64>; 2]>,
    /// Genes of the cycle by name, S and G2/M, that the file has.
    pub cycle_genes: [Vec<String>; 2],
}

/// Reads files.
pub fn load(files: &[PathBuf], input: &InputOptions, only: &[String]) -> Result<CellData, CellsError> {
    let options = ReadOptions {
        layer: input.layer.clone(),
        use_raw: input.raw,
        from: match input.from.as_deref() {
            Some("log1p") => Conversion::Log1p,
            Some("log2p1") => Conversion::Log2p1,
            Some("log10p1") => Conversion::Log10p1,
            _ => Conversion::Counts,
        },
        orientation: match input.orientation.as_deref() {
            Some("cells-in-rows") => Orientation::CellsInRows,
            Some("genes-in-rows") => Orientation::GenesInRows,
            _ => Orientation::Auto,
        },
        only: (!only.is_empty()).then(|| only.to_vec()),
        store: store_options(input),
    };
    let mut data = read(files, &options)?;
    let notes = check_counts(&data, &CheckOptions { allow_noninteger: input.allow_noninteger })?;
    data.notes.extend(notes.iter().map(ToString::to_string));
    Ok(data)
}

/// The cells of a run: its files read, or its simulation made again.
pub fn own_data(options: &TrainOptions) -> Result<CellData, CellsError> {
    if !options.files.is_empty() {
        return load(&options.files, &options.read, &options.only);
    }
    let config =
        SimulationConfig { cells: options.simulate_cells, seed: options.simulate_seed, ..SimulationConfig::default() };
    Ok(simulate(&config)?.data)
}

/// Everything up to the first step.
pub fn prepare(options: &TrainOptions) -> Result<Prepared, CellsError> {
    let simulated = options.files.is_empty();
    let mut data = own_data(options)?;
    for name in &options.only {
        if data.modality(name).is_none() {
            return Err(CellsError::unknown("modality", name, data.modalities.iter().map(|m| m.name.as_str())));
        }
    }
    if !options.only.is_empty() {
        data.modalities.retain(|m| options.only.contains(&m.name));
    }
    for text in &options.modality {
        let name = text.split_once('=').map_or("", |(name, _)| name);
        if data.modality(name).is_none() {
            return Err(CellsError::unknown("modality", name, data.modalities.iter().map(|m| m.name.as_str())));
        }
    }
    let mut notes = data.notes.clone();
    let (batch_of_cell, batches) = batches(&data, options)?;
    let mut modalities = Vec::new();
    let mut models = Vec::new();
    for modality in &data.modalities {
        let (model, halve) = options.law(&modality.name)?;
        let chosen = features(modality, model, options, batch_of_cell.as_deref(), &mut notes)?;
        let pick = |from: &[String]| -> Vec<String> {
            if from.is_empty() { Vec::new() } else { chosen.iter().map(|&c| from[c].clone()).collect() }
        };
        modalities.push(ModalityInfo {
            name: modality.name.clone(),
            halve,
            features: pick(&modality.features.names),
            ids: pick(&modality.features.ids),
            of: modality.features.names.len(),
        });
        models.push(model);
    }
    let [held_out, validation] = kept_back(data.cells.len(), options);
    let covariates = covariates(&data, options, &held_out)?;
    let width = covariates.iter().map(CovariateInfo::width).sum::<usize>();
    let config = CellConfig {
        modalities: modalities
            .iter()
            .zip(&models)
            .map(|(m, model)| ModalityConfig {
                name: m.name.clone(),
                features: m.features.len(),
                model: *model,
                library: options.library,
            })
            .collect(),
        latents: options.latent,
        cycle: options.cycle,
        hidden: options.hidden,
        layers: options.layers,
        decoder_layers: options.decoder_layers.unwrap_or(usize::from(data.cells.len() >= FEW_CELLS)),
        batches: batches.len().max(1),
        covariates: width + if batches.len() > 1 { batches.len() } else { 0 },
        experts: options.experts,
    };
    let (scores, cycle_genes) = scores(&data, &mut notes)?;
    if options.cycle && options.cycle_by == "genes" && scores.is_none() {
        let rule = "needs at least five known genes of S and of G2/M among the features; without them it must be ring";
        return Err(CellsError::option("--cycle-by", rule, "genes"));
    }
    let mut info = RunInfo {
        version: env!("CARGO_PKG_VERSION").into(),
        simulated,
        source: data.source.clone(),
        cells: data.cells.len(),
        held_out,
        validation,
        modalities,
        batch_key: options.batch_key.clone().or_else(|| simulated.then(|| "batch".into())),
        batches,
        covariates,
        config,
        fingerprints: Vec::new(),
        baseline: Baseline::default(),
        nulls: NullModels::default(),
        notes: Vec::new(),
    };
    let cells = Cells::of_run(data, &info, &options.read, &mut notes)?;
    info.fingerprints = cells.fingerprints()?;
    let train = info.training_cells();
    info.baseline = Baseline::fit(&info.config, &cells, &train)?;
    info.nulls = NullModels::fit(&models, &cells, &train)?;
    info.notes = notes;
    Ok(Prepared { cells, info, scores, cycle_genes })
}

impl RunInfo {
    /// Cells that are trained on.
    pub fn training_cells(&self) -> Vec<usize> {
        let mut kept = vec![true; self.cells];
        for &cell in self.held_out.iter().chain(&self.validation) {
            kept[cell] = false;
        }
        (0..self.cells).filter(|&cell| kept[cell]).collect()
    }
}

/// Cells that are kept from training, to judge by and to choose by, each in order.
fn kept_back(cells: usize, options: &TrainOptions) -> [Vec<usize>; 2] {
    let mut order = Key::new(options.seed).site("held-out").step(0).permutation(cells);
    // One cell is trained on at least.
    let count = |share: f64, of: usize| ((cells as f64 * share).round() as usize).min(of.saturating_sub(1));
    let judged = count(options.held_out, cells);
    let chosen_by = count(options.validation, cells - judged);
    let mut parts = [order.drain(..judged).collect::<Vec<_>>(), order.drain(..chosen_by).collect()];
    for part in &mut parts {
        part.sort_unstable();
    }
    parts
}

type Batches = (Option<Vec<u32>>, Vec<String>);

/// The batch of each cell, and their names. Simulated cells have theirs without being asked.
fn batches(data: &CellData, options: &TrainOptions) -> Result<Batches, CellsError> {
    let key = match (&options.batch_key, options.files.is_empty()) {
        (Some(key), _) => key.as_str(),
        (None, true) => "batch",
        (None, false) => return Ok((None, Vec::new())),
    };
    let annotations = &data.annotations;
    let column = annotations.get(key).ok_or_else(|| CellsError::unknown("annotation", key, annotations.names()))?;
    let (codes, mut names) = column.categories();
    if names.len() > 1000 {
        return Err(CellsError::option("--batch-key", "must have at most 1000 values", names.len()));
    }
    let missing = codes.iter().any(Option::is_none);
    let last = names.len() as u32;
    if missing {
        names.push("missing".into());
    }
    Ok((Some(codes.into_iter().map(|code| code.unwrap_or(last)).collect()), names))
}

fn covariates(data: &CellData, options: &TrainOptions, held_out: &[usize]) -> Result<Vec<CovariateInfo>, CellsError> {
    let annotations = &data.annotations;
    let mut found = Vec::new();
    for name in &options.covariate {
        let column =
            annotations.get(name).ok_or_else(|| CellsError::unknown("annotation", name, annotations.names()))?;
        let kind = if let Column::Number(_) | Column::Integer(_) = column {
            let cells = (0..data.cells.len()).filter(|cell| held_out.binary_search(cell).is_err());
            let values: Vec<f64> = cells.filter_map(|cell| number(column, cell)).collect();
            let n = values.len().max(1) as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
            CovariateKind::Number { mean, scale: if variance > 0.0 { variance.sqrt() } else { 1.0 } }
        } else {
            let (codes, mut names) = column.categories();
            if codes.iter().any(Option::is_none) {
                names.push("missing".into());
            }
            if names.len() > 1000 {
                return Err(CellsError::option("--covariate", "must have at most 1000 values", names.len()));
            }
            CovariateKind::Categories(names)
        };
        found.push(CovariateInfo { column: name.clone(), kind });
    }
    Ok(found)
}

/// The columns of a modality that a model sees, in order.
fn features(
    modality: &Modality,
    model: CountModel,
    options: &TrainOptions,
    batch_of_cell: Option<&[u32]>,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, CellsError> {
    let all = modality.features.names.len();
    let mut chosen: Vec<usize> = if model == CountModel::Accessibility {
        if options.top_regions == 0 || options.top_regions >= all {
            return Ok((0..all).collect());
        }
        variable_regions(&modality.counts, options.top_regions)?.into_iter().map(|r| r.column).collect()
    } else if let Some(path) = &options.genes {
        named(modality, path, notes)?
    } else if options.top_genes == 0 || options.top_genes >= all {
        return Ok((0..all).collect());
    } else {
        // A batch number for each row of the counts, which the cells that lack the modality do not have.
        let of_row = batch_of_cell.map(|batches| {
            let mut of_row = vec![0; modality.counts.len()];
            for (cell, row) in modality.row_of_cell.iter().enumerate() {
                if let Some(row) = row {
                    of_row[*row as usize] = batches[cell];
                }
            }
            of_row
        });
        highly_variable(&modality.counts, of_row.as_deref(), options.top_genes)?.into_iter().map(|g| g.column).collect()
    };
    chosen.sort_unstable();
    if chosen.is_empty() {
        return Err(CellsError::option(&modality.name, "must have features that vary", 0));
    }
    Ok(chosen)
}

/// The columns that a file of names asks for.
fn named(modality: &Modality, path: &std::path::Path, notes: &mut Vec<String>) -> Result<Vec<usize>, CellsError> {
    let text = std::fs::read_to_string(path).map_err(CellsError::file(path))?;
    let wanted: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    let features = &modality.features;
    let is_wanted = |c: usize| {
        let id = features.ids.get(c).map(String::as_str);
        wanted.contains(&features.names[c].as_str()) || id.is_some_and(|id| wanted.contains(&id))
    };
    let chosen: Vec<usize> = (0..features.names.len()).filter(|&c| is_wanted(c)).collect();
    if chosen.is_empty() {
        let first: Vec<&str> = features.names.iter().take(3).map(String::as_str).collect();
        let rule = format!(
            "none of its {} names is among the features of {}, such as {}",
            wanted.len(),
            modality.name,
            first.join(", ")
        );
        return Err(CellsError::run(path, rule, None));
    }
    if chosen.len() < wanted.len() {
        notes.push(format!(
            "{}: {} of the {} names in {} are there",
            modality.name,
            chosen.len(),
            wanted.len(),
            path.display()
        ));
    }
    Ok(chosen)
}

type Scores = (Option<[Vec<f64>; 2]>, [Vec<String>; 2]);

/// Scores of S and G2/M from all genes of the file, and these genes.
fn scores(data: &CellData, notes: &mut Vec<String>) -> Result<Scores, CellsError> {
    for modality in &data.modalities {
        let Some(genes) = CycleGenes::detect(&modality.features) else { continue };
        let (s, g2m) = cycle_scores(&modality.counts, &genes, Key::new(0).site("cycle-scores"))?;
        // A cell without the modality has no score; the mean of the others moves nothing.
        let of_cells = |scores: &[f64]| -> Vec<f64> {
            let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
            modality.row_of_cell.iter().map(|row| row.map_or(mean, |r| scores[r as usize])).collect()
        };
        notes.push(format!(
            "{}: {} genes of S and {} of G2/M by {} names orient the cycle",
            modality.name,
            genes.s.len(),
            genes.g2m.len(),
            genes.species.name()
        ));
        let name = |columns: &[usize]| columns.iter().map(|&c| modality.features.names[c].clone()).collect();
        return Ok((Some([of_cells(&s), of_cells(&g2m)]), [name(&genes.s), name(&genes.g2m)]));
    }
    Ok((None, [Vec::new(), Vec::new()]))
}
