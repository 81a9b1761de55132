//! The page of a run: map, knob, curves, scores.

use std::f64::consts::TAU;

use reparam::cells::CellEpoch;

use super::CellsError;
use super::agreement::Measure;
use super::axis::CycleAxis;
use super::judge::Judgement;
use super::knob::{Axis, Knob, turn};
use super::prepare::Prepared;
use super::run::Run;
use super::table::CellTable;
use super::train::law_name;
use crate::report::number::duration;
use crate::report::plot::{Along, Phase};
use crate::report::{
    Agreement, CellColouring, CellMap, CellValues, CellsEpoch, CellsReport, CycleReport, GeneCurve, GeneGroup, HeldOut,
    KnobMap, ModalityRow, Traverse, cells_overview_picture, render_cells, traverse_picture,
};

/// Places around the circle.
const STEPS: usize = 60;
/// Genes in the heat map.
const ROWS: usize = 60;
/// Genes whose curves are drawn, of each set.
const CURVES: usize = 6;

/// What a page is made of.
pub struct Subject<'a> {
    /// The run.
    pub run: &'a Run,
    /// Its cells.
    pub prepared: &'a Prepared,
    /// What is known of them.
    pub table: &'a CellTable,
    /// The cycle.
    pub axis: Option<&'a CycleAxis>,
    /// How well it agrees with labels.
    pub measures: &'a [Measure],
    /// Held-out scores.
    pub judgement: Option<&'a Judgement>,
    /// Training.
    pub history: &'a [CellEpoch],
    /// Seconds of training.
    pub seconds: f64,
    /// The annotation that the cycle was compared with.
    pub labels: Option<&'a str>,
}

/// Writes `report.html` and `overview.png`, and `cycle.csv` and `cycle.svg` where there is a cycle.
pub fn write(subject: &Subject<'_>) -> Result<(), CellsError> {
    let report = report(subject)?;
    let folder = &subject.run.folder;
    folder.write("report.html", render_cells(&report).as_bytes())?;
    folder.write("overview.png", &cells_overview_picture(&report))?;
    Ok(())
}

/// The command that repeats a run.
pub fn command(run: &Run) -> String {
    super::repeat::command(&run.options)
}

fn report(subject: &Subject<'_>) -> Result<CellsReport, CellsError> {
    let (run, info) = (subject.run, &subject.run.info);
    let mut verdict = Vec::new();
    if let Some(judgement) = subject.judgement {
        for b in judgement.beside.iter().skip(usize::from(judgement.beside.len() > 1)) {
            let gain = b.model - b.null;
            let which = if gain < 0.0 { "worse" } else { "better" };
            verdict.push(format!(
                "{}: {:.2} nats a cell {which} than the null ({}), standard error {:.2}.",
                b.what,
                gain.abs(),
                b.null_name,
                b.standard_error
            ));
        }
    }
    if let Some(axis) = subject.axis {
        verdict.extend(super::written::axis_lines(axis).into_iter().map(|line| {
            let line = line.trim_start_matches("cycle").trim();
            sentence(line)
        }));
    }
    Ok(CellsReport {
        title: run.folder.name(),
        simulated: info.simulated,
        verdict,
        notes: info.notes.clone(),
        data: data_rows(subject)?,
        scores: subject.judgement.map(scores).unwrap_or_default(),
        epochs: subject.history.iter().map(|row| epoch(row, info)).collect(),
        map: map(subject),
        cycle: subject.axis.map(|axis| cycle(subject, axis)).transpose()?,
        settings: settings(subject),
        command: command(run),
        citations: Vec::new(),
    })
}

fn data_rows(subject: &Subject<'_>) -> Result<Vec<ModalityRow>, CellsError> {
    let mut rows = Vec::new();
    for (m, modality) in subject.run.info.modalities.iter().enumerate() {
        let store = &subject.prepared.cells.stores[m];
        let mut totals: Vec<f64> = subject.prepared.cells.totals(m)?.into_iter().flatten().collect();
        totals.sort_by(f64::total_cmp);
        rows.push(ModalityRow {
            name: modality.name.clone(),
            cells: totals.len() as u64,
            features: modality.features.len() as u64,
            density: store.stored() as f64 / ((store.len() * store.width()).max(1)) as f64,
            median_depth: totals.get(totals.len() / 2).copied().unwrap_or(f64::NAN),
        });
    }
    Ok(rows)
}

fn scores(judgement: &Judgement) -> Vec<HeldOut> {
    let row = |b: &super::judge::Beside| HeldOut {
        modality: b.what.clone(),
        model: b.model,
        null_name: b.null_name.clone(),
        null: b.null,
        standard_error: b.standard_error,
        cells: b.cells as u64,
    };
    judgement.beside.iter().map(row).collect()
}

fn epoch(row: &CellEpoch, info: &super::info::RunInfo) -> CellsEpoch {
    let names = info.modalities.iter().map(|m| m.name.clone());
    CellsEpoch {
        epoch: row.epoch as f64,
        elbo: row.elbo,
        validation_elbo: row.validation_elbo,
        reconstruction: names.zip(row.modalities.iter().copied()).collect(),
        kl: row.kl,
    }
}

