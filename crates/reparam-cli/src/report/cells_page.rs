//! The page of a run on single cells.

use super::cells::{Agreement, CellMap, CellValues, CellsEpoch, CellsReport, CycleReport, HeldOut, Traverse};
use super::cells_map::{MOST_CELLS, cell_map};
use super::cells_plots::{histogram, knob, loss, loss_parts, traverse_picture};
use super::html::{Block, Figure, Media, Page, Row, Section};
use super::number::{Measured, counted, significant};
use super::plot::{Along, Drawing};
use super::vae::minus;
use std::fmt::Write as _;

/// The page of a run as one HTML file: no scripts, nothing fetched.
///
/// ```
/// use reparam_cli::report::{CellsReport, render_cells};
/// let page = render_cells(&CellsReport { verdict: vec!["All well.".into()], ..CellsReport::default() });
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("All well."));
/// ```
pub fn render_cells(report: &CellsReport) -> String {
    let mut notes = report.notes.clone();
    if report.simulated {
        notes.insert(0, "These cells are simulated: they were drawn from a model, and none was measured.".into());
    }
    notes.extend(findings(report));
    Page {
        title: title(report),
        subtitle: report
            .data
            .iter()
            .map(|row| format!("{}: {}", row.name, counted(row.cells, "cell")))
            .collect::<Vec<_>>()
            .join(" · "),
        tiles: tiles(report),
        notes,
        sections: vec![
            verdict(report),
            data(report),
            held_out(&report.scores),
            training(report),
            report.map.as_ref().map_or_else(Section::default, |map| cells(map, report.simulated)),
            report.cycle.as_ref().map_or_else(Section::default, |cycle| around(cycle, report.simulated)),
            repeat(report),
        ],
        footer:
            "Written by reparam. The page holds everything that it shows: it can be kept, sent and printed as it is."
                .into(),
    }
    .render()
}

/// What stands above the page and its picture.
pub(super) fn title(report: &CellsReport) -> String {
    let name = if report.title.is_empty() { "Single cells".into() } else { format!("Single cells: {}", report.title) };
    if report.simulated { format!("{name} (simulated)") } else { name }
}

/// What the numbers themselves give cause to say.
fn findings(report: &CellsReport) -> Vec<String> {
    let mut findings = Vec::new();
    let broken = report.epochs.iter().filter(|row| !row.elbo.is_finite()).count();
    if broken > 0 {
        let (have, them) = if broken == 1 { ("has", "it") } else { ("have", "them") };
        let epochs = counted(report.epochs.len() as u64, "epoch");
        findings.push(format!("{broken} of {epochs} {have} an ELBO that is not finite; curves leave {them} out."));
    }
    for score in &report.scores {
        let (gain, modality, null) = (score.gain(), &score.modality, &score.null_name);
        if !gain.is_finite() {
            findings.push(format!("The held-out score of {modality} beside the null ({null}) is not finite."));
        } else if gain <= 0.0 {
            findings.push(format!("The model of {modality} is not better than the null ({null}) on held-out cells."));
        } else if score.standard_error >= 0.0 && gain < 2.0 * score.standard_error {
            findings.push(format!(
                "The gain of {modality} over the null ({null}) is less than two standard errors: it may be chance."
            ));
        }
    }
    findings
}

/// The numbers that most readers want: gains, and the first measures of agreement.
fn tiles(report: &CellsReport) -> Vec<Row> {
    let gain = |score: &HeldOut| {
        let value = Measured::with_error(score.gain(), score.standard_error).to_string();
        Row::new(
            format!("Gain, {}", score.modality),
            minus(&value),
            format!("nats per cell over: {}", score.null_name),
            "",
        )
    };
    let mut tiles: Vec<Row> = report.scores.iter().take(3).map(gain).collect();
    for measure in report.cycle.iter().flat_map(|cycle| &cycle.agreement).take(2) {
        let unit = measure.chance.map_or(String::new(), |chance| format!("by chance {}", significant(chance, 2)));
        tiles.push(Row::new(measure.name.clone(), minus(&measured(measure)), unit, ""));
    }
    tiles
}

