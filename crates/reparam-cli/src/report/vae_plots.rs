//! The plots and pictures of the page of a variational autoencoder.

use super::html::data_address;
use super::number::significant;
use super::picture::{Grid, Images};
use super::plot::drawing::escape;
use super::plot::palette::{INK, MUTED};
use super::plot::{Bar, BarChart, Colouring, Drawing, LineChart, Scatter, Series};
use super::vae::{EpochRow, ImageTable, LatentAxis, LatentMap, minus};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Takes a quantity out of a row of the metrics.
type Pick = fn(&EpochRow) -> Option<f64>;

/// Curves of quantities of the metrics over epochs; those without a value are left out.
fn curves(epochs: &[EpochRow], parts: &[(&str, Pick)]) -> Vec<Series> {
    let mut series = Vec::new();
    for (label, pick) in parts {
        let points: Vec<(f64, f64)> =
            epochs.iter().filter_map(|row| pick(row).map(|value| (row.epoch, value))).collect();
        if !points.is_empty() {
            series.push(Series::new(*label, points));
        }
    }
    series
}

fn chart(y_label: &str, series: Vec<Series>) -> LineChart {
    let whole_x = series.iter().flat_map(|series| &series.points).all(|point| point.0.fract() == 0.0);
    LineChart {
        title: format!("{y_label} over epochs"),
        y_label: y_label.into(),
        x_label: "epoch".into(),
        series,
        whole_x,
        ..LineChart::default()
    }
}

/// The reach of the running mean at a point to each side: a twentieth of the curve in all, less near the ends, where it would
/// look beyond the curve, and less at the start, where the curve bends.
fn reach(index: usize, count: usize) -> usize {
    (count / 20).min(index / 4).min(count.saturating_sub(index + 1))
}

/// The most epochs of which the running mean of the validation curve takes the mean; nothing where it leaves the curve as it is.
pub(super) fn smoothed(epochs: &[EpochRow]) -> Option<usize> {
    let count = epochs.iter().filter(|row| row.validation_elbo.is_some()).count();
    let most = (0..count).map(|index| reach(index, count)).max().unwrap_or(0);
    (most > 0).then_some(2 * most + 1)
}

/// The running mean of the finite values; a value that is not finite stays.
fn running_mean(values: &[f64]) -> Vec<f64> {
    let mean = |index: usize| {
        let reach = reach(index, values.len());
        let near = values[index - reach..=index + reach].iter().filter(|value| value.is_finite());
        near.clone().sum::<f64>() / near.count() as f64
    };
    values.iter().enumerate().map(|(index, &value)| if value.is_finite() { mean(index) } else { value }).collect()
}

/// The loss on validation images, smoothed, with a band of its standard error where that is known.
fn validation(epochs: &[EpochRow]) -> Option<Series> {
    let rows: Vec<(&EpochRow, f64)> =
        epochs.iter().filter_map(|row| row.validation_elbo.map(|elbo| (row, -elbo))).collect();
    if rows.is_empty() {
        return None;
    }
    let centre = running_mean(&rows.iter().map(|row| row.1).collect::<Vec<_>>());
    let errors: Vec<f64> = rows.iter().map(|row| row.0.validation_elbo_se.unwrap_or(0.0)).collect();
    let points: Vec<(f64, f64)> = rows.iter().zip(&centre).map(|(row, &value)| (row.0.epoch, value)).collect();
    let band = if rows.iter().any(|row| row.0.validation_elbo_se.is_some()) {
        centre.iter().zip(running_mean(&errors)).map(|(value, error)| (value - error, value + error)).collect()
    } else {
        Vec::new()
    };
    Some(Series { label: "validation, −ELBO".into(), points, band, ..Series::default() })
}

/// The loss, with the floor where there is one.
pub(super) fn loss(epochs: &[EpochRow], floor: Option<f64>) -> Drawing {
    let references = floor.map(|floor| ("floor".to_owned(), floor)).into_iter().collect();
    LineChart { references, size: (980, 360), ..chart("loss (nats per image; lower is better)", losses(epochs)) }.draw()
}

fn losses(epochs: &[EpochRow]) -> Vec<Series> {
    let mut all = curves(epochs, &[("training, −ELBO", |row| Some(-row.elbo))]);
    all.extend(validation(epochs));
    all.extend(curves(epochs, &[("training, −IWAE bound", |row| row.objective.map(|bound| -bound))]));
    all
}

/// The points from this epoch on.
fn from_epoch(series: Series, start: f64) -> Series {
    let late = series.points.partition_point(|point| point.0 < start);
    let band = series.band.get(late..).unwrap_or_default().to_vec();
    Series { points: series.points[late..].to_vec(), band, ..series }
}

