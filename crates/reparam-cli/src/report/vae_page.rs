//! The page of a variational autoencoder.

use super::html::{Block, Figure, Media, Page, Row, Section};
use super::number::{counted, significant};
use super::picture::{Grid, Images};
use super::vae::{ACTIVE_VARIANCE, EpochRow, ImageTable, LatentAxis, Scores, VaeReport, minus};
use super::vae_plots::{
    course, details, even_columns, first_and_last, image_table, latent_bars, latent_map, loss, page_scale, smoothed,
};
use std::fmt::Write as _;

/// The width of the page's contents, in pixels.
const PAGE: usize = 980;
/// What the encoder is given, where training gave it something else.
const INTENSITIES: &str = " The encoder was trained on binarised images and is given their grey intensities here, which is what it saw on average.";

/// The page of a run as one HTML file.
///
/// ```
/// use reparam_cli::report::{VaeReport, render_vae};
/// let page = render_vae(&VaeReport { run: "digits".into(), ..VaeReport::default() });
/// assert!(page.starts_with("<!DOCTYPE html>"));
/// ```
pub fn render_vae(report: &VaeReport) -> String {
    let mut notes = report.notes.clone();
    notes.extend(findings(report));
    let title = if report.run.is_empty() {
        "Variational autoencoder".into()
    } else {
        format!("Variational autoencoder: {}", report.run)
    };
    let facts = |names: &[&str]| -> Vec<&str> {
        let of = |name: &&str| {
            report.facts.iter().find(|fact| fact.0.eq_ignore_ascii_case(name)).map(|fact| fact.1.as_str())
        };
        names.iter().filter_map(of).collect()
    };
    Page {
        title,
        subtitle: facts(&["data", "model", "latent", "objective"]).join(" · "),
        tiles: report.scores.tiles(),
        notes,
        sections: vec![
            results(report),
            training(report),
            reconstructions(report),
            samples(report),
            latent_space(report),
            moving(report),
            repeat(report),
        ],
        footer:
            "Written by reparam. The page holds everything that it shows: it can be kept, sent and printed as it is."
                .into(),
    }
    .render()
}

/// What the numbers themselves give cause to say.
fn findings(report: &VaeReport) -> Vec<String> {
    let mut findings = Vec::new();
    let broken = report.epochs.iter().filter(|row| !row.elbo.is_finite()).count();
    if broken > 0 {
        findings.push(format!(
            "{broken} of {} {} an ELBO that is not finite; curves leave {} out.",
            counted(report.epochs.len() as u64, "epoch"),
            if broken == 1 { "has" } else { "have" },
            if broken == 1 { "it" } else { "them" },
        ));
    }
    if let (Some(nll), Some(floor)) = (report.scores.nll, report.scores.floor)
        && nll.value >= floor
    {
        findings.push("The negative log-likelihood is not below the floor of independent pixels: nothing about their structure was learned.".into());
    }
    if report.scores.nll.is_some_and(|nll| !nll.value.is_finite()) {
        findings.push("The negative log-likelihood is not finite.".into());
    }
    if let Some(skipped @ 1..) = report.scores.skipped_steps {
        let (were, them) = if skipped == 1 { ("was", "it") } else { ("were", "them") };
        let steps = counted(skipped, "training step");
        findings.push(format!("{steps} {were} left out because something in {them} was not finite."));
    }
    if let Some(weight) = report.epochs.last().and_then(|row| row.kl_weight)
        && weight < 1.0
    {
        findings.push(format!(
            "The run ended with a weight of {weight} on the KL divergence: what was maximised is not the ELBO."
        ));
    }
    findings.extend(unused_latent(report));
    findings
}

/// A total divergence below this tells next to nothing about an image, nats.
const COLLAPSED_KL: f64 = 0.5;

/// What it means that no axis is in use, as far as the numbers tell.
fn unused_latent(report: &VaeReport) -> Option<String> {
    let Scores { active_units: Some((0, all @ 1..)), kl, .. } = report.scores else {
        return None;
    };
    let unknown = report.latents.iter().any(|axis| axis.mean_variance.is_some() && axis.active().is_none());
    if unknown || !report.scores.finite() {
        return None;
    }
    Some(match kl {
        Some(kl) if kl.value > COLLAPSED_KL => format!(
            "No latent axis has a posterior mean whose variance over images is above {ACTIVE_VARIANCE}, although the KL divergence is \
             {} nats: the posteriors differ from the prior, but their means hardly from each other.",
            significant(kl.value, 3)
        ),
        _ if all == 1 => {
            "The one latent axis is not in use (posterior collapse): all images have nearly the same code.".into()
        }
        _ => format!(
            "None of the {all} latent axes is in use (posterior collapse): all images have nearly the same code."
        ),
    })
}

fn results(report: &VaeReport) -> Section {
    let mut section = Section::new("Results");
    let rows = report.scores.rows();
    if !rows.is_empty() {
        section = section.with(Block::Table(rows));
    }
    section
}

