//! The one picture of a variational autoencoder, for a README.

use super::html::data_address;
use super::picture::Grid;
use super::plot::Drawing;
use super::plot::drawing::escape;
use super::plot::palette::{INK, MUTED};
use super::vae::VaeReport;
use super::vae_plots::{even_columns, latent_map};
use std::fmt::Write as _;

/// Pictures as paths up to this size, beyond it as embedded PNG.
const MOST_PATHS: usize = 400_000;

/// One picture for a README, as an SVG file on white ground, 900 pixels wide: originals above reconstructions, prior samples, and
/// the latent map; what is missing is left out.
///
/// Small images are drawn as paths, because some code-hosting sites show no raster data inside SVG files; large photographs are
/// embedded as PNG.
pub fn overview_picture(report: &VaeReport) -> Vec<u8> {
    const LEFT: usize = 430;
    let mut svg = String::new();
    let mut y = 0;
    if let Some(pairs) = report.reconstructions.as_ref().filter(|pairs| !pairs.originals.is_empty()) {
        let grid =
            Grid::pairs(&pairs.originals, &pairs.reconstructions, even_columns(pairs.originals.len(), 10)).gap(1);
        y = panel(&mut svg, y, LEFT, "held-out images, each above its reconstruction", &grid);
    }
    if let Some(images) = report.samples.as_ref().filter(|images| !images.is_empty()) {
        let grid = Grid::new(images, even_columns(images.len(), 10)).gap(1);
        y = panel(&mut svg, y, LEFT, "new images, decoded from draws of the prior", &grid);
    }
    let mut width = if y == 0 { 0 } else { LEFT + 20 };
    if let Some(map) = report.latent_map.as_ref().filter(|map| !map.points.is_empty()) {
        let height = y.clamp(400, 560);
        let title = if map.labels.is_some() { "latent space, coloured by labels it never saw" } else { "latent space" };
        let left = if width == 0 { 10 } else { width };
        heading(&mut svg, left, 22, title);
        let map = latent_map(map, (900 - LEFT as u32 - 30, height as u32 - 34));
        svg.push_str(&map.nested(left as u32, 32));
        (width, y) = (if width == 0 { LEFT + 20 } else { 900 }, y.max(height));
    }
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

fn heading(svg: &mut String, x: usize, y: usize, text: &str) {
    let _ = write!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"14\" font-weight=\"600\" fill=\"{}\">{}</text>",
        INK.hex(),
        escape(text)
    );
}

/// A heading and a grid of images below it, scaled to `width`; the lower edge.
fn panel(svg: &mut String, top: usize, width: usize, text: &str, grid: &Grid<'_>) -> usize {
    let (grid_width, grid_height) = grid.size();
    let scale = ((width - 10) as f64 / grid_width as f64).min(9.0);
    heading(svg, 10, top + 22, text);
    let _ = write!(svg, "<g transform=\"translate(10 {}) scale({scale:.4})\">", top + 34);
    if let Some(paths) = grid.to_svg_paths(MOST_PATHS) {
        svg.push_str(&paths);
    } else {
        let address = data_address(&grid.to_png());
        let _ = write!(svg, "<image width=\"{grid_width}\" height=\"{grid_height}\" href=\"{address}\"/>");
    }
    svg.push_str("</g>");
    top + 34 + (grid_height as f64 * scale).ceil() as usize + 12
}
