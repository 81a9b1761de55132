//! One shard of a step: its surrogate, whatever the law of the latent; and how noisy the gradient is.

use std::ops::Range;

use burn::tensor::Tensor;
use reparam_core::noise::Key;

use super::batcher::Batcher;
use super::discrete::{self, Memory};
use super::{FitConfig, Posterior, Vae};
use crate::estimator::Discrete;
use crate::nn::Network;
use crate::objective::LatentModel;
use crate::train::Surrogate;

/// Gradients behind one measurement of their noise.
pub(super) const NOISE_REPEATS: usize = 8;

/// Summed variance of equal estimates, and the squared norm of their mean over it.
pub(super) fn noise_of(gradients: &[Vec<f32>]) -> Option<(f64, f64)> {
    let n = gradients.len() as f64;
    let width = gradients.iter().map(Vec::len).min()?;
    let (mut variance, mut square) = (0.0, 0.0);
    for k in 0..width {
        let mean = gradients.iter().map(|g| f64::from(g[k])).sum::<f64>() / n;
        variance += gradients.iter().map(|g| (f64::from(g[k]) - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        square += mean * mean;
    }
    // The square of the mean holds 1/n of the variance.
    let signal = (square - variance / n).max(0.0);
    Some((variance, if variance > 0.0 { signal / variance } else { f64::INFINITY }))
}

/// Where a step's noise comes from, and what changes with it.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// Where it comes from.
    pub key: Key,
    /// Which step of it.
    pub number: u64,
    /// The step at which schedules are read.
    pub temperature: u64,
    /// Of the divergence.
    pub weight: f64,
}

/// Minus the log-likelihood of rows for draws `[S, N, W]`: `[S, N]`.
pub(super) fn minus_log_likelihood<E: Network, D: Network>(vae: &Vae<E, D>, z: Tensor<3>, x: Tensor<2>) -> Tensor<2> {
    let [s, n, _] = z.dims();
    vae.log_likelihood(z, x).neg().reshape([s, n])
}

/// The surrogate of one shard.
pub(super) fn surrogate<E: Network, D: Network>(
    vae: &Vae<E, D>,
    batcher: &Batcher<'_>,
    indices: &[usize],
    part: Range<usize>,
    step: Step,
    config: &FitConfig,
    memory: &Memory,
) -> Surrogate {
    if !vae.latent_law().is_discrete() {
        let sizes = [config.objective.draws(), vae.latents()];
        let mut batch = Batcher { key: step.key, ..*batcher }.shard(indices, part.clone(), step.number, sizes);
        if step.key != batcher.key {
            // Other noise for the latents alone: the pixels stay those of the batcher.
            batch.input = batcher.pixels(indices, part, step.number);
            batch.target = batch.input.clone();
        }
        return config.objective.surrogate(vae, batch, step.weight, config.kl.free_bits);
    }
    let x = batcher.pixels(indices, part.clone(), step.number);
    let posterior = vae.encode(x.clone());
    let cost = |z: Tensor<3>| minus_log_likelihood(vae, z, x.clone());
    let draws = discrete::draws(&config.discrete, step.key, step.number).of_rows(part.start, indices.len());
    let hard = || match &posterior {
        // The hard draws of the very noise that the relaxed ones had.
        Posterior::Coins(law) => law.hard(law.perturb(draws.perturbation(law))),
        Posterior::Categories(law) => {
            let z = law.hard(law.perturb(draws.perturbation(law)));
            let [s, n, l, k] = z.dims();
            z.reshape([s, n, l * k])
        }
        Posterior::Normal(q) => q.loc.clone().unsqueeze::<3>(),
    };
    let estimate = discrete::estimate(&config.discrete, memory, step.temperature, &posterior, &cost, &draws);
    if let Ok(estimate) = estimate {
        let weights = [step.weight, config.kl.free_bits];
        return discrete::surrogate(&estimate, posterior.kl_per_latent(), &cost, hard, weights, indices.len());
    }
    // The configuration was checked before the first step, so that this is not reached; a loss that is not a number stops the run if it is.
    let nan = x.slice([0..1, 0..1]).reshape([1]) * f64::NAN;
    Surrogate { loss: nan.clone(), second: None, sums: Tensor::cat(vec![nan.clone(), nan.clone(), nan], 0) }
}
