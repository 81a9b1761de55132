//! Objectives of variational inference: bounds on the log-evidence, with a choice of gradient for each.
//!
//! With posterior q, prior p(z) and likelihood p(x|z), one draw has the log-weight `log w = log p(x|z) + log p(z) - log q(z|x)`.
//! The ELBO is the mean of `log w`, IWAE-S the mean of `ln((1/S) Σ w)`. Objectives are maximised; a [`crate::train::Surrogate`]
//! carries the negative, a loss.

pub(crate) mod diagonal_normal;
mod elbo;
mod iwae;
mod kl_weight;
mod latent_model;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::train::Surrogate;

pub use diagonal_normal::DiagonalNormal;
pub use kl_weight::KlWeight;
pub use latent_model::LatentModel;

/// How the entropy of the posterior, or its divergence from the prior, enters the ELBO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntropyTerm {
    /// The divergence KL(q‖p) in closed form (Kingma and Welling 2014, equation 10).
    #[default]
    ClosedForm,
    /// `log q` at the draw, differentiated through its parameters and the draw (Kingma and Welling 2014, equation 6).
    MonteCarlo,
    /// `log q` at the draw with its parameters held fixed: the score term, of mean 0, is left out. At the exact posterior
    /// every draw's gradient is 0 (Roeder et al. 2017).
    StickingTheLanding,
}

/// What is maximised.
///
/// ```
/// use reparam::objective::{EntropyTerm, Objective};
/// let elbo = Objective::Elbo { entropy: EntropyTerm::StickingTheLanding, draws: 4 };
/// assert_eq!((elbo.draws(), Objective::default().draws()), (4, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Objective {
    /// The evidence lower bound, averaged over draws.
    Elbo {
        /// How the entropy enters.
        entropy: EntropyTerm,
        /// Draws from the posterior for each row.
        draws: usize,
    },
    /// The importance-weighted bound (Burda et al. 2016, equation 8). It has no divergence to weigh: [`KlWeight`] has no effect on it.
    Iwae {
        /// Draws from the posterior for each row.
        draws: usize,
        /// Whether the encoder's gradient is the doubly reparameterised one (`DReG`, Tucker et al. 2019), whose signal does not
        /// vanish as the draws grow.
        doubly_reparameterized: bool,
    },
}

impl Default for Objective {
    fn default() -> Self {
        Self::Elbo { entropy: EntropyTerm::ClosedForm, draws: 1 }
    }
}

impl Objective {
    /// Draws from the posterior for each row.
    #[must_use]
    pub const fn draws(&self) -> usize {
        match self {
            Self::Elbo { draws, .. } | Self::Iwae { draws, .. } => *draws,
        }
    }

    /// The surrogate of one shard.
    ///
    /// The surrogate's `sums` are, over the shard's rows: the objective as it is maximised (weight and free bits left out), the
    /// expected log-likelihood, and KL(q‖p) in closed form.
    ///
    /// # Shapes
    /// `input`: `[N, P]`, what the encoder sees; `target`: `[N, P]`, what the likelihood judges; `noise`: `[S, N, L]` standard
    /// normal draws with S = [`Objective::draws`]; `batch_rows`: rows of the whole batch, by which the loss is divided.
    ///
    /// `weight` and `free_bits` act on the ELBO; the IWAE bound has the weight 1 and no free bits, whatever they say. Free bits are
    /// compared with each latent's divergence averaged over the rows of this shard, not of the whole batch.
    #[must_use]
    pub fn surrogate<M: LatentModel>(&self, model: &M, batch: ShardBatch, weight: f64, free_bits: f64) -> Surrogate {
        match *self {
            Self::Elbo { entropy, .. } => elbo::surrogate(model, batch, entropy, weight, free_bits),
            Self::Iwae { doubly_reparameterized, .. } => iwae::surrogate(model, batch, doubly_reparameterized),
        }
    }
}

/// The rows and the noise of one shard.
#[derive(Clone, Debug)]
pub struct ShardBatch {
    /// What the encoder sees, `[N, P]`.
    pub input: Tensor<2>,
    /// What the likelihood judges, `[N, P]`.
    pub target: Tensor<2>,
    /// Standard normal draws, `[S, N, L]`.
    pub noise: Tensor<3>,
    /// Rows of the whole batch.
    pub batch_rows: usize,
}

/// `log p(z) - log q(z|x)` for each draw, `[S N]`, with the standard normal prior; `q` may be another than the one that drew.
fn log_prior_minus_log_posterior(q: &DiagonalNormal, z: Tensor<3>) -> Tensor<1> {
    let [s, n, _] = z.dims();
    let deviation = (z.clone() - q.loc.clone().unsqueeze::<3>()) / q.log_scale.clone().exp().unsqueeze::<3>();
    // The constants ln(2 pi)/2 of the two normals cancel.
    let difference = (deviation.square() - z.square()) * 0.5 + q.log_scale.clone().unsqueeze::<3>();
    difference.sum_dim(2).reshape([s * n])
}

/// The three sums that a surrogate logs.
fn sums(objective: Tensor<1>, reconstruction: Tensor<1>, kl: Tensor<1>) -> Tensor<1> {
    Tensor::cat(vec![objective.inner(), reconstruction.inner(), kl.inner()], 0)
}
