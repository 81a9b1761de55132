//! Draws from base noise and from keyed streams.

use super::*;
use crate::noise::{Key, Noise};
use crate::special::{logit, normal_quantile};

/// The quantile of base noise.
pub fn noise_at(noise: Noise, u: f64) -> f64 {
    match noise {
        Noise::Uniform => u,
        Noise::StandardNormal => normal_quantile(u),
        Noise::Exponential => -(-u).ln_1p(),
        Noise::Gumbel => -(-u.ln()).ln(),
        Noise::Logistic => logit(u),
    }
}

/// The stream of a row: its own for each.
pub fn stream_of(row: &Row) -> Stream {
    Key::new(20).site(&format!("{:?}", row.law)).step(0)
}

#[test]
fn draws_have_the_law() {
    holds("draw", 2e-4, |r| {
        let grid: Vec<f64> = (0..10_000).map(|k| (f64::from(k) + 0.5) / 1e4).collect();
        let draws = grid.iter().map(|u| r.law.draw(noise_at(r.law.family().noise, *u)));
        if r.law.support().is_discrete() {
            // An even grid of noise meets each point in proportion, to one step of the grid (1e-4) on each side.
            let draws: Vec<f64> = draws.collect();
            let missed = |(x, mass): &(f64, f64)| (draws.iter().filter(|z| *z == x).count() as f64 / 1e4 - mass).abs();
            return r.atoms().iter().take(1000).map(missed).fold(0.0, f64::max);
        }
        // A rising or falling map of the noise turns the grid into a grid: here to rounding.
        let mut levels: Vec<f64> = draws.map(|z| r.law.cdf(z)).collect();
        levels.sort_by(f64::total_cmp);
        let miss = levels.iter().zip(&grid).map(|(level, u)| (level - u).abs()).fold(0.0, f64::max);
        miss * (2e-4 / 1e-10)
    });
}

const DRAWS: usize = 20_000;

/// Kolmogorov–Smirnov: false alarm 1e-6 at `√n D > √(ln(2e6) / 2)` (Massart 1990: for every n).
const KOLMOGOROV: f64 = 2.693_45;

fn kolmogorov(mut draws: Vec<f64>, law: &dyn Law) -> f64 {
    draws.sort_by(f64::total_cmp);
    let n = draws.len() as f64;
    let off = |(k, z): (usize, &f64)| {
        let level = law.cdf(*z);
        (level - k as f64 / n).max((k as f64 + 1.0) / n - level)
    };
    n.sqrt() * draws.iter().enumerate().map(off).fold(0.0, f64::max) / KOLMOGOROV
}

/// Chi-square over cells of at least 20 expected draws, over its quantile at 1e-6 (Wilson and Hilferty 1931; off by 2 % at worst,
/// for one degree of freedom, and there to the safe side). With one cell, whether all draws have mass.
fn chi_square(draws: &[f64], row: &Row) -> f64 {
    let n = draws.len() as f64;
    if draws.iter().any(|z| row.law.log_prob(*z) == f64::NEG_INFINITY) {
        return f64::INFINITY;
    }
    // (largest value, mass); what is left at the end goes to the last cell.
    let (mut cells, mut mass) = (Vec::<(f64, f64)>::new(), 0.0);
    for &(x, w) in row.atoms() {
        mass += w;
        if mass * n >= 20.0 {
            cells.push((x, mass));
            mass = 0.0;
        }
    }
    let freedom = cells.len() as f64 - 1.0;
    let Some(last) = cells.last_mut().filter(|_| freedom > 0.0) else {
        return 0.0;
    };
    *last = (f64::INFINITY, last.1 + mass);
    let mut counts = vec![0_u32; cells.len()];
    for z in draws {
        counts[cells.partition_point(|c| c.0 < *z)] += 1;
    }
    let statistic: f64 = counts.iter().zip(&cells).map(|(k, c)| (f64::from(*k) - n * c.1).powi(2) / (n * c.1)).sum();
    let a = 2.0 / (9.0 * freedom);
    statistic / (freedom * (1.0 - a - normal_quantile(1e-6) * a.sqrt()).powi(3))
}

fn misfit(draws: Vec<f64>, row: &Row) -> f64 {
    if row.law.support().is_discrete() { chi_square(&draws, row) } else { kolmogorov(draws, &*row.law) }
}

fn filled(row: &Row, first: u64, count: usize) -> Vec<f64> {
    let mut draws = vec![0.0; count];
    row.law.fill(&stream_of(row), first, &mut draws);
    draws
}

#[test]
fn keyed_draws_have_the_law() {
    // Fixed seed; false alarm 1e-6 a row.
    holds("keyed draws", 1.0, |r| misfit(filled(r, 0, DRAWS), r));
}

#[test]
fn a_wrong_law_is_seen() {
    // Negative controls: a scale 10 % off moves the distribution function by 0.023 (√n D = 3.3), probabilities by 0.025.
    let r = row("normal", &[0.0, 1.1], around(0.0, 1.1, 12));
    assert!(kolmogorov(filled(&r, 0, DRAWS), &Normal::standard()) > 1.0);
    let (fair, biased) = (row("bernoulli", &[0.0], []), row("bernoulli", &[0.1], []));
    assert!(chi_square(&filled(&biased, 0, DRAWS), &fair) > 1.0);
}

#[test]
fn draw_i_depends_on_stream_and_index_alone() {
    holds("cut", 0.0, |r| {
        let all = filled(r, 0, 100);
        let parts = [(0, 1), (0, 37), (1, 1), (37, 50), (63, 37), (99, 1)];
        let same = |(first, count): (usize, usize)| {
            let part = filled(r, first as u64, count);
            part.iter().zip(&all[first..]).all(|(a, b)| a.to_bits() == b.to_bits())
        };
        f64::from(!parts.into_iter().all(same) || filled(r, u64::MAX, 2)[1].to_bits() != all[0].to_bits())
    });
}

#[test]
fn draws_with_derivatives_are_the_same_draws() {
    // Two ways to the derivative at one draw: 1e-12 of its natural size, as the catalogue promises for the worst law.
    holds("draws with derivatives", SUM, |r| {
        let Some(path) = r.law.as_pathwise() else {
            return 0.0;
        };
        let columns = r.law.parameters().len();
        let (mut draws, mut slopes) = (vec![0.0; 777], vec![0.0; 777 * columns]);
        path.fill_pathwise(&stream_of(r), 11, &mut draws, &mut slopes);
        let same = draws.iter().zip(filled(r, 11, 777)).all(|(a, b)| a.to_bits() == b.to_bits());
        let mut miss = f64::from(!same);
        for (z, row) in draws.iter().zip(slopes.chunks_exact(columns)) {
            for i in r.continuous() {
                let expected = path_of(path, *z, i);
                let scale = if r.law.family().parameters.is_empty() { 1.0 } else { r.spread() / r.unit(i) };
                // A draw is rounded, and its derivative with it: to z's last place times d(dz/dθ)/dz.
                let size = scale * (1.0 + r.law.quantile(0.5).abs() / r.spread()) + expected.abs();
                miss = miss.max(apart(row[i], expected, size));
            }
        }
        miss
    });
}
