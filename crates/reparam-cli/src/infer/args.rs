//! What the command line takes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use reparam_infer::fit::{GradientChoice, GuideChoice, NoiseChoice};

/// Arguments of `reparam infer`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  reparam infer                                       five rate constants of alpha-pinene, in a second
  reparam infer lotka-volterra --out hares            lynx and hares; folder with draws, report.html, inference.nc
  reparam infer --example > model.toml                a commented model of your own to start from
  reparam infer model.toml
  reparam infer problem.yaml                          a PEtab problem (SBML model, tables)
  reparam infer lotka-volterra --guide mean-field     what independent normals make of it: not to be trusted
  reparam infer lotka-volterra --method nuts --out judge
  reparam infer compare hares judge
  reparam infer calibrate alpha-pinene                are the intervals right? simulation-based calibration

PROBLEM is a built-in model (--list names them), a TOML file, or the YAML file of a PEtab problem.

How: searches from the model's start and from draws of its prior find the posterior (Pathfinder, Zhang et al.
2022); a guide is fitted there by pathwise gradients, with noise that is fixed, so that no step size is to be
chosen; its draws get Pareto-smoothed importance weights (Vehtari et al. 2024). Their tail index k-hat judges
the answer: below 0.5 good; to 0.7 usable, with the weights, which the table and the draws include; above 0.7
not to be trusted, and the verdict says why, as far as it can be told. '--guide auto' fits a normal of full
rank and goes on to a normalising flow while k-hat says so.

Table: mean, sd, quantiles of each parameter on its own (linear) scale, and mcse, the Monte Carlo standard
error of the mean. ELBO: the evidence lower bound, nats. '--method nuts' draws by Hamiltonian Monte Carlo
(slower, and the judge of the others).

JSON: parameters (name, mean, sd, q05, q50, q95, mcse, unit, scale), elbo, elbo_se, k_hat, verdict, reason,
guide, steps, seconds, stopped_because, attempts, run.
Exit status: 0 done, 1 the answer is not to be trusted, 2 usage or failure.")]
pub struct InferArgs {
    /// What else to do than infer
    #[command(subcommand)]
    pub command: Option<InferCommand>,
    /// A built-in model, model.toml or problem.yaml [default: alpha-pinene]
    pub problem: Option<String>,
    /// How to fit
    #[command(flatten)]
    pub fit: FitArgs,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// New folder for draws.csv, inference.zarr (which `ArviZ` reads), report.html, summary.json and config.toml
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// List the built-in models
    #[arg(long, exclusive = true)]
    pub list: bool,
    /// Print a commented model in TOML
    #[arg(long, exclusive = true)]
    pub example: bool,
}

/// How to fit.
#[derive(Clone, Debug, Args)]
pub struct FitArgs {
    /// auto, mean-field, full-rank, low-rank:R, flow, laplace or pathfinder
    #[arg(long, value_name = "GUIDE", default_value = "auto", value_parser = guide)]
    pub guide: GuideChoice,
    /// vi: variational inference; nuts: Hamiltonian Monte Carlo
    #[arg(long, value_name = "METHOD", default_value = "vi")]
    pub method: Method,
    /// Noise of the fit: auto, fixed (the same draws at every step), antithetic, sobol or independent (fresh ones)
    #[arg(long, value_name = "NOISE", default_value = "auto", value_parser = noise)]
    pub noise: NoiseChoice,
    /// Gradient with fresh noise: auto, stl (sticking the landing) or closed-form (entropy)
    #[arg(long, value_name = "GRADIENT", default_value = "auto", value_parser = gradient)]
    pub gradient: GradientChoice,
    /// Draws of the answer, at least 100; of NUTS: in all, over four chains
    #[arg(long, value_name = "N", default_value_t = 4000)]
    pub draws: usize,
    /// Seed of all noise
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,
    /// Most steps of the fit of one guide
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub steps: u64,
    /// Stop fitting after that many seconds; the answer then depends on the clock [default: no limit]
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<f64>,
    /// Threads; 0: all cores. Numbers are the same for any number of them
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Variational inference.
    Vi,
    /// Hamiltonian Monte Carlo.
    Nuts,
}

