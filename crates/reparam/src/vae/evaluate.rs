//! Bounds on the log-evidence of held-out rows, and what the latent does.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use reparam_core::noise::Key;
use reparam_core::special::log_sum_exp;
use serde::{Deserialize, Serialize};

use super::data::evaluation_key;
use super::{Binarization, Posterior, Rows, Vae, json};
use crate::nn::Network;
use crate::objective::LatentModel;
use crate::train::numbers;

/// Rows times draws that one task decodes at a time.
const TASK_ROWS: usize = 1000;

/// How to evaluate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvaluationConfig {
    /// Draws of the importance-weighted estimate for each row.
    pub draws: usize,
    /// Smaller numbers of draws whose bounds are reported as well; each must divide the next, and the last `draws`.
    pub bounds: Vec<usize>,
    /// How intensities become the data that are judged.
    pub binarization: Binarization,
    /// Seed of the draws and of the binarisation.
    pub seed: u64,
}

/// What held-out rows say about a model; nats, averaged over rows, with standard errors over rows. Of no rows every mean is NaN, which JSON
/// has as `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Number of rows.
    pub rows: usize,
    /// Evidence lower bound: `reconstruction - kl`, all draws averaged.
    #[serde(deserialize_with = "json::number")]
    pub elbo: f64,
    /// Standard error of `elbo`.
    #[serde(deserialize_with = "json::number")]
    pub elbo_se: f64,
    /// Expected log-likelihood under the posterior.
    #[serde(deserialize_with = "json::number")]
    pub reconstruction: f64,
    /// Divergence of the posterior from the prior, closed form.
    #[serde(deserialize_with = "json::number")]
    pub kl: f64,
    /// Negative log-likelihood, estimated (from above, in expectation) by the importance-weighted bound of `nll_samples` draws.
    #[serde(deserialize_with = "json::number")]
    pub nll: f64,
    /// Standard error of `nll` over rows.
    #[serde(deserialize_with = "json::number")]
    pub nll_se: f64,
    /// Draws behind `nll`.
    pub nll_samples: usize,
    /// `(draws, bound)`: importance-weighted bounds on the log-evidence from the same draws; they rise.
    #[serde(deserialize_with = "json::pairs")]
    pub bounds: Vec<(usize, f64)>,
    /// Divergence of each latent, averaged over rows.
    #[serde(deserialize_with = "json::list")]
    pub kl_per_latent: Vec<f64>,
    /// Variance over rows of each latent's posterior mean.
    #[serde(deserialize_with = "json::list")]
    pub mean_variance: Vec<f64>,
    /// Latents whose posterior mean varies by more than 0.01 (Burda et al. 2016).
    pub active_units: usize,
}

struct RowResult {
    log_weights: Vec<f64>,
    reconstruction: f64,
    kl: Vec<f64>,
    loc: Vec<f64>,
}

/// Evaluates a model without a graph ([`crate::train::Trainer::model`], or `model.valid()`) on the current rayon pool.
///
/// The binarisation and the draws of a row depend on the seed and the row's number ([`Rows::with_numbers`]) alone: a part of the rows sees
/// the same data, and fewer draws are the first ones of more.
#[must_use]
pub fn evaluate<E: Network + Sync, D: Network + Sync>(
    vae: &Vae<E, D>,
    rows: Rows<'_>,
    config: &EvaluationConfig,
    device: &Device,
) -> Evaluation {
    let draws = config.draws.max(1);
    // The cut depends on the numbers alone, never on the threads: the same bits on any machine.
    let task = (TASK_ROWS / draws).clamp(1, 100);
    let starts: Vec<usize> = (0..rows.len()).step_by(task).collect();
    let results: Vec<RowResult> = starts
        .into_par_iter()
        .flat_map_iter(|start| evaluate_rows(vae, rows, start..(start + task).min(rows.len()), draws, config, device))
        .collect();
    summarise(&results, draws, &config.bounds)
}

