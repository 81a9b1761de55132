//! The one picture of a variational autoencoder, for a README.

use super::html::data_address;
use super::picture::{Grid, Images};
use super::plot::Drawing;
use super::plot::drawing::escape;
use super::plot::palette::{INK, MUTED};
use super::vae::VaeReport;
use super::vae_plots::{even_columns, latent_map};
use std::fmt::Write as _;

/// Pictures as paths up to this size, beyond it as embedded PNG.
const MOST_PATHS: usize = 400_000;

/// The width of the picture where it has two columns, and of the left one.
const WIDTH: usize = 900;
const LEFT: usize = 430;
/// The least and the largest height of the latent map.
const MAP: (usize, usize) = (380, 640);

/// One picture for a README, as an SVG file on white ground, 900 pixels wide. On the left originals above reconstructions, and prior
/// samples; on the right the latent map, and below it as many traversals as there is room for. What is missing is left out.
///
/// Small images are drawn as paths, because some code-hosting sites show no raster data inside SVG files; large photographs are
/// embedded as PNG.
pub fn overview_picture(report: &VaeReport) -> Vec<u8> {
    let mut svg = String::new();
    let mut y = 0;
    let magenta = |images: &Images| if images.all_finite() { "" } else { " (magenta: not a number)" };
    if let Some(pairs) = report.reconstructions.as_ref().filter(|pairs| !pairs.originals.is_empty()) {
        let grid =
            Grid::pairs(&pairs.originals, &pairs.reconstructions, even_columns(pairs.originals.len(), 10)).gap(1);
        let text = format!("held-out images, each above its reconstruction{}", magenta(&pairs.reconstructions));
        y = panel(&mut svg, (10, y), LEFT - 10, &text, &grid);
    }
    if let Some(images) = report.samples.as_ref().filter(|images| !images.is_empty()) {
        let grid = Grid::new(images, even_columns(images.len(), 10)).gap(1);
        let text = format!("new images, decoded from draws of the prior{}", magenta(images));
        y = panel(&mut svg, (10, y), LEFT - 10, &text, &grid);
    }
    let left = if y == 0 { 10 } else { LEFT + 20 };
    let mut width = if y == 0 { 0 } else { LEFT };
    let map = report.latent_map.as_ref().filter(|map| !map.points.is_empty());
    let traversals = report.traversals.as_ref().filter(|table| !table.images.is_empty());
    // The map may be lower than the room beside the left column: what is left over goes to the traversals.
    let traversals = traversals.and_then(|table| {
        let columns = table.columns.clamp(1, table.images.len());
        let rows = (1..=table.images.len().div_ceil(columns)).rev();
        let room = if map.is_some() { y.saturating_sub(MAP.0) } else { y.max(400) };
        let fits =
            |rows: &usize| panel_height(&Grid::new(&table.images.first(rows * columns), columns).gap(1), RIGHT) <= room;
        rows.into_iter().find(fits).map(|rows| (table.images.first(rows * columns), columns))
    });
    let below =
        traversals.as_ref().map_or(0, |(images, columns)| panel_height(&Grid::new(images, *columns).gap(1), RIGHT));
    let mut right_y = 0;
    if let Some(map) = map {
        let height = y.saturating_sub(below).clamp(MAP.0.max(if y == 0 { 400 } else { 0 }), MAP.1);
        let title = if map.labels.is_some() { "latent space, coloured by labels it never saw" } else { "latent space" };
        heading(&mut svg, left, 22, title);
        svg.push_str(&latent_map(map, (RIGHT as u32, height as u32 - 34)).nested(left as u32, 32));
        (width, right_y) = (left + RIGHT + 10, height);
    }
    if let Some((images, columns)) = &traversals {
        let grid = Grid::new(images, *columns).gap(1);
        let text = format!("each row: along one latent axis{}", magenta(images));
        right_y = panel(&mut svg, (left, right_y), RIGHT, &text, &grid);
        width = left + RIGHT + 10;
    }
    y = y.max(right_y);
    if width == 0 {
        (width, y) = (LEFT, 40);
        let _ =
            write!(svg, "<text x=\"10\" y=\"25\" font-size=\"13\" fill=\"{}\">nothing to show yet</text>", MUTED.hex());
    }
    let label = if report.run.is_empty() {
        "variational autoencoder".into()
    } else {
        format!("variational autoencoder, run {}", report.run)
    };
    Drawing::from_elements(width as u32, y as u32 + 10, &label, svg).standalone().into_bytes()
}

/// The width of the right column.
const RIGHT: usize = WIDTH - LEFT - 30;

fn heading(svg: &mut String, x: usize, y: usize, text: &str) {
    let _ = write!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"14\" font-weight=\"600\" fill=\"{}\">{}</text>",
        INK.hex(),
        escape(text)
    );
}

/// How many pixels of the picture a pixel of the grid takes, so that it fills `width`.
fn panel_scale(grid: &Grid<'_>, width: usize) -> f64 {
    (width as f64 / grid.size().0 as f64).min(9.0)
}

/// The height of a panel: heading, grid, and a distance below.
fn panel_height(grid: &Grid<'_>, width: usize) -> usize {
    34 + (grid.size().1 as f64 * panel_scale(grid, width)).ceil() as usize + 12
}

/// A heading and a grid of images below it, scaled to `width`; the lower edge.
fn panel(svg: &mut String, (left, top): (usize, usize), width: usize, text: &str, grid: &Grid<'_>) -> usize {
    let (grid_width, grid_height) = grid.size();
    let scale = panel_scale(grid, width);
    heading(svg, left, top + 22, text);
    let _ = write!(svg, "<g transform=\"translate({left} {}) scale({scale:.4})\">", top + 34);
    if let Some(paths) = grid.to_svg_paths(MOST_PATHS) {
        svg.push_str(&paths);
    } else {
        let address = data_address(&grid.to_png());
        let _ = write!(svg, "<image width=\"{grid_width}\" height=\"{grid_height}\" href=\"{address}\"/>");
    }
    svg.push_str("</g>");
    top + panel_height(grid, width)
}
