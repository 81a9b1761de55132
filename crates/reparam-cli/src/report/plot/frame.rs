//! The frame of every plot: heading, legend, notes and axes.

use super::axis::Axis;
use super::drawing::{Drawing, clean, escape};
use super::palette::{AXIS, GRID, INK, MUTED};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::fmt::Write as _;

/// The drawing library places everything at whole pixels: it draws on a canvas this many times as large as the picture.
pub(super) const FINE: i32 = 10;

/// A font size in pixels of the picture, undoing the factor with which the SVG back end divides it.
fn font(pixels: f64) -> f64 {
    pixels * f64::from(FINE) * 1.24
}

/// The mean width of a character of a sans-serif font, as a part of the font size; rather too wide than too narrow.
pub(super) const CHARACTER: f64 = 0.56;

/// The part of the canvas with coordinates, in whose units marks are drawn.
pub(super) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;
type Canvas<'b> = DrawingArea<SVGBackend<'b>, Shift>;
pub(super) type Drawn = Result<(), Box<dyn Error>>;

/// A label of bounded length.
pub(super) fn short(text: &str, most: usize) -> String {
    let text = clean(text).replace(['\n', '\t'], " ");
    if text.chars().count() <= most { text } else { text.chars().take(most.saturating_sub(1)).chain(['…']).collect() }
}

/// How an entry of the legend looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Line,
    Dashes,
    Box,
    Shape(usize),
}

/// An entry of the legend.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub label: String,
    pub mark: Mark,
    pub colour: RGBColor,
}

/// Everything around the marks.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub size: (u32, u32),
    /// What the plot shows, in words, for readers who do not see it.
    pub title: &'a str,
    /// Name and unit of the vertical axis; stands as the heading, where it needs not be read sideways.
    pub y_label: &'a str,
    pub x_label: &'a str,
    pub x: Axis,
    pub y: Axis,
    pub legend: Vec<Entry>,
    /// The legend in a column on the right instead of a line at the top.
    pub legend_beside: bool,
    pub notes: Vec<String>,
    /// Lines across the plot at the ticks of the horizontal axis.
    pub x_lines: bool,
    /// Whether tick labels of the vertical axis are drawn.
    pub y_ticks: bool,
}

impl Frame<'_> {
    /// The finished plot, whose marks are drawn by `marks`.
    pub fn draw(&self, marks: impl FnOnce(&mut Chart<'_, '_>) -> Drawn) -> Drawing {
        let mut text = String::new();
        let fine = FINE as u32;
        let result = self.draw_on(SVGBackend::with_string(&mut text, (self.size.0 * fine, self.size.1 * fine)), marks);
        // Only the inside is kept: the element around it is written by `Drawing`.
        let start = text.find('>').map_or(0, |end| end + 1);
        let end = text.rfind("</svg>").unwrap_or(text.len()).max(start);
        let mut body = text[start..end].trim_start().to_owned();
        if let Err(error) = result {
            // The sink is a string, so nothing is expected to fail; if it does, it is seen and the page still stands.
            let _ = write!(
                body,
                "<text x=\"100\" y=\"200\" font-size=\"120\">{}</text>",
                escape(&format!("not drawn: {error}"))
            );
        }
        Drawing { width: self.size.0, height: self.size.1, label: clean(self.title), body, fine: FINE }
    }

    fn draw_on(&self, backend: SVGBackend<'_>, marks: impl FnOnce(&mut Chart<'_, '_>) -> Drawn) -> Drawn {
        let canvas = backend.into_drawing_area();
        let beside = if self.legend_beside && !self.legend.is_empty() { self.legend_width() } else { 0 };
        let mut top = 22;
        write_text(&canvas, &short(self.y_label, 90), (4, 12), 13.0, INK.rgb(), HPos::Left)?;
        if beside > 0 {
            self.legend_column(&canvas, self.size.0 as i32 - beside, 34)?;
        } else {
            top = self.legend_lines(&canvas, top)?;
        }
        for note in &self.notes {
            write_text(&canvas, &short(note, 110), (4, top + 6), 11.0, MUTED.rgb(), HPos::Left)?;
            top += 15;
        }
        let left = if self.y_ticks { 16.0 + 12.0 * CHARACTER * self.y.label_length() as f64 } else { 16.0 };
        let mut chart = ChartBuilder::on(&canvas)
            .margin_top((top + 8) * FINE)
            .margin_right((18 + beside) * FINE)
            .margin_bottom(4 * FINE)
            .x_label_area_size(44 * FINE)
            .y_label_area_size(left as i32 * FINE)
            .build_cartesian_2d(self.x.clone(), self.y.clone())?;
        let tick_font = ("sans-serif", font(12.0)).into_font().color(&MUTED.rgb());
        let x_font = ("sans-serif", font(12.5)).into_font().color(&INK.rgb());
        let mut mesh = chart.configure_mesh();
        mesh.bold_line_style(GRID.rgb().stroke_width(FINE as u32))
            .light_line_style(TRANSPARENT)
            .axis_style(AXIS.rgb().stroke_width(FINE as u32))
            .label_style(tick_font)
            .axis_desc_style(x_font)
            .set_all_tick_mark_size(4 * FINE)
            .x_desc(short(self.x_label, 90));
        if !self.x_lines {
            mesh.disable_x_mesh();
        }
        if !self.y_ticks {
            mesh.disable_y_mesh().disable_y_axis();
        }
        mesh.draw()?;
        marks(&mut chart)?;
        drop(chart);
        canvas.present()?;
        Ok(())
    }

    /// Entries side by side from the left, in as many lines as they need; the new upper edge of what follows.
    fn legend_lines(&self, canvas: &Canvas<'_>, mut top: i32) -> Result<i32, Box<dyn Error>> {
        let mut x = 4;
        for entry in &self.legend {
            let label = short(&entry.label, 60);
            let width = 26 + (12.0 * CHARACTER * label.chars().count() as f64) as i32 + 14;
            if x > 4 && x + width > self.size.0 as i32 {
                (x, top) = (4, top + 17);
            }
            draw_entry(canvas, entry, &label, (x, top + 8))?;
            x += width;
        }
        Ok(if self.legend.is_empty() { top } else { top + 18 })
    }

    fn legend_width(&self) -> i32 {
        let longest = self.legend.iter().map(|entry| entry.label.chars().count().min(18)).max().unwrap_or(0);
        32 + (12.0 * CHARACTER * longest as f64) as i32
    }

    fn legend_column(&self, canvas: &Canvas<'_>, x: i32, top: i32) -> Drawn {
        let room = self.size.1 as i32 - top - 10;
        let step = (room / self.legend.len().max(1) as i32).clamp(8, 19);
        for (index, entry) in self.legend.iter().enumerate() {
            draw_entry(canvas, entry, &short(&entry.label, 18), (x, top + index as i32 * step))?;
        }
        Ok(())
    }
}