fn training(report: &VaeReport) -> Section {
    let section = Section::new("Training");
    if report.epochs.is_empty() {
        return section;
    }
    if let [only] = &report.epochs[..] {
        return section
            .with(Block::Text("There is one row of metrics so far: numbers, but no curves yet.".into()))
            .with(Block::Table(one_epoch(only)));
    }
    let mut caption =
        String::from("The loss is minus the ELBO: the price in nats of describing one image with the model.");
    if report.epochs.iter().any(|row| row.validation_elbo.is_some()) {
        caption.push_str(
            " Validation images are not trained on, and are others than the test images of the results. Curves that part, with \
             validation rising, mean overfitting.",
        );
    }
    if let Some(most) = smoothed(&report.epochs) {
        let _ = write!(caption, " The validation curve is a running mean over up to {most} epochs.");
    }
    if report.epochs.iter().any(|row| row.validation_elbo.is_some() && row.validation_elbo_se.is_some()) {
        caption.push_str(" Its band is one standard error over images to each side.");
    }
    if report.epochs.iter().any(|row| row.objective.is_some()) {
        caption
            .push_str(" What was maximised is the importance-weighted bound, a tighter one, drawn as its own curve.");
    }
    if report.scores.floor.is_some() {
        caption.push_str(" The floor is the price of the test images with independent pixels.");
    }
    if let Some(course) = course(&report.epochs) {
        let _ = write!(caption, " {course}");
    }
    let mut figures =
        vec![Figure { media: Media::Drawing(loss(&report.epochs, report.scores.floor)), caption, wide: true }];
    for (drawing, caption) in details(&report.epochs) {
        let wide = drawing.width > 600;
        figures.push(Figure { media: Media::Drawing(drawing), caption: caption.into(), wide });
    }
    section.with(Block::Figures(figures))
}

/// The numbers of a single epoch, which make no curve.
fn one_epoch(row: &EpochRow) -> Vec<Row> {
    const NATS: &str = "nats per image";
    let mut rows = Vec::new();
    let mut add = |label: &str, value: Option<f64>, unit: &str| {
        rows.extend(value.map(|value| Row::new(label, minus(&significant(value, 4)), unit, "")));
    };
    add("Epoch", Some(row.epoch), "");
    add("Steps", Some(row.step as f64), "");
    add("Training loss (minus the ELBO)", Some(-row.elbo), NATS);
    add("Reconstruction loss", Some(-row.reconstruction), NATS);
    add("KL divergence", Some(row.kl), NATS);
    add("Validation loss (minus the ELBO)", row.validation_elbo.map(|elbo| -elbo), NATS);
    add("Norm of the gradient", row.gradient_norm, "");
    rows
}

/// What is said below pictures that have pixels without a value.
fn magenta<'a>(all: impl IntoIterator<Item = &'a Images>) -> &'static str {
    let broken = all.into_iter().any(|images| !images.all_finite());
    if broken { " Magenta marks values that are not finite numbers." } else { "" }
}

fn figure(media: Media, caption: impl Into<String>) -> Block {
    Block::Figures(vec![Figure { media, caption: caption.into(), wide: true }])
}

fn png(grid: &Grid<'_>, alt: &str) -> Media {
    Media::Png { bytes: grid.to_png(), alt: alt.into(), size: grid.size() }
}

/// Columns that fill the width of the page with images of a good size, and as even rows as possible.
fn columns(images: &Images) -> usize {
    let side = images.shape().2 * page_scale(images, 1, PAGE) + 3;
    let most = (PAGE / side).clamp(1, 16);
    even_columns(images.len(), most)
}

fn reconstructions(report: &VaeReport) -> Section {
    let section = Section::new("Reconstructions");
    let Some(pairs) = report.reconstructions.as_ref().filter(|pairs| !pairs.originals.is_empty()) else {
        return section;
    };
    let columns = columns(&pairs.originals);
    let grid = Grid::pairs(&pairs.originals, &pairs.reconstructions, columns).scale(page_scale(
        &pairs.originals,
        columns,
        PAGE,
    ));
    let caption = if pairs.originals.shape() == pairs.reconstructions.shape() {
        "Pairs of rows. Above: images that were not trained on. Below: each encoded to the mean of its posterior and decoded again. \
         Strokes that are missing or blurred are what the latent does not carry."
    } else {
        "Images that were not trained on. Their reconstructions have another shape and cannot stand beside them."
    };
    let mut caption = format!("{caption}{}", magenta([&pairs.originals, &pairs.reconstructions]));
    if report.binarised {
        caption.push_str(INTENSITIES);
    }
    section.with(figure(png(&grid, "held-out images, each above its reconstruction"), caption))
}

fn samples(report: &VaeReport) -> Section {
    let section = Section::new("Samples");
    let Some(images) = report.samples.as_ref().filter(|images| !images.is_empty()) else {
        return section;
    };
    let columns = columns(images);
    let grid = Grid::new(images, columns).scale(page_scale(images, columns, PAGE));
    let caption = "Images that never existed: draws from the standard normal prior, decoded, not selected. Shapes between classes show \
                   where the posteriors do not fill the prior.";
    let caption = format!("{caption}{}", magenta([images]));
    section.with(figure(png(&grid, "images decoded from draws of the prior"), caption))
}

