//! Normal components with triangular factors: what mixtures of them share.

use super::linear::{
    cholesky, diagonal, dot, inverse_from_cholesky, log_det_lower, solve_lower, solve_lower_transposed, times_vector,
};
use super::normal::HALF_LOG_TAU;
use super::{MultivariateFamily, ParameterError, add, minus, normal_noise, write};
use crate::noise::{Noise, Stream};
use crate::special::{log_normal_cdf, log_sum_exp};

/// How many coordinates each component has.
pub(super) fn check_components(
    family: &MultivariateFamily,
    logits: &[f64],
    loc: &[f64],
) -> Result<usize, ParameterError> {
    let count = logits.len();
    if count == 0 || loc.is_empty() || !loc.len().is_multiple_of(count) {
        let rule = format!("loc must have a positive multiple of the {count} logits' numbers, got {}", loc.len());
        return Err(ParameterError::Together { law: family.name, rule });
    }
    Ok(loc.len() / count)
}

/// What both laws share: normal components with triangular factors.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Components {
    pub(super) logits: Vec<f64>,
    log_weights: Vec<f64>,
    pub(super) loc: Vec<f64>,
    pub(super) factors: Vec<f64>,
    pub(super) n: usize,
}

/// Derivatives in logits, locations and factors.
pub(super) struct Slopes {
    logits: Vec<f64>,
    loc: Vec<f64>,
    factors: Vec<f64>,
}

impl Slopes {
    /// One after the other.
    pub(super) fn all(self) -> Vec<f64> {
        [self.logits, self.loc, self.factors].concat()
    }

    /// The same with the diagonals of the factors only.
    pub(super) fn on_the_diagonal(self, n: usize) -> Vec<f64> {
        let ends = self.factors.chunks_exact(n * n).flat_map(|f| diagonal(f, n)).collect();
        [self.logits, self.loc, ends].concat()
    }
}

impl Components {
    pub(super) fn new(logits: &[f64], loc: &[f64], factors: Vec<f64>, n: usize) -> Self {
        // From the largest: huge logits lose nothing.
        let largest = logits.iter().fold(f64::NEG_INFINITY, |m, x| m.max(*x));
        let shifted: Vec<f64> = logits.iter().map(|l| l - largest).collect();
        let total = log_sum_exp(&shifted);
        let log_weights = shifted.iter().map(|l| l - total).collect();
        Self { logits: logits.to_vec(), log_weights, loc: loc.to_vec(), factors, n }
    }

    /// Log-weight, location and factor of each component.
    fn each(&self) -> impl Iterator<Item = (f64, &[f64], &[f64])> {
        let parts = self.loc.chunks_exact(self.n).zip(self.factors.chunks_exact(self.n * self.n));
        self.log_weights.iter().zip(parts).map(|(w, (loc, factor))| (*w, loc, factor))
    }

    /// `L_k⁻¹ (x - loc_k)`, and `log (w_k N(x; k))`, of each component.
    fn whiten(&self, x: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
        self.each()
            .map(|(weight, loc, factor)| {
                let mut noise = minus(x, loc);
                solve_lower(factor, &mut noise);
                let density = -0.5 * dot(&noise, &noise) - log_det_lower(factor, self.n) - self.n as f64 * HALF_LOG_TAU;
                (noise, weight + density)
            })
            .unzip()
    }

    /// `P(component | x)` of each.
    fn responsibilities(joint: &[f64]) -> Vec<f64> {
        let largest = joint.iter().fold(f64::NEG_INFINITY, |m, x| m.max(*x));
        let terms: Vec<f64> = joint.iter().map(|j| (j - largest).exp()).collect();
        let total: f64 = terms.iter().sum();
        terms.iter().map(|t| t / total).collect()
    }

