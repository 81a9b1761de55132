//! The importance-weighted bound, and its doubly reparameterised gradient.

use burn::tensor::{Tensor, activation};

use super::{LatentModel, ShardBatch, log_prior_minus_log_posterior, sums};
use crate::train::{SecondStage, Surrogate};

pub(super) fn surrogate<M: LatentModel>(model: &M, batch: ShardBatch, dreg: bool) -> Surrogate {
    let [draws, rows, latents] = batch.noise.dims();
    let q = model.posterior(batch.input);
    let z = q.rsample(batch.noise);
    let kl = q.kl_per_latent().inner().sum();
    // DReG cuts the graph at the draws: the decoder's gradient carries weights w, the encoder's their squares.
    let (leaf, judge) = if dreg {
        // Detached: a leaf of its own, whose gradient is sent on to the encoder, rescaled, in a second stage; and log q with
        // its parameters fixed, which leaves out the score term (Tucker et al. 2019).
        (z.clone().reshape([draws * rows, latents]).detach().require_grad(), q.detach())
    } else {
        (z.clone().reshape([draws * rows, latents]), q)
    };
    let judged = leaf.clone().reshape([draws, rows, latents]);
    let log_likelihood = model.log_likelihood(judged.clone(), batch.target);
    let log_weight = (log_likelihood.clone() + log_prior_minus_log_posterior(&judge, judged)).reshape([draws, rows]);
    let weight = activation::softmax(log_weight.clone().inner(), 0);
    let largest = log_weight.clone().inner().max_dim(0);
    let bound = (log_weight.clone().inner() - largest.clone()).exp().mean_dim(0).log() + largest;
    // The gradient of the bound is the weighted mean of the gradients of the log-weights: with the normalised weights held
    // fixed, this sum has that gradient (Burda et al. 2016).
    let surrogate = (log_weight * Tensor::from_inner(weight.clone())).sum();
    let loss = -surrogate / batch.batch_rows as f64;
    let second = dreg.then(|| SecondStage {
        draws: z.reshape([draws * rows, latents]),
        leaf,
        factor: weight.reshape([draws * rows]),
    });
    let reconstruction = log_likelihood.inner().sum() / draws as f64;
    Surrogate { loss, second, sums: sums(bound.sum(), reconstruction, kl) }
}