fn latent_space(report: &VaeReport) -> Section {
    let mut section = Section::new("Latent space");
    if let Some(map) = report.latent_map.as_ref().filter(|map| !map.points.is_empty()) {
        let kind = if map.one_dimensional { ", along the one latent axis" } else { "" };
        let colour = if map.labels.is_some() { " Colours and names are labels that the model never saw." } else { "" };
        let what = match map.points.len() {
            1 => "A held-out image, at the mean of its posterior".into(),
            many => format!("{}, each at the mean of its posterior", counted(many as u64, "held-out image")),
        };
        let mut caption = format!("{what}{kind}.{colour}");
        if !map.choice.is_empty() {
            let _ = write!(caption, " {}", map.choice);
        } else if !map.one_dimensional && map.axes.iter().all(|axis| !axis.is_empty()) {
            let _ = write!(caption, " The axes are: {}, and {}.", map.axes[0], map.axes[1]);
        }
        if report.binarised {
            caption.push_str(INTENSITIES);
        }
        section = section.with(figure(Media::Drawing(latent_map(map, (760, 620))), caption));
    }
    if !report.latents.is_empty() {
        let bars = latent_bars(&report.latents);
        let mut caption = String::from("What each latent axis tells about an image.");
        if report.latents.iter().any(|axis| axis.active().is_some()) {
            let active = report.latents.iter().filter(|axis| axis.active() == Some(true)).count();
            let all = report.latents.len();
            let _ = write!(
                caption,
                " Active: {active} of {all}, by a variance of the posterior mean over images above {ACTIVE_VARIANCE}."
            );
        }
        caption.push_str(" An axis near zero carries nothing: its posterior is the prior.");
        if let Some(largest) = bars.largest() {
            let _ = write!(caption, " Largest, axis {largest} nats.");
        }
        section = section.with(figure(Media::Drawing(bars.draw()), caption));
    }
    section
}

fn moving(report: &VaeReport) -> Section {
    let mut section = Section::new("Moving through the latent space");
    if let Some(table) = report.traversals.as_ref().filter(|table| !table.images.is_empty()) {
        let range = first_and_last(&table.column_labels).map_or(String::new(), |range| format!(" from {range}"));
        let caption = format!(
            "Traversals. Each row changes one latent axis{range} and keeps the others where they are; the axis is named on the left.{} \
             A row that changes one thing at a time is an axis with a meaning; a row that stays alike is an axis that is not used.{}",
            which_axes(table, &report.latents),
            magenta([&table.images]),
        );
        section =
            section.with(figure(Media::Drawing(image_table(table, "decoded images along latent axes", PAGE)), caption));
    }
    if let Some(table) = report.interpolations.as_ref().filter(|table| !table.images.is_empty()) {
        let caption = format!(
            "Interpolations. The ends of each row are reconstructions of two held-out images; between them the latent moves in equal \
             steps. Images in between that look real mean that the latent space has no holes there.{}",
            magenta([&table.images])
        );
        section = section
            .with(figure(Media::Drawing(image_table(table, "decoded images between pairs of images", PAGE)), caption));
    }
    section
}

/// How many of the axes a table of traversals shows, and in which order, where its labels name axes that are known.
fn which_axes(table: &ImageTable, latents: &[LatentAxis]) -> String {
    let rows = table.images.len().div_ceil(table.columns.max(1));
    let (shown, all) = (rows as u64, latents.len() as u64);
    if all < shown || all == 0 {
        return String::new();
    }
    let axes =
        if all == 1 { "The one latent axis is shown".into() } else { format!("{shown} of {all} axes are shown") };
    let divergence = |label: &String| {
        let digits = label.trim_start_matches(|c: char| !c.is_ascii_digit());
        let index: usize = digits.parse().ok()?;
        latents.iter().find(|axis| axis.index == index).map(|axis| axis.kl)
    };
    let order: Option<Vec<f64>> = table.row_labels.iter().map(divergence).collect();
    let falling = order.is_some_and(|order| order.len() == rows && rows > 1 && order.is_sorted_by(|a, b| a >= b));
    let order = if falling { ", the one with the largest KL divergence first" } else { "" };
    let axes = if shown == 1 && all > 1 { format!("1 of {all} axes is shown") } else { axes };
    format!(" {axes}{order}.")
}

fn repeat(report: &VaeReport) -> Section {
    let mut section = Section::new("Repeat this run");
    if !report.command.is_empty() {
        section = section.with(Block::Code(report.command.clone()));
    }
    let rows: Vec<Row> = report.facts.iter().map(|(label, value)| Row::new(label, value, "", "")).collect();
    if !rows.is_empty() {
        section = section.with(Block::Table(rows));
    }
    if !report.config_toml.is_empty() {
        section = section.with(Block::Text("The whole configuration, with every default written out:".into()));
        section = section.with(Block::Code(report.config_toml.clone()));
    }
    if !report.citations.is_empty() {
        section = section.with(Block::Text("To cite:".into())).with(Block::References(report.citations.clone()));
    }
    section
}
