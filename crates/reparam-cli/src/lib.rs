//! The parts of the command `reparam`: one module an application.

pub mod data;
pub mod report;
