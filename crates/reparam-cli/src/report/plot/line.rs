//! Line charts: several curves over one axis, with optional bands and reference lines.

use super::axis::{Axis, AxisStyle};
use super::curve::{Shown, drawable, parts_inside, shown_range, thin};
use super::drawing::Drawing;
use super::frame::{Chart, Drawn, Entry, FINE, Frame, Mark, write_in_the_middle};
use super::palette::{CLASSES, LINES, MUTED};
use crate::report::number::significant;
use plotters::prelude::*;

/// One curve.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub label: String,
    /// Horizontal and vertical values in the order of drawing; values that are not finite are holes.
    pub points: Vec<(f64, f64)>,
    /// Lower and upper ends of a band around the curve, one pair for each point; empty for no band.
    pub band: Vec<(f64, f64)>,
    /// A colour of its own (an index into [`CLASSES`]); by its place among the curves otherwise.
    pub colour: Option<usize>,
    /// Drawn in dashes: something beside what was measured.
    pub dashed: bool,
    /// Points alone, without a line between them: measurements.
    pub dots: bool,
}

impl Series {
    /// A curve without a band.
    pub fn new(label: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { label: label.into(), points, ..Self::default() }
    }
}

impl Series {
    fn colour(&self, index: usize) -> RGBColor {
        self.colour.map_or(LINES[index % LINES.len()], |colour| CLASSES[colour % CLASSES.len()]).rgb()
    }
}

/// A line chart.
///
/// Long curves are thinned by averaging neighbours; a few values far from all others are cut off at the frame. The plot says
/// so when it does either.
///
/// ```
/// use reparam_cli::report::plot::{LineChart, Series};
/// let chart = LineChart {
///     y_label: "loss (nats per image)".into(),
///     x_label: "epoch".into(),
///     series: vec![Series::new("training", vec![(1.0, 200.0), (2.0, 120.0)])],
///     ..LineChart::default()
/// };
/// assert!(chart.draw().standalone().contains("<polyline"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "properties of the axes, each independent of the others")]
pub struct LineChart {
    /// What the chart shows, in words, for readers who do not see it.
    pub title: String,
    /// Name and unit of the vertical axis.
    pub y_label: String,
    /// Name and unit of the horizontal axis.
    pub x_label: String,
    /// The curves; the first has the strongest colour.
    pub series: Vec<Series>,
    /// Dashed horizontal lines with their names.
    pub references: Vec<(String, f64)>,
    /// Powers of ten at even distances on the vertical axis.
    pub log_y: bool,
    /// The same on the horizontal axis.
    pub log_x: bool,
    /// Ticks of the horizontal axis at whole numbers only.
    pub whole_x: bool,
    /// Whether a few values far from all others may be cut off.
    pub clip: bool,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

impl Default for LineChart {
    /// An empty chart of half a page's width that may clip.
    fn default() -> Self {
        Self {
            title: String::new(),
            y_label: String::new(),
            x_label: String::new(),
            series: Vec::new(),
            references: Vec::new(),
            log_y: false,
            log_x: false,
            whole_x: false,
            clip: true,
            size: (480, 320),
        }
    }
}

impl LineChart {
    /// The finished chart.
    pub fn draw(&self) -> Drawing {
        let mut notes = Vec::new();
        let curves = self.curves(&mut notes);
        let usable = |value: f64| drawable(value) && (!self.log_y || value > 0.0);
        let values = || curves.iter().flat_map(Curve::all_values).filter(|&value| usable(value));
        let shown = shown_range(values(), self.clip && !self.log_y);
        let empty = shown.is_none();
        let mut shown =
            shown.unwrap_or(Shown { low: if self.log_y { 0.1 } else { 0.0 }, high: 1.0, above: None, below: None });
        notes.extend(cut_note(&shown));
        let mut references = Vec::new();
        for (label, value) in self.references.iter().filter(|reference| usable(reference.1)) {
            if with_reference(&mut shown, *value, empty) {
                references.push((label, *value));
            } else {
                let side = if *value > shown.high { "above" } else { "below" };
                notes.push(format!("{label}, {}, lies {side} the plot", significant(*value, 4)));
            }
        }
        let x_range = shown_range(curves.iter().flat_map(Curve::places).filter(|x| !self.log_x || *x > 0.0), false)
            .map_or((0.0, 1.0), |range| (range.low, range.high));
        let x_style = AxisStyle {
            whole: self.whole_x,
            log: self.log_x,
            ticks: (self.size.0 / 70).max(3) as usize,
            margin: curves.iter().any(|curve| curve.points.len() == 1),
        };
        let y_style =
            AxisStyle { log: self.log_y, margin: true, ticks: (self.size.1 / 50).max(3) as usize, whole: false };
        let x = Axis::new(x_range.0, x_range.1, x_style);
        let y = Axis::new(shown.low, shown.high, y_style);
        let frame = Frame {
            size: self.size,
            title: if self.title.is_empty() { &self.y_label } else { &self.title },
            y_label: &self.y_label,
            x_label: &self.x_label,
            x,
            y,
            legend: self.legend(&references),
            legend_beside: false,
            notes,
            x_lines: false,
            y_ticks: true,
        };
        frame.draw(|chart| {
            if empty {
                return write_in_the_middle(chart, &frame.x, &frame.y, "nothing finite to draw");
            }
            for &(_, value) in &references {
                draw_reference(chart, &frame, value)?;
            }
            // The first curve lies on top.
            for curve in curves.iter().rev() {
                curve.draw(chart, &frame)?;
            }
            Ok(())
        })
    }

