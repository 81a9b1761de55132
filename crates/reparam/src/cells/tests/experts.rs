//! How the posteriors of modalities become one.

use burn::tensor::{Device, Tensor, TensorData};
use reparam_core::noise::Key;

use super::super::model::LibraryPosterior;
use super::super::objective::{CellNoise, surrogate};
use super::super::{Baseline, CellBatch, CellPosterior, CellVae, CountModel, Dispersion, Experts, Library};
use super::{CellConfig, Table, config, model, nb};
use crate::fused::CountRows;
use crate::train::numbers;

const LAWS: [(CountModel, Library); 2] =
    [(nb(Dispersion::Gene), Library::Learned), (CountModel::Accessibility, Library::Observed)];
const ALL: [Experts; 3] = [Experts::Product, Experts::Mixture, Experts::Average];

/// The first cell has both modalities, the second the first one, the third the second one, the fourth none.
fn table() -> Table {
    Table::new(4, &[6, 5], true).without(&[(1, 1), (0, 2), (0, 3), (1, 3)])
}

fn of(experts: Experts, table: &Table) -> CellVae {
    model(CellConfig { experts, ..config(table, &LAWS, 2, true) }, table)
}

/// Locations, log-scales and natural parameters.
fn parts(q: &CellPosterior) -> [Vec<f32>; 3] {
    let angle = q.angle.as_ref().map_or_else(Vec::new, |angle| numbers(angle.natural()));
    [numbers(q.normal.loc.clone()), numbers(q.normal.log_scale.clone()), angle]
}

/// The same batch with other counts where a cell lacks the modality.
fn with_rubbish(batch: &CellBatch, table: &Table) -> CellBatch {
    let mut other = batch.clone();
    for m in 0..2 {
        let width = table.width[m];
        let mut dense = batch.counts[m].dense();
        for (row, has) in dense.chunks_mut(width).zip(&batch.has[m]) {
            if !has {
                row.fill(17.0);
            }
        }
        other.counts[m] = CountRows::from_dense(&dense, width).unwrap();
    }
    other
}

/// Largest distance in units of 1 and the number. How full a batch is decides in which order the first layer adds: some roundings of f32.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / (1.0 + a.abs())).fold(0.0, f32::max)
}

#[test]
fn what_a_cell_lacks_has_no_part_in_its_posterior() {
    let (table, device) = (table(), Device::flex());
    let batch = CellBatch::read(&table, 2, &table.all()).unwrap();
    let other = with_rubbish(&batch, &table);
    let numbers_of: Vec<u64> = (0..4).collect();
    for experts in ALL {
        let vae = of(experts, &table);
        let pick = [3, 8, 1, 5];
        let [a, b] = [&batch, &other].map(|batch| parts(&vae.encode(batch, Some(&pick), &device)));
        assert!(distance(&a.concat(), &b.concat()) < 1e-6, "{experts:?}: {a:?} and {b:?}");
        let loss = |batch: &CellBatch| {
            let noise = CellNoise { key: Key::new(1), step: 0, numbers: &numbers_of, first: 0 };
            numbers(surrogate(&vae, batch, &noise, 1.0, (0.0, 4), &device).loss)
        };
        assert!(distance(&loss(&batch), &loss(&other)) < 2e-6, "{experts:?}");
        // The negative control: the same counts, said to be there, are seen.
        let mut there = other.clone();
        there.has = vec![vec![true; 4]; 2];
        let there = parts(&vae.encode(&there, Some(&pick), &device));
        assert!(distance(&a.concat(), &there.concat()) > 1e-3, "{experts:?}");
    }
}

#[test]
fn a_cell_without_any_modality_is_as_the_prior_says() {
    let (table, device) = (table(), Device::flex());
    let batch = CellBatch::read(&table, 2, &table.all()).unwrap();
    for experts in ALL {
        let [loc, log_scale, natural] = parts(&of(experts, &table).encode(&batch, Some(&[0; 4]), &device));
        // The floor of the log-scale moves that of the standard normal by log(1 + e^-8) = 3.4e-4.
        assert!(loc[6..].iter().all(|v| *v == 0.0) && natural[6..].iter().all(|v| *v == 0.0), "{experts:?}");
        assert!(log_scale[6..].iter().all(|v| v.abs() < 3.4e-4), "{experts:?}: {log_scale:?}");
    }
}

/// An average of one expert is that expert: the product with the standard normal has precision `1 + 1/scale²` and the uniform angle changes nothing.
/// Five roundings of numbers of some 1.
#[test]
fn a_product_of_one_expert_is_that_expert_times_the_prior() {
    let (table, device) = (table(), Device::flex());
    let batch = CellBatch::read(&table, 2, &table.all()).unwrap();
    let [product, alone] =
        [Experts::Product, Experts::Average].map(|e| parts(&of(e, &table).encode(&batch, None, &device)));
    for i in 2..6 {
        let (loc, precision) = (f64::from(alone[0][i]), (-2.0 * f64::from(alone[1][i])).exp());
        assert!((f64::from(product[0][i]) - loc * precision / (1.0 + precision)).abs() < 1e-6);
        assert!((f64::from(product[1][i]) + 0.5 * (1.0 + precision).ln()).abs() < 1e-6);
        assert!((product[2][i] - alone[2][i]).abs() < 1e-6);
        // The negative control: without the prior the location would be another.
        assert!((f64::from(product[0][i]) - loc).abs() > 1e-5);
    }
}

