//! Heat maps: a row of colours for each gene along the cell cycle, or along any axis.

use super::curve::drawable;
use super::drawing::{Drawing, escape};
use super::frame::{CHARACTER, short};
use super::palette::{self, Colour, INK, MUTED, PAPER};
use super::phase::{Along, Phase};
use crate::report::number::significant;
use std::fmt::Write as _;

/// More rows than this cannot be read, and make the page heavy.
const MOST_ROWS: usize = 120;
/// More columns than this are averaged.
const MOST_COLUMNS: usize = 120;
/// Characters of a row's name.
const LONGEST: usize = 18;

/// The mean width of a capital, as a part of the font size: names of genes have hardly other letters.
const CAPITAL: f64 = 0.72;

/// How the values of a row become colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RowScale {
    /// From the smallest of the row to its largest.
    #[default]
    Range,
    /// Standard deviations of the row from its mean, cut at 2 to each side.
    Deviations,
    /// As they are, on one scale for all rows.
    Shared,
}

/// A heat map: each row has a name, the columns run along an axis.
///
/// Only runs of one colour are drawn, on a scale of 32 steps, so the file stays small. More than 120 rows are thinned evenly, more
/// than 120 columns are averaged, and the map says so.
///
/// ```
/// use reparam_cli::report::plot::HeatMap;
/// let map = HeatMap { names: vec!["CCNB1".into()], rows: vec![vec![0.0, 2.0, 1.0]], ..HeatMap::default() };
/// assert!(map.draw().standalone().contains("CCNB1"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// What the map shows, in words, for readers who do not see it.
    pub title: String,
    /// Name and unit of the values; stands as the heading.
    pub heading: String,
    /// The rows from top to bottom; values that are not finite are left blank.
    pub rows: Vec<Vec<f64>>,
    /// The name of each row; may be shorter.
    pub names: Vec<String>,
    /// What stands at the right of each row; may be shorter or empty.
    pub asides: Vec<String>,
    /// What the columns run along: equal parts of it, each from its left edge to its right.
    pub along: Along,
    /// Bands above the rows.
    pub phases: Vec<Phase>,
    /// How values become colours.
    pub scale: RowScale,
    /// Width in pixels; the height follows from the rows.
    pub width: u32,
}

impl Default for HeatMap {
    /// An empty map around the circle, each row on its own scale.
    fn default() -> Self {
        Self {
            title: String::new(),
            heading: String::new(),
            rows: Vec::new(),
            names: Vec::new(),
            asides: Vec::new(),
            along: Along::Circle,
            phases: Vec::new(),
            scale: RowScale::Range,
            width: 720,
        }
    }
}

/// Where the parts of the map lie, in pixels.
struct Layout {
    left: usize,
    top: usize,
    width: usize,
    row: usize,
}

impl HeatMap {
    /// The finished map.
    pub fn draw(&self) -> Drawing {
        let stride = self.rows.len().div_ceil(MOST_ROWS).max(1);
        let shown: Vec<usize> = (0..self.rows.len()).step_by(stride).collect();
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let group = columns.div_ceil(MOST_COLUMNS).max(1);
        let mut notes = Vec::new();
        if stride > 1 {
            notes.push(format!("one in {stride} of {} rows", significant(self.rows.len() as f64, 9)));
        }
        if group > 1 {
            notes.push(format!("each column is the mean of {group} neighbours"));
        }
        let lost = shown.iter().flat_map(|&row| &self.rows[row]).filter(|value| !drawable(**value)).count();
        if lost > 0 {
            notes.push(format!(
                "{lost} {} not finite and left blank",
                if lost == 1 { "value is" } else { "values are" }
            ));
        }
        let rows: Vec<Vec<f64>> = shown.iter().map(|&row| means(&self.rows[row], group)).collect();
        let longest = |texts: &[String]| {
            let most =
                shown.iter().filter_map(|&row| texts.get(row)).map(|text| text.chars().count().min(LONGEST)).max();
            most.map_or(0, |most| 10 + (11.0 * CAPITAL * most as f64) as usize)
        };
        let (left, right) = (longest(&self.names).max(8), longest(&self.asides).max(16));
        let row = match rows.len() {
            ..=30 => 16,
            31..=60 => 12,
            _ => 9,
        };
        let top = 48 + 15 * notes.len() + if self.phases.is_empty() { 0 } else { 20 };
        let width = (self.width as usize).saturating_sub(left + right).max(40);
        let layout = Layout { left, top, width, row };
        let mut svg = String::new();
        self.draw_head(&mut svg, &layout, &notes, shared_range(&rows));
        self.draw_cells(&mut svg, &layout, &rows, columns.div_ceil(group));
        for (place, &index) in shown.iter().enumerate() {
            let y = top + place * row + row / 2 + 4;
            let size = if row < 12 { 9.0 } else { 11.0 };
            if let Some(name) = self.names.get(index) {
                write_text(&mut svg, (left - 5, y), size, "end", INK, &short(name, LONGEST));
            }
            if let Some(aside) = self.asides.get(index) {
                write_text(&mut svg, (left + width + 5, y), size, "start", MUTED, &short(aside, LONGEST));
            }
        }
        let bottom = top + rows.len().max(1) * row;
        self.draw_axis(&mut svg, &layout, bottom);
        let label = if self.title.is_empty() { &self.heading } else { &self.title };
        Drawing::from_elements((left + width + right) as u32, bottom as u32 + 44, label, svg)
    }

