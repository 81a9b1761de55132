//! Bounds and gradients against quadrature over the latents.

use std::f64::consts::TAU;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use reparam_core::noise::Key;
use reparam_core::special::log_sum_exp;

use super::super::objective::{CellNoise, surrogate};
use super::super::{CellBatch, CellVae, CountModel, Dispersion, Experts, Library, evaluate};
use super::{CellConfig, Names, Table, changed, config, model, nb, zinb};
use crate::train::{load_parameters, numbers, read_parameters};

/// Copies of each cell; every copy has draws of its own.
const COPIES: usize = 40;
/// Draws of the importance-weighted bound.
const DRAWS: usize = 2000;

/// A rule of quadrature: points of the latents (a normal one, and cosine and sine of an angle), log-libraries, logarithms of prior weights.
struct Rule {
    z: Vec<f32>,
    width: usize,
    log_prior: Vec<f64>,
}

fn log_normal_density(x: f64, loc: f64, scale: f64) -> f64 {
    -0.5 * ((x - loc) / scale).powi(2) - scale.ln() - 0.5 * TAU.ln()
}

/// 400 points of a normal latent in [-8, 8]; with an angle 100 points of it in [-7, 7] and 64 of the circle. The trapezoidal rule is exact to far less
/// than 1e-6 for what varies over lengths above 0.3.
fn rule(cycle: bool) -> Rule {
    let (points, end, turns) = if cycle { (100_u32, 7.0, 64_u32) } else { (400, 8.0, 1) };
    let step = 2.0 * end / f64::from(points - 1);
    let mut rule = Rule { z: Vec::new(), width: if cycle { 3 } else { 1 }, log_prior: Vec::new() };
    for i in 0..points {
        let x = -end + step * f64::from(i);
        for k in 0..turns {
            rule.z.push(x as f32);
            if cycle {
                let (sin, cos) = (TAU * f64::from(k) / f64::from(turns)).sin_cos();
                rule.z.extend([cos as f32, sin as f32]);
            }
            rule.log_prior.push(log_normal_density(x, 0.0, 1.0) + step.ln() - f64::from(turns).ln());
        }
    }
    rule
}

/// Log-likelihood of one modality of one cell at every point, at this log-library.
fn likelihood(vae: &CellVae, m: usize, rule: &Rule, log_library: f64, cell: &CellBatch) -> Vec<f64> {
    let (device, n) = (Device::flex(), rule.log_prior.len());
    let z = Tensor::<3>::from_data(TensorData::new(rule.z.clone(), [n, 1, rule.width]), &device);
    let library = Tensor::<1>::from_data(TensorData::new(vec![log_library as f32; n], [n]), &device);
    numbers(vae.log_likelihood(m, z, library, cell)).into_iter().map(f64::from).collect()
}

/// Log-evidence of one cell.
fn evidence(vae: &CellVae, rule: &Rule, cell: &CellBatch) -> f64 {
    let mut total = rule.log_prior.clone();
    for m in 0..vae.config().modalities.len() {
        let of_m = match vae.library(m, cell, &Device::flex()) {
            None => likelihood(vae, m, rule, f64::from(cell.log_totals[m][0]), cell),
            Some(q) if cell.has[m][0] => {
                // 161 points over 8 deviations of the prior on each side.
                let [loc, scale] = [q.prior_loc, q.prior_scale].map(|t| f64::from(numbers(t)[0]));
                let step = 16.0 * scale / 160.0;
                let at: Vec<(f64, Vec<f64>)> = (0..161)
                    .map(|i| {
                        let l = loc - 8.0 * scale + step * f64::from(i);
                        (log_normal_density(l, loc, scale) + step.ln(), likelihood(vae, m, rule, l, cell))
                    })
                    .collect();
                let sum = |k: usize| log_sum_exp(&at.iter().map(|(w, l)| w + l[k]).collect::<Vec<_>>());
                (0..rule.log_prior.len()).map(sum).collect()
            }
            Some(_) => vec![0.0; rule.log_prior.len()],
        };
        for (t, l) in total.iter_mut().zip(of_m) {
            *t += l;
        }
    }
    log_sum_exp(&total)
}

