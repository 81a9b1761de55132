//! Pictures as SVG paths, for places that show no raster data.

use super::Grid;
use std::collections::BTreeMap;
use std::fmt::Write as _;

impl Grid<'_> {
    /// The picture as SVG paths in units of its pixels, with 16 levels a channel, or nothing when that takes more than `limit` bytes.
    ///
    /// Some code-hosting sites refuse raster data inside an SVG file; paths are drawn everywhere. Runs of one colour in a row of
    /// pixels are one stroke, and the commonest colour is laid under each image as one rectangle.
    pub fn to_svg_paths(&self, limit: usize) -> Option<String> {
        let (width, height, raster) = self.raster();
        let mut runs: BTreeMap<[u8; 3], Vec<(usize, usize, usize)>> = BTreeMap::new();
        let mut area: BTreeMap<[u8; 3], usize> = BTreeMap::new();
        for y in 0..height {
            let row: Vec<_> = raster[y * width..(y + 1) * width].iter().map(|&pixel| sixteen_levels(pixel)).collect();
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if let Some(colour) = run[0] {
                    runs.entry(colour).or_default().push((x, y, run.len()));
                    *area.entry(colour).or_default() += run.len();
                }
                x += run.len();
            }
        }
        let ground = area.iter().max_by_key(|&(_, area)| *area).map(|(&colour, _)| colour);
        let mut svg = String::from("<g shape-rendering=\"crispEdges\" fill=\"none\">");
        if let Some(ground) = ground {
            let _ = write!(svg, "<path fill=\"{}\" d=\"", hex(ground));
            let (image_width, image_height) = self.cell();
            for index in (0..self.cells.len()).filter(|&index| self.cells[index].is_some()) {
                let (x, y) = self.corner(index / self.columns, index % self.columns);
                let _ = write!(svg, "M{x} {y}h{image_width}v{image_height}h-{image_width}z");
            }
            svg.push_str("\"/>");
        }
        for (colour, runs) in runs.iter().filter(|&(colour, _)| Some(*colour) != ground) {
            let _ = write!(svg, "<path stroke=\"{}\" d=\"", hex(*colour));
            for (x, y, length) in runs {
                let _ = write!(svg, "M{x} {y}.5h{length}");
            }
            svg.push_str("\"/>");
            if svg.len() > limit {
                return None;
            }
        }
        svg.push_str("</g>");
        (svg.len() <= limit).then_some(svg)
    }
}

/// Each channel in sixteen levels; nothing for a transparent pixel.
fn sixteen_levels(pixel: [u8; 4]) -> Option<[u8; 3]> {
    let [r, g, b, opacity] = pixel;
    (opacity > 0).then_some([r, g, b].map(|value| (value as f32 / 17.0).round() as u8 * 17))
}

fn hex([r, g, b]: [u8; 3]) -> String {
    // Sixteen levels are the colours that three digits can write.
    format!("#{:x}{:x}{:x}", r / 17, g / 17, b / 17)
}

#[cfg(test)]
mod tests {
    use super::super::Images;
    use super::*;

    #[test]
    fn svg_paths_cover_the_same_pixels() {
        // Levels that sixteen steps write exactly, so that the strokes can be read back.
        let pixels: Vec<f32> = [0, 0, 15, 15, 3, 0].iter().map(|&level| level as f32 / 15.0).collect();
        let images = Images::new(pixels, 1, 2, 3).unwrap();
        let svg = Grid::new(&images, 1).to_svg_paths(10_000).unwrap();
        assert!(svg.contains("<path fill=\"#000\" d=\"M0 0h3v2h-3z\"/>"), "{svg}");
        assert!(svg.contains("<path stroke=\"#333\" d=\"M1 1.5h1\"/>"), "{svg}");
        assert!(svg.contains("<path stroke=\"#fff\" d=\"M2 0.5h1M0 1.5h1\"/>"), "{svg}");
        assert_eq!(Grid::new(&images, 1).to_svg_paths(50), None);
    }
}
