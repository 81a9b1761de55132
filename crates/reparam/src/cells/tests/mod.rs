//! Laws of the whole model: its gradient, its bounds, its experts, its training.

mod evidence;
mod experts;
mod gradient;
mod training;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use reparam_core::noise::{Key, Noise};

use super::{
    Baseline, CellConfig, CellSource, CellVae, CountModel, Dispersion, Experts, Library, ModalityConfig, NullModels,
};
use crate::fused::CountRows;
use crate::train::{load_parameters, read_parameters};

/// Negative binomial with this dispersion.
const fn nb(dispersion: Dispersion) -> CountModel {
    CountModel::NegativeBinomial { dispersion }
}

/// The same with more zeros.
const fn zinb(dispersion: Dispersion) -> CountModel {
    CountModel::ZeroInflatedNegativeBinomial { dispersion }
}

/// Cells in memory.
#[derive(Clone, Debug)]
struct Table {
    /// Row-major counts of each modality, whether a cell has it or not.
    counts: Vec<Vec<f32>>,
    width: Vec<usize>,
    has: Vec<Vec<bool>>,
    batch: Vec<u32>,
    covariates: Vec<[f32; 2]>,
    /// Covariates that are shown: 0 or 2.
    shown: usize,
}

impl CellSource for Table {
    fn cells(&self) -> usize {
        self.batch.len()
    }

    fn counts(&self, m: usize, cells: &[usize]) -> std::io::Result<CountRows> {
        let width = self.width[m];
        let zeros = vec![0.0; width];
        let row = |&c: &usize| if self.has[m][c] { &self.counts[m][c * width..(c + 1) * width] } else { &zeros[..] };
        CountRows::from_dense(&cells.iter().flat_map(row).copied().collect::<Vec<_>>(), width)
            .map_err(std::io::Error::other)
    }

    fn has(&self, m: usize, cell: usize) -> bool {
        self.has[m][cell]
    }

    fn batch(&self, cell: usize) -> u32 {
        self.batch[cell]
    }

    fn covariates(&self, cell: usize) -> &[f32] {
        &self.covariates[cell][..self.shown]
    }
}

impl Table {
    /// Small counts, some 4 of 10 of them 0; cells of two batches, shown as covariates where `batches` says so.
    fn new(cells: usize, width: &[usize], batches: bool) -> Self {
        let counts = width.iter().enumerate().map(|(m, width)| {
            let mut noise = vec![0.0_f32; cells * width];
            Key::new(31).site("counts").number(m as u64).step(0).fill(Noise::Uniform, 0, &mut noise);
            noise.into_iter().map(|u| (0.4 / u.max(0.03)).floor()).collect()
        });
        let batch: Vec<u32> = (0..cells as u32).map(|c| if batches { c % 2 } else { 0 }).collect();
        Self {
            counts: counts.collect(),
            width: width.to_vec(),
            has: vec![vec![true; cells]; width.len()],
            covariates: batch.iter().map(|b| if *b == 0 { [1.0, 0.0] } else { [0.0, 1.0] }).collect(),
            batch,
            shown: if batches { 2 } else { 0 },
        }
    }

    /// Takes a modality from some cells; the last one may lack all.
    fn without(mut self, missing: &[(usize, usize)]) -> Self {
        for &(m, cell) in missing {
            self.has[m][cell] = false;
        }
        self
    }

    fn all(&self) -> Vec<usize> {
        (0..self.cells()).collect()
    }
}

/// A model of these modalities, with one hidden layer of 6.
fn config(table: &Table, modalities: &[(CountModel, Library)], latents: usize, cycle: bool) -> CellConfig {
    let modality = |(m, (model, library)): (usize, &(CountModel, Library))| ModalityConfig {
        name: format!("m{m}"),
        features: table.width[m],
        model: *model,
        library: *library,
    };
    CellConfig {
        modalities: modalities.iter().enumerate().map(modality).collect(),
        latents,
        cycle,
        hidden: 6,
        layers: 1,
        decoder_layers: 1,
        batches: if table.shown > 0 { 2 } else { 1 },
        covariates: table.shown,
        experts: Experts::Product,
    }
}

/// A model whose weights have all moved from where they start, biases and dispersions included; its baseline is that of 30 cells.
fn model(config: CellConfig, table: &Table) -> CellVae {
    let training = Table::new(30, &table.width, table.shown > 0);
    let baseline = Baseline::fit(&config, &training, &training.all()).unwrap();
    changed(&CellVae::new(config, &baseline, 5, &Device::flex()), &|name, values| {
        let mut noise = vec![0.0_f32; values.len()];
        Key::new(8).site(name).step(0).fill(Noise::StandardNormal, 0, &mut noise);
        for (value, noise) in values.iter_mut().zip(noise) {
            *value += 0.3 * noise;
        }
    })
}

/// The model with other parameters.
fn changed(vae: &CellVae, change: &dyn Fn(&str, &mut [f32])) -> CellVae {
    let mut parameters = read_parameters(vae);
    for (name, (_, values)) in &mut parameters {
        change(name, values);
    }
    load_parameters(vae.clone(), &parameters).unwrap()
}

/// Paths of the parameters in the order in which a module shows them, which is that of its gradients.
#[derive(Default)]
struct Names {
    path: Vec<String>,
    found: Vec<String>,
}

impl Names {
    fn of(vae: &CellVae) -> Vec<String> {
        let mut names = Self::default();
        vae.visit(&mut names);
        names.found
    }
}

impl ModuleVisitor for Names {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, _: &Param<Tensor<D>>) {
        self.found.push(self.path.join("."));
    }
}

/// Maximum-likelihood dispersions of a null against a grid of spacing 0.01 in their logarithm; the search stops at 0.02.
#[test]
fn dispersions_of_the_null_are_those_of_a_grid() {
    use reparam_core::special::log_gamma;
    let table = Table::new(400, &[5], false);
    let null = NullModels::fit(&[nb(Dispersion::Gene)], &table, &table.all()).unwrap().0.remove(0);
    let totals: Vec<f64> = table.counts[0].chunks(5).map(|row| row.iter().map(|x| f64::from(*x)).sum()).collect();
    for (g, found) in null.dispersion.unwrap().into_iter().enumerate() {
        let value = |log_theta: f64| -> f64 {
            let theta = log_theta.exp();
            let terms = totals.iter().enumerate().map(|(i, total)| {
                let (x, mean) = (f64::from(table.counts[0][5 * i + g]), total * null.shares[g]);
                if *total == 0.0 {
                    return 0.0;
                }
                log_gamma(x + theta) - log_gamma(theta)
                    + theta * (theta / (theta + mean)).ln()
                    + x * (mean / (theta + mean)).ln()
            });
            terms.sum()
        };
        let grid = (-700..=1000).map(|k| f64::from(k) * 0.01);
        let best = grid.max_by(|a, b| value(*a).total_cmp(&value(*b))).unwrap();
        assert!((found.ln() - best).abs() < 0.03, "gene {g}: {} against {best}", found.ln());
        // The negative control: a dispersion that is off by a fifth is worse by far more than rounding.
        assert!(value(best) - value(best + 0.2) > 1e-3);
    }
}
