//! Pictures, plots and the one self-contained page of a run. Plain data in, text and bytes out.
//!
//! The parts stand on their own: [`picture`] makes PNG bytes of images, [`plot`] makes SVG text of numbers, [`html`] puts both on a
//! page. [`VaeReport`] is what a variational autoencoder has to show, [`render_vae`] its page, [`overview_picture`] its one picture.
//! The same input gives the same bytes, and no input panics.

pub mod html;
pub mod number;
mod overview;
pub mod picture;
pub mod plot;
mod vae;
mod vae_page;
mod vae_plots;

pub use overview::overview_picture;
pub use vae::{ACTIVE_VARIANCE, EpochRow, ImageTable, LatentAxis, LatentMap, Pairs, Scores, VaeReport};
pub use vae_page::render_vae;
