//! Curves along the cell cycle, or along any axis, over its phases.

use super::axis::{Axis, AxisStyle};
use super::curve::{drawable, parts_inside, shown_range, thin};
use super::drawing::Drawing;
use super::frame::{Chart, Drawn, Entry, FINE, Frame, Mark, write_at, write_in_the_middle};
use super::palette::{AXIS, CLASSES};
use super::phase::{Along, Phase, draw_phases};
use super::scatter::outlined;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// More names than this hide the curves.
const MOST_NAMES: usize = 14;
/// The size of the names of curves, which nothing else in the plot has.
const NAME_SIZE: f64 = 11.5;

/// Curves that share a colour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CurveGroup {
    /// Its name in the legend.
    pub name: String,
    /// Its colour (an index into [`CLASSES`]); grey without.
    pub colour: Option<usize>,
}

/// One curve along the axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlongCurve {
    /// Its name, written at its highest point.
    pub name: String,
    /// Places (radians on the circle) and values; those that are not finite are holes.
    pub points: Vec<(f64, f64)>,
    /// The index of its group.
    pub group: usize,
}

/// Curves along the cell cycle or a line; on the circle each curve closes.
///
/// ```
/// use reparam_cli::report::plot::{AlongCurve, TraverseChart};
/// let points = (0..12).map(|i| (0.5 * f64::from(i), f64::from(i % 3))).collect();
/// let curve = AlongCurve { name: "PCNA".into(), points, group: 0 };
/// let chart = TraverseChart { curves: vec![curve], ..TraverseChart::default() };
/// assert!(chart.draw().standalone().contains("PCNA"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TraverseChart {
    /// What the chart shows, in words, for readers who do not see it.
    pub title: String,
    /// Name and unit of the vertical axis.
    pub y_label: String,
    /// What the curves run along.
    pub along: Along,
    /// The curves; the first lies on top.
    pub curves: Vec<AlongCurve>,
    /// What the colours mean.
    pub groups: Vec<CurveGroup>,
    /// Bands behind the curves.
    pub phases: Vec<Phase>,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

impl Default for TraverseChart {
    /// An empty chart around the circle.
    fn default() -> Self {
        Self {
            title: String::new(),
            y_label: String::new(),
            along: Along::Circle,
            curves: Vec::new(),
            groups: Vec::new(),
            phases: Vec::new(),
            size: (720, 400),
        }
    }
}

impl TraverseChart {
    /// The finished chart.
    pub fn draw(&self) -> Drawing {
        let mut notes = Vec::new();
        let lost: usize = self.curves.iter().flat_map(|c| &c.points).filter(|p| !finite(p)).count();
        if lost > 0 {
            notes.push(format!("{lost} {} not finite and left out", if lost == 1 { "value is" } else { "values are" }));
        }
        if self.curves.len() > MOST_NAMES {
            notes.push(format!("the {MOST_NAMES} curves that change most are named"));
        }
        let curves: Vec<Vec<(f64, f64)>> = self.curves.iter().map(|curve| self.closed(&curve.points)).collect();
        let range = shown_range(curves.iter().flatten().map(|point| point.1), false);
        let (low, high) = range.map_or((0.0, 1.0), |range| (range.low, range.high));
        // Room for the names of the phases above the curves.
        let room = if self.phases.is_empty() { 0.0 } else { 0.12 * (high - low) };
        let ticks = (self.size.1 / 50).max(3) as usize;
        let y = Axis::new(low, high + room, AxisStyle { margin: true, ticks, ..AxisStyle::default() });
        let frame = Frame {
            size: self.size,
            title: if self.title.is_empty() { &self.y_label } else { &self.title },
            y_label: &self.y_label,
            x_label: self.along.label(),
            x: self.along.axis(self.size.0),
            y,
            legend: self.legend(),
            legend_beside: false,
            notes,
            x_lines: true,
            y_ticks: true,
        };
        let drawing = frame.draw(|chart| {
            draw_phases(chart, (&frame.x, &frame.y), &self.along, &self.phases, self.size.0)?;
            if range.is_none() {
                return write_in_the_middle(chart, &frame.x, &frame.y, "nothing finite to draw");
            }
            for (curve, points) in self.curves.iter().zip(&curves).rev() {
                let colour = self.colour(curve.group);
                for part in parts_inside(points, &frame.x, &frame.y) {
                    if let [only] = part[..] {
                        chart.draw_series([Circle::new(only, 3 * FINE, colour.filled())])?;
                    } else {
                        chart.draw_series([PathElement::new(part, colour.stroke_width(2 * FINE as u32))])?;
                    }
                }
            }
            self.draw_names(chart, &frame, &curves)
        });
        outlined(drawing, NAME_SIZE)
    }

