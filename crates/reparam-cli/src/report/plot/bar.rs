//! Bar charts: one bar a category, with groups that share a colour.

use super::axis::{Axis, AxisStyle};
use super::curve::{drawable, shown_range};
use super::drawing::Drawing;
use super::frame::{Entry, Frame, Mark, write_in_the_middle};
use super::palette::{CLASSES, MUTED};
use crate::report::number::significant;
use plotters::prelude::*;

/// More bars than this would be narrower than the gaps between them.
const MOST_BARS: usize = 200;

/// One bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bar {
    /// Written under it, where there is room.
    pub label: String,
    /// Its length.
    pub value: f64,
    /// The index of its group, which decides the colour.
    pub group: usize,
}

/// A bar chart; the bars start at zero.
///
/// ```
/// use reparam_cli::report::plot::{Bar, BarChart};
/// let bars = vec![Bar { label: "pathwise".into(), value: 0.3, group: 0 }];
/// let chart = BarChart { y_label: "variance".into(), bars, ..BarChart::default() };
/// assert!(chart.draw().standalone().contains("pathwise"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    /// What the chart shows, in words, for readers who do not see it.
    pub title: String,
    /// Name and unit of the length of a bar.
    pub y_label: String,
    /// What a bar stands for.
    pub x_label: String,
    /// The bars from left to right; those beyond the first 200 are left out, and the chart says so.
    pub bars: Vec<Bar>,
    /// The names of the groups; no legend for fewer than two. Group 1 is drawn in grey.
    pub groups: Vec<String>,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

impl Default for BarChart {
    /// An empty chart of half a page's width.
    fn default() -> Self {
        Self {
            title: String::new(),
            y_label: String::new(),
            x_label: String::new(),
            bars: Vec::new(),
            groups: Vec::new(),
            size: (480, 320),
        }
    }
}

impl BarChart {
    /// The finished chart.
    pub fn draw(&self) -> Drawing {
        let bars = &self.bars[..self.bars.len().min(MOST_BARS)];
        let mut notes = Vec::new();
        if self.bars.len() > bars.len() {
            notes.push(format!("the first {} of {} bars", bars.len(), self.bars.len()));
        }
        let lost = bars.iter().filter(|bar| !drawable(bar.value)).count();
        if lost > 0 {
            notes.push(format!("{lost} {} not finite and left out", if lost == 1 { "value is" } else { "values are" }));
        }
        let shown = shown_range(bars.iter().map(|bar| bar.value).chain([0.0]), false)
            .map_or((0.0, 0.0), |range| (range.low, range.high));
        let high = if shown == (0.0, 0.0) { 1.0 } else { shown.1 + 0.05 * (shown.1 - shown.0) };
        let y =
            Axis::new(shown.0, high, AxisStyle { ticks: (self.size.1 / 50).max(3) as usize, ..AxisStyle::default() });
        let frame = Frame {
            size: self.size,
            title: if self.title.is_empty() { &self.y_label } else { &self.title },
            y_label: &self.y_label,
            x_label: &self.x_label,
            x: Axis::with_ticks(-0.7, bars.len().max(1) as f64 - 0.3, self.ticks(bars)),
            y,
            legend: self.legend(),
            legend_beside: false,
            notes,
            x_lines: false,
            y_ticks: true,
        };
        frame.draw(|chart| {
            if bars.len() == lost {
                return write_in_the_middle(chart, &frame.x, &frame.y, "nothing finite to draw");
            }
            let half = if bars.len() > 80 { 0.5 } else { 0.38 };
            let bars = bars.iter().enumerate().filter(|(_, bar)| drawable(bar.value));
            chart.draw_series(bars.map(|(index, bar)| {
                let corners = [(index as f64 - half, bar.value.max(0.0)), (index as f64 + half, bar.value.min(0.0))];
                Rectangle::new(corners, group_colour(bar.group).filled())
            }))?;
            Ok(())
        })
    }

    /// As many labels as fit side by side, at even distances.
    fn ticks(&self, bars: &[Bar]) -> Vec<(f64, String)> {
        let widest = bars.iter().map(|bar| bar.label.chars().count()).max().unwrap_or(0);
        let room = (self.size.0 as f64 - 80.0) / (7.0 * widest as f64 + 8.0);
        let stride = (bars.len() as f64 / room.max(1.0)).ceil().max(1.0) as usize;
        bars.iter().enumerate().step_by(stride).map(|(index, bar)| (index as f64, bar.label.clone())).collect()
    }

    fn legend(&self) -> Vec<Entry> {
        if self.groups.len() < 2 {
            return Vec::new();
        }
        self.groups
            .iter()
            .enumerate()
            .map(|(group, label)| Entry { label: label.clone(), mark: Mark::Box, colour: group_colour(group) })
            .collect()
    }

    /// The largest bar in words.
    pub fn largest(&self) -> Option<String> {
        let finite = self.bars.iter().filter(|bar| bar.value.is_finite());
        finite
            .max_by(|a, b| a.value.total_cmp(&b.value))
            .map(|bar| format!("{}: {}", bar.label, significant(bar.value, 3)))
    }
}

fn group_colour(group: usize) -> RGBColor {
    match group {
        0 => CLASSES[0].rgb(),
        1 => MUTED.rgb(),
        other => CLASSES[(other - 1) % CLASSES.len()].rgb(),
    }
}