    pub(super) fn mean(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.n];
        for (weight, loc, _) in self.each() {
            add(&mut out, &loc.iter().map(|l| weight.exp() * l).collect::<Vec<f64>>());
        }
        out
    }

    pub(super) fn variance(&self) -> Vec<f64> {
        let (mean, n) = (self.mean(), self.n);
        let mut out = vec![0.0; n];
        for (weight, loc, factor) in self.each() {
            for i in 0..n {
                let (row, off) = (&factor[i * n..(i + 1) * n], loc[i] - mean[i]);
                out[i] += weight.exp() * (dot(row, row) + off * off);
            }
        }
        out
    }

    pub(super) fn log_prob(&self, x: &[f64]) -> f64 {
        log_sum_exp(&self.whiten(x).1)
    }

    /// The mode that the components' means climb to (Carreira-Perpiñán 2000): each step solves
    /// `Σ_k r_k Σ_k⁻¹ (x - loc_k) = 0` at the responsibilities of the last, and never goes down.
    pub(super) fn mode(&self) -> Vec<f64> {
        let n = self.n;
        let precisions: Vec<Vec<f64>> = self.each().map(|(_, _, factor)| inverse_from_cholesky(factor, n)).collect();
        let mut best = (f64::NEG_INFINITY, vec![0.0; n]);
        for (_, start, _) in self.each() {
            let mut x = start.to_vec();
            for _ in 0..200 {
                let weights = Self::responsibilities(&self.whiten(&x).1);
                let (mut matrix, mut right) = (vec![0.0; n * n], vec![0.0; n]);
                for ((weight, precision), (_, loc, _)) in weights.iter().zip(&precisions).zip(self.each()) {
                    let scaled: Vec<f64> = precision.iter().map(|p| weight * p).collect();
                    add(&mut right, &times_vector(&scaled, loc));
                    add(&mut matrix, &scaled);
                }
                let Some(factor) = cholesky(&matrix, n) else { break };
                solve_lower(&factor, &mut right);
                solve_lower_transposed(&factor, &mut right);
                let still = right == x;
                x = right;
                if still {
                    break;
                }
            }
            for x in [start.to_vec(), x] {
                let density = self.log_prob(&x);
                if density > best.0 {
                    best = (density, x);
                }
            }
        }
        best.1
    }

    pub(super) fn score(&self, x: &[f64]) -> Slopes {
        let n = self.n;
        let (noise, joint) = self.whiten(x);
        let parts = Self::responsibilities(&joint);
        let mut out = Slopes { logits: Vec::new(), loc: Vec::new(), factors: Vec::new() };
        for (((part, weight), noise), (_, _, factor)) in
            parts.iter().zip(&self.log_weights).zip(&noise).zip(self.each())
        {
            out.logits.push(part - weight.exp());
            let mut pull = noise.clone();
            solve_lower_transposed(factor, &mut pull);
            out.loc.extend(pull.iter().map(|p| part * p));
            out.factors.extend((0..n * n).map(|k| {
                let (i, j) = (k / n, k % n);
                let own = if i == j { 1.0 / factor[k] } else { 0.0 };
                if j <= i { part * (pull[i] * noise[j] - own) } else { 0.0 }
            }));
        }
        out
    }

    pub(super) fn log_prob_slope(&self, x: &[f64]) -> Vec<f64> {
        let (noise, joint) = self.whiten(x);
        let mut out = vec![0.0; self.n];
        for ((part, noise), (_, _, factor)) in Self::responsibilities(&joint).iter().zip(&noise).zip(self.each()) {
            let mut pull = noise.clone();
            solve_lower_transposed(factor, &mut pull);
            add(&mut out, &pull.iter().map(|p| -part * p).collect::<Vec<f64>>());
        }
        out
    }

    pub(super) fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let u: f64 = stream.branch(0).draw(Noise::Uniform, index);
        let mut below = 0.0;
        let mut chosen = None;
        for (weight, loc, factor) in self.each() {
            below += weight.exp();
            // Rounding may leave the sum below the last u: the last component with weight takes it.
            if weight.exp() > 0.0 {
                chosen = Some((loc, factor));
            }
            if u < below {
                break;
            }
        }
        if let Some((loc, factor)) = chosen {
            write(out, loc);
            add(out, &times_vector(factor, &normal_noise(&stream.branch(1), index, self.n)));
        }
    }

    /// `cotangentᵀ ∂z/∂parameters` at fixed `u_i = F_i(z_i | z_1 … z_{i-1})`.
    ///
    /// With `e_k = L_k⁻¹ (z - loc_k)` it is `u_i = Σ_k w_ki Φ(e_ki)`, where `log w_ki = ℓ_ki` up to a constant,
    /// `ℓ_ki = logit_k - Σ_{j<i} (½ e_kj² + log L_k,jj)`. `∂u/∂z` is lower triangular with the conditional densities `p_i` on its
    /// diagonal: multipliers `λ` with `(∂u/∂z)ᵀ λ = cotangent` come from the last coordinate to the first, together with the
    /// derivatives of `Σ λ_i u_i`, whose negative is the answer. `reach` is the derivative in `ℓ_ki`, `pull` that in `z` by way of `e_k`.
    pub(super) fn pull_back(&self, z: &[f64], cotangent: &[f64]) -> Slopes {
        let (n, count) = (self.n, self.logits.len());
        let (noise, _) = self.whiten(z);
        // ℓ_ki, each coordinate's terms after the one before.
        let mut before = vec![self.log_weights.clone()];
        for i in 0..n {
            let next = self
                .each()
                .enumerate()
                .map(|(k, (_, _, factor))| before[i][k] - 0.5 * noise[k][i] * noise[k][i] - factor[i * n + i].ln())
                .collect();
            before.push(next);
        }
        let mut reach = vec![0.0; count];
        let mut pull = vec![0.0; count * n];
        let mut factors = vec![0.0; count * n * n];
        for i in (0..n).rev() {
            let mut behind = 0.0;
            for (k, (_, _, factor)) in self.each().enumerate() {
                let later = transposed_column(factor, &pull[k * n..(k + 1) * n], i, n);
                let own = (-reach[k] * noise[k][i] - later) / factor[i * n + i];
                pull[k * n + i] = own;
                behind += own;
                factors[(k * n + i) * n + i] += reach[k] / factor[i * n + i];
            }
            let weight = cotangent[i] - behind;
            // λ_i p_i = weight; the ratios to p_i are made of logarithms, which far tails do not underflow.
            let parts = Self::responsibilities(&before[i + 1]);
            let gaps = distribution_over_density(&before[i], &before[i + 1], &noise, i);
            for k in 0..count {
                pull[k * n + i] += weight * parts[k];
                reach[k] += weight * gaps[k];
            }
        }
        for (k, noise) in noise.iter().enumerate() {
            for i in 0..n {
                for j in 0..=i {
                    factors[(k * n + i) * n + j] += pull[k * n + i] * noise[j];
                }
            }
        }
        Slopes { logits: reach.iter().map(|r| -r).collect(), loc: pull, factors }
    }
}

