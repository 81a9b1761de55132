//! Counts of cells around the cycle.

use super::axis::{Axis, AxisStyle};
use super::colouring::category;
use super::drawing::Drawing;
use super::frame::{Entry, Frame, Mark, write_in_the_middle};
use super::palette::{AXIS, CATEGORIES, CLASSES};
use super::phase::{Along, Phase, draw_phases};
use plotters::prelude::*;

/// How many cells lie at each angle, stacked by category.
///
/// ```
/// use reparam_cli::report::plot::CycleHistogram;
/// let chart = CycleHistogram { angles: vec![0.1, 0.2, 3.0], ..CycleHistogram::default() };
/// assert!(chart.draw().standalone().contains("180°"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CycleHistogram {
    /// What the chart shows, in words, for readers who do not see it.
    pub title: String,
    /// What the bars count.
    pub y_label: String,
    /// The angle of each cell, in radians; those that are not finite are left out, and the chart says so.
    pub angles: Vec<f64>,
    /// The index of each cell's category in `names`; may be empty.
    pub class: Vec<usize>,
    /// The names of the categories.
    pub names: Vec<String>,
    /// Bands behind the bars.
    pub phases: Vec<Phase>,
    /// Bars around the circle.
    pub bins: usize,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

impl Default for CycleHistogram {
    /// An empty chart with a bar for each ten degrees.
    fn default() -> Self {
        Self {
            title: String::new(),
            y_label: "cells".into(),
            angles: Vec::new(),
            class: Vec::new(),
            names: Vec::new(),
            phases: Vec::new(),
            bins: 36,
            size: (480, 300),
        }
    }
}

impl CycleHistogram {
    /// The finished chart.
    pub fn draw(&self) -> Drawing {
        let lost = self.angles.iter().filter(|angle| !angle.is_finite()).count();
        let mut notes = Vec::new();
        if lost > 0 {
            notes.push(format!("{lost} {} not finite and left out", if lost == 1 { "angle is" } else { "angles are" }));
        }
        let counts = self.counts();
        let highest = counts.iter().map(|bin| bin.iter().sum::<usize>()).max().unwrap_or(0);
        let room = if self.phases.is_empty() { 1.05 } else { 1.2 };
        let style = AxisStyle { ticks: (self.size.1 / 50).max(3) as usize, whole: true, ..AxisStyle::default() };
        let frame = Frame {
            size: self.size,
            title: if self.title.is_empty() { &self.y_label } else { &self.title },
            y_label: &self.y_label,
            x_label: Along::Circle.label(),
            x: Along::Circle.axis(self.size.0),
            y: Axis::new(0.0, room * highest.max(1) as f64, style),
            legend: self.legend(),
            legend_beside: false,
            notes,
            x_lines: false,
            y_ticks: true,
        };
        frame.draw(|chart| {
            draw_phases(chart, (&frame.x, &frame.y), &Along::Circle, &self.phases, self.size.0)?;
            if highest == 0 {
                return write_in_the_middle(chart, &frame.x, &frame.y, "nothing finite to draw");
            }
            let width = 360.0 / counts.len() as f64;
            for (bin, parts) in counts.iter().enumerate() {
                let left = bin as f64 * width;
                let mut below = 0;
                for (part, &count) in parts.iter().enumerate().filter(|(_, count)| **count > 0) {
                    let corners = [(left + 0.06 * width, (below + count) as f64), (left + 0.94 * width, below as f64)];
                    chart.draw_series([Rectangle::new(corners, self.colour(part).filled())])?;
                    below += count;
                }
            }
            Ok(())
        })
    }

    /// The categories that have a part of their own; one more part holds all other cells.
    fn parts(&self) -> usize {
        self.names.len().min(CATEGORIES.len())
    }

    /// Cells of each part in each bar.
    fn counts(&self) -> Vec<Vec<usize>> {
        let bins = self.bins.clamp(1, 360);
        let mut counts = vec![vec![0; self.parts() + 1]; bins];
        for (index, &angle) in self.angles.iter().enumerate().filter(|(_, angle)| angle.is_finite()) {
            let bin = (Along::Circle.place(angle) / 360.0 * bins as f64) as usize;
            let part = self.class.get(index).copied().unwrap_or(usize::MAX).min(self.parts());
            counts[bin.min(bins - 1)][part] += 1;
        }
        counts
    }

    fn colour(&self, part: usize) -> RGBColor {
        match (part < self.parts(), self.names.is_empty()) {
            (true, _) => category(&self.names, part).rgb(),
            (false, true) => CLASSES[0].rgb(),
            (false, false) => AXIS.rgb(),
        }
    }

    fn legend(&self) -> Vec<Entry> {
        let entry = |part: usize, label: String| Entry { label, mark: Mark::Box, colour: self.colour(part) };
        let mut legend: Vec<Entry> =
            self.names.iter().take(self.parts()).enumerate().map(|(i, name)| entry(i, name.clone())).collect();
        if !self.names.is_empty() && self.counts().iter().any(|bin| bin[self.parts()] > 0) {
            legend.push(entry(self.parts(), "others".into()));
        }
        legend
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_angle_is_counted_once() {
        let tau = std::f64::consts::TAU;
        let chart = CycleHistogram {
            angles: vec![0.0, tau, -1e-18, -0.1, 3.0, f64::NAN, f64::INFINITY],
            class: vec![0, 1, 7, 0],
            names: vec!["G1".into(), "S".into()],
            bins: 4,
            ..CycleHistogram::default()
        };
        assert_eq!(chart.counts(), [vec![1, 1, 1], vec![0, 0, 1], vec![0, 0, 0], vec![1, 0, 0]]);
        let svg = chart.draw().standalone();
        assert!(svg.contains("2 angles are not finite and left out") && svg.contains("others"));
    }
}
