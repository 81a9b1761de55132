//! The evidence lower bound.

use burn::tensor::Tensor;

use super::{EntropyTerm, LatentModel, ShardBatch, log_prior_minus_log_posterior, sums};
use crate::train::Surrogate;

pub(super) fn surrogate<M: LatentModel>(
    model: &M,
    batch: ShardBatch,
    entropy: EntropyTerm,
    weight: f64,
    free_bits: f64,
) -> Surrogate {
    let draws = batch.noise.dims()[0] as f64;
    let q = model.posterior(batch.input);
    let z = q.rsample(batch.noise);
    let reconstruction = model.log_likelihood(z.clone(), batch.target).sum() / draws;
    let kl = q.kl_per_latent();
    let kl_sum = kl.clone().inner().sum();
    let divergence = match entropy {
        EntropyTerm::ClosedForm => with_free_bits(kl, free_bits),
        EntropyTerm::MonteCarlo => -log_prior_minus_log_posterior(&q, z).sum() / draws,
        // Detached: removes the score term, the derivative of log q in its own parameters at a fixed draw.
        EntropyTerm::StickingTheLanding => -log_prior_minus_log_posterior(&q.detach(), z).sum() / draws,
    };
    let objective = reconstruction.clone().inner()
        - match entropy {
            EntropyTerm::ClosedForm => kl_sum.clone(),
            EntropyTerm::MonteCarlo | EntropyTerm::StickingTheLanding => divergence.clone().inner(),
        };
    let loss = (divergence * weight - reconstruction.clone()) / batch.batch_rows as f64;
    Surrogate { loss, second: None, sums: sums(objective, reconstruction, kl_sum) }
}

/// The divergence summed over rows and latents, where a latent counts at least `free_bits` nats on average over the rows
/// (Kingma et al. 2016; their minibatch is the shard here).
fn with_free_bits(kl: Tensor<2>, free_bits: f64) -> Tensor<1> {
    if free_bits > 0.0 {
        let rows = kl.dims()[0] as f64;
        kl.sum_dim(0).clamp_min(free_bits * rows).sum()
    } else {
        kl.sum()
    }
}