fn write_text(canvas: &Canvas<'_>, text: &str, at: (i32, i32), size: f64, colour: RGBColor, side: HPos) -> Drawn {
    let style = ("sans-serif", font(size)).into_font().color(&colour).pos(Pos::new(side, VPos::Center));
    canvas.draw(&Text::new(text.to_owned(), (at.0 * FINE, at.1 * FINE), style))?;
    Ok(())
}

fn draw_entry(canvas: &Canvas<'_>, entry: &Entry, label: &str, (x, y): (i32, i32)) -> Drawn {
    let line = |from: i32, to: i32| {
        PathElement::new(
            vec![((x + from) * FINE, y * FINE), ((x + to) * FINE, y * FINE)],
            entry.colour.stroke_width(22),
        )
    };
    match entry.mark {
        Mark::Line => canvas.draw(&line(0, 20))?,
        Mark::Dashes => {
            canvas.draw(&line(0, 8))?;
            canvas.draw(&line(12, 20))?;
        }
        Mark::Box => {
            let corners = [((x + 6) * FINE, (y - 6) * FINE), ((x + 18) * FINE, (y + 6) * FINE)];
            canvas.draw(&Rectangle::new(corners, entry.colour.filled()))?;
        }
        Mark::Shape(shape) => {
            let here = EmptyElement::at(((x + 12) * FINE, y * FINE));
            match shape % 3 {
                0 => canvas.draw(&(here + Circle::new((0, 0), 5 * FINE, entry.colour.filled())))?,
                1 => canvas.draw(&(here + TriangleMarker::new((0, 0), 6 * FINE, entry.colour.filled())))?,
                _ => canvas.draw(&(here + Cross::new((0, 0), 4 * FINE, entry.colour.stroke_width(25))))?,
            }
        }
    }
    write_text(canvas, label, (x + 26, y), 12.0, INK.rgb(), HPos::Left)
}

/// Text in the middle of an empty plot.
pub(super) fn write_in_the_middle(chart: &mut Chart<'_, '_>, x: &Axis, y: &Axis, text: &str) -> Drawn {
    write_at(chart, (x.value(0.5), y.value(0.5)), text, 13.0, MUTED.rgb(), HPos::Center)
}

/// Text at a place of the chart.
pub(super) fn write_at(
    chart: &mut Chart<'_, '_>,
    at: (f64, f64),
    text: &str,
    size: f64,
    colour: RGBColor,
    side: HPos,
) -> Drawn {
    let style = ("sans-serif", font(size)).into_font().color(&colour).pos(Pos::new(side, VPos::Center));
    chart.draw_series([Text::new(short(text, 90), at, style)])?;
    Ok(())
}