    /// The curves as they are drawn, and what must be said about that.
    fn curves(&self, notes: &mut Vec<String>) -> Vec<Curve> {
        let (mut smallest, mut largest, mut lost) = (usize::MAX, 1, 0);
        let mut curves = Vec::new();
        for (index, series) in self.series.iter().enumerate() {
            let shown = |&(x, y): &(f64, f64)| {
                drawable(x) && drawable(y) && (!self.log_y || y > 0.0) && (!self.log_x || x > 0.0)
            };
            lost += series.points.iter().filter(|point| !shown(point)).count();
            let holes = |(x, y)| {
                if shown(&(x, y)) { (x, y) } else { (x, f64::NAN) }
            };
            let all: Vec<_> = series.points.iter().copied().map(holes).collect();
            let (points, group) = if series.dots { (all, 1) } else { thin(&all) };
            (smallest, largest) = (smallest.min(group), largest.max(group));
            let end = |pick: fn(&(f64, f64)) -> f64| {
                thin(
                    &series
                        .points
                        .iter()
                        .zip(&series.band)
                        .map(|(point, band)| holes((point.0, pick(band))))
                        .collect::<Vec<_>>(),
                )
                .0
            };
            let (low, high) = (end(|band| band.0), end(|band| band.1));
            let (colour, dashed, dots) = (series.colour(index), series.dashed, series.dots);
            curves.push(Curve { points, low, high, colour, dashed, dots });
        }
        if largest > 1 {
            let up_to = if smallest < largest { "up to " } else { "" };
            notes.push(format!("each drawn point is the mean of {up_to}{largest} neighbours"));
        }
        if lost > 0 {
            let rule = if self.log_y { "not finite or not positive" } else { "not finite" };
            notes.push(format!("{lost} {} {rule} and left out", if lost == 1 { "value is" } else { "values are" }));
        }
        curves
    }

    fn legend(&self, references: &[(&String, f64)]) -> Vec<Entry> {
        let mut legend: Vec<Entry> = self
            .series
            .iter()
            .enumerate()
            .map(|(index, series)| Entry {
                label: series.label.clone(),
                mark: match (if series.dots { 1 } else { series.points.len() }, series.dashed) {
                    (1, dashed) => Mark::Shape(if dashed { 2 } else { 0 }),
                    (_, true) => Mark::Dashes,
                    (_, false) => Mark::Line,
                },
                colour: series.colour(index),
            })
            .collect();
        if legend.len() == 1 && references.is_empty() {
            legend.clear();
        }
        legend.extend(references.iter().map(|(label, value)| Entry {
            label: format!("{label}: {}", significant(*value, 4)),
            mark: Mark::Dashes,
            colour: MUTED.rgb(),
        }));
        legend
    }
}

/// A curve ready to be drawn.
struct Curve {
    points: Vec<(f64, f64)>,
    low: Vec<(f64, f64)>,
    high: Vec<(f64, f64)>,
    colour: RGBColor,
    dashed: bool,
    dots: bool,
}

impl Curve {
    fn places(&self) -> impl Iterator<Item = f64> {
        self.points.iter().map(|point| point.0)
    }

