//! How each gene and region answers to the cycle, the factors and the batch.

use std::f64::consts::{PI, TAU};

use reparam_core::noise::{Key, Noise};

use super::SimulationConfig;
use crate::Species;

/// Where S and G2/M genes peak; 0 is the middle of G1.
pub(super) const S_PEAK: f64 = TAU / 3.0;
pub(super) const G2M_PEAK: f64 = 2.0 * TAU / 3.0;
/// Standard deviation of the peaks of known genes about these, in radians: 15 degrees.
const PEAK_SPREAD: f64 = PI / 12.0;
/// Shares of the features that do not cycle which load on the first factor, on the second, and on none.
const FIRST: f64 = 0.3;
const SECOND: f64 = 0.6;

/// One gene or region: a linear predictor of the state of a cell.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub name: String,
    /// Logarithm of the share of the library (genes), or the log-odds of being open (regions), in an average cell.
    pub base: f64,
    /// Peak of the cycle, in radians, and how far the predictor swings to either side; 0 for what does not cycle.
    pub peak: f64,
    pub amplitude: f64,
    /// Loadings on the two factors.
    pub loadings: [f64; 2],
    /// Inverse dispersion of a gene's counts.
    pub dispersion: f64,
    /// Shift in each batch; 0 in the first.
    pub shifts: Vec<f64>,
}

impl Profile {
    /// The predictor, without depth.
    pub fn predictor(&self, angle: f64, factors: [f64; 2], batch: usize) -> f64 {
        let cycle = if self.amplitude == 0.0 { 0.0 } else { self.amplitude * (angle - self.peak).cos() };
        self.base + cycle + self.loadings[0] * factors[0] + self.loadings[1] * factors[1] + self.shifts[batch]
    }
}

/// Which named gene is at each place of a shuffled list: the names and whether they peak in S.
fn cycle_names() -> Vec<(&'static str, bool)> {
    let (mut s, mut g2m) = (Species::Human.s_genes(), Species::Human.g2m_genes());
    let mut names = Vec::new();
    loop {
        match (s.next(), g2m.next()) {
            (None, None) => return names,
            (first, second) => {
                names.extend(first.map(|name| (name, true)));
                names.extend(second.map(|name| (name, false)));
            }
        }
    }
}

/// Noise of one feature, a number for each use.
struct Draws {
    normal: [f64; 8],
    uniform: [f64; 2],
}

impl Draws {
    fn new(key: Key) -> Self {
        let (mut normal, mut uniform) = ([0.0; 8], [0.0; 2]);
        key.site("normal").step(0).fill(Noise::StandardNormal, 0, &mut normal);
        key.site("uniform").step(0).fill(Noise::Uniform, 0, &mut uniform);
        Self { normal, uniform }
    }
}

/// Shared parts of genes and regions. `rank` is the place in the shuffled list: the first `cycling` of them cycle.
fn profile(config: &SimulationConfig, key: Key, rank: usize, count: usize, peak: Option<f64>) -> Profile {
    let draws = Draws::new(key);
    let cycling = (config.cycling * count as f64).round() as usize;
    let [mut amplitude, mut loadings] = [[0.0; 2]; 2];
    if rank < cycling {
        amplitude[0] = config.cycle_strength * (0.6 + 0.6 * draws.uniform[0]);
    } else {
        let share = (rank - cycling) as f64 / (count - cycling) as f64;
        let size = config.factor_strength * (0.4 + 0.4 * draws.uniform[0]) * draws.normal[0].signum();
        if share < FIRST {
            loadings[0] = size;
        } else if share < SECOND {
            loadings[1] = size;
        }
    }
    let shift = |batch: usize| {
        let noise: f64 = key.site("batch").step(0).draw(Noise::StandardNormal, batch as u64);
        if batch == 0 { 0.0 } else { 0.2 * config.batch_strength * noise }
    };
    Profile {
        name: String::new(),
        base: draws.normal[1],
        peak: peak.map_or(TAU * draws.uniform[1], |peak| peak + PEAK_SPREAD * draws.normal[2]).rem_euclid(TAU),
        amplitude: amplitude[0],
        loadings,
        dispersion: (4.0_f64.ln() + 0.5 * draws.normal[3]).exp(),
        shifts: (0..config.batches).map(shift).collect(),
    }
}

/// The genes. Their base shares sum to 1; those that cycle are first named after known genes of S and G2/M, half and half.
pub(super) fn genes(config: &SimulationConfig) -> Vec<Profile> {
    let key = Key::new(config.seed).site("genes");
    let names = cycle_names();
    let cycling = (config.cycling * config.genes as f64).round() as usize;
    let mut genes: Vec<Profile> = key
        .site("order")
        .step(0)
        .permutation(config.genes)
        .into_iter()
        .enumerate()
        .map(|(gene, rank)| {
            let known = names.get(rank).filter(|_| rank < cycling);
            let peak = known.map(|(_, s)| if *s { S_PEAK } else { G2M_PEAK });
            let mut profile = profile(config, key.number(gene as u64), rank, config.genes, peak);
            profile.name = known.map_or_else(|| format!("GENE{:05}", gene + 1), |(name, _)| (*name).to_owned());
            // Known cycle genes are seen: drivers of the phase that no cell expresses would be of no use.
            profile.base *= if known.is_some() { 0.5 } else { 1.2 };
            profile
        })
        .collect();
    let total: f64 = genes.iter().map(|gene| gene.base.exp()).sum();
    for gene in &mut genes {
        gene.base -= total.ln();
    }
    genes
}

/// The regions, laid out along one chromosome; each peaks anywhere in the cycle.
pub(super) fn regions(config: &SimulationConfig) -> Vec<Profile> {
    let key = Key::new(config.seed).site("regions");
    key.site("order")
        .step(0)
        .permutation(config.regions)
        .into_iter()
        .enumerate()
        .map(|(region, rank)| {
            let mut profile = profile(config, key.number(region as u64), rank, config.regions, None);
            let start = 10_000 + 5_000 * region as u64;
            profile.name = format!("chr1:{start}-{}", start + 500);
            profile.base -= 1.5;
            profile
        })
        .collect()
}
