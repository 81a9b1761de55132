//! The words that options take, on the command line and in TOML alike.

use clap::ValueEnum;
use reparam::nn::Activation;
use reparam::objective::EntropyTerm;
use reparam::vae::{Binarization, LatentEstimator};
use serde::{Deserialize, Serialize};

/// The kind of encoder and decoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkKind {
    /// Fully connected layers (`hidden`)
    #[default]
    Mlp,
    /// Two 3x3 convolutions of stride 2 and their mirror (`features`)
    Conv,
}

/// The non-linearity between layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ActivationKind {
    /// max(x, 0)
    Relu,
    /// tanh x
    Tanh,
    /// x Φ(x) (Hendrycks and Gimpel 2016)
    #[default]
    Gelu,
    /// x / (1 + exp(-x))
    Silu,
}

impl From<ActivationKind> for Activation {
    fn from(kind: ActivationKind) -> Self {
        match kind {
            ActivationKind::Relu => Self::Relu,
            ActivationKind::Tanh => Self::Tanh,
            ActivationKind::Gelu => Self::Gelu,
            ActivationKind::Silu => Self::Silu,
        }
    }
}

/// The law of a pixel given the latent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LikelihoodKind {
    /// Black or white; intensities are binarised (`binarize`)
    #[default]
    Bernoulli,
    /// A value in [0, 1] (Loaiza-Ganem and Cunningham 2019)
    ContinuousBernoulli,
    /// A real value (`gaussian-scale`)
    Gaussian,
    /// One of n grey levels (`levels`)
    Categorical,
}

/// When intensities become zeros and ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum BinarizeKind {
    /// A fresh draw at every step (Burda et al. 2016)
    Dynamic,
    /// One draw for the whole run
    Fixed,
    /// Never: the data are 0 and 1 already, or the likelihood takes intensities
    None,
}

impl From<BinarizeKind> for Binarization {
    fn from(kind: BinarizeKind) -> Self {
        match kind {
            BinarizeKind::Dynamic => Self::Dynamic,
            BinarizeKind::Fixed => Self::Fixed,
            BinarizeKind::None => Self::None,
        }
    }
}

/// The bound that is maximised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectiveKind {
    /// The evidence lower bound (Kingma and Welling 2014)
    #[default]
    Elbo,
    /// The importance-weighted bound of `draws` draws (Burda et al. 2016)
    Iwae,
}

/// How the entropy enters the ELBO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum EntropyKind {
    /// KL(q||p) in closed form (Kingma and Welling 2014)
    #[default]
    ClosedForm,
    /// log q at the draw
    MonteCarlo,
    /// log q at the draw without its score term (Roeder et al. 2017)
    StickingTheLanding,
}

impl From<EntropyKind> for EntropyTerm {
    fn from(kind: EntropyKind) -> Self {
        match kind {
            EntropyKind::ClosedForm => Self::ClosedForm,
            EntropyKind::MonteCarlo => Self::MonteCarlo,
            EntropyKind::StickingTheLanding => Self::StickingTheLanding,
        }
    }
}

/// The law of the latent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LatentLawKind {
    /// Independent normal numbers, standard normal prior
    #[default]
    Normal,
    /// Independent coins, fair prior
    Bernoulli,
    /// Independent variables of `categories` categories, uniform prior
    Categorical,
}

/// How the gradient goes through discrete latents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum EstimatorKind {
    /// Biased: relaxed latents (Maddison et al. 2017; Jang et al. 2017)
    GumbelSoftmax,
    /// Biased: hard latents forward, the relaxed path backward (Jang et al. 2017)
    GumbelStraightThrough,
    /// Biased: hard latents forward, the path of the probabilities backward (Bengio et al. 2013)
    StraightThrough,
    /// Biased: the second-order form of straight-through (Liu et al. 2023)
    Reinmax,
    /// Biased: straight-through with a gap (Fan et al. 2022)
    GappedStraightThrough,
    /// Biased: gumbel-straight-through averaged over relaxed draws (Paulus et al. 2021)
    GumbelRao,
    /// REINFORCE without a baseline (Williams 1992)
    ScoreFunction,
    /// REINFORCE, the mean of the steps before as baseline
    ScoreFunctionRunningMean,
    /// REINFORCE, the mean of the other draws as baseline (Kool et al. 2019); two draws at least
    Rloo,
    /// First-order expansion as control variate (Gu et al. 2016)
    Muprop,
    /// Antithetic pairs of coins (Yin and Zhou 2019)
    Arm,
    /// ARM integrated given the pair (Dong et al. 2020, 2021)
    #[default]
    Disarm,
    /// Relaxed cost as control variate, temperature and scale learnt (Tucker et al. 2017)
    Rebar,
}

impl From<EstimatorKind> for LatentEstimator {
    fn from(kind: EstimatorKind) -> Self {
        match kind {
            EstimatorKind::GumbelSoftmax => Self::GumbelSoftmax,
            EstimatorKind::GumbelStraightThrough => Self::GumbelStraightThrough,
            EstimatorKind::StraightThrough => Self::StraightThrough,
            EstimatorKind::Reinmax => Self::Reinmax,
            EstimatorKind::GappedStraightThrough => Self::GappedStraightThrough,
            EstimatorKind::GumbelRao => Self::GumbelRao,
            EstimatorKind::ScoreFunction => Self::ScoreFunction,
            EstimatorKind::ScoreFunctionRunningMean => Self::ScoreFunctionRunningMean,
            EstimatorKind::Rloo => Self::Rloo,
            EstimatorKind::Muprop => Self::Muprop,
            EstimatorKind::Arm => Self::Arm,
            EstimatorKind::Disarm => Self::Disarm,
            EstimatorKind::Rebar => Self::Rebar,
        }
    }
}

/// How the learning rate changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleKind {
    /// The same rate throughout
    Constant,
    /// A straight line down to `schedule-floor` times the rate
    #[default]
    Linear,
    /// Half a cosine down to `schedule-floor` times the rate (Loshchilov and Hutter 2017)
    Cosine,
    /// Times `decay-factor` after every `decay-every-epochs`
    Step,
}

/// `learned`, or a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum GaussianScaleChoice {
    /// A fixed scale, in units of the scaled data.
    Value(f64),
    /// The word `learned`.
    Word(String),
}

impl GaussianScaleChoice {
    /// From the command line; a word that is not `learned` is refused later, with all other rules.
    #[expect(clippy::unnecessary_wraps, reason = "the shape that clap asks for")]
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(text.parse().map_or_else(|_| Self::Word(text.into()), Self::Value))
    }
}
