//! The files of a run, and the page that shows them.

use reparam_core::noise::Key;
use serde::Serialize;

use super::answer::{HEADER, cells};
use super::args::{FitArgs, gradient_word, guide_word, noise_word};
use super::error::CommandError;
use super::figures::{self, Figure as Picture};
use super::folder::Folder;
use super::inference_data::{Drawn, observed, posterior, posterior_predictive, sample_stats};
use super::predictive::Predictive;
use super::problem::Loaded;
use super::run::{Found, Source};
use super::zarr;
use crate::report::html::{Block, Figure, Media, Page, Row, Section};
use crate::report::number::{duration, significant};

/// Pixels of a PNG file for each of the drawing's.
const SCALE: f64 = 2.0;

/// What `config.toml` holds.
#[derive(Serialize)]
struct Config<'a> {
    version: &'static str,
    command: &'a str,
    problem: &'a str,
    method: &'static str,
    guide: String,
    noise: &'static str,
    gradient: &'static str,
    draws: usize,
    steps: u64,
    seconds: Option<f64>,
}

/// Writes everything.
pub fn write(folder: &Folder, loaded: &Loaded, found: &Found, fit: &FitArgs) -> Result<(), CommandError> {
    let model = &*loaded.model;
    folder.write("summary.json", (found.answer.json() + "\n").as_bytes())?;
    let config = Config {
        version: env!("CARGO_PKG_VERSION"),
        command: &found.answer.command,
        problem: &loaded.name,
        method: if matches!(found.source, Source::Chains(_)) { "nuts" } else { "vi" },
        guide: guide_word(fit.guide),
        noise: noise_word(fit.noise),
        gradient: gradient_word(fit.gradient),
        draws: fit.draws,
        steps: fit.steps,
        seconds: fit.seconds,
    };
    // The seed may be above 2^63, which TOML cannot hold: the command has it.
    let text = toml::to_string(&config).unwrap_or_else(|_| format!("command = {:?}\n", found.answer.command));
    folder.write("config.toml", text.as_bytes())?;
    let standing = standing(found);
    let rows: Vec<Vec<f64>> = standing.iter().map(|s| found.posterior.values.row(*s).to_vec()).collect();
    let names: Vec<String> = found.posterior.quantities.iter().map(|q| q.name.clone()).collect();
    folder.write("draws.csv", &csv(&names, &rows))?;
    let points: Vec<f64> = standing.iter().flat_map(|s| found.posterior.points.row(*s).to_vec()).collect();
    let points = reparam_infer::Draws::new(found.posterior.points.dimension, points);
    let predictive = Predictive::of(model, &points, found.answer.seed);
    let observations = model.observations();
    let drawn = Drawn { names, rows: rows.iter().map(Vec::as_slice).collect(), chains: found.posterior.chains };
    let mut groups = vec![posterior(&drawn), stats(found, &standing, &drawn)];
    if !predictive.replicates.is_empty() {
        groups.push(posterior_predictive(&observations, &predictive));
    }
    if !observations.is_empty() {
        groups.push(observed(&observations));
    }
    zarr::write(folder, "inference.zarr", &groups)?;
    let mut sections = vec![("Data and predictions", figures::predictive(model, &observations, &predictive))];
    sections.push(("Posterior against prior", figures::marginals(model, &found.posterior)));
    sections.push(("Pairs", figures::pairs(&found.posterior, &rows).into_iter().collect()));
    if let Source::Guide(inference) = &found.source {
        sections.push(("The fit", figures::diagnostics(inference)));
    }
    for picture in sections.iter().flat_map(|(_, pictures)| pictures) {
        folder.write(&format!("{}.svg", picture.name), picture.drawing.standalone().as_bytes())?;
        folder.write(&format!("{}.png", picture.name), &picture.drawing.to_png(SCALE))?;
    }
    folder.write("report.html", page(loaded, found, sections).as_bytes())
}

/// Draws that stand for the posterior without weights: resampled, in an order that is no order.
fn standing(found: &Found) -> Vec<usize> {
    let logs = &found.posterior.log_weights;
    let count = logs.len();
    if logs.iter().all(|w| (w + (count as f64).ln()).abs() < 1e-9) {
        return (0..count).collect();
    }
    let key = Key::new(found.answer.seed).site("standing");
    let chosen = reparam_infer::psis::resample(logs, count, key.step(0));
    // Equal draws would stand side by side, and look like a chain that does not move.
    let order = key.step(1).permutation(count);
    order.into_iter().map(|at| chosen[at]).collect()
}

