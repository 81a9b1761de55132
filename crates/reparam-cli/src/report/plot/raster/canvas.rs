//! Pixels with soft edges.

use std::ops::Range;

/// A picture on white ground.
#[derive(Debug)]
pub struct Canvas {
    width: usize,
    height: usize,
    /// Red, green, blue from 0 to 255.
    pixels: Vec<[f32; 3]>,
}

/// Rows between two rows of pixels for the edges of areas.
const ROWS: usize = 4;

impl Canvas {
    /// A white one.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[255.0; 3]; width * height] }
    }

    /// Mixes a colour into a pixel; places outside are left out.
    pub fn blend(&mut self, x: i64, y: i64, colour: [u8; 3], part: f64) {
        if (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y) {
            let part = part.clamp(0.0, 1.0) as f32;
            let pixel = &mut self.pixels[y as usize * self.width + x as usize];
            for (old, new) in pixel.iter_mut().zip(colour) {
                *old += part * (f32::from(new) - *old);
            }
        }
    }

    /// A line through points with round joints: a pixel is covered as far as its middle lies within half a width.
    pub fn stroke(&mut self, points: &[(f64, f64)], width: f64, colour: [u8; 3], opacity: f64) {
        let reach = width / 2.0 + 0.5;
        let (columns, rows) = self.around(points, reach);
        let mut covered = vec![0.0_f64; columns.len() * rows.len()];
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let (inside, lines) = self.around(pair, reach);
            for y in lines {
                for x in inside.clone() {
                    let near = reach - distance((x as f64 + 0.5, y as f64 + 0.5), from, to);
                    let here = &mut covered[(y - rows.start) * columns.len() + x - columns.start];
                    *here = here.max(near.clamp(0.0, width.min(1.0)));
                }
            }
        }
        self.mix(&columns, &rows, &covered, colour, opacity);
    }

    /// The area within points, by the rule of even and odd.
    pub fn fill(&mut self, points: &[(f64, f64)], colour: [u8; 3], opacity: f64) {
        let (columns, rows) = self.around(points, 1.0);
        let mut covered = vec![0.0_f64; columns.len() * rows.len()];
        let edges = || points.iter().zip(points.iter().cycle().skip(1));
        for row in rows.clone() {
            let line = &mut covered[(row - rows.start) * columns.len()..][..columns.len()];
            for step in 0..ROWS {
                let y = row as f64 + (step as f64 + 0.5) / ROWS as f64;
                let crossing = |(a, b): (&(f64, f64), &(f64, f64))| {
                    ((a.1 <= y) != (b.1 <= y)).then(|| a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0))
                };
                let mut crossings: Vec<f64> = edges().filter_map(crossing).collect();
                crossings.sort_by(f64::total_cmp);
                for &[from, to] in crossings.as_chunks().0 {
                    for (part, x) in line.iter_mut().zip(columns.clone()) {
                        *part += ((to.min(x as f64 + 1.0) - from.max(x as f64)).max(0.0)) / ROWS as f64;
                    }
                }
            }
        }
        self.mix(&columns, &rows, &covered, colour, opacity);
    }

    fn mix(&mut self, columns: &Range<usize>, rows: &Range<usize>, covered: &[f64], colour: [u8; 3], opacity: f64) {
        for (line, y) in covered.chunks_exact(columns.len().max(1)).zip(rows.clone()) {
            for (&part, x) in line.iter().zip(columns.clone()).filter(|(part, _)| **part > 0.0) {
                self.blend(x as i64, y as i64, colour, part * opacity);
            }
        }
    }

    /// The pixels around points, as far as they lie in the picture.
    fn around(&self, points: &[(f64, f64)], reach: f64) -> (Range<usize>, Range<usize>) {
        let range = |pick: fn(&(f64, f64)) -> f64, size: usize| {
            let (low, high) =
                points.iter().map(pick).fold((f64::MAX, f64::MIN), |(low, high), at| (low.min(at), high.max(at)));
            let end = (high + reach).ceil().clamp(0.0, size as f64) as usize;
            ((low - reach).floor().clamp(0.0, size as f64) as usize).min(end)..end
        };
        (range(|point| point.0, self.width), range(|point| point.1, self.height))
    }

    /// The bytes of an 8-bit PNG file.
    ///
    /// # Panics
    /// Never: sides are in 1..2^31, the data has width x height pixels, and a Vec takes every write.
    pub fn to_png(&self) -> Vec<u8> {
        let data: Vec<u8> = self.pixels.iter().flatten().map(|part| part.round() as u8).collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&data))
            .expect("sides are in 1..2^31, the data has width x height pixels, and a Vec takes every write");
        bytes
    }
}

/// From a place to the nearest point of a line.
fn distance((x, y): (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (((x - from.0) * dx + (y - from.1) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (x - from.0 - along * dx).hypot(y - from.1 - along * dy)
}