    /// The heading, the scale of colours, the notes and the phases.
    fn draw_head(&self, svg: &mut String, layout: &Layout, notes: &[String], shared: Option<(f64, f64)>) {
        write_text(svg, (4, 16), 13.0, "start", INK, &short(&self.heading, 90));
        let (low, high) = match (self.scale, shared) {
            (RowScale::Range, _) => ("least of the row".into(), "most of the row".into()),
            (RowScale::Deviations, _) => ("−2 standard deviations".into(), "+2".into()),
            (RowScale::Shared, Some((low, high))) => (significant(low, 3), significant(high, 3)),
            (RowScale::Shared, None) => (String::new(), String::new()),
        };
        let bar = 8 + (12.0 * CHARACTER * low.chars().count() as f64) as usize + 6;
        write_text(svg, (8, 36), 12.0, "start", INK, &low);
        svg.push_str("<g shape-rendering=\"crispEdges\">");
        for step in 0..32 {
            write_rect(svg, (bar + 4 * step, 27), (4, 11), &hex(palette::scale(step as f64 / 31.0)));
        }
        svg.push_str("</g>");
        write_text(svg, (bar + 134, 36), 12.0, "start", INK, &high);
        for (index, note) in notes.iter().enumerate() {
            write_text(svg, (8, 53 + 15 * index), 11.0, "start", MUTED, &short(note, 110));
        }
        let axis = self.along.axis(layout.width as u32);
        let x = |value: f64| {
            layout.left + (axis.place(value).unwrap_or(0.0).clamp(0.0, 1.0) * layout.width as f64).round() as usize
        };
        for (index, phase) in self.phases.iter().enumerate() {
            for (from, to) in phase.pieces(&self.along) {
                let (from, to, y) = (x(from), x(to), layout.top - 20);
                write_rect(svg, (from, y), (to - from, 16), &phase.colour(index).hex());
                if to - from > 9 * phase.name.chars().count() {
                    write_text(
                        svg,
                        (usize::midpoint(from, to), y + 12),
                        11.0,
                        "middle",
                        PAPER,
                        &short(&phase.name, LONGEST),
                    );
                }
            }
        }
    }

    /// The rows as runs of one colour.
    fn draw_cells(&self, svg: &mut String, layout: &Layout, rows: &[Vec<f64>], columns: usize) {
        let shared = shared_range(rows);
        let x = |column: usize| layout.left + (column * layout.width + columns / 2) / columns.max(1);
        svg.push_str("<g shape-rendering=\"crispEdges\">");
        for (place, row) in rows.iter().enumerate() {
            let y = layout.top + place * layout.row;
            let colours: Vec<Option<String>> = places(row, self.scale, shared)
                .into_iter()
                .map(|place| place.map(|place| hex(palette::scale(place))))
                .collect();
            let mut start = 0;
            for run in colours.chunk_by(|a, b| a == b) {
                if let Some(colour) = &run[0] {
                    // A line of the ground between rows keeps them apart.
                    let height = layout.row - 1;
                    write_rect(svg, (x(start), y), (x(start + run.len()) - x(start), height), colour);
                }
                start += run.len();
            }
        }
        svg.push_str("</g>");
        if columns == 0 {
            let at = (layout.left + layout.width / 2, layout.top + layout.row / 2 + 4);
            write_text(svg, at, 13.0, "middle", MUTED, "nothing finite to draw");
        }
    }

