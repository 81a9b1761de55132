//! Golden tables, ends, and a random sweep against quadrature.

mod golden;
mod sweep;
