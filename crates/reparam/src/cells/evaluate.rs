//! Bounds on the log-evidence of held-out cells.

use burn::tensor::{Device, Tensor};
use rayon::prelude::*;
use reparam_core::noise::Key;
use reparam_core::special::log_sum_exp;
use serde::{Deserialize, Serialize};

use super::model::{LibraryPosterior, vector};
use super::objective::CellNoise;
use super::{CellBatch, CellPosterior, CellSource, CellVae};
use crate::train::numbers;

/// Cells a task takes.
const BLOCK: usize = 64;
/// Rows that are decoded at a time.
const ROWS: usize = 512;

/// What one cell came to, in nats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellScores {
    /// Evidence lower bound.
    pub elbo: f64,
    /// Importance-weighted bound.
    pub iwae: f64,
    /// Expected log-likelihood of each modality; 0 where the cell lacks it.
    pub reconstruction: Vec<f64>,
    /// The logarithm of the mean likelihood of each modality over the draws: where the posterior did not see it, how well it is predicted.
    pub predictive: Vec<f64>,
    /// Whether it has each.
    pub has: Vec<bool>,
}

/// What held-out cells say about a model; nats a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CellEvaluation {
    /// Number of cells.
    pub cells: usize,
    /// Draws of the importance-weighted bound.
    pub draws: usize,
    /// Evidence lower bound, and its standard error over cells.
    pub elbo: [f64; 2],
    /// Importance-weighted bound (Burda et al. 2016), and its standard error.
    pub iwae: [f64; 2],
    /// Divergence of the posterior from the prior: reconstruction of all modalities less the ELBO.
    pub kl: f64,
    /// Of each modality the expected log-likelihood over the cells that have it, its standard error, and their number.
    pub reconstruction: Vec<(f64, f64, usize)>,
}

impl CellEvaluation {
    /// Sums up the scores of cells.
    #[must_use]
    pub fn of(scores: &[CellScores], draws: usize) -> Self {
        let column = |f: &dyn Fn(&CellScores) -> f64| mean_and_error(&scores.iter().map(f).collect::<Vec<_>>());
        let modalities = scores.first().map_or(0, |s| s.has.len());
        let reconstruction = (0..modalities)
            .map(|m| {
                let values: Vec<f64> = scores.iter().filter(|s| s.has[m]).map(|s| s.reconstruction[m]).collect();
                let [mean, error] = mean_and_error(&values);
                (mean, error, values.len())
            })
            .collect();
        let elbo = column(&|s| s.elbo);
        let all = column(&|s| s.reconstruction.iter().sum());
        Self { cells: scores.len(), draws, elbo, iwae: column(&|s| s.iwae), kl: all[0] - elbo[0], reconstruction }
    }
}

/// Mean and standard error of the mean; NaN of nothing.
pub(super) fn mean_and_error(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0);
    [mean, (variance / n).sqrt()]
}

/// Scores of these cells, on the current rayon pool, by a model without a graph. The draws of a cell depend on the seed and its number alone; fewer draws are
/// the first of more.
///
/// # Errors
/// What the file system says.
pub fn evaluate(
    vae: &CellVae,
    source: &dyn CellSource,
    cells: &[usize],
    draws: usize,
    seed: u64,
    device: &Device,
) -> std::io::Result<Vec<CellScores>> {
    evaluate_seen(vae, source, cells, draws, seed, &vec![true; vae.config().modalities.len()], device)
}

/// The same where the posterior sees the modalities that `seen` keeps and nothing else: of the others `predictive` says how well they are predicted. The
/// bounds then are those of such a posterior on all modalities.
///
/// # Errors
/// What the file system says.
pub fn evaluate_seen(
    vae: &CellVae,
    source: &dyn CellSource,
    cells: &[usize],
    draws: usize,
    seed: u64,
    seen: &[bool],
    device: &Device,
) -> std::io::Result<Vec<CellScores>> {
    let draws = draws.max(1);
    let key = Key::new(seed).site("evaluate");
    let blocks: Vec<&[usize]> = cells.chunks(BLOCK).collect();
    let parts: Vec<Vec<CellScores>> = blocks
        .into_par_iter()
        .map(|cells| {
            let batch = CellBatch::read(source, vae.config().modalities.len(), cells)?;
            let numbers: Vec<u64> = cells.iter().map(|&c| c as u64).collect();
            let block = Block { vae, batch: &batch, seen: batch.seen_by(seen), numbers: &numbers, key, device };
            Ok(block.scores(draws))
        })
        .collect::<std::io::Result<_>>()?;
    Ok(parts.concat())
}

struct Block<'a> {
    vae: &'a CellVae,
    batch: &'a CellBatch,
    seen: CellBatch,
    numbers: &'a [u64],
    key: Key,
    device: &'a Device,
}

