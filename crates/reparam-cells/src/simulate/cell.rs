//! One cell of a simulation.

use std::f64::consts::{PI, TAU};

use reparam_core::law::{Law, NegativeBinomial};
use reparam_core::noise::{Key, Noise};
use reparam_core::special::sigmoid;

use super::profile::Profile;
use super::{SimulationConfig, SimulationError, profile};

/// How much denser the middle of G1 is than the mean: `p(angle) = (1 + c cos angle) / 2π` has 47 % of the cells in G1 at ½.
const G1_EXCESS: f64 = 0.5;
/// Standard deviation of the logarithm of the library size, and of the log-odds shift of accessibility.
const LIBRARY_SPREAD: f64 = 0.35;
const OPEN_SPREAD: f64 = 0.4;
/// Half the difference in log depth between the first and the last batch.
const BATCH_DEPTH: f64 = 0.25;
/// Names of the phases, in order of the angle.
pub(super) const PHASES: [&str; 3] = ["G1", "S", "G2M"];

/// Counts of a cell: columns and values of what is not 0.
pub type SparseCounts = (Vec<u32>, Vec<f32>);

/// One simulated cell, with the truth about it.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedCell {
    /// Its number, from 0.
    pub number: usize,
    /// Place in the cycle in radians, in `[0, 2π)`; 0 is the middle of G1.
    pub angle: f64,
    /// 0, 1 or 2: G1 within π/3 of 0, then S, then G2/M.
    pub phase: u32,
    /// Its batch.
    pub batch: u32,
    /// The two factors that have nothing to do with the cycle; standard normal.
    pub factors: [f64; 2],
    /// Counts of genes; `None` where the cell lacks them.
    pub rna: Option<SparseCounts>,
    /// Regions that are open, each 1; `None` where the cell lacks them.
    pub atac: Option<SparseCounts>,
}

/// A cell before its counts are drawn.
pub(super) struct State {
    key: Key,
    pub cell: SimulatedCell,
    /// Logarithm of the library size, where the cell has counts of genes.
    pub library: Option<f64>,
    /// Shift of all log-odds, where it has regions.
    pub open_shift: Option<f64>,
}

/// Makes cells one by one: a cell depends on the configuration and its number alone, so that any part of a large set can be made at any time.
///
/// ```
/// use reparam_cells::{SimulationConfig, Simulator};
/// let simulator = Simulator::new(&SimulationConfig { cells: 10, ..SimulationConfig::default() }).unwrap();
/// assert_eq!(simulator.cell(7), simulator.cell(7));
/// ```
#[derive(Clone, Debug)]
pub struct Simulator {
    config: SimulationConfig,
    genes: Vec<Profile>,
    regions: Vec<Profile>,
}

impl Simulator {
    /// Draws what is shared by all cells.
    ///
    /// # Errors
    /// A field of the configuration outside its range.
    pub fn new(config: &SimulationConfig) -> Result<Self, SimulationError> {
        config.check()?;
        Ok(Self { genes: profile::genes(config), regions: profile::regions(config), config: config.clone() })
    }

    /// What was asked for.
    #[must_use]
    pub const fn config(&self) -> &SimulationConfig {
        &self.config
    }

    /// Names of the genes.
    pub fn genes(&self) -> impl ExactSizeIterator<Item = &str> {
        self.genes.iter().map(|gene| gene.name.as_str())
    }

    /// Names of the regions.
    pub fn regions(&self) -> impl ExactSizeIterator<Item = &str> {
        self.regions.iter().map(|region| region.name.as_str())
    }

    /// Truth about the genes: the angle at which each peaks and the amplitude of its log rate (0: does not cycle).
    pub fn gene_cycles(&self) -> impl ExactSizeIterator<Item = (f64, f64)> {
        self.genes.iter().map(|gene| (gene.peak, gene.amplitude))
    }

    /// The cell of a number.
    #[must_use]
    pub fn cell(&self, number: usize) -> SimulatedCell {
        let mut state = self.state(number);
        state.cell.rna = self.rna(&state);
        state.cell.atac = self.atac(&state);
        state.cell
    }