fn settings(subject: &Subject<'_>) -> Vec<(String, String)> {
    let (options, info) = (&subject.run.options, &subject.run.info);
    let mut rows = vec![
        ("data".to_owned(), info.source.clone()),
        (
            "cells".to_owned(),
            format!("{} ({} to choose by, {} held out)", info.cells, info.validation.len(), info.held_out.len()),
        ),
    ];
    for (m, modality) in info.modalities.iter().enumerate() {
        rows.push((
            modality.name.clone(),
            format!("{}, {} of {} features", law_name(info, m), modality.features.len(), modality.of),
        ));
    }
    let cycle = if options.cycle { " and an angle (von Mises, uniform prior)" } else { "" };
    let batches = if info.batches.len() > 1 { info.batches.join(", ") } else { "none".into() };
    rows.extend([
        ("latents".to_owned(), format!("{} normal{cycle}", options.latent)),
        (
            "network".to_owned(),
            format!(
                "{} hidden, {} encoder and {} decoder layers",
                options.hidden, options.layers, info.config.decoder_layers
            ),
        ),
        ("batches".to_owned(), batches),
        (
            "training".to_owned(),
            format!("{} epochs in {}, seed {}", subject.history.len(), duration(subject.seconds), options.seed),
        ),
        ("program".to_owned(), format!("reparam {}", info.version)),
    ]);
    rows
}

/// The cells of a model with an angle: around the circle by it, nearer to the middle or farther out by the normal latents.
fn ring(table: &CellTable, axis: &CycleAxis) -> Coordinates {
    let points: Vec<f64> = table.latents.loc.iter().map(|x| f64::from(*x)).collect();
    let first: Vec<f64> = super::principal::components(&points, table.width).into_iter().map(|p| p.0).collect();
    let scale = (first.iter().map(|x| x * x).sum::<f64>() / first.len().max(1) as f64).sqrt().max(1e-12);
    let place = |(angle, x): (&f64, &f64)| {
        let radius = 1.0 + 0.15 * (x / scale).clamp(-3.0, 3.0);
        (radius * angle.cos(), radius * angle.sin())
    };
    let axes = ["cosine of the angle of the cycle".into(), "sine".into()];
    let about = "Around the circle by the angle; nearer to the middle or farther out by the first principal component of the normal latents.";
    (axis.angles.iter().zip(&first).map(place).collect(), axes, about.into())
}

/// Two coordinates of each cell: two normal latents as they are, else their two principal components; an angle beside them has a map of its own.
fn map(subject: &Subject<'_>) -> Option<CellMap> {
    let table = subject.table;
    let around = subject.axis.filter(|_| subject.run.info.config.cycle);
    let (points, axes, about) = around.map_or_else(|| coordinates(table), |axis| Some(ring(table, axis)))?;
    let mut colourings = Vec::new();
    let mut add = |name: &str, about: &str, values: CellValues| {
        colourings.push(CellColouring { name: name.into(), about: sentence(about), values });
    };
    if let Some(axis) = subject.axis {
        add("angle of the cycle", &axis.how, CellValues::Angles(axis.angles.clone()));
        if axis.orientation.is_some() {
            add("phase", "by the angle and the genes of the cycle", CellValues::Categories(axis.phases()));
        }
    }
    if let Some(column) = subject.labels.and_then(|name| table.annotations.get(name)) {
        let names = (0..table.names.len()).map(|cell| column.text(cell).unwrap_or_default()).collect();
        add(subject.labels.unwrap_or_default(), "given; training did not see it", CellValues::Categories(names));
    }
    if subject.run.info.simulated {
        let truth: Vec<f64> = (0..table.names.len())
            .map(|cell| table.annotations.get("angle").and_then(|c| super::source::number(c, cell)).unwrap_or(f64::NAN))
            .collect();
        add("true angle", "of the simulation; training did not see it", CellValues::Angles(truth));
    }
    if subject.run.info.batches.len() > 1 {
        let batches = &subject.run.info.batches;
        let names = subject.prepared.cells.batches().iter().map(|b| batches[*b as usize].clone()).collect();
        add(
            "batch",
            "a condition of encoder and decoder: cells of all batches should mix",
            CellValues::Categories(names),
        );
    }
    for (name, totals) in &table.totals {
        let logs = totals.iter().map(|t| t.max(1.0).log10()).collect();
        add(&format!("log10 depth of {name}"), "the total of the cell's counts", CellValues::Numbers(logs));
    }
    Some(CellMap { points, axes, about, colourings })
}

type Coordinates = (Vec<(f64, f64)>, [String; 2], String);

