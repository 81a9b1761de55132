//! What the command line takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::run_options::RunOptions;

/// The sub-commands of `reparam vae`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train on images, judge on held-out images, write a report
    ///
    /// Without --data it learns the 1,797 handwritten digits inside the program (UCI, 8x8 pixels, CC BY 4.0).
    Train(Box<TrainArgs>),
    /// Judge a trained model: bounds on the likelihood of held-out images, in nats per image
    Evaluate(EvaluateArgs),
    /// Draw new images from the prior
    Sample(SampleArgs),
    /// Encode images to the mean of their posterior, and decode them again
    ///
    /// Where training binarised images, the encoder is given their grey intensities here: what it saw on average.
    Reconstruct(ReconstructArgs),
    /// Write the latents of images: the mean of each posterior
    ///
    /// Where training binarised images, the encoder is given their grey intensities here: what it saw on average.
    Encode(EncodeArgs),
    /// Decode along latent axes
    Traverse(TraverseArgs),
    /// Decode between the latents of two images
    Interpolate(InterpolateArgs),
}

/// What `train` does, besides the options of the run itself.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Folder of the run [default: runs/vae-NAME-N with the first free N]
    #[arg(long, value_name = "FOLDER", conflicts_with = "resume")]
    pub out: Option<PathBuf>,
    /// TOML file with options; its keys are the names below, and flags override it
    #[arg(long, value_name = "FILE.toml", conflicts_with = "resume")]
    pub config: Option<PathBuf>,
    /// Continue this run where its last checkpoint stands; ends in the same bits as a run left alone
    #[arg(long, value_name = "RUN")]
    pub resume: Option<PathBuf>,
    /// Print one JSON object with the results on stdout
    #[arg(long)]
    pub json: bool,
    /// The options of the run.
    #[command(flatten)]
    pub options: RunOptions,
}

/// A run, and where its model computes.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Folder of the run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Threads; 0: all cores
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,
    /// cpu, cuda, cuda:N or wgpu [default: as the run, where this build has it, else cpu]
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
}

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Judge these images, as many as --nll-images allows [default: the run's test images]
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// Draws for each image [default: as the run]
    #[arg(long, value_name = "COUNT")]
    pub nll_samples: Option<usize>,
    /// Images, at most; the same ones each time; 0: all [default: as the run, whose own default is 1000]
    #[arg(long, value_name = "COUNT")]
    pub nll_images: Option<usize>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `sample`.
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Number of images
    #[arg(long, default_value_t = 64)]
    pub count: usize,
    /// Seed of the draws [default: the run's]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// File to write, .png or .npy [default: RUN/samples.png]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `reconstruct`.
#[derive(Debug, Args)]
pub struct ReconstructArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Images to reconstruct [default: the run's test images]
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// Number of images, from the first
    #[arg(long, default_value_t = 30)]
    pub count: usize,
    /// File to write: .png shows originals above reconstructions, .npy holds the reconstructions [default: RUN/reconstructions.png]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `encode`.
#[derive(Debug, Args)]
pub struct EncodeArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Images to encode, all of them in the order of the file [default: the run's test images]
    #[arg(long, value_name = "PATH")]
    pub data: Option<PathBuf>,
    /// Write the scales of the posterior too, after the means
    #[arg(long)]
    pub scales: bool,
    /// File to write: .npy [N, L], or .csv with a header and the labels where known [default: RUN/latents.npy]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `traverse`.
#[derive(Debug, Args)]
pub struct TraverseArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Axis, counted from 0; 'all' of at most 1024; or 'active': those in use, at most 64, the one that carries most first
    #[arg(long, default_value = "active")]
    pub axis: String,
    /// First value, in standard deviations of the prior
    #[arg(long, default_value_t = -3.0, allow_negative_numbers = true)]
    pub from: f64,
    /// Last value
    #[arg(long, default_value_t = 3.0, allow_negative_numbers = true)]
    pub to: f64,
    /// Values, both ends included
    #[arg(long, default_value_t = 11)]
    pub steps: usize,
    /// Start from the posterior mean of this test image, counted from 0 [default: the mean of the prior]
    #[arg(long, value_name = "INDEX")]
    pub image: Option<usize>,
    /// File to write, .png or .npy [default: RUN/traversal.png]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `interpolate`.
#[derive(Debug, Args)]
pub struct InterpolateArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// First test image, counted from 0 [default: eight pairs]
    #[arg(long, value_name = "INDEX", requires = "to")]
    pub from: Option<usize>,
    /// Second test image
    #[arg(long, value_name = "INDEX", requires = "from")]
    pub to: Option<usize>,
    /// Images in a row, both ends included
    #[arg(long, default_value_t = 11)]
    pub steps: usize,
    /// File to write, .png or .npy [default: RUN/interpolation.png]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