/// `Σ_{m>i} L_mi g_m`.
fn transposed_column(factor: &[f64], g: &[f64], i: usize, n: usize) -> f64 {
    (i + 1..n).map(|m| factor[m * n + i] * g[m]).sum()
}

/// `w_k (Φ(e_k) - F) / p` of each component for coordinate `i`, `F = Σ w_k Φ(e_k)` and `p` its slope.
///
/// Above the median the same number is `w_k (1 - F - (1 - Φ(e_k))) / p`: the side is chosen on which probabilities are small.
fn distribution_over_density(before: &[f64], after: &[f64], noise: &[Vec<f64>], i: usize) -> Vec<f64> {
    // The constant that makes weights of `before` cancels in the ratio, but not in F.
    let total = log_sum_exp(before);
    let log_density = log_sum_exp(after) - HALF_LOG_TAU;
    let side = |sign: f64| -> Vec<f64> { noise.iter().map(|e| log_normal_cdf(sign * e[i])).collect() };
    let joint = |side: &[f64]| -> Vec<f64> { before.iter().zip(side).map(|(b, s)| b + s).collect() };
    let (low, high) = (side(1.0), side(-1.0));
    let (below, above) = (joint(&low), joint(&high));
    let (log_below, log_above) = (log_sum_exp(&below), log_sum_exp(&above));
    let (joint, log_whole, sign) =
        if log_below < log_above { (below, log_below, 1.0) } else { (above, log_above, -1.0) };
    joint
        .iter()
        .zip(before)
        .map(|(j, b)| sign * ((j - log_density).exp() - (b - total + log_whole - log_density).exp()))
        .collect()
}
