//! What a model expects of cells: draws of their latents, and what those decode to.

use burn::tensor::{Tensor, TensorData};
use reparam::cells::{CellBatch, CellPosterior, CountModel, Experts};
use reparam_core::noise::{Key, Noise};

use super::run::Run;

/// Draws of the latents of cells, a tensor `[N, W]` each. The draws of a cell depend on the key and its number alone; fewer draws are the first of more.
pub fn latent_draws(run: &Run, seen: &CellBatch, numbers: &[u64], key: Key, draws: usize) -> Vec<Tensor<2>> {
    let config = run.vae.config();
    let (n, latents) = (seen.len(), config.latents);
    let mut own = vec![0.0_f32; draws * latents];
    let mut noise = vec![0.0_f32; draws * n * latents];
    for (i, number) in numbers.iter().enumerate() {
        key.site("latents").number(*number).step(0).fill(Noise::StandardNormal, 0, &mut own);
        for d in 0..draws {
            noise[(d * n + i) * latents..(d * n + i + 1) * latents]
                .copy_from_slice(&own[d * latents..(d + 1) * latents]);
        }
    }
    let noise = |d: usize| {
        let part = noise[d * n * latents..(d + 1) * n * latents].to_vec();
        Tensor::<3>::from_data(TensorData::new(part, [1, n, latents]), &run.device)
    };
    let angle = key.site("angle");
    let draw = |posterior: &CellPosterior, d: usize| {
        let place = |_: usize, row: usize| (angle.number(numbers[row]).step(0), d as u64);
        posterior.rsample(noise(d), &place).reshape([n, config.value_width()])
    };
    if config.experts == Experts::Mixture && config.modalities.len() > 1 {
        // The experts of a mixture speak by turns.
        let pick = |d: usize| vec![d as u64; n];
        return (0..draws).map(|d| draw(&run.vae.encode(seen, Some(&pick(d)), &run.device), d)).collect();
    }
    let posterior = run.vae.encode(seen, None, &run.device);
    (0..draws).map(|d| draw(&posterior, d)).collect()
}

/// Covariates of cells as a tensor, `[N, C]`; `None` where a model has none.
pub fn covariates(run: &Run, numbers: Vec<f32>, cells: usize) -> Option<Tensor<2>> {
    let width = run.info.config.covariates;
    (width > 0).then(|| Tensor::from_data(TensorData::new(numbers, [cells, width]), &run.device))
}

/// The covariates of cells as if all were of this batch.
pub fn as_batch(run: &Run, numbers: &[f32], batch: usize) -> Vec<f32> {
    let (width, batches) = (run.info.config.covariates, run.info.batches.len());
    let mut changed = numbers.to_vec();
    for row in changed.chunks_exact_mut(width.max(1)) {
        row[..batches].fill(0.0);
        row[batch] = 1.0;
    }
    changed
}

/// Shares of all features, or probabilities of accessible regions at totals of these logarithms, `[N, G]`.
pub fn shares(run: &Run, m: usize, z: Tensor<2>, covariates: Option<Tensor<2>>, log_totals: &[f32]) -> Vec<f32> {
    let n = log_totals.len();
    let depth = Tensor::<1>::from_data(TensorData::new(log_totals.to_vec(), [n]), &run.device);
    values(run.vae.decode(m, z, covariates, depth))
}

/// The values of a tensor, row-major.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Whether a modality is accessibility: its expectations are probabilities and know no library size.
pub fn accessible(run: &Run, m: usize) -> bool {
    run.info.config.modalities[m].model == CountModel::Accessibility
}

/// The name that the field gives to the kind of a modality's features, by which readers tell modalities apart.
pub fn feature_type(modality: &str) -> String {
    match modality {
        "rna" => "Gene Expression".into(),
        "atac" => "Peaks".into(),
        "protein" => "Antibody Capture".into(),
        other => other.into(),
    }
}
