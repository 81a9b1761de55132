//! Scatter plots: points coloured by class or by a value.

use super::axis::{Axis, AxisStyle};
use super::colouring::{Colouring, Look};
use super::curve::{Shown, drawable, shown_range};
use super::drawing::Drawing;
use super::frame::{Chart, Drawn, FINE, Frame, write_at, write_in_the_middle};
use super::palette::{INK, PAPER};
use crate::report::number::significant;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// More points than this hide each other and make the page heavy.
const MOST_POINTS: usize = 4_000;
/// A scatter plot.
///
/// ```
/// use reparam_cli::report::plot::{Colouring, Scatter};
/// let plot = Scatter {
///     points: vec![(0.0, 1.0), (2.0, 3.0)],
///     colouring: Colouring::Classes { class: vec![0, 1], names: vec!["cat".into(), "dog".into()] },
///     ..Scatter::default()
/// };
/// assert!(plot.draw().standalone().contains("dog"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    /// What the plot shows, in words, for readers who do not see it.
    pub title: String,
    /// Name and unit of the vertical axis.
    pub y_label: String,
    /// Name and unit of the horizontal axis.
    pub x_label: String,
    /// The points; those that are not finite are left out, and the plot says so. More than 4,000 are thinned evenly.
    pub points: Vec<(f64, f64)>,
    /// What the colours mean.
    pub colouring: Colouring,
    /// Whether the vertical axis has numbers; without, the height of a point means nothing.
    pub y_ticks: bool,
    /// Whether the name of each class is written at the median of its points.
    pub name_classes: bool,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

impl Default for Scatter {
    /// An empty plot with numbers on both axes and named classes.
    fn default() -> Self {
        Self {
            title: String::new(),
            y_label: String::new(),
            x_label: String::new(),
            points: Vec::new(),
            colouring: Colouring::None,
            y_ticks: true,
            name_classes: true,
            size: (640, 560),
        }
    }
}

/// A point with its colour and shape.
#[derive(Debug, Clone, Copy)]
struct Dot {
    at: (f64, f64),
    colour: RGBColor,
    shape: usize,
    class: usize,
}

impl Scatter {
    /// The finished plot.
    pub fn draw(&self) -> Drawing {
        let mut notes = Vec::new();
        let scale = self.colouring.range();
        let dots = self.dots(scale, &mut notes);
        let range = |pick: fn(&Dot) -> f64| shown_range(dots.iter().map(pick), true);
        let (x_range, y_range) = (range(|dot| dot.at.0), range(|dot| dot.at.1));
        let ends = |range: Option<Shown>| range.map_or((0.0, 1.0), |range| (range.low, range.high));
        let style = |side: u32, pixels: u32| AxisStyle {
            margin: true,
            ticks: (side / pixels).max(3) as usize,
            ..AxisStyle::default()
        };
        let x = Axis::new(ends(x_range).0, ends(x_range).1, style(self.size.0, 90));
        let y = Axis::new(ends(y_range).0, ends(y_range).1, style(self.size.1, 60));
        let inside = |at: (f64, f64)| {
            let within = |axis: &Axis, value| axis.place(value).is_some_and(|place| (0.0..=1.0).contains(&place));
            within(&x, at.0) && within(&y, at.1)
        };
        let (dots, outside): (Vec<Dot>, Vec<Dot>) = dots.into_iter().partition(|dot| inside(dot.at));
        if !outside.is_empty() {
            let verb = if outside.len() == 1 { "point lies" } else { "points lie" };
            notes.push(format!("cut off: {} far {verb} outside", outside.len()));
        }
        let frame = Frame {
            size: self.size,
            title: if self.title.is_empty() { "scatter plot" } else { &self.title },
            y_label: &self.y_label,
            x_label: &self.x_label,
            x,
            y,
            legend: self.colouring.legend(scale),
            legend_beside: true,
            notes,
            x_lines: true,
            y_ticks: self.y_ticks,
        };
        let drawing = frame.draw(|chart| {
            if dots.is_empty() {
                return write_in_the_middle(chart, &frame.x, &frame.y, "nothing finite to draw");
            }
            draw_dots(chart, &dots)?;
            self.draw_names(chart, &frame, &dots)
        });
        outlined(drawing, NAME_SIZE)
    }