fn evaluate_rows<E: Network, D: Network>(
    vae: &Vae<E, D>,
    rows: Rows<'_>,
    range: std::ops::Range<usize>,
    draws: usize,
    config: &EvaluationConfig,
    device: &Device,
) -> Vec<RowResult> {
    let (n, latents, width) = (range.len(), vae.latents(), vae.value_width());
    let key = evaluation_key(config.seed).site("posterior");
    let x = rows.judged(range.clone(), config.binarization, config.seed);
    let x = Tensor::<2>::from_data(TensorData::new(x, [n, rows.width()]), device);
    let q = vae.encode(x.clone());
    let (kl, loc) = (numbers(q.kl_per_latent()), numbers(q.mean()));
    let log_scale = if let Posterior::Normal(q) = &q { numbers(q.log_scale.clone()) } else { Vec::new() };
    let mut results: Vec<RowResult> = (0..n)
        .map(|i| RowResult {
            log_weights: Vec::with_capacity(draws),
            reconstruction: 0.0,
            kl: kl[i * latents..(i + 1) * latents].iter().map(|v| f64::from(*v)).collect(),
            loc: loc[i * width..(i + 1) * width].iter().map(|v| f64::from(*v)).collect(),
        })
        .collect();
    let block = (TASK_ROWS / n.max(1)).clamp(1, draws);
    let mut done = 0;
    while done < draws {
        let s = block.min(draws - done);
        // A stream for each row, in it draw, latent: a row keeps its draws whatever is evaluated beside it, and fewer are the first of many.
        let mut noise = vec![0.0_f32; s * n * width];
        for i in 0..n {
            let mut draw = vec![0.0_f32; s * width];
            let stream = key.number(rows.number(range.start + i)).step(0);
            stream.fill(vae.latent_law().noise(), (done * width) as u64, &mut draw);
            for d in 0..s {
                noise[(d * n + i) * width..(d * n + i + 1) * width].copy_from_slice(&draw[d * width..(d + 1) * width]);
            }
        }
        let z = q.draw(Tensor::<3>::from_data(TensorData::new(noise.clone(), [s, n, width]), device));
        let log_likelihood = numbers(vae.log_likelihood(z.clone(), x.clone()));
        // Of normal latents in f64 below, where the terms nearly cancel.
        let log_ratios =
            if log_scale.is_empty() { numbers(q.log_prior_minus_log_posterior(z)) } else { vec![0.0; s * n] };
        for d in 0..s {
            for (i, result) in results.iter_mut().enumerate() {
                let at = i * latents..(i + 1) * latents;
                let e = &noise[(d * n + i) * width..(d * n + i + 1) * width];
                let mut log_ratio = f64::from(log_ratios[d * n + i]);
                for ((m, r), e) in loc[at.clone()].iter().zip(log_scale.get(at).unwrap_or_default()).zip(e) {
                    let (m, r, e) = (f64::from(*m), f64::from(*r), f64::from(*e));
                    let z = m + r.exp() * e;
                    log_ratio += 0.5 * (e * e - z * z) + r;
                }
                let ll = f64::from(log_likelihood[d * n + i]);
                result.reconstruction += ll / draws as f64;
                result.log_weights.push(ll + log_ratio);
            }
        }
        done += s;
    }
    results
}

/// `ln` of the mean of the exponentials.
fn log_mean_exp(values: &[f64]) -> f64 {
    log_sum_exp(values) - (values.len() as f64).ln()
}

/// Mean and standard error of the mean; NaN for no values.
pub(super) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, (variance / n).sqrt())
}