/// What else `reparam infer` does.
#[derive(Debug, Subcommand)]
pub enum InferCommand {
    /// Put two runs side by side: standardised mean differences, sd ratios, Wasserstein distances
    Compare(CompareArgs),
    /// Simulation-based calibration: are the intervals as wide as they say? (Talts et al. 2018)
    Calibrate(CalibrateArgs),
}

/// Arguments of `reparam infer compare`.
#[derive(Debug, Args)]
#[command(after_help = "\
For each parameter that both runs have: the difference of the means in sds of the second run, the ratio of the
sds, and the Wasserstein distance (the mean distance that draws must be moved) in sds of the second run.")]
pub struct CompareArgs {
    /// The folder of a run
    pub first: PathBuf,
    /// The folder of another, the reference
    pub second: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `reparam infer calibrate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Each replicate draws parameters from the prior, simulates data from them, infers, and takes the rank of the
truth among draws of the posterior. Right intervals make ranks uniform. Exit status 1 where the smallest
p-value, corrected for the number of parameters, is below 0.01.")]
pub struct CalibrateArgs {
    /// A built-in model, model.toml or problem.yaml
    #[arg(default_value = "alpha-pinene")]
    pub problem: String,
    /// Replicates
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub replicates: usize,
    /// How to fit
    #[command(flatten)]
    pub fit: FitArgs,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// New folder for ranks.csv, ranks.svg, ranks.png and report.html
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

fn guide(word: &str) -> Result<GuideChoice, String> {
    if let Some(rank) = word.strip_prefix("low-rank:") {
        return rank
            .parse()
            .ok()
            .filter(|rank| *rank > 0)
            .map(GuideChoice::LowRank)
            .ok_or_else(|| format!("the rank must be a whole number from 1 on, got '{rank}'"));
    }
    match word {
        "auto" => Ok(GuideChoice::Auto),
        "mean-field" => Ok(GuideChoice::MeanField),
        "full-rank" => Ok(GuideChoice::FullRank),
        "low-rank" => Ok(GuideChoice::LowRank(5)),
        "flow" => Ok(GuideChoice::Flow),
        "laplace" => Ok(GuideChoice::Laplace),
        "pathfinder" => Ok(GuideChoice::Pathfinder),
        _ => Err("one of auto, mean-field, full-rank, low-rank:R, flow, laplace, pathfinder".into()),
    }
}

fn noise(word: &str) -> Result<NoiseChoice, String> {
    match word {
        "auto" => Ok(NoiseChoice::Auto),
        "fixed" => Ok(NoiseChoice::Fixed),
        "antithetic" => Ok(NoiseChoice::Antithetic),
        "sobol" => Ok(NoiseChoice::Sobol),
        "independent" => Ok(NoiseChoice::Independent),
        _ => Err("one of auto, fixed, antithetic, sobol, independent".into()),
    }
}

fn gradient(word: &str) -> Result<GradientChoice, String> {
    match word {
        "auto" => Ok(GradientChoice::Auto),
        "stl" => Ok(GradientChoice::StickingTheLanding),
        "closed-form" => Ok(GradientChoice::ClosedFormEntropy),
        _ => Err("one of auto, stl, closed-form".into()),
    }
}

/// The word of a guide.
pub fn guide_word(guide: GuideChoice) -> String {
    match guide {
        GuideChoice::Auto => "auto".into(),
        GuideChoice::MeanField => "mean-field".into(),
        GuideChoice::FullRank => "full-rank".into(),
        GuideChoice::LowRank(rank) => format!("low-rank:{rank}"),
        GuideChoice::Flow => "flow".into(),
        GuideChoice::Laplace => "laplace".into(),
        GuideChoice::Pathfinder => "pathfinder".into(),
    }
}

/// The word of a kind of noise.
pub const fn noise_word(noise: NoiseChoice) -> &'static str {
    match noise {
        NoiseChoice::Auto => "auto",
        NoiseChoice::Fixed => "fixed",
        NoiseChoice::Antithetic => "antithetic",
        NoiseChoice::Sobol => "sobol",
        NoiseChoice::Independent => "independent",
    }
}

/// The word of a gradient.
pub const fn gradient_word(gradient: GradientChoice) -> &'static str {
    match gradient {
        GradientChoice::Auto => "auto",
        GradientChoice::StickingTheLanding => "stl",
        GradientChoice::ClosedFormEntropy => "closed-form",
    }
}
