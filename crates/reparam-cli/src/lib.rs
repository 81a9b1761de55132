//! The parts of the command `reparam`: one module an application.

pub mod cells;
pub mod cli;
pub mod compare;
pub mod console;
pub mod data;
pub mod folder;
pub mod infer;
pub mod law;
pub mod report;
pub mod vae;
