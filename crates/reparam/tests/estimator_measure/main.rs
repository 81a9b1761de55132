//! The measurement of estimators against closed forms, enumeration and its own promises.
//!
//! Seeds are fixed. A statistical check fails by chance with probability 1e-6 at most, unless it says otherwise.

mod choice;
mod coins;
mod families;
mod normal;
mod notices;
mod per_draw;
mod polynomial;
mod report;
mod support;
mod table;