/// Every cell of a table so many times.
fn copied(table: &Table, copies: usize) -> Table {
    let mut many = table.clone();
    many.counts = table.counts.iter().map(|c| c.repeat(copies)).collect();
    many.has = table.has.iter().map(|h| h.repeat(copies)).collect();
    many.batch = table.batch.repeat(copies);
    many.covariates = table.covariates.repeat(copies);
    many
}

/// Mean of numbers, and the standard deviation of one.
fn moments(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    [mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()]
}

/// The mean over copies lies below the evidence by half the variance of one (log of a mean, to second order), of which twice is allowed, and spreads by
/// its standard error: false alarms at 6.6 of them with 39 degrees of freedom are 8e-8 a comparison, of which there are 12 at most, so below 1e-6.
/// 1e-5 is for f32.
fn check(what: &str, vae: &CellVae, table: &Table) {
    let rule = rule(vae.config().cycle);
    let many = copied(table, COPIES);
    let scores = evaluate(vae, &many, &many.all(), DRAWS, 4, &Device::flex()).unwrap();
    for cell in 0..table.batch.len() {
        let batch = CellBatch::read(table, table.width.len(), &[cell]).unwrap();
        let exact = evidence(vae, &rule, &batch);
        let column =
            |f: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..COPIES).map(|k| f(k * table.batch.len() + cell)).collect() };
        let [iwae, sd] = moments(&column(&|i| scores[i].iwae));
        let error = 6.6 * sd / (COPIES as f64).sqrt() + sd * sd + 1e-5 * exact.abs();
        assert!((iwae - exact).abs() < error, "{what}, cell {cell}: {iwae} against {exact}, error {error}");
        // The negative control: the evidence would be missed if it were off by 0.1 nats, and the ELBO is no estimate of it.
        assert!(error < 0.1, "{what}, cell {cell}: {error} is too wide to see anything");
        let [elbo, _] = moments(&column(&|i| scores[i].elbo));
        assert!(elbo < iwae, "{what}, cell {cell}: ELBO {elbo}, IWAE {iwae}");
        let lacks_all = batch.has.iter().all(|h| !h[0]);
        assert!(
            lacks_all || exact - elbo > error,
            "{what}, cell {cell}: the ELBO {elbo} passes for the evidence {exact}"
        );
    }
}

/// Posteriors that are near their priors, and of library sizes about the counted ones with a scale of 1: others give weights without variance.
fn mild(vae: &CellVae) -> CellVae {
    changed(vae, &|name, values| {
        if name.ends_with("library.rest.0.bias") {
            values.copy_from_slice(&[0.0, 2.0]);
        } else if name.ends_with("rest.0.weight") {
            for value in values {
                *value *= 0.2;
            }
        }
    })
}

#[test]
fn importance_weights_give_the_evidence_of_every_law() {
    for (law, library, cycle) in [
        (CountModel::Poisson, Library::Observed, false),
        (nb(Dispersion::GeneBatch), Library::Observed, true),
        (zinb(Dispersion::Gene), Library::Learned, false),
        (CountModel::Accessibility, Library::Observed, true),
    ] {
        let table = Table::new(2, &[5], true);
        let vae = mild(&model(config(&table, &[(law, library)], 1, cycle), &table));
        check(&format!("{law:?}, {library:?}, angle {cycle}"), &vae, &table);
    }
}

#[test]
fn importance_weights_give_the_evidence_of_all_kinds_of_experts() {
    let laws = [(nb(Dispersion::Gene), Library::Observed), (CountModel::Accessibility, Library::Observed)];
    for experts in [Experts::Product, Experts::Mixture, Experts::Average] {
        let table = Table::new(3, &[5, 4], false).without(&[(0, 1), (1, 2)]);
        let vae = mild(&model(CellConfig { experts, ..config(&table, &laws, 1, false) }, &table));
        check(&format!("{experts:?}"), &vae, &table);
    }
}

