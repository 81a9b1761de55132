//! What a model of cells is made of.

use serde::{Deserialize, Serialize};

/// What dispersions of a negative binomial belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dispersion {
    /// One for each gene.
    #[default]
    Gene,
    /// One for each gene in each batch.
    GeneBatch,
    /// One for each gene in each cell, from the decoder.
    GeneCell,
}

/// The law of a modality's counts, given the latents.
///
/// The mean of a feature is `library · softmax(decoder output)`, but of [`Accessibility`](Self::Accessibility), whose probability is
/// `sigmoid(decoder output) · sigmoid(depth) · sigmoid(region)` (Ashuach et al. 2022).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum CountModel {
    /// Poisson.
    Poisson,
    /// Negative binomial with mean and inverse dispersion (Lopez et al. 2018).
    NegativeBinomial {
        /// What the dispersions belong to.
        dispersion: Dispersion,
    },
    /// The same with extra zeros.
    ZeroInflatedNegativeBinomial {
        /// What the dispersions belong to.
        dispersion: Dispersion,
    },
    /// Normal with one scale for all features, of `log(1 + count · typical / total)`: expression that was not counted molecule by molecule, such as that of
    /// full-length protocols, whose spread on this scale hardly depends on the mean. Likelihoods are densities of these logarithms, not of counts.
    LogNormal,
    /// Whether a region is accessible: Bernoulli; every count above 0 is 1.
    Accessibility,
}

impl CountModel {
    /// What its dispersions belong to, if it has any.
    #[must_use]
    pub const fn dispersion(self) -> Option<Dispersion> {
        match self {
            Self::NegativeBinomial { dispersion } | Self::ZeroInflatedNegativeBinomial { dispersion } => {
                Some(dispersion)
            }
            Self::Poisson | Self::LogNormal | Self::Accessibility => None,
        }
    }
}

/// The library size of a cell: the total of the features that the model sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Library {
    /// As counted.
    #[default]
    Observed,
    /// A latent number: log-normal, with a prior of the moments of its logarithm in each batch.
    Learned,
}

/// How posteriors of several modalities become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Experts {
    /// Their product with the prior (Wu and Goodman 2018).
    #[default]
    Product,
    /// One of them at random (Shi et al. 2019): a mixture.
    Mixture,
    /// Their average with learned weights: means of locations and variances (Ashuach et al. 2023).
    Average,
}

/// One modality of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ModalityConfig {
    /// `rna`, `atac`, …
    pub name: String,
    /// Number of features.
    pub features: usize,
    /// The law of its counts.
    pub model: CountModel,
    /// Whether its library size is counted or learned. [`CountModel::Accessibility`] has none.
    pub library: Library,
}

/// A model of cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CellConfig {
    /// What is measured.
    pub modalities: Vec<ModalityConfig>,
    /// Normal latents, at least 1.
    pub latents: usize,
    /// Whether one more latent is an angle.
    pub cycle: bool,
    /// Width of the hidden layers.
    pub hidden: usize,
    /// Hidden layers of each encoder, at least 1.
    pub layers: usize,
    /// Hidden layers of each decoder; 0: a linear one, whose weights are the loadings of features on latents.
    pub decoder_layers: usize,
    /// Batches of cells; 1 where there are none to tell apart.
    pub batches: usize,
    /// Covariates that encoder and decoder see, the batches among them.
    pub covariates: usize,
    /// How posteriors combine.
    pub experts: Experts,
}

impl CellConfig {
    /// Numbers that a decoder takes for a cell, covariates left out: the normal latents, then cosine and sine of the angle.
    #[must_use]
    pub const fn value_width(&self) -> usize {
        self.latents + if self.cycle { 2 } else { 0 }
    }

    /// Numbers that an encoder gives for a cell: locations, raw log-scales, natural parameters of the angle.
    #[must_use]
    pub const fn code_width(&self) -> usize {
        2 * self.latents + if self.cycle { 2 } else { 0 }
    }
}