    fn all_values(&self) -> impl Iterator<Item = f64> {
        self.points.iter().chain(&self.low).chain(&self.high).map(|point| point.1)
    }

    fn draw(&self, chart: &mut Chart<'_, '_>, frame: &Frame<'_>) -> Drawn {
        let whole = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
        if self.low.iter().chain(&self.high).all(|point| whole(&point)) && !self.low.is_empty() {
            let inside = |&(x, y): &(f64, f64)| (x, frame.y.value(frame.y.place(y).unwrap_or(0.0).clamp(0.0, 1.0)));
            let outline: Vec<_> = self.low.iter().chain(self.high.iter().rev()).map(inside).collect();
            chart.draw_series([Polygon::new(outline, self.colour.mix(0.2).filled())])?;
        }
        if self.dots {
            let (x, y) = (&frame.x, &frame.y);
            let within = |axis: &Axis, value| axis.place(value).is_some_and(|place| (0.0..=1.0).contains(&place));
            let inside = self.points.iter().filter(|p| whole(p) && within(x, p.0) && within(y, p.1)).copied();
            let disc = |at| Circle::new(at, 3 * FINE, self.colour.filled());
            chart.draw_series(inside.map(disc).collect::<Vec<_>>())?;
            return Ok(());
        }
        // Few points are marked, so that one sees how few they are; a point without neighbours has no line to be seen by.
        let few = self.points.len() <= 15 && !self.dashed;
        for part in parts_inside(&self.points, &frame.x, &frame.y) {
            // On a logarithmic axis a point comes back from the frame with its last bits changed.
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
            let own = |point: &(f64, f64)| self.points.iter().any(|own| near(own.0, point.0) && near(own.1, point.1));
            let marked = part.iter().filter(|point| part.len() == 1 || few && own(point)).copied();
            if self.dashed {
                let cross = |at| Cross::new(at, 3 * FINE, self.colour.stroke_width(2 * FINE as u32));
                chart.draw_series(marked.map(cross).collect::<Vec<_>>())?;
            } else {
                let disc = |at| Circle::new(at, 3 * FINE, self.colour.filled());
                chart.draw_series(marked.map(disc).collect::<Vec<_>>())?;
            }
            if part.len() > 1 && self.dashed {
                let style = self.colour.stroke_width(2 * FINE as u32);
                chart.draw_series(DashedLineSeries::new(part, 7 * FINE as u32, 5 * FINE as u32, style))?;
            } else if part.len() > 1 {
                chart.draw_series([PathElement::new(part, self.colour.stroke_width(2 * FINE as u32))])?;
            }
        }
        Ok(())
    }
}

fn draw_reference(chart: &mut Chart<'_, '_>, frame: &Frame<'_>, value: f64) -> Drawn {
    let ends = [(frame.x.value(0.0), value), (frame.x.value(1.0), value)];
    let style = MUTED.rgb().stroke_width(15);
    chart.draw_series(DashedLineSeries::new(ends, 7 * FINE as u32, 5 * FINE as u32, style))?;
    Ok(())
}

/// Takes a reference into the range when that costs at most as much room again as the curves have.
fn with_reference(shown: &mut Shown, value: f64, empty: bool) -> bool {
    let width = shown.high - shown.low;
    if value >= shown.low && value <= shown.high {
        return true;
    }
    let room = if width > 0.0 { width } else { shown.high.abs().max(1.0) };
    if empty || value > shown.high + room || value < shown.low - room {
        return false;
    }
    (shown.low, shown.high) = (shown.low.min(value), shown.high.max(value));
    true
}

fn cut_note(shown: &Shown) -> Option<String> {
    match (shown.above, shown.below) {
        (Some(above), Some(below)) => {
            Some(format!("cut off: values from {} to {} lie outside", significant(below, 3), significant(above, 3)))
        }
        (Some(above), None) => Some(format!("cut off: values up to {} lie above", significant(above, 3))),
        (None, Some(below)) => Some(format!("cut off: values down to {} lie below", significant(below, 3))),
        (None, None) => None,
    }
}
