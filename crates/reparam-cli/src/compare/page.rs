//! The files of a folder, and the page that shows them.

use reparam::measure::Report;

use super::answer::Answer;
use super::figures::{self, of_report, of_sweep};
use super::folder::Folder;
use super::question::Question;
use super::sweep::{Sweep, csv};
use super::table::{COLUMNS, cells};
use super::{CompareError, command::conclusion};
use crate::report::html::{Block, Figure, Media, Page, Row, Section};
use crate::report::number::{counted, significant};

/// Pixels of a PNG file for each of the drawing's.
const SCALE: f64 = 2.0;

/// Writes everything.
pub fn write(
    folder: &Folder,
    question: &Question,
    report: &Report,
    sweep: Option<&Sweep>,
    answer: &Answer<'_>,
) -> Result<(), CompareError> {
    folder.write_config(question)?;
    folder.write("rows.csv", &csv(None, report.rows.iter().map(|row| (None, row))))?;
    if let Some(sweep) = sweep {
        folder.write("sweep.csv", &sweep.csv())?;
    }
    let one = of_report(report);
    let along = sweep.map(|sweep| of_sweep(question, sweep)).unwrap_or_default();
    for figure in one.iter().chain(&along) {
        folder.write(&format!("{}.svg", figure.name), figure.drawing.standalone().as_bytes())?;
        folder.write(&format!("{}.png", figure.name), &figure.drawing.to_png(SCALE))?;
    }
    folder.write("report.json", (answer.text() + "\n").as_bytes())?;
    folder.write("report.html", page(question, report, sweep, one, along).as_bytes())
}

fn page(
    question: &Question,
    report: &Report,
    sweep: Option<&Sweep>,
    one: Vec<figures::Figure>,
    along: Vec<figures::Figure>,
) -> String {
    let tile = |label: &str, value: String, unit: &str| Row {
        label: label.into(),
        value,
        unit: unit.into(),
        about: String::new(),
    };
    let mut tiles = vec![tile("recommended", report.recommended.clone().unwrap_or_else(|| "none".into()), "")];
    tiles.extend(report.cost.map(|cost| tile("expected loss", significant(cost, 5), "")));
    tiles.push(tile("exact gradient by", report.exact_method.clone(), ""));
    tiles.push(tile("each estimator", significant(report.draws as f64, 6), "estimates"));
    let mut notes = question.notes.clone();
    notes.extend(report.notes.iter().cloned());
    notes.extend(sweep.into_iter().flat_map(Sweep::warnings));
    let header = COLUMNS.map(str::to_owned).to_vec();
    let rows = report.rows.iter().map(|row| cells(row).to_vec()).collect();
    let mut sections = vec![
        Section::new("Estimators")
            .with(Block::Grid { header, rows })
            .with(Block::Text(conclusion(report, None).lines().last().unwrap_or_default().to_owned()))
            .with(Block::Figures(shown(one))),
    ];
    if let Some(sweep) = sweep {
        let text = format!(
            "The same at {} of {}, {} of each estimator at each.",
            counted(sweep.points.len() as u64, "value"),
            sweep.name,
            counted(sweep.draws as u64, "estimate")
        );
        sections.push(
            Section::new(format!("Along {}", sweep.name)).with(Block::Text(text)).with(Block::Figures(shown(along))),
        );
    }
    sections.push(Section::new("How to read it").with(Block::Text(format!(
        "Each row is one estimator and one parameter. The mean of its estimates stands beside the exact gradient; a verdict 'biased' is a false alarm \
         in one of {} tables. Variance, snr (|mean| / standard deviation), time and efficiency, 1 / (variance · time), are of one estimate. \
         The tail is the shape of a generalised Pareto law of the largest deviations: from 0.5 on the variance may be infinite, and a \
         sample variance means nothing.",
        significant((1.0 / report.false_alarm_rate).round(), 3)
    ))));
    sections.push(Section::new("Repeat").with(Block::Code(question.command.clone())));
    Page {
        title: "Estimators of a gradient".into(),
        subtitle: format!("law {} · loss {} · seed {}", question.law(), question.loss.described(), report.seed),
        tiles,
        notes,
        sections,
        footer:
            "Written by reparam. The page holds everything that it shows: it can be kept, sent and printed as it is."
                .into(),
    }
    .render()
}

fn shown(figures: Vec<figures::Figure>) -> Vec<Figure> {
    let figure = |figure: figures::Figure| Figure {
        media: Media::Drawing(figure.drawing),
        caption: figure.caption,
        wide: false,
    };
    figures.into_iter().map(figure).collect()
}