fn coordinates(table: &CellTable) -> Option<Coordinates> {
    let n = table.names.len();
    let latent = |l: usize| (0..n).map(move |cell| f64::from(table.loc(cell)[l]));
    match table.width {
        0 => None,
        1 => Some((latent(0).map(|x| (x, 0.0)).collect(), ["latent 1".into(), String::new()], String::new())),
        2 => Some((latent(0).zip(latent(1)).collect(), ["latent 1".into(), "latent 2".into()], String::new())),
        width => {
            let points: Vec<f64> = table.latents.loc.iter().map(|x| f64::from(*x)).collect();
            let points = super::principal::components(&points, width);
            let axes = ["first principal component of the latents".into(), "second".into()];
            Some((
                points,
                axes,
                format!("The {width} normal latents, turned so that two coordinates show most of their variance."),
            ))
        }
    }
}

/// Genes whose relative change around the circle is largest, in order of their peaks.
fn rows_of(knob: &Knob, m: usize, names: &[String]) -> KnobMap {
    let mut ranked: Vec<(f64, usize, usize)> = (0..names.len())
        .map(|g| {
            let curve = knob.curve(m, g, names.len());
            let (low, high) = curve.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), x| (l.min(*x), h.max(*x)));
            let peak = (0..curve.len()).max_by(|a, b| curve[*a].total_cmp(&curve[*b])).unwrap_or(0);
            // In counts: what is hardly there is not ranked by its ratio.
            (((high + 0.05) / (low + 0.05)).ln(), peak, g)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.truncate(ROWS);
    ranked.sort_by_key(|r| r.1);
    KnobMap {
        genes: ranked.iter().map(|r| names[r.2].clone()).collect(),
        rows: ranked.iter().map(|r| knob.curve(m, r.2, names.len())).collect(),
    }
}

/// The curves of known genes of the cycle, those that change most.
pub fn known_curves(
    knob: &Knob,
    m: usize,
    names: &[String],
    [s, g2m]: &[Vec<String>; 2],
    count: usize,
) -> Vec<GeneCurve> {
    let mut curves = Vec::new();
    for (set, group) in [(s, GeneGroup::S), (g2m, GeneGroup::G2M)] {
        let mut found: Vec<(f64, &String, Vec<f64>)> = set
            .iter()
            .filter_map(|gene| Some((gene, names.iter().position(|name| name == gene)?)))
            .map(|(gene, g)| {
                let curve = knob.curve(m, g, names.len());
                let (low, high) = curve.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), x| (l.min(*x), h.max(*x)));
                (((high + 0.05) / (low + 0.05)).ln(), gene, curve)
            })
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, gene, curve) in found.into_iter().take(count) {
            let points = knob.places.iter().copied().zip(curve).collect();
            curves.push(GeneCurve { gene: gene.clone(), group, points });
        }
    }
    curves
}

fn cycle(subject: &Subject<'_>, axis: &CycleAxis) -> Result<CycleReport, CellsError> {
    let (run, table) = (subject.run, subject.table);
    let conditions = mean_conditions(subject.prepared);
    let knob = turn(run, table, Some(axis), &Axis::Cycle, STEPS, None, &conditions)?;
    // The modality whose features the genes of the cycle are.
    let known = &subject.prepared.cycle_genes;
    let m = run.info.modalities.iter().position(|m| known.iter().flatten().any(|gene| m.features.contains(gene)));
    let m = m.unwrap_or(0);
    let names = &run.info.modalities[m].features;
    let genes = known_curves(&knob, m, names, known, CURVES);
    let phases = phases(axis);
    super::traverse::write(&run.folder.file("cycle.csv"), run, &knob, "angle")?;
    let picture = traverse_picture(&Traverse {
        simulated: run.info.simulated,
        along: Along::Circle,
        phases: phases.clone(),
        genes: genes.clone(),
    });
    run.folder.write("cycle.svg", picture.standalone().as_bytes())?;
    Ok(CycleReport {
        about: sentence(&axis.how),
        agreement: subject
            .measures
            .iter()
            .map(|measure| Agreement {
                name: measure.name.clone(),
                value: measure.value,
                standard_error: None,
                chance: measure.chance,
                about: sentence(&measure.about),
            })
            .collect(),
        phases,
        angles: axis.angles.clone(),
        called: Vec::new(),
        knob: Some(rows_of(&knob, m, names)),
        genes,
    })
}

/// Words as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).chain(['.']).collect())
}

/// Where phases lie, for pictures.
pub fn phases(axis: &CycleAxis) -> Vec<Phase> {
    let phase = |(phase, from, to): (reparam_cells::cycle::Phase, f64, f64)| Phase {
        name: phase.name().into(),
        from: from.rem_euclid(TAU),
        to,
    };
    axis.arcs().into_iter().map(phase).collect()
}

/// Means of the conditions over all cells.
fn mean_conditions(prepared: &Prepared) -> Vec<f32> {
    use reparam::cells::CellSource;
    let cells = &prepared.cells;
    let mut sum = vec![0.0_f64; cells.covariate_width()];
    for cell in 0..cells.cells() {
        for (s, x) in sum.iter_mut().zip(cells.covariates(cell)) {
            *s += f64::from(*x);
        }
    }
    sum.iter().map(|s| (s / cells.cells().max(1) as f64) as f32).collect()
}
