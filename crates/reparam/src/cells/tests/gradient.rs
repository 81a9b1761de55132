//! The gradient of the training objective against finite differences at fixed noise.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use reparam_core::noise::{Key, Noise};

use super::super::objective::{CellNoise, surrogate};
use super::super::{CellBatch, CellVae, CountModel, Dispersion, Experts, Library};
use super::{CellConfig, Names, Table, changed, config, model, nb, zinb};
use crate::train::{NamedParameters, load_parameters, numbers, read_parameters};

/// Weight of the divergence; not 1, so that a missing weight is seen.
const WEIGHT: f64 = 0.7;

/// Loss at fixed noise.
fn loss(vae: &CellVae, batch: &CellBatch, weight: f64) -> Tensor<1> {
    let numbers: Vec<u64> = (0..batch.len() as u64).collect();
    let noise = CellNoise { key: Key::new(3), step: 7, numbers: &numbers, first: 0 };
    surrogate(vae, batch, &noise, weight, (0.0, batch.len()), &Device::flex()).loss
}

struct Sizes(Vec<usize>);

impl ModuleVisitor for Sizes {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().shape().num_elements());
    }
}

/// The gradient in every parameter, in the module's order; 0 where there is none.
fn gradient(vae: &CellVae, batch: &CellBatch) -> Vec<Vec<f64>> {
    let vae = vae.clone().train();
    let numbers_of: Vec<u64> = (0..batch.len() as u64).collect();
    let noise = CellNoise { key: Key::new(3), step: 7, numbers: &numbers_of, first: 0 };
    let found = surrogate(&vae, batch, &noise, WEIGHT, (0.0, batch.len()), &Device::flex()).backward().collect(&vae);
    let mut sizes = Sizes(Vec::new());
    vae.visit(&mut sizes);
    let wide = |gradient: Tensor<1>| numbers(gradient).into_iter().map(f64::from).collect();
    found.into_iter().zip(sizes.0).map(|(g, n)| g.map_or_else(|| vec![0.0; n], wide)).collect()
}

/// The slope of the loss along a direction of one parameter: five points `2h` apart, so truncation is of order `h^4`.
fn slope(vae: &CellVae, batch: &CellBatch, weight: f64, name: &str, direction: &[f64]) -> f64 {
    const STEP: f64 = 0.015;
    let base = read_parameters(vae);
    let at = |times: f64| -> f64 {
        let mut moved: NamedParameters = base.clone();
        for (value, d) in moved.get_mut(name).unwrap().1.iter_mut().zip(direction) {
            *value = (f64::from(*value) + times * STEP * d) as f32;
        }
        let moved = load_parameters(vae.clone(), &moved).unwrap();
        f64::from(numbers(loss(&moved, batch, weight))[0])
    };
    (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * STEP)
}

/// Directions of unit length: of the gradient, where there is one, and at random.
fn directions(name: &str, gradient: &[f64]) -> [Vec<f64>; 2] {
    let mut random = vec![0.0_f64; gradient.len()];
    Key::new(6).site(name).step(0).fill(Noise::StandardNormal, 0, &mut random);
    [gradient.to_vec(), random].map(|v| {
        let length = v.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-30);
        v.into_iter().map(|x| x / length).collect()
    })
}

/// Largest distance of slopes from those of differences, in units of 1 + slope, and where; a loss of other `weight` is the negative control.
fn worst(vae: &CellVae, batch: &CellBatch, weight: f64, which: &dyn Fn(&str) -> bool) -> (f64, String) {
    let names = Names::of(vae);
    let mut worst = (0.0, String::new());
    let gradients = gradient(vae, batch);
    assert_eq!(gradients.len(), names.len());
    for (name, gradient) in names.iter().zip(&gradients).filter(|(name, _)| which(name)) {
        for direction in directions(name, gradient) {
            let exact: f64 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
            let off = (exact - slope(vae, batch, weight, name, &direction)).abs() / (1.0 + exact.abs());
            if off > worst.0 || off.is_nan() {
                worst = (off, format!("{name}: {exact}"));
            }
        }
    }
    worst
}

/// Losses are some 10 to 50 nats, sums of numbers of f32 right to some 1e-5; the five points make 18 / (12 · 0.015) = 100 times that of it at worst.
const TOLERANCE: f64 = 2e-3;

/// Every other hidden unit far on its linear side and the rest far on the flat one, so that none changes sides within the steps of differences.
fn sided(vae: &CellVae) -> CellVae {
    changed(vae, &|name, values| {
        if name.ends_with("first.bias") || name.contains("decoder.hidden") && name.ends_with("bias") {
            for (i, value) in values.iter_mut().enumerate() {
                *value += if i % 3 == 2 { -6.0 } else { 4.0 };
            }
        } else if ["rest.0.weight", "output.weight", "dropout.weight", "cell_dispersion.weight"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            // What they take is larger by so much.
            for value in values {
                *value *= 0.2;
            }
        }
    })
}

fn check(what: &str, vae: &CellVae, table: &Table, which: &dyn Fn(&str) -> bool) {
    let batch = CellBatch::read(table, table.width.len(), &table.all()).unwrap();
    let (off, place) = worst(vae, &batch, WEIGHT, which);
    assert!(off < TOLERANCE, "{what}: off by {off:e} at {place}");
}

const LAWS: [CountModel; 8] = [
    CountModel::Poisson,
    nb(Dispersion::Gene),
    nb(Dispersion::GeneBatch),
    nb(Dispersion::GeneCell),
    zinb(Dispersion::Gene),
    zinb(Dispersion::GeneBatch),
    zinb(Dispersion::GeneCell),
    CountModel::Accessibility,
];

#[test]
fn gradient_of_every_law_matches_finite_differences() {
    for batches in [false, true] {
        for library in [Library::Observed, Library::Learned] {
            for law in LAWS {
                let table = Table::new(4, &[5], batches);
                let vae = sided(&model(config(&table, &[(law, library)], 2, false), &table));
                check(&format!("{law:?}, {library:?}, batches {batches}"), &vae, &table, &|_| true);
            }
        }
    }
}

#[test]
fn gradient_of_every_kind_of_experts_matches_finite_differences() {
    let laws = [(nb(Dispersion::Gene), Library::Learned), (CountModel::Accessibility, Library::Observed)];
    for experts in [Experts::Product, Experts::Mixture, Experts::Average] {
        for batches in [false, true] {
            let table = Table::new(5, &[5, 4], batches).without(&[(0, 1), (1, 2), (0, 4), (1, 4)]);
            let vae = sided(&model(CellConfig { experts, ..config(&table, &laws, 2, false) }, &table));
            check(&format!("{experts:?}, batches {batches}"), &vae, &table, &|_| true);
            // The negative control: another weight of the divergence is seen.
            let batch = CellBatch::read(&table, 2, &table.all()).unwrap();
            let (off, _) = worst(&vae, &batch, 0.9 * WEIGHT, &|_| true);
            assert!(off > 3.0 * TOLERANCE, "{experts:?}: a wrong weight is unseen, {off:e}");
        }
    }
}

/// The draw of an angle has the velocity of least variance, not that of its noise: encoders are held against quadrature (`evidence.rs`).
#[test]
fn gradient_of_decoders_with_an_angle_matches_finite_differences() {
    for law in LAWS {
        let table = Table::new(4, &[5], true);
        let vae = sided(&model(config(&table, &[(law, Library::Observed)], 2, true), &table));
        check(&format!("{law:?}"), &vae, &table, &|name| name.contains("decoder"));
    }
}
