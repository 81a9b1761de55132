//! The evidence lower bound.

use burn::tensor::Tensor;

use super::{EntropyTerm, ShardBatch, log_prior_minus_log_posterior, sums};
use crate::nn::Network;
use crate::train::Surrogate;
use crate::vae::{DiagonalNormal, Vae};

pub(super) fn surrogate<E: Network, D: Network>(
    vae: &Vae<E, D>,
    batch: ShardBatch,
    entropy: EntropyTerm,
    weight: f64,
    free_bits: f64,
) -> Surrogate {
    let draws = batch.noise.dims()[0] as f64;
    let q = vae.posterior(batch.input);
    let z = q.rsample(batch.noise);
    let reconstruction = vae.log_likelihood(z.clone(), batch.target).sum() / draws;
    let kl = q.kl_per_latent();
    let kl_sum = kl.clone().inner().sum();
    let divergence = match entropy {
        EntropyTerm::ClosedForm => with_free_bits(kl, free_bits),
        EntropyTerm::MonteCarlo => -log_prior_minus_log_posterior(&q, z).sum() / draws,
        // Detached: removes the score term, the derivative of log q in its own parameters at a fixed draw.
        EntropyTerm::StickingTheLanding => {
            -log_prior_minus_log_posterior(&q.detach(), z).sum() / draws
        }
    };
    let objective = reconstruction.clone().inner()
        - match entropy {
            EntropyTerm::ClosedForm => kl_sum.clone(),
            EntropyTerm::MonteCarlo | EntropyTerm::StickingTheLanding => divergence.clone().inner(),
        };
    let loss = (divergence * weight - reconstruction.clone()) / batch.batch_rows as f64;
    Surrogate {
        loss,
        resume: None,
        sums: sums(objective, reconstruction, kl_sum),
    }
}

/// The divergence summed over rows and latents, where a latent counts at least `free_bits` nats on average over the rows
/// (Kingma et al. 2016, equation 16; the minibatch is the shard).
fn with_free_bits(kl: Tensor<2>, free_bits: f64) -> Tensor<1> {
    if free_bits > 0.0 {
        let rows = kl.dims()[0] as f64;
        kl.sum_dim(0).clamp_min(free_bits * rows).sum()
    } else {
        kl.sum()
    }
}

impl DiagonalNormal {
    /// The same numbers without their graph.
    pub(super) fn detach(&self) -> Self {
        // Detached by the caller's choice of estimator: see there for the term that this removes.
        Self {
            loc: self.loc.clone().detach(),
            log_scale: self.log_scale.clone().detach(),
        }
    }
}