    /// Every point that can be drawn, in the order given, so that no class lies over all others.
    fn dots(&self, scale: Option<(f64, f64)>, notes: &mut Vec<String>) -> Vec<Dot> {
        let mut lost = 0;
        let mut dots = Vec::new();
        for (index, &at) in self.points.iter().enumerate() {
            let Look { colour, shape, class } = self.colouring.look(index, scale);
            if drawable(at.0) && drawable(at.1) {
                dots.push(Dot { at, colour, shape, class });
            } else {
                lost += 1;
            }
        }
        if lost > 0 {
            notes.push(format!("{lost} {} not finite and left out", if lost == 1 { "point is" } else { "points are" }));
        }
        let stride = dots.len().div_ceil(MOST_POINTS).max(1);
        if stride > 1 {
            notes.push(format!("one in {stride} of {} points", significant(dots.len() as f64, 9)));
        }
        dots.into_iter().step_by(stride).collect()
    }

    /// The name of each class at the median of its points, or beside it where another name stands there already.
    fn draw_names(&self, chart: &mut Chart<'_, '_>, frame: &Frame<'_>, dots: &[Dot]) -> Drawn {
        let Some(names) = self.colouring.names() else {
            return Ok(());
        };
        if !self.name_classes || names.len() < 2 {
            return Ok(());
        }
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for (class, name) in
            names.iter().enumerate().take(self.colouring.most()).filter(|(_, name)| name.chars().count() <= 3)
        {
            let median = |pick: fn(&Dot) -> f64| {
                let mut values: Vec<f64> = dots.iter().filter(|dot| dot.class == class).map(pick).collect();
                values.sort_by(f64::total_cmp);
                values.get(values.len() / 2).copied()
            };
            let Some(at) = median(|dot| dot.at.0).zip(median(|dot| dot.at.1)) else {
                continue;
            };
            let Some(place) = frame.x.place(at.0).zip(frame.y.place(at.1)) else {
                continue;
            };
            let place = free_place(place, &taken, (20.0 / f64::from(self.size.0), 20.0 / f64::from(self.size.1)));
            taken.push(place);
            write_at(
                chart,
                (frame.x.value(place.0), frame.y.value(place.1)),
                name,
                NAME_SIZE,
                INK.rgb(),
                HPos::Center,
            )?;
        }
        Ok(())
    }
}

/// The free place nearest to this one, on rings around it. `size` is what a name needs of the plot, whose sides are 1.
fn free_place(wanted: (f64, f64), taken: &[(f64, f64)], size: (f64, f64)) -> (f64, f64) {
    let free = |at: &(f64, f64)| {
        let inside = (0.0..=1.0).contains(&at.0) && (0.0..=1.0).contains(&at.1);
        inside && !taken.iter().any(|other| (other.0 - at.0).abs() < size.0 && (other.1 - at.1).abs() < size.1)
    };
    let ring = |radius: usize| {
        (0..12).map(move |step| {
            let angle = f64::from(step) * std::f64::consts::TAU / 12.0;
            let radius = 0.5 * radius as f64;
            (wanted.0 + radius * size.0 * angle.cos(), wanted.1 + radius * size.1 * angle.sin())
        })
    };
    // Thirty names of this size are free of each other within ten rings, unless the plot is tiny.
    (0..=20).flat_map(ring).find(free).unwrap_or(wanted)
}

/// The size of the names of classes, which nothing else in the plot has.
const NAME_SIZE: f64 = 14.0;

/// The drawing with a thin line of the ground's colour around all text of this size: it stands out and hides next to nothing.
pub(super) fn outlined(mut drawing: Drawing, size: f64) -> Drawing {
    let size = format!("font-size=\"{}\"", size * f64::from(FINE));
    let line = format!(
        "{size} font-weight=\"700\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
        PAPER.hex(),
        3 * FINE
    );
    drawing.body = drawing.body.replace(&size, &line);
    drawing
}

fn draw_dots(chart: &mut Chart<'_, '_>, dots: &[Dot]) -> Drawn {
    // Fewer points are drawn larger.
    let radius = match dots.len() {
        ..=60 => 58,
        61..=300 => 46,
        301..=1_500 => 34,
        _ => 24,
    };
    for dot in dots {
        let colour = dot.colour.mix(0.8);
        match dot.shape % 3 {
            0 => chart.draw_series([Circle::new(dot.at, radius, colour.filled())])?,
            1 => chart.draw_series([TriangleMarker::new(dot.at, radius + 12, colour.filled())])?,
            _ => chart.draw_series([Cross::new(dot.at, radius, colour.stroke_width(radius as u32 / 2))])?,
        };
    }
    Ok(())
}
