//! Plots as SVG text, readable on white and on dark ground: line charts, scatter plots, bar charts, and plots along the cell cycle.

mod axis;
mod bar;
mod colouring;
mod curve;
mod cycle_histogram;
pub(super) mod drawing;
mod frame;
mod heat_map;
mod line;
pub mod palette;
mod phase;
mod raster;
mod scatter;
mod ticks;
mod traverse;

pub use bar::{Bar, BarChart};
pub use colouring::Colouring;
pub use cycle_histogram::CycleHistogram;
pub use drawing::Drawing;
pub use heat_map::{HeatMap, RowScale};
pub use line::{LineChart, Series};
pub use phase::{Along, Phase};
pub use scatter::Scatter;
pub use traverse::{AlongCurve, CurveGroup, TraverseChart};