impl Block<'_> {
    fn scores(&self, draws: usize) -> Vec<CellScores> {
        let n = self.batch.len();
        let modalities = self.vae.config().modalities.len();
        let components = self.vae.components(&self.seen, self.device);
        let libraries: Vec<Option<LibraryPosterior>> =
            (0..modalities).map(|m| self.vae.library(m, self.batch, self.device)).collect();
        let mut log_weights = vec![Vec::with_capacity(draws); n];
        let mut reconstruction = vec![vec![0.0; modalities]; n];
        let mut likelihoods = vec![vec![Vec::with_capacity(draws); modalities]; n];
        let mut done = 0;
        while done < draws {
            let s = (ROWS / n.max(1)).clamp(1, draws - done);
            let noise = CellNoise { key: self.key, step: 0, numbers: self.numbers, first: done as u64 };
            let (z, log_ratio) = self.draws(&components, &noise, s);
            let mut total = log_ratio;
            for (m, library) in libraries.iter().enumerate() {
                let (log_library, of_library) = self.library(m, library.as_ref(), &noise, s);
                let likelihood = numbers(self.vae.log_likelihood(m, z.clone(), log_library, self.batch));
                for (place, (l, r)) in likelihood.iter().zip(&of_library).enumerate() {
                    // A cell that lacks the modality has no library either.
                    let own = if self.batch.has[m][place % n] { *r } else { 0.0 };
                    total[place] += f64::from(*l) + own;
                    reconstruction[place % n][m] += f64::from(*l) / draws as f64;
                    likelihoods[place % n][m].push(f64::from(*l));
                }
            }
            for (place, weight) in total.into_iter().enumerate() {
                log_weights[place % n].push(weight);
            }
            done += s;
        }
        let count = (draws as f64).ln();
        (0..n)
            .map(|i| CellScores {
                elbo: log_weights[i].iter().sum::<f64>() / draws as f64,
                iwae: log_sum_exp(&log_weights[i]) - count,
                reconstruction: std::mem::take(&mut reconstruction[i]),
                predictive: likelihoods[i].iter().map(|all| log_sum_exp(all) - count).collect(),
                has: self.batch.has.iter().map(|h| h[i]).collect(),
            })
            .collect()
    }

    /// Draws `[S, N, W]` and `log p(z) - log q(z)` of each. A mixture is drawn from its experts by turns, and its density is the mean of theirs.
    fn draws(
        &self,
        components: &[(CellPosterior, Vec<bool>)],
        noise: &CellNoise<'_>,
        s: usize,
    ) -> (Tensor<3>, Vec<f64>) {
        if let [(posterior, _)] = components {
            let z = noise.draw(posterior, s, self.device);
            let ratio = numbers(posterior.log_prior_minus_log_posterior(z.clone()));
            return (z, ratio.into_iter().map(f64::from).collect());
        }
        let n = self.batch.len();
        let drawn: Vec<Tensor<3>> = components.iter().map(|(q, _)| noise.draw(q, s, self.device)).collect();
        let mut z: Option<Tensor<3>> = None;
        for (m, draw) in drawn.into_iter().enumerate() {
            let mine = |place: usize| {
                let (row, draw) = (place % n, noise.first as usize + place / n);
                let there: Vec<usize> = (0..components.len()).filter(|&k| components[k].1[row]).collect();
                if there.is_empty() { m == 0 } else { there[draw % there.len()] == m }
            };
            let mask: Vec<f32> = (0..s * n).map(|place| if mine(place) { 1.0 } else { 0.0 }).collect();
            let mask = vector(&mask, self.device).reshape([s, n, 1]);
            z = Some(z.map_or_else(|| draw.clone() * mask.clone(), |z| z + draw.clone() * mask.clone()));
        }
        let Some(z) = z else { unreachable!("a mixture has experts") };
        let ratios: Vec<Vec<f32>> =
            components.iter().map(|(q, _)| numbers(q.log_prior_minus_log_posterior(z.clone()))).collect();
        let ratio = (0..s * n)
            .map(|place| {
                let row = place % n;
                let experts: Vec<f64> = (0..components.len())
                    .filter(|&m| components[m].1[row])
                    .map(|m| -f64::from(ratios[m][place]))
                    .collect();
                if experts.is_empty() { 0.0 } else { (experts.len() as f64).ln() - log_sum_exp(&experts) }
            })
            .collect();
        (z, ratio)
    }

    /// Logarithms of the library size of a modality for each draw, `[S N]`, and `log p - log q` of them.
    fn library(
        &self,
        m: usize,
        library: Option<&LibraryPosterior>,
        noise: &CellNoise<'_>,
        s: usize,
    ) -> (Tensor<1>, Vec<f64>) {
        let n = self.batch.len();
        match library {
            None => (vector(&self.batch.log_totals[m], self.device).repeat_dim(0, s), vec![0.0; s * n]),
            Some(library) => {
                let draw = noise.normal(&format!("library-{m}"), s, 1, self.device).reshape([s, n]);
                let draw = library.rsample(draw);
                let ratio = numbers(library.log_prior_minus_log_posterior(draw.clone()));
                (draw.reshape([s * n]), ratio.into_iter().map(f64::from).collect())
            }
        }
    }
}