fn measured(measure: &Agreement) -> String {
    measure
        .standard_error
        .map_or_else(|| significant(measure.value, 3), |error| Measured::with_error(measure.value, error).to_string())
}

fn verdict(report: &CellsReport) -> Section {
    report.verdict.iter().fold(Section::new("Verdict"), |section, line| section.with(Block::Text(line.clone())))
}

fn data(report: &CellsReport) -> Section {
    let section = Section::new("Data");
    if report.data.is_empty() {
        return section;
    }
    let header = ["modality", "cells", "features", "entries above 0", "median depth (counts per cell)"];
    let rows = report.data.iter().map(|row| {
        vec![
            row.name.clone(),
            significant(row.cells as f64, 9),
            significant(row.features as f64, 9),
            if row.density.is_finite() {
                format!("{} %", significant(100.0 * row.density, 3))
            } else {
                "unknown".into()
            },
            significant(row.median_depth, 4),
        ]
    });
    section.with(Block::Grid { header: header.map(str::to_owned).to_vec(), rows: rows.collect() })
}

fn held_out(scores: &[HeldOut]) -> Section {
    let section = Section::new("Held-out cells");
    if scores.is_empty() {
        return section;
    }
    let header = ["modality", "model", "null", "the null is", "gain", "standard error", "cells"];
    let rows = scores.iter().map(|score| {
        vec![
            score.modality.clone(),
            minus(&significant(score.model, 5)),
            minus(&significant(score.null, 5)),
            score.null_name.clone(),
            minus(&significant(score.gain(), 3)),
            significant(score.standard_error, 2),
            significant(score.cells as f64, 9),
        ]
    });
    section
        .with(Block::Grid { header: header.map(str::to_owned).to_vec(), rows: rows.collect() })
        .with(Block::Text(
            "Log-likelihood of the counts of cells that were not trained on, in nats per cell; higher is better. The model's is a bound \
             from below. The gain is the model's minus the null's, and its standard error is over cells, cell by cell. A gain below two \
             standard errors says nothing."
                .into(),
        ))
}

/// A figure whose caption says that the cells are simulated, where they are.
fn figure(drawing: Drawing, caption: &str, wide: bool, simulated: bool) -> Figure {
    let caption = if simulated { format!("Simulated cells. {caption}") } else { caption.to_owned() };
    Figure { media: Media::Drawing(drawing), caption, wide }
}

fn training(report: &CellsReport) -> Section {
    let section = Section::new("Training");
    match &report.epochs[..] {
        [] => section,
        [only] => section
            .with(Block::Text("There is one epoch so far: numbers, but no curves yet.".into()))
            .with(Block::Table(one_epoch(only))),
        epochs => {
            let mut caption =
                String::from("The loss is minus the ELBO: the price in nats of describing one cell with the model.");
            if epochs.iter().any(|row| row.validation_elbo.is_some()) {
                caption.push_str(" Validation cells are not trained on: curves that part mean overfitting.");
            }
            let drawing = loss(epochs, report.simulated, (980, 340));
            let mut figures = vec![figure(drawing, &caption, true, report.simulated)];
            let parts = loss_parts(epochs, report.simulated).into_iter();
            figures.extend(parts.map(|(drawing, caption)| figure(drawing, &caption, false, report.simulated)));
            section.with(Block::Figures(figures))
        }
    }
}

/// The numbers of a single epoch, which make no curve.
fn one_epoch(row: &CellsEpoch) -> Vec<Row> {
    const NATS: &str = "nats per cell";
    let value = |value: f64| minus(&significant(value, 4));
    let mut rows = vec![Row::new("Training loss (minus the ELBO)", value(-row.elbo), NATS, "")];
    rows.extend(row.validation_elbo.map(|elbo| Row::new("Validation loss (minus the ELBO)", value(-elbo), NATS, "")));
    for (name, part) in &row.reconstruction {
        rows.push(Row::new(format!("Reconstruction loss, {name}"), value(-part), NATS, ""));
    }
    rows.push(Row::new("KL divergence", value(row.kl), NATS, ""));
    rows
}