    fn colour(&self, group: usize) -> RGBColor {
        let colour = self.groups.get(group).and_then(|group| group.colour);
        colour.map_or(AXIS, |colour| CLASSES[colour % CLASSES.len()]).rgb()
    }

    /// The points in the order and unit of the axis; on the circle the last is joined to the first across the edge.
    fn closed(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let place = |point: &(f64, f64)| (self.along.place(point.0), if finite(point) { point.1 } else { f64::NAN });
        let mut points: Vec<_> = points.iter().filter(|point| point.0.is_finite()).map(place).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut points = thin(&points).0;
        if let (Along::Circle, Some(&first), Some(&last)) = (&self.along, points.first(), points.last()) {
            points.insert(0, (last.0 - 360.0, last.1));
            points.push((first.0 + 360.0, first.1));
        }
        points
    }

    fn legend(&self) -> Vec<Entry> {
        let used = self.groups.iter().enumerate().filter(|(i, _)| self.curves.iter().any(|curve| curve.group == *i));
        let legend =
            used.map(|(i, group)| Entry { label: group.name.clone(), mark: Mark::Line, colour: self.colour(i) });
        legend.collect()
    }

    /// Each name at the highest point of its curve, moved down or up where another stands already.
    fn draw_names(&self, chart: &mut Chart<'_, '_>, frame: &Frame<'_>, curves: &[Vec<(f64, f64)>]) -> Drawn {
        let span = |points: &[(f64, f64)]| {
            shown_range(points.iter().map(|point| point.1), false).map_or(0.0, |range| range.high - range.low)
        };
        let mut order: Vec<usize> = (0..curves.len()).collect();
        order.sort_by(|&a, &b| span(&curves[b]).total_cmp(&span(&curves[a])));
        // The pixels of the plot within its frame, nearly.
        let room = |side: u32, around: u32| f64::from(side.saturating_sub(around).max(1));
        let (width, height) = (room(self.size.0, 60), room(self.size.1, 110));
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        for index in order.into_iter().take(MOST_NAMES) {
            let inside =
                curves[index].iter().filter(|point| frame.x.place(point.0).is_some_and(|x| (0.0..=1.0).contains(&x)));
            let Some(peak) = inside.filter(|point| drawable(point.1)).max_by(|a, b| a.1.total_cmp(&b.1)) else {
                continue;
            };
            let (Some(x), Some(y)) = (frame.x.place(peak.0), frame.y.place(peak.1)) else { continue };
            let half = 4.3 * self.curves[index].name.chars().count().max(1) as f64 / width;
            let x = x.clamp(half.min(0.5), (1.0 - half).max(0.5));
            let free = |y: &f64| {
                let line = 15.0 / height;
                (0.02..=0.98).contains(y)
                    && taken.iter().all(|other| (other.0 - x).abs() > half + other.2 || (other.1 - y).abs() >= line)
            };
            let steps = (0..40).map(|step| y + [1.0, -1.0][step % 2] * (8.0 + 8.0 * (step / 2) as f64) / height);
            let y = steps.into_iter().find(free).unwrap_or(y);
            taken.push((x, y, half));
            let at = (frame.x.value(x), frame.y.value(y));
            write_at(
                chart,
                at,
                &self.curves[index].name,
                NAME_SIZE,
                self.colour(self.curves[index].group),
                HPos::Center,
            )?;
        }
        Ok(())
    }
}

fn finite(point: &(f64, f64)) -> bool {
    drawable(point.0) && drawable(point.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_close_on_the_circle_and_not_on_a_line() {
        let points = vec![(6.0, 2.0), (0.5, 1.0), (-0.1, 5.0), (f64::NAN, 1.0)];
        let closed = TraverseChart::default().closed(&points);
        let degrees: Vec<f64> = closed.iter().map(|point| point.0.round()).collect();
        assert_eq!(degrees, [-6.0, 29.0, 344.0, 354.0, 389.0]);
        assert_eq!((closed[0].1, closed[4].1), (5.0, 1.0));
        let along = Along::Line { label: "z".into(), low: 0.0, high: 6.0 };
        let line = TraverseChart { along, ..TraverseChart::default() }.closed(&points);
        assert_eq!(line.iter().map(|point| point.0).collect::<Vec<_>>(), [-0.1, 0.5, 6.0]);
    }
}
