//! The optimiser, the trainer, checkpoints, the loop and the evaluation.

#[path = "../engine_support/mod.rs"]
mod support;

mod adam;
mod checkpoints;
mod evaluation;
mod fitting;
mod small;
mod trainer;
