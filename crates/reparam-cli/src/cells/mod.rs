//! `reparam cells`: variational autoencoders of single cells, and the cell cycle as a control knob.
//!
//! [`run`] is the command. A run lives in a folder:
//!
//! | file | what it is |
//! |---|---|
//! | `config.toml` | every option |
//! | `run.json` | what the run remembers of its data: features, batches, held-out cells, nulls |
//! | `metrics.csv` | one row an epoch, the same bits whenever the run is repeated or resumed |
//! | `checkpoint/` | all that `--resume` needs |
//! | `model.safetensors` | the finished model; `best.safetensors` while early stopping is on |
//! | `cells.csv` | every cell: annotations, latents, scores |
//! | `cells.h5ad` | the same for scanpy: latents in `obsm["X_reparam"]` |
//! | `evaluation.json` | held-out cells: bounds and nulls |
//! | `cycle.csv`, `cycle.svg` | every feature around the cycle, and a picture of known genes |
//! | `report.html`, `overview.png` | what to look at |
//! | `embedding.csv`, `imputed.h5ad`, `generated.h5ad`, `differential.csv` | what the commands of these names write unless told otherwise |

mod agreement;
mod asked;
mod axis;
mod counts;
mod cycle;
mod differential;
mod effect;
mod embed;
mod error;
mod evaluate;
mod expected;
mod generate;
mod groups;
mod impute;
mod info;
mod judge;
mod knob;
mod options;
mod page;
mod prepare;
mod principal;
mod progress;
mod repeat;
mod run;
mod source;
mod streamed;
mod table;
mod train;
mod traverse;
mod watched;
mod written;

use clap::Subcommand;

pub use error::CellsError;

/// The sub-commands of `reparam cells`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train on cells, judge on held-out cells, find the cycle, write a report
    ///
    /// Without a file it simulates cells with a known cycle, two batches and two modalities, and says how well the angle was found.
    Train(Box<train::TrainArgs>),
    /// Every cell's angle in the cycle, its uncertainty and its phase; and how well they agree with labels
    Cycle(cycle::CycleArgs),
    /// Turn the knob: decode along the cycle, or along a latent
    Traverse(traverse::TraverseArgs),
    /// Where cells, new ones too, lie in the latent space, and in the cycle
    Embed(embed::EmbedArgs),
    /// How good the model is on cells that it was not trained on, beside nulls
    Evaluate(evaluate::EvaluateArgs),
    /// What the model expects of every feature of cells, measured or not
    Impute(impute::ImputeArgs),
    /// New cells from the model, anywhere or at a place of the cycle
    Generate(generate::GenerateArgs),
    /// Which genes and regions differ between two groups of cells, with what certainty
    Differential(differential::DifferentialArgs),
}

/// Runs one sub-command.
///
/// # Errors
/// Whatever stands in the way, as one line.
pub fn run(command: &Command) -> Result<(), CellsError> {
    match command {
        Command::Train(args) => train::run(args),
        Command::Cycle(args) => cycle::run(args),
        Command::Traverse(args) => traverse::run(args),
        Command::Embed(args) => embed::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Impute(args) => impute::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Differential(args) => differential::run(args),
    }
}