fn stats(found: &Found, standing: &[usize], drawn: &Drawn<'_>) -> zarr::Group {
    match &found.source {
        Source::Guide(inference) => {
            let ratios = standing.iter().map(|s| inference.weighted.log_ratios[*s]).collect();
            sample_stats(drawn, vec![("log_ratio", ratios)], Vec::new())
        }
        Source::Chains(chains) => sample_stats(
            drawn,
            vec![("lp", chains.log_densities.clone()), ("step_size", chains.step_sizes.clone())],
            vec![("diverging", chains.divergent.clone()), ("tree_depth", chains.tree_depths.clone())],
        ),
    }
}

fn csv(names: &[String], rows: &[Vec<f64>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // A vector in memory refuses nothing.
    let _ = writer.write_record(names);
    for row in rows {
        let _ = writer.write_record(row.iter().map(f64::to_string));
    }
    writer.into_inner().unwrap_or_default()
}

fn page(loaded: &Loaded, found: &Found, pictures: Vec<(&'static str, Vec<Picture>)>) -> String {
    let answer = &found.answer;
    let tile = |label: &str, value: String, unit: &str| Row::new(label, value, unit, "");
    let mut tiles = vec![tile("verdict", answer.verdict.clone(), "")];
    tiles.extend(answer.k_hat.map(|k| tile("k-hat", format!("{k:.2}"), "")));
    tiles.extend(answer.elbo.map(|elbo| tile("ELBO", format!("{elbo:.2}"), "nats")));
    tiles.push(tile("in", duration(answer.seconds), ""));
    let header = HEADER.map(str::to_owned).to_vec();
    let rows = answer.parameters.iter().map(cells).collect();
    let mut parameters = Section::new("Parameters").with(Block::Grid { header, rows });
    for line in answer.conclusion().lines() {
        parameters = parameters.with(Block::Text(line.to_owned()));
    }
    let mut sections = vec![parameters];
    for (heading, pictures) in pictures {
        if !pictures.is_empty() {
            sections.push(Section::new(heading).with(Block::Figures(pictures.into_iter().map(shown).collect())));
        }
    }
    if answer.attempts.len() > 1 {
        let header = ["guide", "k-hat", "ELBO", "error", "stopped because"].map(str::to_owned).to_vec();
        let rows = answer.attempts.iter().map(|a| {
            let k = a.k_hat.map_or_else(|| "-".into(), |k| format!("{k:.2}"));
            vec![a.guide.clone(), k, significant(a.elbo, 6), significant(a.elbo_se, 2), a.stopped_because.clone()]
        });
        sections.push(Section::new("Guides tried").with(Block::Grid { header, rows: rows.collect() }));
    }
    sections.push(Section::new("How to read it").with(Block::Text(
        "mcse is the Monte Carlo standard error of the mean: how far it would move with other noise. k-hat is the tail index of the importance ratios, \
         posterior over guide: below 0.5 draws stand for the posterior, to 0.7 they do with their weights (which all numbers and pictures here \
         include), above they do not, and nothing here should be believed (Vehtari et al. 2024). The ELBO is a lower bound of the log evidence."
            .into(),
    )));
    sections.push(Section::new("Repeat").with(Block::Code(answer.command.clone())));
    let notes = if answer.verdict == "not to be trusted" { vec![answer.reason.clone()] } else { Vec::new() };
    Page {
        title: format!("Posterior of {}", loaded.name),
        subtitle: format!("{} · {} · seed {}", loaded.about, answer.guide, answer.seed)
            .trim_start_matches(" · ")
            .to_owned(),
        tiles,
        notes,
        sections,
        footer:
            "Written by reparam. The page holds everything that it shows: it can be kept, sent and printed as it is."
                .into(),
    }
    .render()
}

fn shown(picture: Picture) -> Figure {
    Figure { media: Media::Drawing(picture.drawing), caption: picture.caption, wide: picture.wide }
}