#[test]
fn more_draws_raise_the_bound_of_the_same_cells() {
    let table = Table::new(60, &[6], false);
    let vae = model(config(&table, &[(nb(Dispersion::Gene), Library::Learned)], 2, true), &table);
    let bound = |draws| -> Vec<f64> {
        let scores = evaluate(&vae, &table, &table.all(), draws, 3, &Device::flex()).unwrap();
        assert!(scores.iter().all(|s| s.elbo <= s.iwae + 1e-9));
        scores.into_iter().map(|s| s.iwae).collect()
    };
    let bounds = [1, 4, 32, 256].map(|draws| moments(&bound(draws))[0]);
    assert!(bounds.windows(2).all(|pair| pair[0] < pair[1]), "{bounds:?}");
}

/// The gradient in the last bias of the encoder, which moves location, raw log-scale and both natural parameters of every cell alike, against that of quadrature.
/// Means of 60 batches of 300 copies; false alarms of 4 comparisons at 6.5 standard errors with 59 degrees of freedom, 4 · 2e-8 < 1e-6.
#[test]
fn gradient_of_an_encoder_with_an_angle_is_that_of_quadrature() {
    const BATCHES: u64 = 60;
    let (device, weight) = (Device::flex(), 0.7);
    let table = Table::new(1, &[5], false);
    let name = "networks.0.encoder.rest.0.bias";
    // A decoder that the angle moves by more.
    let vae =
        changed(&model(config(&table, &[(nb(Dispersion::Gene), Library::Observed)], 1, true), &table), &|n, values| {
            if n.ends_with("decoder.hidden.0.weight") {
                for value in values {
                    *value *= 3.0;
                }
            }
        });
    let cell = CellBatch::read(&table, 1, &[0]).unwrap();
    let rule = rule(true);
    let log_likelihood = likelihood(&vae, 0, &rule, f64::from(cell.log_totals[0][0]), &cell);
    let exact = |k: usize, h: f32| {
        let mut parameters = read_parameters(&vae);
        parameters.get_mut(name).unwrap().1[k] += h;
        let q = load_parameters(vae.clone(), &parameters).unwrap().encode(&cell, None, &device);
        let [loc, log_scale] = [&q.normal.loc, &q.normal.log_scale].map(|t| f64::from(numbers(t.clone())[0]));
        let natural = numbers(q.angle.as_ref().unwrap().natural());
        let log_weights: Vec<f64> = (0..rule.log_prior.len())
            .map(|i| {
                let [x, cos, sin] = [0, 1, 2].map(|j| f64::from(rule.z[3 * i + j]));
                log_normal_density(x, loc, log_scale.exp()) + f64::from(natural[0]) * cos + f64::from(natural[1]) * sin
            })
            .collect();
        let whole = log_sum_exp(&log_weights);
        let mean: f64 = log_weights.iter().zip(&log_likelihood).map(|(w, l)| (w - whole).exp() * l).sum();
        let (normal, angle) = q.kl();
        weight * f64::from(numbers(normal)[0] + numbers(angle.unwrap())[0]) - mean
    };
    let place = Names::of(&vae).iter().position(|found| found == name).unwrap();
    let many = copied(&table, 300);
    let batch = CellBatch::read(&many, 1, &many.all()).unwrap();
    let cells: Vec<u64> = (0..300).collect();
    let gradients: Vec<Vec<f32>> = (0..BATCHES)
        .map(|step| {
            let vae = vae.clone().train();
            let noise = CellNoise { key: Key::new(2), step, numbers: &cells, first: 0 };
            let found = surrogate(&vae, &batch, &noise, weight, (0.0, 300), &device).backward().collect(&vae);
            numbers(found[place].clone().unwrap())
        })
        .collect();
    let mut seen = [false; 4];
    for k in 0..4 {
        let wanted = (exact(k, 0.02) - exact(k, -0.02)) / 0.04;
        let [mean, sd] = moments(&gradients.iter().map(|g| f64::from(g[k])).collect::<Vec<_>>());
        let error = 6.5 * sd / (BATCHES as f64).sqrt() + 1e-3;
        assert!((mean - wanted).abs() < error, "{k}: {mean} against {wanted}, error {error}");
        seen[k] = wanted.abs() > error;
    }
    // The negative control: slopes of the wrong sign would be seen, of the normal latent and of the angle.
    assert!((seen[0] || seen[1]) && (seen[2] || seen[3]), "slopes within their errors: {seen:?}");
}
