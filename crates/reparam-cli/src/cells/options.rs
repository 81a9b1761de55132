//! The options of a run.

use std::path::PathBuf;

use clap::Args;
use reparam::cells::{CountModel, Dispersion, Experts, Library};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::CellsError;

/// Every option that decides what a run comes to.
#[derive(Clone, Debug, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrainOptions {
    /// Files of the same cells: .h5ad, .h5mu, 10x .h5, 10x folders, CSV or TSV [default: cells are simulated]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Law of a modality, repeatable: nb, nb:gene-batch, nb:gene-cell, zinb, poisson, log-normal (expression of full-length protocols, no molecule counts), bernoulli (accessibility) or fragments (Poisson, of reads
    /// counted in pairs)
    /// [default: atac=bernoulli, all others nb]
    #[arg(long, value_name = "NAME=LAW", value_parser = modality_law)]
    pub modality: Vec<String>,
    /// Modality to use, repeatable; the others are left out [default: all]
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Normal latents
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    pub latent: usize,
    /// One more latent, an angle: the cell cycle where it is what moves cells on a circle. Simulated cells always have one
    #[arg(long)]
    pub cycle: bool,
    /// Width of hidden layers
    #[arg(long, value_name = "COUNT", default_value_t = 128)]
    pub hidden: usize,
    /// Hidden layers of each encoder
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    pub layers: usize,
    /// Hidden layers of each decoder; 0: linear, so that weights are loadings [default: 1; with fewer than 5,000 cells 0]
    #[arg(long, value_name = "COUNT")]
    pub decoder_layers: Option<usize>,
    /// How posteriors of several modalities become one: product, mixture or average
    #[arg(long, value_name = "NAME", default_value = "product", value_parser = kebab::<Experts>)]
    pub experts: Experts,
    /// Library sizes: observed, or learned (log-normal latents)
    #[arg(long, value_name = "NAME", default_value = "observed", value_parser = kebab::<Library>)]
    pub library: Library,
    /// Annotation (obs column) that names the batch of a cell: a condition of encoder and decoder
    #[arg(long, value_name = "COLUMN")]
    pub batch_key: Option<String>,
    /// Further annotation to condition on, repeatable: names become categories, numbers are standardised
    #[arg(long, value_name = "COLUMN")]
    pub covariate: Vec<String>,
    /// How to read the files.
    #[command(flatten)]
    #[serde(flatten)]
    pub read: InputOptions,
    /// Most variable genes to keep, of each modality of counts (Stuart et al. 2019); 0: all
    #[arg(long, value_name = "COUNT", default_value_t = 2000)]
    pub top_genes: usize,
    /// Text file of the genes to keep, one name a line, in place of --top-genes
    #[arg(long, value_name = "FILE")]
    pub genes: Option<PathBuf>,
    /// Most variable regions to keep, of each modality of accessibility; 0: all
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    pub top_regions: usize,
    /// Passes over the cells [default: 400, fewer for more than 20,000 cells, more for very few]
    #[arg(long, value_name = "COUNT")]
    pub epochs: Option<u64>,
    /// Cells a step
    #[arg(long, value_name = "COUNT", default_value_t = 128)]
    pub batch_size: usize,
    /// Learning rate of Adam; it falls as half a cosine
    #[arg(long, value_name = "RATE", default_value_t = 2e-3)]
    pub learning_rate: f64,
    /// Final weight of the divergence
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0)]
    pub kl_weight: f64,
    /// Share of the run in which that weight rises from 0
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub warm_up: f64,
    /// With --cycle: share of the run that searches the circle, with normal latents alone; 0: no search
    #[arg(long, value_name = "SHARE", default_value_t = 0.4)]
    pub search: f64,
    /// With --cycle: what the circle is found by: ring (the plane in which cells lie on a ring; no genes are named) or genes (the plane in which scores of S and
    /// G2/M genes vary)
    #[arg(long, value_name = "NAME", default_value = "ring", value_parser = ["ring", "genes"])]
    pub cycle_by: String,
    /// Share of a cell's counts that its encoder does not see in a step, against learning few cells by heart [default: 0.2; with fewer than 1,000 cells 0.8]
    #[arg(long, value_name = "SHARE")]
    pub hide: Option<f64>,
    /// Share of the cells that is kept from training to choose the best epoch by
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub validation: f64,
    /// Share of the cells that is kept from training and judged at the end
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub held_out: f64,
    /// Epochs without a better ELBO of the validation cells after which training stops; the best epoch is kept either way. 0: never
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub patience: u64,
    /// Draws for each held-out cell's importance-weighted bound
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub draws: usize,
    /// Seed of weights, order and draws
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,
    /// Where no file is given: cells to simulate
    #[arg(long, value_name = "COUNT", default_value_t = 2000)]
    pub simulate_cells: usize,
    /// Where no file is given: seed of the simulation
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub simulate_seed: u64,
}

/// How files are read.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct InputOptions {
    /// Layer to take in place of X
    #[arg(long, value_name = "NAME")]
    pub layer: Option<String>,
    /// Take raw/X in place of X
    #[arg(long, conflicts_with = "layer")]
    #[serde(default)]
    pub raw: bool,
    /// What the values are: counts, log1p, log2p1 or log10p1 (counts are round(exp(x) - 1), …) [default: counts]
    #[arg(long, value_name = "NAME", value_parser = ["counts", "log1p", "log2p1", "log10p1"])]
    pub from: Option<String>,
    /// Which side of a table cells are on: cells-in-rows or genes-in-rows [default: found by the names]
    #[arg(long, value_name = "NAME", value_parser = ["cells-in-rows", "genes-in-rows"])]
    pub orientation: Option<String>,
    /// Take values that are no whole numbers as they are
    #[arg(long)]
    #[serde(default)]
    pub allow_noninteger: bool,
    /// MiB of memory for counts; what is more goes to a temporary file
    #[arg(long, value_name = "MIB", default_value_t = 512)]
    #[serde(default = "default_memory")]
    pub memory: usize,
}

