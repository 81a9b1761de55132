//! What the command line takes.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::subject::Kind;

/// Arguments of `reparam laws`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  reparam laws                      all laws
  reparam laws gamma                those whose name holds 'gamma'
  reparam laws --kind discrete      counts and indices
  reparam laws --json               the same for programs
  reparam laws | grep implicit      a pipe gets one line a law

For each law: its parameters with their rules (name[] is a vector) and how dz/dparameter of a draw z
is had; the support and the method of drawing; whether the entropy is a closed form, and the laws to
which the Kullback-Leibler divergence is one.

  explicit   z is an elementary function of parameter and noise
  implicit   -(dF/dparameter) / density, F the distribution function (Figurnov et al. 2018)
  transport  a velocity that carries the law along (Jankowiak and Obermeyer 2018)
  none       draws jump, or no derivative is known: use the score")]
pub struct CatalogueArgs {
    /// Show the laws whose name holds this text
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Show the laws of this kind
    #[arg(long)]
    pub kind: Option<Kind>,
    /// Print a JSON list
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `reparam law`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("task").args(["at", "quantile", "table", "draw", "kl"]))]
#[command(after_help = "\
Examples:
  reparam law normal --param loc=0 --param scale=2 --at 0.3
  reparam law laplace -p scale=0.5 --quantile 0.9 --json
  reparam law categorical -p probs=0.2,0.3,0.5 --at 2
  reparam law normal --table in.csv --out out.csv       columns loc, scale, x
  reparam law normal -p loc=0 --table - < in.csv        one loc for all rows
  reparam law normal --draw 1000000 --seed 7 --out x.npy
  reparam law normal -p loc=1 --kl normal --kl-param scale=2
  reparam law normal -p loc=1 --kl cauchy --monte-carlo 1000000
  reparam law normal -p scale=2 --plot normal.svg
  reparam law laplace -p scale=2 --low 0 --high 3 --quantile 0.9

Parameters are named as in PyTorch ('reparam laws' lists them); total_count and total-count are one.
loc is 0 and scale is 1 where they are not given. probs are taken where a law has logits; score and
path are then told in both.

Numbers have the fewest digits that read back as the same double; infinities are inf and -inf, a
moment that does not exist is NaN. In JSON these three are strings, and null stands where there is
nothing: score and path outside of the support, the path of a discrete law (an empty cell of a table).
Entropies, log-densities and divergences are in nats.

JSON: law, parameters, defaults, support, shape, mean, variance, mode, entropy; with a value also
probability and quantile (of --quantile), x, log_prob, density (the mass of a discrete law), cdf,
survival, and objects with an entry for each parameter: score, pathwise (dz/dparameter), method.")]
pub struct LawArgs {
    /// The law, as 'reparam laws' names it, in any spelling: `StudentT` and `student_t` are student-t
    #[arg(value_name = "NAME")]
    pub name: String,
    /// A parameter; a vector has commas, a matrix is written row by row [default: loc=0, scale=1, none for others]
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE")]
    pub param: Vec<String>,
    /// Hold a law of numbers above this bound, or at it; a parameter like the others
    #[arg(long, value_name = "BOUND", allow_hyphen_values = true)]
    pub low: Option<String>,
    /// Hold a law of numbers below this bound, or at it
    #[arg(long, value_name = "BOUND", allow_hyphen_values = true)]
    pub high: Option<String>,
    /// The value to look at; of a vector or matrix all numbers, with commas, row by row
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Look at the smallest value x with P(X <= x) at least this probability
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub quantile: Option<String>,
    /// Read a CSV file with a column x and columns for parameters, - for stdin; write its columns, and more of each row
    ///
    /// Added are `log_prob`, `cdf`, `score_<parameter>` and `pathwise_<parameter>`. Rows stream through: memory does not grow with the file. Commas, semicolons and tabs separate; a vector is one cell with
    /// commas. Other columns are carried along. The output goes to stdout or --out.
    #[arg(long, value_name = "FILE.csv")]
    pub table: Option<PathBuf>,
    /// Draw this many values (1000000 or 1e6), one a line on stdout, or into --out
    ///
    /// Draw i is a function of law, parameters, seed and i alone: the same for any number of threads, and N draws are the first N of more.
    /// The noise is that of `Key::new(SEED).site("law").site(NAME).step(0)` in the library.
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = count)]
    pub draw: Option<u64>,
    /// The Kullback-Leibler divergence KL(NAME || OTHER), in nats
    #[arg(long, value_name = "OTHER")]
    pub kl: Option<String>,
    /// A parameter of the law after --kl
    #[arg(long, value_name = "NAME=VALUE", requires = "kl")]
    pub kl_param: Vec<String>,
    /// Estimate the divergence of --kl, or else the entropy, from N draws, with its standard error
    #[arg(long, value_name = "N", conflicts_with_all = ["table", "draw"], allow_hyphen_values = true, value_parser = count)]
    pub monte_carlo: Option<u64>,
    /// Seed of --draw and --monte-carlo
    #[arg(long, value_name = "NUMBER", default_value_t = 0, allow_hyphen_values = true)]
    pub seed: u64,
    /// File for --table (.csv) or --draw (.npy: float64, first the draws, then the shape of a value; or .csv); it appears when it is whole
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Draw density, distribution function and path into this SVG file
    #[arg(long, value_name = "FILE.svg", conflicts_with_all = ["table", "draw", "kl"])]
    pub plot: Option<PathBuf>,
    /// Threads of --table and --draw; 0: all cores
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub threads: usize,
    /// Print one JSON object
    #[arg(long, conflicts_with_all = ["table", "draw"])]
    pub json: bool,
}

/// A whole number from 1 on, `1000000` or `1e6`.
fn count(text: &str) -> Result<u64, String> {
    // Above 2^53 doubles have gaps: such numbers must be written out.
    let written = |x: &f64| x.fract() == 0.0 && (1.0..=9_007_199_254_740_992.0).contains(x);
    let number = text.parse().ok().or_else(|| text.parse().ok().filter(written).map(|x: f64| x as u64));
    number.filter(|n| *n > 0).ok_or_else(|| "must be a whole number from 1 on".to_owned())
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn counts_are_whole_and_at_least_one() {
        assert_eq!(["1", "1e6", "18446744073709551615"].map(count), [Ok(1), Ok(1_000_000), Ok(u64::MAX)]);
        for text in ["0", "-5", "1.5", "1e17", "inf", "nan", "", "many"] {
            assert!(count(text).is_err(), "{text}");
        }
    }
}
