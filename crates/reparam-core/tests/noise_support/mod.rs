//! Test statistics whose false-alarm rate is bounded, and the exact laws that they compare with.
// Each test binary uses a part.
#![allow(dead_code)]

use reparam_core::noise::{Noise, NoiseFloat, Stream};
use reparam_core::special::{normal_cdf, normal_quantile, sigmoid};

/// The false-alarm rate of a whole test; a test of m comparisons gives each of them this over m (Bonferroni).
pub const FALSE_ALARM: f64 = 1e-6;

/// Draws as `f64`.
pub fn draws<T: NoiseFloat + Into<f64>>(stream: Stream, noise: Noise, first: u64, count: usize) -> Vec<f64> {
    let mut out = vec![T::default(); count];
    stream.fill_parallel(noise, first, &mut out);
    out.into_iter().map(Into::into).collect()
}

/// The distribution function.
pub fn cdf(noise: Noise, x: f64) -> f64 {
    match noise {
        Noise::Uniform => x.clamp(0.0, 1.0),
        Noise::StandardNormal => normal_cdf(x),
        Noise::Exponential => -(-x.max(0.0)).exp_m1(),
        Noise::Gumbel => (-(-x).exp()).exp(),
        Noise::Logistic => sigmoid(x),
    }
}

/// Largest distance between the empirical and the exact distribution function.
pub fn kolmogorov_smirnov(draws: &mut [f64], cdf: impl Fn(f64) -> f64) -> f64 {
    draws.sort_unstable_by(f64::total_cmp);
    let n = draws.len() as f64;
    let distance = |(i, &x): (usize, &f64)| {
        let f = cdf(x);
        (f - i as f64 / n).max((i + 1) as f64 / n - f)
    };
    draws.iter().enumerate().map(distance).fold(0.0, f64::max)
}

/// The distance that n draws of the right law exceed with probability `rate` at most.
///
/// Dvoretzky, Kiefer and Wolfowitz with Massart's constant (1990): `P(D > ε) <= 2 e^(-2 n ε²)`, for every n and every law.
pub fn kolmogorov_smirnov_bound(n: usize, rate: f64) -> f64 {
    ((2.0 / rate).ln() / (2.0 * n as f64)).sqrt()
}

/// `|z|` that a standard normal exceeds with probability `rate`.
pub fn two_sided(rate: f64) -> f64 {
    -normal_quantile(rate / 2.0)
}

/// Cells along each side of the square in [`chi_square`].
pub const CELLS: usize = 32;

/// Pearson's statistic of pairs (u, v) against the uniform law on the square, `CELLS²` cells.
pub fn chi_square(u: &[f64], v: &[f64]) -> f64 {
    let cell = |x: f64| ((x * CELLS as f64) as usize).min(CELLS - 1);
    let mut counts = vec![0_u32; CELLS * CELLS];
    u.iter().zip(v).for_each(|(&u, &v)| counts[cell(u) * CELLS + cell(v)] += 1);
    let expected = u.len().min(v.len()) as f64 / (CELLS * CELLS) as f64;
    counts.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum()
}

/// What the statistic exceeds with probability `rate` at most.
///
/// Laurent and Massart (2000), lemma 1: `P(χ²_k >= k + 2 √(k x) + 2 x) <= e^-x`. The statistic is close to that law: the tests expect
/// at least 1,000 pairs in a cell.
pub fn chi_square_bound(rate: f64) -> f64 {
    let (k, x) = ((CELLS * CELLS - 1) as f64, -rate.ln());
    k + 2.0 * (k * x).sqrt() + 2.0 * x
}

/// Correlation of uniform (u, v), times √n: close to a standard normal for independent pairs. The terms are bounded and symmetric,
/// so that with 10^6 of them the normal tail at 6 standard errors is right to 1 % (Cramér's correction starts at x^4 / n).
pub fn correlation(u: &[f64], v: &[f64]) -> f64 {
    let sum: f64 = u.iter().zip(v).map(|(u, v)| (u - 0.5) * (v - 0.5)).sum();
    12.0 * sum / (u.len().min(v.len()) as f64).sqrt()
}

/// Whether pairs pass both tests, each at half of `rate`.
pub fn independent(u: &[f64], v: &[f64], rate: f64) -> bool {
    correlation(u, v).abs() <= two_sided(rate / 2.0) && chi_square(u, v) <= chi_square_bound(rate / 2.0)
}
