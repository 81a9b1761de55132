//! The evidence lower bound of a shard of cells.

use burn::tensor::{Device, Tensor, TensorData};
use reparam_core::noise::{Key, Noise};

use super::model::vector;
use super::{CellBatch, CellPosterior, CellVae, Experts};
use crate::fused::CountRows;
use crate::train::Surrogate;

/// Noise of draws: by the step and the place of a cell in its batch in training, by the number of a cell in evaluation.
pub(super) struct CellNoise<'a> {
    /// Where the noise comes from.
    pub key: Key,
    /// Which step of it.
    pub step: u64,
    /// A number for each cell, that keys its draws.
    pub numbers: &'a [u64],
    /// The first draw, of the same cells.
    pub first: u64,
}

impl CellNoise<'_> {
    /// Standard normal draws, `[S, N, L]`; a cell's draws are its own, whatever is drawn beside it.
    pub fn normal(&self, site: &str, draws: usize, latents: usize, device: &Device) -> Tensor<3> {
        let n = self.numbers.len();
        let mut noise = vec![0.0_f32; draws * n * latents];
        let mut own = vec![0.0_f32; draws * latents];
        let site = self.key.site(site);
        for (i, number) in self.numbers.iter().enumerate() {
            site.number(*number).step(self.step).fill(Noise::StandardNormal, self.first * latents as u64, &mut own);
            for d in 0..draws {
                noise[(d * n + i) * latents..(d * n + i + 1) * latents]
                    .copy_from_slice(&own[d * latents..(d + 1) * latents]);
            }
        }
        Tensor::from_data(TensorData::new(noise, [draws, n, latents]), device)
    }

    /// The same cells with a share of their counts taken for 0, at random.
    pub fn hide(&self, batch: &CellBatch, share: f64) -> CellBatch {
        let mut seen = batch.clone();
        for (m, counts) in seen.counts.iter_mut().enumerate() {
            let site = self.key.site("hide").number(m as u64);
            let (starts, columns, values) = counts.parts();
            let mut noise = vec![0.0_f32; values.len()];
            for (row, number) in self.numbers.iter().enumerate() {
                site.number(*number).step(self.step).fill(Noise::Uniform, 0, &mut noise[starts[row]..starts[row + 1]]);
            }
            let kept = |(value, u): (&f32, &f32)| if f64::from(*u) < share { 0.0 } else { *value };
            let kept: Vec<f32> = values.iter().zip(&noise).map(kept).collect();
            let rows = CountRows::new(starts.to_vec(), columns.to_vec(), kept, counts.width());
            *counts = rows.unwrap_or_else(|error| unreachable!("the same rows with fewer counts: {error}"));
        }
        seen
    }

    /// Draws of a posterior, `[S, N, W]`.
    pub fn draw(&self, posterior: &CellPosterior, draws: usize, device: &Device) -> Tensor<3> {
        let latents = posterior.normal.loc.dims()[1];
        let noise = self.normal("latents", draws, latents, device);
        let site = self.key.site("angle");
        posterior
            .rsample(noise, &|draw, row| (site.number(self.numbers[row]).step(self.step), self.first + draw as u64))
    }
}

/// The surrogate of the ELBO of these cells, one draw each; `weight` is that of the divergence, `hide` the share of counts that encoders do not see.
///
/// Sums: the bound, the log-likelihood, the divergence; then of each modality its log-likelihood.
pub(super) fn surrogate(
    vae: &CellVae,
    batch: &CellBatch,
    noise: &CellNoise<'_>,
    weight: f64,
    (hide, batch_rows): (f64, usize),
    device: &Device,
) -> Surrogate {
    let (n, config) = (batch.len(), vae.config());
    let pick: Option<Vec<u64>> = (config.experts == Experts::Mixture)
        .then(|| noise.numbers.iter().map(|&i| noise.key.site("expert").step(noise.step).bits(i) >> 8).collect());
    let hidden = (hide > 0.0).then(|| noise.hide(batch, hide));
    let posterior = vae.encode(hidden.as_ref().unwrap_or(batch), pick.as_deref(), device);
    let z = noise.draw(&posterior, 1, device);
    let (normal, angle) = posterior.kl();
    let mut kl = normal.sum();
    if let Some(angle) = angle {
        kl = kl + angle.sum();
    }
    let mut parts = Vec::new();
    for m in 0..config.modalities.len() {
        let log_library = match vae.library(m, batch, device) {
            None => vector(&batch.log_totals[m], device),
            Some(library) => {
                let site = format!("library-{m}");
                let mask = batch.mask(m, device).unwrap_or_else(|| Tensor::ones([n], device));
                kl = kl + (library.kl() * mask).sum();
                library.rsample(noise.normal(&site, 1, 1, device).reshape([1, n])).reshape([n])
            }
        };
        parts.push(vae.log_likelihood(m, z.clone(), log_library, batch).sum());
    }
    let likelihood = Tensor::cat(parts.clone(), 0).sum();
    let loss = (kl.clone() * weight - likelihood.clone()) * (1.0 / batch_rows.max(1) as f64);
    let mut sums = vec![likelihood.clone().inner() - kl.clone().inner(), likelihood.inner(), kl.inner()];
    sums.extend(parts.into_iter().map(Tensor::inner));
    Surrogate { loss, second: None, sums: Tensor::cat(sums, 0) }
}
