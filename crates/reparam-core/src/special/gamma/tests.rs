//! Golden tables, ends, and a random sweep against quadrature.

mod ends;
mod golden;
mod sweep;
