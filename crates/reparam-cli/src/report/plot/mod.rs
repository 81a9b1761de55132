//! Plots as SVG text: line charts, scatter plots and bar charts that are readable on white and on dark ground.

mod axis;
mod bar;
mod curve;
pub(super) mod drawing;
mod frame;
mod line;
pub mod palette;
mod raster;
mod scatter;
mod ticks;

pub use bar::{Bar, BarChart};
pub use drawing::Drawing;
pub use line::{LineChart, Series};
pub use scatter::{Colouring, Scatter};
