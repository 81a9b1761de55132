//! The law of a latent: normal, coins or categories, with their priors.

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::dist::{Bernoulli, OneHotCategorical, one_hot_of_largest};
use crate::noise::Noise;
use crate::objective::DiagonalNormal;

/// The law of the latent given an image, and its prior.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum LatentLaw {
    /// Independent normal numbers; prior standard normal.
    #[default]
    Normal,
    /// Independent coins; prior fair coins.
    Bernoulli,
    /// Independent variables of that many categories, one-hot; prior uniform.
    Categorical {
        /// Categories of each variable, at least 2.
        categories: usize,
    },
}

impl LatentLaw {
    /// Numbers that the encoder gives for that many latents.
    #[must_use]
    pub const fn code_width(&self, latents: usize) -> usize {
        match self {
            Self::Normal => 2 * latents,
            Self::Bernoulli => latents,
            Self::Categorical { categories } => latents * *categories,
        }
    }

    /// Numbers that the decoder takes.
    #[must_use]
    pub const fn value_width(&self, latents: usize) -> usize {
        match self {
            Self::Normal | Self::Bernoulli => latents,
            Self::Categorical { categories } => latents * *categories,
        }
    }

    /// Whether draws jump.
    #[must_use]
    pub const fn is_discrete(&self) -> bool {
        !matches!(self, Self::Normal)
    }

    /// The base noise of a draw; [`value_width`](Self::value_width) numbers of it.
    #[must_use]
    pub const fn noise(&self) -> Noise {
        match self {
            Self::Normal => Noise::StandardNormal,
            Self::Bernoulli => Noise::Uniform,
            Self::Categorical { .. } => Noise::Gumbel,
        }
    }

    /// Draws of the prior from its base noise, row by row.
    #[must_use]
    pub fn prior_draws(&self, mut noise: Vec<f32>) -> Vec<f32> {
        match self {
            Self::Normal => {}
            Self::Bernoulli => noise.iter_mut().for_each(|u| *u = f32::from(u8::from(*u < 0.5))),
            Self::Categorical { categories } => harden(&mut noise, *categories),
        }
        noise
    }
}

/// 1 at the largest number of each group, 0 elsewhere.
fn harden(values: &mut [f32], categories: usize) {
    for group in values.chunks_exact_mut(categories.max(1)) {
        let best = group.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(k, _)| k);
        group.iter_mut().enumerate().for_each(|(k, x)| *x = f32::from(u8::from(Some(k) == best)));
    }
}

/// q(z|x) of a batch of rows.
#[derive(Clone, Debug)]
pub enum Posterior {
    /// Normal numbers.
    Normal(DiagonalNormal),
    /// Coins, `[1, N, L]`.
    Coins(Bernoulli<3>),
    /// Categories, `[1, N, L, K]`.
    Categories(OneHotCategorical<4>),
}

impl Posterior {
    /// From the encoder's output, of the width that the law takes.
    pub(super) fn from_encoder(law: LatentLaw, output: Tensor<2>) -> Self {
        let [n, width] = output.dims();
        match law {
            LatentLaw::Normal => Self::Normal(DiagonalNormal::from_encoder(output)),
            LatentLaw::Bernoulli => Self::Coins(Bernoulli::from_logits(output.reshape([1, n, width]))),
            LatentLaw::Categorical { categories } => {
                let k = categories.max(1);
                let logits = output.reshape([1, n, width / k, k]);
                // Refused only for no categories, of which there is one at least.
                Self::Categories(OneHotCategorical::from_logits(logits).expect("a category on the last axis"))
            }
        }
    }

    /// KL(q‖prior) of each latent, closed form, `[N, L]`.
    #[must_use]
    pub fn kl_per_latent(&self) -> Tensor<2> {
        use crate::dist::Entropy;
        match self {
            Self::Normal(q) => q.kl_per_latent(),
            // log 2 - H(q), and log K - H(q): the prior is uniform.
            Self::Coins(q) => q.entropy().neg().squeeze_dim::<2>(0) + std::f64::consts::LN_2,
            Self::Categories(q) => {
                let [_, n, l, k] = q.logits().dims();
                q.entropy().neg().reshape([n, l]) + (k as f64).ln()
            }
        }
    }

    /// Draws `[S, N, W]` from base noise `[S, N, W]`; discrete ones are constants.
    #[must_use]
    pub fn draw(&self, noise: Tensor<3>) -> Tensor<3> {
        use crate::dist::Sample;
        match self {
            Self::Normal(q) => q.rsample(noise),
            Self::Coins(q) => q.sample(noise),
            Self::Categories(q) => {
                let [s, n, w] = noise.dims();
                let [_, _, l, k] = q.logits().dims();
                q.sample(noise.reshape([s, n, l, k])).reshape([s, n, w])
            }
        }
    }

    /// Means: locations, or probabilities; `[N, W]`.
    #[must_use]
    pub fn mean(&self) -> Tensor<2> {
        match self {
            Self::Normal(q) => q.loc.clone(),
            Self::Coins(q) => activation::sigmoid(q.logits()).squeeze_dim::<2>(0),
            Self::Categories(q) => {
                let [_, n, l, k] = q.logits().dims();
                q.probs().reshape([n, l * k])
            }
        }
    }

    /// The most probable latent, a value that the decoder has met in training: locations, or hard coins and categories; `[N, W]`.
    #[must_use]
    pub fn mode(&self) -> Tensor<2> {
        use crate::dist::Distribution;
        match self {
            Self::Normal(q) => q.loc.clone(),
            Self::Coins(q) => q.mode().squeeze_dim::<2>(0),
            Self::Categories(q) => {
                let [_, n, l, k] = q.logits().dims();
                one_hot_of_largest(q.logits()).reshape([n, l * k])
            }
        }
    }

    /// `log p(z) - log q(z|x)` of each draw, `[S, N]`.
    #[must_use]
    pub fn log_prior_minus_log_posterior(&self, z: Tensor<3>) -> Tensor<2> {
        use crate::dist::LogProb;
        let [s, n, w] = z.dims();
        match self {
            Self::Normal(q) => {
                let scale = q.log_scale.clone().unsqueeze::<3>();
                let deviation = (z.clone() - q.loc.clone().unsqueeze::<3>()) / scale.clone().exp();
                ((deviation.square() - z.square()) * 0.5 + scale).sum_dim(2).reshape([s, n])
            }
            Self::Coins(q) => q.log_prob(z).sum_dim(2).reshape([s, n]).neg() - w as f64 * std::f64::consts::LN_2,
            Self::Categories(q) => {
                let [_, _, l, k] = q.logits().dims();
                let log_q = q.log_prob(z.reshape([s, n, l, k])).reshape([s, n, l]).sum_dim(2).reshape([s, n]);
                log_q.neg() - l as f64 * (k as f64).ln()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prior_draws_are_values_of_the_law() {
        assert_eq!(LatentLaw::Bernoulli.prior_draws(vec![0.2, 0.7]), [1.0, 0.0]);
        let categories = LatentLaw::Categorical { categories: 3 };
        assert_eq!(categories.prior_draws(vec![0.1, 2.0, -1.0, 5.0, 0.0, 1.0]), [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!((categories.code_width(2), categories.value_width(2)), (6, 6));
        assert_eq!((LatentLaw::Normal.code_width(2), LatentLaw::Normal.value_width(2)), (4, 2));
    }
}
