//! The axis of the cell cycle and its phases.

use super::axis::{Axis, AxisStyle};
use super::frame::{Chart, Drawn, write_at};
use super::palette::{self, CATEGORIES, Colour};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// What a plot runs along.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Along {
    /// A circle: angles in radians, shown from 0 to 360 degrees.
    #[default]
    Circle,
    /// A line with two ends.
    Line {
        /// Name and unit.
        label: String,
        /// The left end.
        low: f64,
        /// The right end.
        high: f64,
    },
}

impl Along {
    /// The axis for a plot of this width.
    pub(super) fn axis(&self, width: u32) -> Axis {
        match self {
            Self::Circle => {
                let step = if width < 360 { 90 } else { 45 };
                let ticks = (0..=360).step_by(step).map(|degrees| (f64::from(degrees), format!("{degrees}°")));
                Axis::with_ticks(0.0, 360.0, ticks.collect())
            }
            Self::Line { low, high, .. } => {
                let finite = |value: f64, otherwise| if value.abs() < 1e300 { value } else { otherwise };
                let style = AxisStyle { ticks: (width / 70).max(3) as usize, ..AxisStyle::default() };
                Axis::new(finite(*low, 0.0), finite(*high, 1.0), style)
            }
        }
    }

    /// What stands below the axis.
    pub(super) fn label(&self) -> &str {
        match self {
            Self::Circle => "angle on the cycle (degrees)",
            Self::Line { label, .. } => label,
        }
    }

    /// A value as the axis has it: degrees in `[0, 360)` on the circle.
    pub(super) fn place(&self, value: f64) -> f64 {
        // Just below 0 the remainder rounds up to the whole turn, which is 0 again.
        match self {
            Self::Circle => value.to_degrees().rem_euclid(360.0) % 360.0,
            Self::Line { .. } => value,
        }
    }
}

/// A phase of the cell cycle: an arc of the circle, or a stretch of the line.
///
/// ```
/// use reparam_cli::report::plot::Phase;
/// let phase = Phase { name: "G1".into(), from: 5.0, to: 1.0 };
/// assert_eq!(phase.name, "G1"); // from 286 degrees through 0 to 57
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phase {
    /// Its name; the usual ones have colours of their own.
    pub name: String,
    /// Where it begins: radians on the circle.
    pub from: f64,
    /// Where it ends, in the direction of growing angles; may be the smaller number on the circle.
    pub to: f64,
}

impl Phase {
    /// The pieces of the axis that it covers: two where it runs through the angle 0.
    pub(super) fn pieces(&self, along: &Along) -> Vec<(f64, f64)> {
        if !self.from.is_finite() || !self.to.is_finite() || self.from == self.to {
            return Vec::new();
        }
        match along {
            Along::Circle => {
                let (from, to) = (along.place(self.from), along.place(self.to));
                if (self.to - self.from).abs() >= std::f64::consts::TAU {
                    vec![(0.0, 360.0)]
                } else if from < to {
                    vec![(from, to)]
                } else {
                    [(from, 360.0), (0.0, to)].into_iter().filter(|piece| piece.1 > piece.0).collect()
                }
            }
            Along::Line { low, high, .. } => {
                let (low, high) = (low.min(*high), low.max(*high));
                let piece = (self.from.min(self.to).max(low), self.from.max(self.to).min(high));
                if piece.1 > piece.0 { vec![piece] } else { Vec::new() }
            }
        }
    }

    /// Its colour; by its place among the phases where the name says nothing.
    pub(super) fn colour(&self, index: usize) -> Colour {
        palette::phase(&self.name).unwrap_or(CATEGORIES[index % CATEGORIES.len()])
    }
}

/// The phases as pale bands over the whole height, each named at the top.
pub(super) fn draw_phases(
    chart: &mut Chart<'_, '_>,
    (x, y): (&Axis, &Axis),
    along: &Along,
    phases: &[Phase],
    width: u32,
) -> Drawn {
    let (bottom, top) = (y.value(0.0), y.value(1.0));
    for (index, phase) in phases.iter().enumerate() {
        let colour = phase.colour(index).rgb();
        for (from, to) in phase.pieces(along) {
            chart.draw_series([Rectangle::new([(from, top), (to, bottom)], colour.mix(0.09).filled())])?;
            let strip = y.value(0.985);
            chart.draw_series([Rectangle::new([(from, top), (to, strip)], colour.filled())])?;
            let part = x.place(to).unwrap_or(0.0) - x.place(from).unwrap_or(0.0);
            // A name that is wider than its band would stand in the next one.
            if part * f64::from(width) > 9.0 * phase.name.chars().count() as f64 {
                write_at(chart, (f64::midpoint(from, to), y.value(0.94)), &phase.name, 12.0, colour, HPos::Center)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_through_zero_are_two_pieces() {
        let piece = |from: f64, to: f64| {
            let phase = Phase { name: "S".into(), from: from.to_radians(), to: to.to_radians() };
            let pieces = phase.pieces(&Along::Circle);
            pieces.iter().map(|(a, b)| (a.round(), b.round())).collect::<Vec<_>>()
        };
        assert_eq!(piece(30.0, 90.0), [(30.0, 90.0)]);
        assert_eq!(piece(300.0, 60.0), [(300.0, 360.0), (0.0, 60.0)]);
        assert_eq!(piece(-60.0, 60.0), [(300.0, 360.0), (0.0, 60.0)]);
        assert_eq!(piece(200.0, 360.0), [(200.0, 360.0)]);
        assert_eq!(piece(0.0, 360.0), [(0.0, 360.0)]);
        assert_eq!(piece(10.0, 10.0), []);
        assert_eq!(piece(f64::NAN, 10.0), []);
    }

    #[test]
    fn stretches_are_cut_at_the_ends_of_the_line() {
        let along = Along::Line { label: "z".into(), low: -1.0, high: 1.0 };
        let phase = |from, to| Phase { name: "S".into(), from, to }.pieces(&along);
        assert_eq!(phase(-3.0, 0.5), [(-1.0, 0.5)]);
        assert_eq!(phase(2.0, 3.0), []);
        assert_eq!(Along::Circle.place(-1e-18), 0.0);
    }
}