    fn draw_axis(&self, svg: &mut String, layout: &Layout, bottom: usize) {
        let axis = self.along.axis(layout.width as u32);
        for (value, label) in &axis.ticks {
            let place = axis.place(*value).unwrap_or(0.0).clamp(0.0, 1.0);
            let x = layout.left + (place * layout.width as f64).round() as usize;
            let _ = write!(
                svg,
                "<line x1=\"{x}\" y1=\"{bottom}\" x2=\"{x}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"1\"/>",
                bottom + 4,
                palette::AXIS.hex()
            );
            write_text(svg, (x, bottom + 17), 12.0, "middle", MUTED, label);
        }
        let middle = layout.left + layout.width / 2;
        write_text(svg, (middle, bottom + 36), 12.5, "middle", INK, &short(self.along.label(), 90));
    }
}

/// Means of equal groups of neighbours over their finite values.
fn means(row: &[f64], group: usize) -> Vec<f64> {
    let mean = |chunk: &[f64]| {
        let finite = chunk.iter().filter(|value| drawable(**value));
        finite.clone().sum::<f64>() / finite.count() as f64
    };
    row.chunks(group).map(mean).collect()
}

fn shared_range(rows: &[Vec<f64>]) -> Option<(f64, f64)> {
    range(rows.iter().flatten().copied())
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.filter(|value| drawable(*value));
    finite.fold(None, |range, value| {
        Some(range.map_or((value, value), |(low, high): (f64, f64)| (low.min(value), high.max(value))))
    })
}

/// Where the values of a row lie on the scale of colours, 0 to 1; a row that does not change lies in the middle.
fn places(row: &[f64], scale: RowScale, shared: Option<(f64, f64)>) -> Vec<Option<f64>> {
    let finite = || row.iter().copied().filter(|value| drawable(*value));
    let ends = match scale {
        RowScale::Shared => shared,
        RowScale::Range => range(finite()),
        RowScale::Deviations => {
            let count = finite().count() as f64;
            let mean = finite().sum::<f64>() / count;
            let deviation = (finite().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
            Some((mean - 2.0 * deviation, mean + 2.0 * deviation))
                .filter(|ends| ends.0.is_finite() && ends.1.is_finite())
        }
    };
    let place = |value: &f64| {
        let (low, high) = ends.filter(|_| drawable(*value))?;
        // Below the precision of the numbers a change means nothing.
        let least = 1e-9 * low.abs().max(high.abs());
        Some(if high - low > least { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 })
    };
    row.iter().map(place).collect()
}

fn hex(colour: plotters::style::RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2)
}

fn write_rect(svg: &mut String, (x, y): (usize, usize), (width, height): (usize, usize), fill: &str) {
    let _ = write!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>");
}

fn write_text(svg: &mut String, (x, y): (usize, usize), size: f64, anchor: &str, colour: Colour, text: &str) {
    let _ = write!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{}\">{}</text>",
        colour.hex(),
        escape(text)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_scaled_alone_or_together() {
        let of = |row: &[f64], scale| places(row, scale, Some((0.0, 8.0)));
        assert_eq!(of(&[2.0, 4.0, 3.0], RowScale::Range), [Some(0.0), Some(1.0), Some(0.5)]);
        assert_eq!(of(&[2.0, 4.0], RowScale::Shared), [Some(0.25), Some(0.5)]);
        // Mean 3, deviation 1: the ends are 1 and 5.
        assert_eq!(of(&[2.0, 4.0], RowScale::Deviations), [Some(0.25), Some(0.75)]);
        assert_eq!(of(&[7.0, 7.0, f64::NAN], RowScale::Range), [Some(0.5), Some(0.5), None]);
        assert_eq!(of(&[f64::NAN], RowScale::Deviations), [None]);
        assert_eq!(of(&[1e200, -1e200], RowScale::Deviations), [None, None]);
    }

    #[test]
    fn runs_of_one_colour_are_one_rectangle() {
        let map = HeatMap { rows: vec![vec![0.0, 0.0, 0.0, 1.0, f64::NAN, 1.0]], ..HeatMap::default() };
        // 32 of the scale, then three runs.
        assert_eq!(map.draw().body.matches("<rect").count(), 32 + 3);
    }
}