/// The two parts of the loss, and the course of the optimiser where it is known and not constant.
pub(super) fn details(epochs: &[EpochRow]) -> Vec<(Drawing, &'static str)> {
    let mut plots = Vec::new();
    // The first epochs decide the scale of the whole curve; what happens at the end needs its own.
    if epochs.len() >= 20 {
        let start = epochs[epochs.len() / 2].epoch;
        let late = losses(epochs).into_iter().map(|series| from_epoch(series, start)).collect();
        let drawing = LineChart { size: (980, 300), ..chart("loss in the second half (nats per image)", late) }.draw();
        plots.push((drawing, "The second half of training on its own scale: whether more epochs would help, and whether the curves part."));
    }
    let mut add = |y_label: &str, log_y: bool, pick: Pick, caption| {
        let series = curves(epochs, &[("training", pick)]);
        if !series.is_empty() {
            plots.push((LineChart { log_y, size: (480, 280), ..chart(y_label, series) }.draw(), caption));
        }
    };
    add(
        "reconstruction loss (nats per image)",
        false,
        |row| Some(-row.reconstruction),
        "Reconstruction loss, the first part: minus the expected log-probability of an image, decoded from a draw of its posterior.",
    );
    add(
        "KL divergence (nats per image)",
        false,
        |row| Some(row.kl),
        "KL divergence, the second part: what the latent tells about an image. A fall to zero means that the decoder ignores the \
         latent (posterior collapse).",
    );
    add(
        "norm of the gradient (log scale)",
        true,
        |row| row.gradient_norm,
        "Norm of the gradient before clipping, mean over an epoch. A spike is an epoch with outsized gradients.",
    );
    add(
        "variance of the gradient (log scale)",
        true,
        |row| row.gradient_variance,
        "Variance of the encoder's gradient with the noise of the latents, summed over its weights, at fixed weights on one batch: what the \
         choice of an estimator decides.",
    );
    let varies = |pick: Pick| {
        let values: Vec<f64> = epochs.iter().filter_map(pick).collect();
        values.windows(2).any(|pair| pair[0] != pair[1])
    };
    if varies(|row| row.learning_rate) {
        add("learning rate", false, |row| row.learning_rate, "The optimiser's learning rate.");
    }
    if varies(|row| row.kl_weight) {
        add(
            "weight of the KL divergence",
            false,
            |row| row.kl_weight,
            "The weight of the divergence in the objective. While it is not 1, the objective is not the ELBO.",
        );
    }
    plots
}

/// The divergence of every latent axis, largest first.
pub(super) fn latent_bars(latents: &[LatentAxis]) -> BarChart {
    let mut sorted = latents.to_vec();
    sorted.sort_by(|a, b| b.kl.total_cmp(&a.kl).then(a.index.cmp(&b.index)));
    // A divergence that is not finite goes last, where it does not push the others out.
    sorted.sort_by_key(|axis| !axis.kl.is_finite());
    let bars = sorted
        .iter()
        .map(|axis| Bar {
            label: axis.index.to_string(),
            value: axis.kl,
            group: usize::from(axis.active() == Some(false)),
        })
        .collect();
    let both = [true, false].iter().all(|state| latents.iter().any(|axis| axis.active() == Some(*state)));
    let groups = if both { vec!["active".into(), "not active".into()] } else { Vec::new() };
    BarChart {
        title: "KL divergence of each latent axis".into(),
        y_label: "KL divergence (nats, mean over images)".into(),
        x_label: "index of the latent axis, largest divergence first".into(),
        bars,
        groups,
        size: (980, 320),
    }
}

/// Posterior means, coloured by class. In one dimension the classes stand one above the other.
pub(super) fn latent_map(map: &LatentMap, size: (u32, u32)) -> Drawing {
    let colouring = match &map.labels {
        Some(labels) => classes(labels),
        None => Colouring::None,
    };
    let row_of = |index: usize| match &colouring {
        Colouring::Classes { class, .. } => class.get(index).copied().unwrap_or(0) as f64,
        _ => 0.0,
    };
    // Multiples of the golden ratio spread evenly, whatever the number of points, and need no generator.
    let spread = |index: usize| (index as f64 * 0.618_033_988_749_894_9).fract() * 0.8;
    let points = if map.one_dimensional {
        map.points.iter().enumerate().map(|(index, point)| (point.0, -row_of(index) - spread(index))).collect()
    } else {
        map.points.clone()
    };
    Scatter {
        title: "latent map".into(),
        y_label: match (map.one_dimensional, &map.labels) {
            (true, Some(_)) => "one row a class; the height within it means nothing".into(),
            (true, None) => "the height means nothing".into(),
            _ => map.axes[1].clone(),
        },
        x_label: map.axes[0].clone(),
        points,
        colouring,
        y_ticks: !map.one_dimensional,
        name_classes: true,
        size,
    }
    .draw()
}