fn cells(map: &CellMap, simulated: bool) -> Section {
    let mut section = Section::new("Map of cells");
    if map.points.is_empty() || map.colourings.is_empty() {
        return section;
    }
    let mut text = String::from("Each point is a cell, at the same place in every picture.");
    if !map.about.is_empty() {
        let _ = write!(text, " {}", map.about);
    }
    if map.points.len() > MOST_CELLS {
        let _ = write!(
            text,
            " Drawn are {} of {}, evenly spread over the file and the same in every picture.",
            counted(MOST_CELLS as u64, "cell"),
            significant(map.points.len() as f64, 9)
        );
    }
    section = section.with(Block::Text(text));
    let figures = map.colourings.iter().enumerate().filter_map(|(index, colouring)| {
        let drawing = cell_map(map, index, simulated, (480, 400))?;
        let mut caption = format!("Coloured by {}.", colouring.name);
        if !colouring.about.is_empty() {
            let _ = write!(caption, " {}", colouring.about);
        }
        caption.push_str(match colouring.values {
            CellValues::Categories(_) => " Colours that lie apart are told apart on the map; colours that are mixed are not.",
            CellValues::Numbers(_) => {
                " The scale ends at the 2 % and the 98 % quantile. Where the colour changes steadily along the map, the map shows the number."
            },
            CellValues::Angles(_) => " Colours in their order around a ring: the map shows the cycle.",
        });
        Some(figure(drawing, &caption, false, simulated))
    });
    section.with(Block::Figures(figures.collect()))
}

fn around(cycle: &CycleReport, simulated: bool) -> Section {
    let mut section = Section::new("The cell cycle");
    if !cycle.agreement.is_empty() {
        section = section.with(Block::Table(cycle.agreement.iter().map(agreement).collect()));
    }
    let mut figures = Vec::new();
    if !cycle.angles.is_empty() {
        let called =
            if cycle.called.is_empty() { "" } else { " The colours are the phases that another method called." };
        let caption = format!(
            "How many cells lie at each angle.{called} The bands are where the phases lie on the axis. Colours that fill their own band \
             mean that both agree."
        );
        figures.push(figure(histogram(cycle, simulated), &caption, true, simulated));
    }
    if !cycle.genes.is_empty() {
        let genes = cycle.genes.clone();
        let traverse = Traverse { simulated, along: Along::Circle, phases: cycle.phases.clone(), genes };
        let caption = "Named genes around the cycle; the left and the right edge are the same angle. Genes of S should be high in the band \
                       of S, genes of G2/M in theirs; a flat curve is a gene that does not follow the axis.";
        figures.push(figure(traverse_picture(&traverse), caption, true, simulated));
    }
    if let Some(map) = cycle.knob.as_ref().filter(|map| !map.rows.is_empty()) {
        let caption = "What the model writes when the angle alone is turned and all else is kept. Genes are sorted by where they peak, and \
                       each has its own scale: beside it stands its largest value over its smallest. Much below ×2 the pattern is slight, \
                       however bright it looks.";
        figures.push(figure(knob(map, &cycle.phases, simulated, 980), caption, true, simulated));
    }
    if !figures.is_empty() {
        section = section.with(Block::Figures(figures));
    }
    if !cycle.about.is_empty() && !section.blocks.is_empty() {
        section.blocks.insert(0, Block::Text(cycle.about.clone()));
    }
    section
}

fn agreement(measure: &Agreement) -> Row {
    let mut about = measure.about.clone();
    if let Some(chance) = measure.chance {
        let space = if about.is_empty() { "" } else { " " };
        let _ = write!(about, "{space}By chance: {}.", minus(&significant(chance, 2)));
    }
    Row::new(measure.name.clone(), minus(&measured(measure)), "", about)
}

fn repeat(report: &CellsReport) -> Section {
    let mut section = Section::new("Repeat this run");
    if !report.command.is_empty() {
        section = section.with(Block::Code(report.command.clone()));
    }
    if !report.settings.is_empty() {
        let rows = report.settings.iter().map(|(label, value)| Row::new(label, value, "", ""));
        section = section.with(Block::Table(rows.collect()));
    }
    if !report.citations.is_empty() {
        section = section.with(Block::Text("To cite:".into())).with(Block::References(report.citations.clone()));
    }
    section
}
