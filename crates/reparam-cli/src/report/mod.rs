//! Pictures and plots of a run. Plain data in, text and bytes out.

pub mod number;
pub mod picture;
pub mod plot;