/// Classes from their names, in the order that people expect: 9 before 10, and `class 9` before `class 10`.
fn classes(labels: &[String]) -> Colouring {
    let mut names: Vec<String> = labels.to_vec();
    let number = |name: &String| name.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    let numeric = names.iter().all(|name| number(name).is_some());
    names.sort_by(|a, b| match (number(a), number(b)) {
        (Some(x), Some(y)) if numeric => x.total_cmp(&y).then_with(|| a.cmp(b)),
        _ => stem_and_number(a).cmp(&stem_and_number(b)).then_with(|| a.cmp(b)),
    });
    names.dedup();
    let index: BTreeMap<&String, usize> = names.iter().enumerate().map(|(index, name)| (name, index)).collect();
    let class = labels.iter().map(|label| index.get(label).copied().unwrap_or(usize::MAX)).collect();
    Colouring::Classes { class, names }
}

/// A name without the digits at its end, and the number that they are.
fn stem_and_number(name: &str) -> (&str, u64) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem, name[stem.len()..].parse().unwrap_or(0))
}

/// How many pixels of the page a pixel of an image takes, so that `columns` images fill at most `width` and each has a good size.
pub(super) fn page_scale(images: &Images, columns: usize, width: usize) -> usize {
    let (_, image_height, image_width) = images.shape();
    let fits = (width / columns.max(1)).saturating_sub(3) / image_width;
    fits.min(64_usize.div_ceil(image_height.max(image_width))).max(1)
}

/// At most this many columns: whole rows where that does not take twice as many rows, otherwise rows as even as possible.
pub(super) fn even_columns(count: usize, most: usize) -> usize {
    let whole = (most / 2 + 1..=most).rev().find(|columns| count.is_multiple_of(*columns));
    whole.filter(|_| count > 0).unwrap_or_else(|| count.div_ceil(count.div_ceil(most).max(1)).max(1))
}

/// Images with the names of their rows and columns.
pub(super) fn image_table(table: &ImageTable, label: &str, width: usize) -> Drawing {
    let columns = table.columns.clamp(1, table.images.len().max(1));
    let longest = table.row_labels.iter().map(|label| label.chars().count().min(24)).max().unwrap_or(0);
    let left = if longest == 0 { 0 } else { 10 + (longest * 34).div_ceil(5) };
    let top = if table.column_labels.is_empty() { 0 } else { 20 };
    let grid = Grid::new(&table.images, columns).scale(page_scale(&table.images, columns, width.saturating_sub(left)));
    let (grid_width, grid_height) = grid.size();
    let (image_width, image_height) = grid.cell();
    let mut svg = String::new();
    let address = data_address(&grid.to_png());
    let _ = write!(
        svg,
        "<image x=\"{left}\" y=\"{top}\" width=\"{grid_width}\" height=\"{grid_height}\" href=\"{address}\"/>"
    );
    let mut text = |x: usize, y: usize, anchor: &str, colour: &str, label: &str| {
        let label: String = label.chars().take(24).collect();
        let _ = write!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"12\" fill=\"{colour}\">{}</text>",
            escape(&label)
        );
    };
    // Column labels that would run into each other are thinned.
    let widest = table.column_labels.iter().map(|label| label.chars().count().min(24)).max().unwrap_or(0) * 7 + 6;
    let stride = widest.div_ceil(image_width + 2).max(1);
    for (column, label) in table.column_labels.iter().enumerate().take(columns).step_by(stride) {
        text(left + grid.corner(0, column).0 + image_width / 2, 13, "middle", &MUTED.hex(), &minus(label));
    }
    for (row, label) in table.row_labels.iter().enumerate().take(grid.rows()) {
        text(left - 8, top + grid.corner(row, 0).1 + image_height / 2 + 4, "end", &INK.hex(), label);
    }
    // Half of the last label may stand out on the right.
    let right = widest.saturating_sub(image_width) / 2;
    Drawing::from_elements((left + grid_width + right) as u32, (top + grid_height) as u32, label, svg)
}

/// Ends of a list of numbers in words, for captions.
pub(super) fn first_and_last(labels: &[String]) -> Option<String> {
    match labels {
        [first, .., last] => Some(format!("{} to {}", minus(first), minus(last))),
        _ => None,
    }
}

/// The change of the loss over training in words, for readers who do not see the plot.
pub(super) fn course(epochs: &[EpochRow]) -> Option<String> {
    let mut finite = epochs.iter().filter(|row| row.elbo.is_finite());
    let first = finite.next()?;
    let last = finite.next_back()?;
    let loss = |row: &EpochRow| significant(-row.elbo, 4);
    Some(format!("Training: {} nats at epoch {}, {} at epoch {}.", loss(first), first.epoch, loss(last), last.epoch))
}
