//! What the command line takes.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `reparam compare`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  reparam compare                                          a first look: normal law, (x-3)^2
  reparam compare --law normal -p loc=1 -p scale=0.5 --loss '(x-3)^2'
  reparam compare --law gamma -p concentration=2 -p rate=1 --loss 'cos(5*x)' --estimators pathwise,rloo
  reparam compare --law bernoulli -p probs=0.3 --loss '(x-0.45)^2' --json
  reparam compare --law categorical -p probs=0.2,0.3,0.5 --loss-table 1.0,0.3,2.0
  reparam compare --law normal -p loc=1 --loss 'x' --sweep scale=0.01:10:25 --out sweep
  reparam compare --law bernoulli -p probs=0.3 --loss 'x^3' --sweep temperature=0.1:5:15 --out temperature
  reparam compare --law normal -p loc=1 --loss 'cos(20*x)' --auto

The gradient of E[loss(x)], x drawn from the law, in each parameter of the law. Laws and parameters are
those of 'reparam law' ('reparam laws' lists them). Bernoulli and categorical laws are told in logits.

Losses are formulas of the draw: x for laws of numbers; x0, x1, ... for vectors and for the one-hot or
relaxed entries of categories, where x is the number of the category (the mean of 0, 1, ... under the
entries). Operators + - * / ^ and comparisons, which are 1 or 0; functions exp log ln sqrt sin cos tan
tanh sigmoid softplus relu abs square sign step, min(a,b) max(a,b) pow(a,b), if(condition,then,else);
constants pi e. The derivative is automatic differentiation of the formula, not a difference.

An estimate takes as many draws as its estimator needs at least: one for the score function, two for
rloo, a pair for disarm. Columns: mean of the estimates with its standard error; the exact gradient
(enumeration, a sum, quadrature); the verdict, which is a false alarm once in 10,000 whole tables;
variance of one estimate; snr = |mean| / standard deviation; seconds an estimate takes one thread;
efficiency = 1 / (variance * time); tail index of the largest deviations (generalised Pareto law; from
0.5 on the variance may be infinite). Variances are told with the loss as it is: scale it, they scale.

JSON: rows (estimator, parameter, mean, standard_error, exact, bias, bias_standard_error, verdict,
variance, snr, seconds_per_draw, efficiency, tail_index, ...), recommended, reason, seed, draws, notes;
with --sweep also sweep; null stands for what does not exist (the snr of a variance of 0).

Paper: Mohamed, Rosca, Figurnov and Mnih 2020, Monte Carlo gradient estimation in machine learning.")]
pub struct CompareArgs {
    /// The law, as 'reparam laws' names it
    #[arg(long, value_name = "NAME", default_value = "normal")]
    pub law: String,
    /// A parameter; a vector has commas [default: loc=1 and scale=0.5 of the normal law when nothing is said at all]
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE")]
    pub param: Vec<String>,
    /// The loss, a formula of the draw [default: (x-3)^2; x0^2+x1^2+... for vectors]
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    pub loss: Option<String>,
    /// The loss of each category, or of 0 and 1 for coins; linear between them for relaxed draws
    #[arg(long, value_name = "NUMBERS", conflicts_with = "loss", allow_hyphen_values = true)]
    pub loss_table: Option<String>,
    /// Names with commas, or all that fit the law
    #[arg(long, value_name = "NAMES", default_value = "all", conflicts_with = "auto")]
    pub estimators: String,
    /// Estimates of each estimator, 100 to 100000000 (100000 or 1e5) [default: 100000]
    #[arg(long, value_name = "N", conflicts_with = "auto", allow_hyphen_values = true)]
    pub draws: Option<String>,
    /// Seed of the noise
    #[arg(long, value_name = "NUMBER", default_value_t = 0, allow_hyphen_values = true)]
    pub seed: u64,
    /// Temperature of relaxations, and the one that rebar and relax start from
    #[arg(long, value_name = "NUMBER", default_value_t = 0.5, conflicts_with = "auto", allow_hyphen_values = true)]
    pub temperature: f64,
    /// Measure along a grid of a scalar parameter of the law, or of the temperature: NAME=LOW:HIGH:POINTS
    ///
    /// Steps are even in the logarithm; even in the number itself where LOW is not positive.
    #[arg(long, value_name = "NAME=LOW:HIGH:POINTS", conflicts_with = "auto")]
    pub sweep: Option<String>,
    /// Estimates of each estimator at each point of a sweep [default: 10000]
    #[arg(long, value_name = "N", requires = "sweep", allow_hyphen_values = true)]
    pub sweep_draws: Option<String>,
    /// Choose by a short pilot with common random numbers, print the evidence and the choice
    #[arg(long)]
    pub auto: bool,
    /// Seconds that the pilot of --auto may take [default: 1]
    #[arg(long, value_name = "SECONDS", requires = "auto", allow_hyphen_values = true)]
    pub seconds: Option<f64>,
    /// Biased estimators that may be recommended, names with commas
    #[arg(long, value_name = "NAMES")]
    pub allow: Vec<String>,
    /// New folder for rows.csv, report.json, plots (SVG and PNG), report.html and config.toml
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Threads; 0: all cores. Numbers are the same for any number of them, times are not
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `reparam verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  reparam verify
  reparam verify --json
  reparam verify --draws 1000000 --seed 1

Every estimator on problems with exact answers: enumeration for coins and categories, quadrature for laws
of numbers, closed forms for normals; means, and variances where the exact variance is a finite sum or a
closed form. A check fails when a mean or a variance is off by more than chance allows.
Exit status: 0 all passed, 1 a check failed, 2 usage or failure.")]
pub struct VerifyArgs {
    /// Estimates of each estimator on each problem [default: 20000]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub draws: Option<String>,
    /// Seed of the noise
    #[arg(long, value_name = "NUMBER", default_value_t = 0, allow_hyphen_values = true)]
    pub seed: u64,
    /// Threads; 0: all cores
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
