//! `reparam infer calibrate`: simulation-based calibration.

use reparam_infer::Model;
use reparam_infer::calibration::{Calibration, CalibrationOptions, Uniformity, calibrate};
use reparam_infer::fit::{Options, infer};
use serde::Serialize;
use std::ops::ControlFlow;

use super::args::{CalibrateArgs, Method};
use super::error::CommandError;
use super::folder::Folder;
use super::live::Live;
use super::print;
use super::problem::{self, Loaded};
use super::run::options;
use crate::compare::{Outcome, aligned};
use crate::console::talk;
use crate::law::pool;
use crate::report::html::{Block, Figure, Media, Page, Section};
use crate::report::number::significant;
use crate::report::plot::{Bar, BarChart, Drawing};

/// The p-value, corrected for the number of parameters, below which intervals are called wrong.
const LEAST: f64 = 0.01;

/// One quantity.
#[derive(Serialize)]
struct Ranked {
    parameter: String,
    p_ecdf: f64,
    p_chi_square: f64,
    histogram: Vec<u64>,
}

/// What is printed with `--json`.
#[derive(Serialize)]
struct Answer {
    problem: String,
    replicates: usize,
    failures: usize,
    p_value: f64,
    calibrated: bool,
    parameters: Vec<Ranked>,
    seconds: f64,
    seed: u64,
}

/// Runs the command.
pub fn run(args: &CalibrateArgs) -> Result<Outcome, CommandError> {
    if args.fit.method == Method::Nuts {
        return Err(CommandError::Option { name: "--method", rule: "vi for calibrate".into(), got: "nuts".into() });
    }
    let loaded = problem::load(&args.problem)?;
    let pool = pool(args.fit.threads)?;
    let folder = args.out.as_deref().map(Folder::create).transpose()?;
    let mut live = Live::new(false);
    let rules =
        CalibrationOptions { replicates: args.replicates, seed: args.fit.seed, ..CalibrationOptions::default() };
    let fit = |model: &dyn Model, seed: u64| {
        let options = Options { seed, ..options(model, &args.fit) };
        let found = infer(model, &model.start(), &options, &mut |_| Live::wanted()).map_err(|e| e.to_string())?;
        if Live::wanted().is_break() {
            return Err("interrupted".into());
        }
        Ok(found.draws)
    };
    let found = pool.install(|| {
        calibrate(&*loaded.model, &rules, &fit, &[], &mut |progress, _| {
            live.say(&format!("{} of {} replicates, {} failed", progress.done, progress.total, progress.failures));
            if Live::wanted().is_break() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    })?;
    let seconds = live.done();
    let answer = answer(&loaded, &found, args, seconds);
    if args.json {
        print(serde_json::to_string_pretty(&answer).unwrap_or_default())?;
    } else {
        print(table(&answer).trim_end())?;
        print(conclusion(&answer))?;
    }
    if let Some(folder) = folder {
        write(&folder, &found, &answer)?;
        talk(format_args!("wrote {}", folder.path().join("report.html").display()));
    }
    Ok(if answer.calibrated { Outcome::Done } else { Outcome::Negative })
}

fn answer(loaded: &Loaded, found: &Calibration, args: &CalibrateArgs, seconds: f64) -> Answer {
    let ranked = |(quantity, u): (&reparam_infer::Quantity, &Uniformity)| Ranked {
        parameter: quantity.name.clone(),
        p_ecdf: u.p_ecdf,
        p_chi_square: u.p_chi_square,
        histogram: u.histogram.clone(),
    };
    let p_value = found.p_value();
    Answer {
        problem: loaded.name.clone(),
        replicates: found.replicates.len(),
        failures: found.failures,
        p_value,
        calibrated: p_value >= LEAST,
        parameters: found.quantities.iter().zip(&found.uniformity).map(ranked).collect(),
        seconds,
        seed: args.fit.seed,
    }
}

fn table(answer: &Answer) -> String {
    let header = ["parameter", "p (ECDF)", "p (chi-square)", "ranks, low to high"];
    let mut lines = vec![header.map(str::to_owned).to_vec()];
    lines.extend(answer.parameters.iter().map(|row| {
        let counts: Vec<String> = row.histogram.iter().map(ToString::to_string).collect();
        vec![row.parameter.clone(), significant(row.p_ecdf, 3), significant(row.p_chi_square, 3), counts.join(" ")]
    }));
    aligned(&lines, &[false, true, true, false])
}

fn conclusion(answer: &Answer) -> String {
    let verdict = if answer.calibrated {
        "ranks look uniform: nothing speaks against the intervals"
    } else {
        "ranks are not uniform: the intervals are wrong (high ends: too narrow; low ends: too wide; a slope: shifted)"
    };
    format!(
        "{} replicates, {} failed, {}; p-value of the worst parameter, corrected for their number: {}\nverdict: {verdict}",
        answer.replicates,
        answer.failures,
        crate::report::number::duration(answer.seconds),
        significant(answer.p_value, 3)
    )
}

fn write(folder: &Folder, found: &Calibration, answer: &Answer) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(answer).unwrap_or_default();
    folder.write("summary.json", (text + "\n").as_bytes())?;
    let mut csv = csv::Writer::from_writer(Vec::new());
    let names = found.quantities.iter().map(|q| q.name.clone());
    let _ = csv.write_record(std::iter::once("replicate".to_owned()).chain(names));
    for (number, replicate) in found.replicates.iter().enumerate() {
        if let Some(ranks) = replicate.ranks() {
            let cells = ranks.iter().map(ToString::to_string);
            let _ = csv.write_record(std::iter::once(number.to_string()).chain(cells));
        }
    }
    folder.write("ranks.csv", &csv.into_inner().unwrap_or_default())?;
    let figures: Vec<(String, Drawing)> = answer
        .parameters
        .iter()
        .map(|row| {
            let bars = row.histogram.iter().enumerate();
            let bar = |(i, count): (usize, &u64)| Bar { label: (i + 1).to_string(), value: *count as f64, group: 0 };
            let chart = BarChart {
                title: format!("ranks of {}", row.parameter),
                y_label: "replicates".into(),
                x_label: format!("rank of the true {}, low to high", row.parameter),
                bars: bars.map(bar).collect(),
                ..BarChart::default()
            };
            (row.parameter.clone(), chart.draw())
        })
        .collect();
    for (number, (_, drawing)) in figures.iter().enumerate() {
        folder.write(&format!("ranks-{}.svg", number + 1), drawing.standalone().as_bytes())?;
        folder.write(&format!("ranks-{}.png", number + 1), &drawing.to_png(2.0))?;
    }
    let figure = |(name, drawing): (String, Drawing)| Figure {
        media: Media::Drawing(drawing),
        caption: format!("Ranks of the true {name} among draws of its posterior; flat is right."),
        wide: false,
    };
    let header = ["parameter", "p (ECDF)", "p (chi-square)"].map(str::to_owned).to_vec();
    let rows = answer.parameters.iter();
    let rows = rows.map(|r| vec![r.parameter.clone(), significant(r.p_ecdf, 3), significant(r.p_chi_square, 3)]);
    let page = Page {
        title: format!("Calibration of {}", answer.problem),
        sections: vec![
            Section::new("Ranks")
                .with(Block::Text(conclusion(answer)))
                .with(Block::Grid { header, rows: rows.collect() })
                .with(Block::Figures(figures.into_iter().map(figure).collect())),
        ],
        footer: "Written by reparam. The page holds everything that it shows.".into(),
        ..Page::default()
    };
    folder.write("report.html", page.render().as_bytes())
}