const fn default_memory() -> usize {
    512
}

/// Parses the kebab-case name of a variant.
pub fn kebab<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}

/// What a law of a modality is called on the command line, checked.
fn modality_law(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, law)) if !name.is_empty() => parse_law(law).map(|_| text.to_owned()),
        _ => Err("must be NAME=LAW, as in rna=nb".into()),
    }
}

/// A law, and whether counts are reads to be halved.
pub fn parse_law(law: &str) -> Result<(CountModel, bool), String> {
    let (kind, dispersion) = law.split_once(':').map_or((law, None), |(kind, of)| (kind, Some(of)));
    let dispersion = match dispersion {
        None | Some("gene") => Dispersion::Gene,
        Some("gene-batch") => Dispersion::GeneBatch,
        Some("gene-cell" | "cell") => Dispersion::GeneCell,
        Some(other) => return Err(format!("dispersion '{other}' must be gene, gene-batch or gene-cell")),
    };
    if dispersion != Dispersion::Gene && !matches!(kind, "nb" | "zinb") {
        return Err(format!("'{kind}' has no dispersion"));
    }
    match kind {
        "nb" => Ok((CountModel::NegativeBinomial { dispersion }, false)),
        "zinb" => Ok((CountModel::ZeroInflatedNegativeBinomial { dispersion }, false)),
        "log-normal" => Ok((CountModel::LogNormal, false)),
        "poisson" => Ok((CountModel::Poisson, false)),
        "fragments" => Ok((CountModel::Poisson, true)),
        "bernoulli" => Ok((CountModel::Accessibility, false)),
        other => Err(format!("law '{other}' must be nb, zinb, poisson, log-normal, bernoulli or fragments")),
    }
}

impl TrainOptions {
    /// The law of a modality, and whether its counts are reads to be halved.
    pub fn law(&self, modality: &str) -> Result<(CountModel, bool), CellsError> {
        let given =
            self.modality.iter().rev().find_map(|text| text.split_once('=').filter(|(name, _)| *name == modality));
        let law = given.map_or(if modality == "atac" { "bernoulli" } else { "nb" }, |(_, law)| law);
        parse_law(law).map_err(|rule| CellsError::option("--modality", rule, law))
    }

    /// Refuses what makes no sense, before anything is read.
    pub fn validate(&self) -> Result<(), CellsError> {
        let share = |name: &str, value: f64, most: f64| {
            if (0.0..=most).contains(&value) {
                Ok(())
            } else {
                Err(CellsError::option(name, format!("must be in [0, {most}]"), value))
            }
        };
        share("--held-out", self.held_out, 0.9)?;
        share("--warm-up", self.warm_up, 1.0)?;
        share("--search", self.search, 0.95)?;
        share("--hide", self.hide.unwrap_or(0.0), 0.99)?;
        share("--validation", self.validation, 0.9)?;
        share("--kl-weight", self.kl_weight, 1e6)?;
        for (name, value, least) in [
            ("--hidden", self.hidden, 1),
            ("--layers", self.layers, 1),
            ("--batch-size", self.batch_size, 1),
            ("--draws", self.draws, 1),
            ("--latent", self.latent, 1),
        ] {
            if value < least || value > 100_000 {
                return Err(CellsError::option(name, format!("must be {least} to 100000"), value));
            }
        }
        if self.epochs == Some(0) {
            return Err(CellsError::option("--epochs", "must be at least 1", 0));
        }
        if self.layers > 20 || self.decoder_layers.is_some_and(|n| n > 20) {
            return Err(CellsError::option("--layers", "must be at most 20", self.layers));
        }
        if !(self.learning_rate.is_finite() && self.learning_rate > 0.0) {
            return Err(CellsError::option("--learning-rate", "must be finite and > 0", self.learning_rate));
        }
        Ok(())
    }

    /// Epochs of a run on so many training cells: 400, fewer for more than 20,000 cells, and at least what makes 4,000 steps.
    pub fn epochs(&self, cells: usize) -> u64 {
        let usual = (20_000.0 / cells.max(1) as f64 * 400.0).clamp(8.0, 400.0).round() as u64;
        let steps = cells.div_ceil(self.batch_size.max(1)).max(1) as u64;
        self.epochs.unwrap_or_else(|| usual.max(4000_u64.div_ceil(steps)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_have_names() {
        assert_eq!(parse_law("nb").unwrap().0, CountModel::NegativeBinomial { dispersion: Dispersion::Gene });
        assert_eq!(
            parse_law("zinb:gene-cell").unwrap().0,
            CountModel::ZeroInflatedNegativeBinomial { dispersion: Dispersion::GeneCell }
        );
        assert!(parse_law("fragments").unwrap().1);
        assert_eq!(parse_law("poisson:gene").unwrap().0, CountModel::Poisson);
        for wrong in ["", "normal", "nb:x", "poisson:gene-batch"] {
            assert!(parse_law(wrong).is_err(), "{wrong}");
        }
        assert!(modality_law("rna").is_err() && modality_law("=nb").is_err() && modality_law("rna=nb").is_ok());
        assert_eq!(kebab::<Experts>("average").unwrap(), Experts::Average);
        assert!(kebab::<Experts>("sum").unwrap_err().contains("product"));
    }
}