/// Of both: precisions of experts add, as do natural parameters of angles.
#[test]
fn a_product_of_two_experts_adds_their_precisions() {
    let (table, device) = (table(), Device::flex());
    let batch = CellBatch::read(&table, 2, &table.all()).unwrap();
    let average = of(Experts::Average, &table);
    let experts =
        [[true, false], [false, true]].map(|seen| parts(&average.encode(&batch.seen_by(&seen), None, &device)));
    let product = parts(&of(Experts::Product, &table).encode(&batch, None, &device));
    for i in 0..2 {
        let (mut precision, mut pull) = (1.0, 0.0);
        for [loc, log_scale, _] in &experts {
            let weight = (-2.0 * f64::from(log_scale[i])).exp();
            precision += weight;
            pull += weight * f64::from(loc[i]);
        }
        assert!((f64::from(product[0][i]) - pull / precision).abs() < 1e-6);
        assert!((f64::from(product[1][i]) + 0.5 * precision.ln()).abs() < 1e-6);
        assert!((product[2][i] - experts[0][2][i] - experts[1][2][i]).abs() < 2e-6);
    }
}

#[test]
fn a_mixture_takes_the_expert_that_is_picked() {
    let (table, device) = (table(), Device::flex());
    let batch = CellBatch::read(&table, 2, &table.all()).unwrap();
    let vae = of(Experts::Mixture, &table);
    for pick in 0..4_u64 {
        let [loc, log_scale, natural] = parts(&vae.encode(&batch, Some(&[pick; 4]), &device));
        let alone = |seen: [bool; 2]| parts(&vae.encode(&batch.seen_by(&seen), None, &device));
        let experts = [alone([true, false]), alone([false, true])];
        // The first cell has a choice, the next two have none.
        for (cell, expert) in [(0, (pick % 2) as usize), (1, 0), (2, 1)] {
            for i in 2 * cell..2 * cell + 2 {
                let wanted = &experts[expert];
                assert_eq!([loc[i], log_scale[i], natural[i]], [wanted[0][i], wanted[1][i], wanted[2][i]]);
            }
        }
    }
}

/// KL of log-normal library sizes by the trapezoidal rule over 12 deviations on each side, exact to far less than f32's 1e-6 of the value.
#[test]
fn divergence_of_library_sizes_is_that_of_quadrature() {
    let device = Device::flex();
    for [loc, log_scale, prior_loc, prior_scale] in
        [[5.0_f32, -1.0, 5.5, 0.4], [7.0, -3.0, 7.0, 1.5], [2.0, 0.3, 2.1, 1.3], [3.0, 0.0, 3.0, 1.0]]
    {
        let one = |x: f32| Tensor::<1>::from_data(TensorData::new(vec![x], [1]), &device);
        let q = LibraryPosterior {
            loc: one(loc),
            log_scale: one(log_scale),
            prior_loc: one(prior_loc),
            prior_scale: one(prior_scale),
        };
        let normal = |x: f64, m: f64, s: f64| -0.5 * ((x - m) / s).powi(2) - s.ln() - 0.5 * std::f64::consts::TAU.ln();
        let [m, s, pm, ps] = [loc, log_scale.exp(), prior_loc, prior_scale].map(f64::from);
        let h = 24.0 * s / 4000.0;
        let sum: f64 = (0..=4000)
            .map(|i| {
                let x = m - 12.0 * s + h * f64::from(i);
                let log_q = normal(x, m, s);
                h * log_q.exp() * (log_q - normal(x, pm, ps))
            })
            .sum();
        let kl = f64::from(numbers(q.kl())[0]);
        assert!((kl - sum).abs() < 3e-6 * (1.0 + sum), "{kl} against {sum}");
        // The same of draws: log q - log p at a point.
        let x = loc + 0.7 * log_scale.exp();
        let point = Tensor::<2>::from_data(TensorData::new(vec![x], [1, 1]), &device);
        let ratio = f64::from(numbers(q.log_prior_minus_log_posterior(point))[0]);
        let wanted = normal(f64::from(x), pm, ps) - normal(f64::from(x), m, s);
        assert!((ratio - wanted).abs() < 1e-5 * (1.0 + wanted.abs()), "{ratio} against {wanted}");
    }
}

/// A modality in which the training cells do not differ says nothing of a cell, and must not carry others away either.
#[test]
#[ignore = "weights of the first layer are divided by 1e-6 where no feature varies, so that any other cell gets latents of 1e6 or NaN"]
fn a_modality_that_does_not_vary_keeps_latents_in_bounds() {
    let (mut table, device) = (Table::new(4, &[6, 5], false), Device::flex());
    table.counts[1] = [1.0, 2.0, 0.0, 3.0, 1.0].repeat(4);
    for experts in ALL {
        let config = CellConfig { experts, ..config(&table, &LAWS, 2, false) };
        let baseline = Baseline::fit(&config, &table, &table.all()).unwrap();
        let vae = CellVae::new(config, &baseline, 5, &device);
        let other = table.clone().without(&[(1, 1)]);
        let mut batch = CellBatch::read(&other, 2, &[0, 1]).unwrap();
        batch.counts[1] = CountRows::from_dense(&[0.0, 1.0, 1.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0], 5).unwrap();
        let found = parts(&vae.encode(&batch, Some(&[1, 0]), &device));
        assert!(found.iter().flatten().all(|v| v.is_finite() && v.abs() < 100.0), "{experts:?}: {found:?}");
    }
}