fn summarise(results: &[RowResult], draws: usize, bounds: &[usize]) -> Evaluation {
    // Of no rows every mean is 0/0: NaN, which says so.
    let n = results.len() as f64;
    let latents = results.first().map_or(0, |r| r.kl.len());
    let mean_of = |f: &dyn Fn(&RowResult) -> f64| results.iter().map(f).sum::<f64>() / n;
    let kl_per_latent: Vec<f64> = (0..latents).map(|l| mean_of(&|r| r.kl[l])).collect();
    let variance = |l: usize| {
        let mean = mean_of(&|r| r.loc[l]);
        mean_of(&|r| (r.loc[l] - mean).powi(2))
    };
    // A variable of several categories has several means: that which varies most speaks for it.
    let each = results.first().map_or(0, |r| r.loc.len()) / latents.max(1);
    let mean_variance: Vec<f64> =
        (0..latents).map(|l| (l * each..(l + 1) * each).map(variance).fold(0.0, f64::max)).collect();
    // Groups of k of the same draws: by Jensen's inequality the bounds rise with k for these very numbers, not only on average.
    let bound = |k: usize| -> f64 {
        mean_of(&|r| {
            let groups: Vec<f64> = r.log_weights.chunks(k.max(1)).map(log_mean_exp).collect();
            groups.iter().sum::<f64>() / groups.len().max(1) as f64
        })
    };
    let evidence: Vec<f64> = results.iter().map(|r| log_mean_exp(&r.log_weights)).collect();
    let lower: Vec<f64> = results.iter().map(|r| r.reconstruction - r.kl.iter().sum::<f64>()).collect();
    let ((log_evidence, nll_se), (elbo, elbo_se)) = (mean_and_error(&evidence), mean_and_error(&lower));
    Evaluation {
        rows: results.len(),
        elbo,
        elbo_se,
        reconstruction: mean_of(&|r| r.reconstruction),
        kl: if results.is_empty() { f64::NAN } else { kl_per_latent.iter().sum() },
        nll: -log_evidence,
        nll_se,
        nll_samples: draws,
        bounds: bounds.iter().filter(|k| draws.is_multiple_of(**k)).map(|&k| (k, bound(k))).collect(),
        active_units: mean_variance.iter().filter(|v| **v > 0.01).count(),
        kl_per_latent,
        mean_variance,
    }
}

/// Posterior mean and scale of each row, row-major: `L` each of normal latents; probabilities, and no scales, of discrete ones.
#[must_use]
pub fn posterior_means<E: Network + Sync, D: Network + Sync>(
    vae: &Vae<E, D>,
    rows: Rows<'_>,
    device: &Device,
) -> (Vec<f32>, Vec<f32>) {
    let parts = over_rows(rows, device, &|x| {
        let q = vae.encode(x);
        let scale = if let Posterior::Normal(q) = &q { numbers(q.log_scale.clone().exp()) } else { Vec::new() };
        (numbers(q.mean()), scale)
    });
    let mut all = (Vec::new(), Vec::new());
    for (loc, scale) in parts {
        all.0.extend(loc);
        all.1.extend(scale);
    }
    all
}

/// The most probable latent of each row, `[N, W]` row-major, as the decoder takes it ([`Posterior::mode`]).
#[must_use]
pub fn posterior_modes<E: Network + Sync, D: Network + Sync>(
    vae: &Vae<E, D>,
    rows: Rows<'_>,
    device: &Device,
) -> Vec<f32> {
    over_rows(rows, device, &|x| numbers(vae.encode(x).mode())).concat()
}

/// `f` of blocks of rows, on the current threads, in order.
fn over_rows<T: Send>(rows: Rows<'_>, device: &Device, f: &(dyn Fn(Tensor<2>) -> T + Sync)) -> Vec<T> {
    let starts: Vec<usize> = (0..rows.len()).step_by(256).collect();
    starts
        .into_par_iter()
        .map(|start| {
            let indices: Vec<usize> = (start..(start + 256).min(rows.len())).collect();
            f(rows.batch(&indices, 0, Binarization::None, Key::new(0), 0, device))
        })
        .collect()
}
