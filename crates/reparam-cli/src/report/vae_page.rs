//! The page of a variational autoencoder.

use super::html::{Block, Figure, Media, Page, Row, Section};
use super::picture::{Grid, Images};
use super::vae::{ACTIVE_VARIANCE, VaeReport};
use super::vae_plots::{
    course, details, even_columns, first_and_last, image_table, latent_bars, latent_map, loss, page_scale,
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
            "{broken} of {} epochs have an ELBO that is not finite; curves leave them out.",
            report.epochs.len()
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
        findings.push(format!("{skipped} training steps were left out because something in them was not finite."));
    }
    if let Some(weight) = report.epochs.last().and_then(|row| row.kl_weight)
        && weight < 1.0
    {
        findings.push(format!(
            "The run ended with a weight of {weight} on the KL divergence: what was maximised is not the ELBO."
        ));
    }
    if let Some((0, all @ 1..)) = report.scores.active_units {
        findings
            .push(format!("None of the {all} latent axes is in use (posterior collapse): all images share one code."));
    }
    findings
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
    let mut caption = String::from(
        "The loss is minus the ELBO: the price in nats of describing one image with the model. Curves that part, with the held-out one \
         rising, mean overfitting.",
    );
    if report.epochs.iter().any(|row| row.objective.is_some()) {
        caption
            .push_str(" What was maximised is the importance-weighted bound, a tighter one, drawn as its own curve.");
    }
    if report.scores.floor.is_some() {
        caption.push_str(" The floor is the price with independent pixels.");
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
    let mut caption = String::from(if pairs.originals.shape() == pairs.reconstructions.shape() {
        "Pairs of rows. Above: images that were not trained on. Below: each encoded to the mean of its posterior and decoded again. \
         Strokes that are missing or blurred are what the latent does not carry."
    } else {
        "Images that were not trained on. Their reconstructions have another shape and cannot stand beside them."
    });
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
    section.with(figure(png(&grid, "images decoded from draws of the prior"), caption))
}

fn latent_space(report: &VaeReport) -> Section {
    let mut section = Section::new("Latent space");
    if let Some(map) = report.latent_map.as_ref().filter(|map| !map.points.is_empty()) {
        let kind =
            if map.one_dimensional { "along the one latent axis" } else { "in two dimensions of the latent space" };
        let colour = if map.labels.is_some() { " Colours and names are labels that the model never saw." } else { "" };
        let mut caption = format!("Held-out images, each at the mean of its posterior, {kind}.{colour}");
        if !map.choice.is_empty() {
            let _ = write!(caption, " {}", map.choice);
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
            "Traversals. Each row changes one latent axis{range} and keeps the others where they are; the axis is named on the left. \
             A row that changes one thing at a time is an axis with a meaning; a row that stays alike is an axis that is not used."
        );
        section =
            section.with(figure(Media::Drawing(image_table(table, "decoded images along latent axes", PAGE)), caption));
    }
    if let Some(table) = report.interpolations.as_ref().filter(|table| !table.images.is_empty()) {
        let caption = "Interpolations. The ends of each row are reconstructions of two held-out images; between them the latent moves in \
                       equal steps. Images in between that look real mean that the latent space has no holes there.";
        section = section
            .with(figure(Media::Drawing(image_table(table, "decoded images between pairs of images", PAGE)), caption));
    }
    section
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
