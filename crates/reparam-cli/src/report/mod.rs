//! Pictures, plots and the one self-contained page of a run. Plain data in, text and bytes out.
//!
//! The parts stand on their own: [`picture`] makes PNG bytes of images, [`plot`] makes SVG text of numbers, [`html`] puts both on a
//! page. [`VaeReport`] is what a variational autoencoder has to show, [`render_vae`] its page, [`overview_picture`] its one picture.
//! [`CellsReport`], [`render_cells`] and [`cells_overview_picture`] are the same for single cells, [`traverse_picture`] is genes along
//! the cell cycle. The same input gives the same bytes, and no input panics.

mod cells;
mod cells_map;
mod cells_overview;
mod cells_page;
mod cells_plots;
pub mod html;
pub mod number;
mod overview;
pub mod picture;
pub mod plot;
mod vae;
mod vae_page;
mod vae_plots;

pub use cells::{
    Agreement, CellColouring, CellMap, CellValues, CellsEpoch, CellsReport, CycleReport, GeneCurve, GeneGroup, HeldOut,
    KnobMap, ModalityRow, Traverse,
};
pub use cells_overview::cells_overview_picture;
pub use cells_page::render_cells;
pub use cells_plots::traverse_picture;
pub use overview::overview_picture;
pub use vae::{ACTIVE_VARIANCE, EpochRow, ImageTable, LatentAxis, LatentMap, Pairs, Scores, VaeReport};
pub use vae_page::render_vae;
