//! The parts of the command `reparam`: one module an application.

pub mod cli;
pub mod compare;
pub mod console;
pub mod data;
pub mod infer;
pub mod law;
pub mod report;
pub mod vae;