    /// What is true of a cell, and its depths, without its counts.
    pub(super) fn state(&self, number: usize) -> State {
        let key = Key::new(self.config.seed).site("cells").number(number as u64);
        let (mut normal, mut uniform) = ([0.0; 4], [0.0; 3]);
        key.site("normal").step(0).fill(Noise::StandardNormal, 0, &mut normal);
        key.site("uniform").step(0).fill(Noise::Uniform, 0, &mut uniform);
        let angle = angle_at(uniform[0]);
        let batches = self.config.batches;
        let batch = ((uniform[1] * batches as f64) as usize).min(batches - 1);
        let along = if batches > 1 { 2.0 * batch as f64 / (batches - 1) as f64 - 1.0 } else { 0.0 };
        let depth = BATCH_DEPTH * self.config.batch_strength * along;
        let library = (self.config.depth * self.config.genes as f64).ln() + LIBRARY_SPREAD * normal[2] + depth;
        let lacking = self.config.lacking;
        let has_atac = !self.regions.is_empty() && (uniform[2] < lacking || uniform[2] >= 2.0 * lacking);
        let factors = [normal[0], normal[1]];
        State {
            key,
            cell: SimulatedCell {
                number,
                angle,
                phase: phase_of(angle),
                batch: batch as u32,
                factors,
                rna: None,
                atac: None,
            },
            library: (uniform[2] >= lacking).then_some(library),
            open_shift: has_atac.then_some(OPEN_SPREAD * normal[3] + depth),
        }
    }

    /// Counts of genes, where the cell has them.
    pub(super) fn rna(&self, state: &State) -> Option<SparseCounts> {
        state.library.map(|library| self.counts(state.key, &state.cell, library))
    }

    /// Open regions, where the cell has them.
    pub(super) fn atac(&self, state: &State) -> Option<SparseCounts> {
        state.open_shift.map(|shift| self.open(state.key, &state.cell, shift))
    }

    fn counts(&self, key: Key, cell: &SimulatedCell, library: f64) -> SparseCounts {
        let stream = key.site("counts").step(0);
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for (gene, profile) in self.genes.iter().enumerate() {
            let mean = (library + profile.predictor(cell.angle, cell.factors, cell.batch as usize)).exp();
            // A rate that underflows to 0, or overflows, has no law; such a gene is not seen.
            let Ok(law) = NegativeBinomial::new(mean, profile.dispersion) else { continue };
            let mut draw = [0.0];
            law.fill(&stream, gene as u64, &mut draw);
            if draw[0] > 0.0 {
                columns.push(gene as u32);
                values.push(draw[0] as f32);
            }
        }
        (columns, values)
    }

    fn open(&self, key: Key, cell: &SimulatedCell, depth: f64) -> SparseCounts {
        let mut noise = vec![0.0_f64; self.regions.len()];
        key.site("open").step(0).fill(Noise::Uniform, 0, &mut noise);
        let is_open = |(region, profile): (usize, &Profile)| {
            let logit = depth + profile.predictor(cell.angle, cell.factors, cell.batch as usize);
            (noise[region] < sigmoid(logit)).then_some(region as u32)
        };
        let columns: Vec<u32> = self.regions.iter().enumerate().filter_map(is_open).collect();
        let values = vec![1.0; columns.len()];
        (columns, values)
    }
}

/// The quantile of the density `(1 + c cos angle) / 2π` on `[0, 2π)`: the root of `angle + c sin angle = 2π u`, Kepler's equation.
fn angle_at(u: f64) -> f64 {
    let target = TAU * u;
    // Newton's method converges from any start for c = ½, where the slope stays within [½, 3/2]; 20 steps are far more than it takes.
    let angle = (0..20)
        .fold(target, |angle, _| angle - (angle + G1_EXCESS * angle.sin() - target) / (1.0 + G1_EXCESS * angle.cos()));
    if (0.0..TAU).contains(&angle) { angle } else { 0.0 }
}

/// G1 within π/3 of 0, then S to π, then G2/M.
fn phase_of(angle: f64) -> u32 {
    (((angle + PI / 3.0).rem_euclid(TAU)) / (TAU / 3.0)).floor().min(2.0) as u32
}

#[cfg(test)]
mod tests {
    use super::{angle_at, phase_of};
    use std::f64::consts::{PI, TAU};

    #[test]
    fn angle_is_the_quantile_of_its_density() {
        for i in 0..1000 {
            let u = (f64::from(i) + 0.5) / 1000.0;
            let angle = angle_at(u);
            // Newton's last step leaves a few units in the last place of 2π.
            assert!((angle + 0.5 * angle.sin() - TAU * u).abs() < 1e-14, "{u}");
        }
        assert!(angle_at(0.25) < PI / 2.0, "more cells near the middle of G1");
    }

    #[test]
    fn phases_are_thirds_about_0() {
        let at = [0.0, 1.0, 1.1, PI - 0.01, PI + 0.01, 5.2, 5.3, TAU - 1e-9];
        assert_eq!(at.map(phase_of), [0, 0, 1, 1, 2, 2, 0, 0]);
    }
}
