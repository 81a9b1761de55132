//! `reparam vae`: variational autoencoders of images, from data to report.
//!
//! [`RunConfig`] holds every option of a run; [`run`] is the command. A run lives in a folder:
//!
//! | file | what it is |
//! |---|---|
//! | `config.toml` | every option; `reparam vae train --config` repeats the run |
//! | `run.json` | what the data were: name, shape, counts, checksum |
//! | `metrics.csv` | one row an epoch, the same bits whenever the run is repeated or resumed |
//! | `timing.csv` | the seconds, which are never the same twice |
//! | `checkpoint/` | all that `--resume` needs |
//! | `model.safetensors` | the finished model; `best.safetensors` while early stopping is on |
//! | `evaluation.json` | held-out images: bounds, parts, floor |
//! | `report.html`, `overview.svg`, `*.png` | what to look at |

mod args;
mod config;
mod dataset;
mod decode;
mod device;
mod encode;
mod error;
mod evaluate;
mod floor;
mod interpolate;
mod metrics;
mod model;
mod options;
mod progress;
mod projection;
mod reconstruct;
mod report;
mod rules;
mod run_folder;
mod run_options;
mod sample;
mod summary;
mod train;
mod training;
mod traverse;

pub use args::Command;
pub use config::RunConfig;
pub use error::VaeError;

/// Runs one sub-command.
///
/// # Errors
/// Whatever stands in the way, as one line.
pub fn run(command: Command) -> Result<(), VaeError> {
    match command {
        Command::Train(args) => train::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Sample(args) => sample::run(&args),
        Command::Reconstruct(args) => reconstruct::run(&args),
        Command::Encode(args) => encode::run(&args),
        Command::Traverse(args) => traverse::run(&args),
        Command::Interpolate(args) => interpolate::run(&args),
    }
}
