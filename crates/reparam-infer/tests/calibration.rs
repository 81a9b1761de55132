//! Calibration of exact, overconfident and biased fits of a model whose posterior is known.

use reparam_core::noise::{Key, Noise, Stream};
use reparam_infer::{
    Draws, LogDensity, LogDensityError, Model, Observation, Quantity,
    calibration::{Calibration, CalibrationOptions, Failure, Outcome, Replicate, Uniformity, calibrate, uniformity},
    nuts::{NutsOptions, nuts},
};
use std::ops::ControlFlow;

/// `mu ~ N(0, 1)`, `y_i ~ N(mu, 1)`: the posterior of `n` measurements is `N(Σ y / (n + 1), 1 / (n + 1))`.
struct Mean(Vec<f64>);

impl LogDensity for Mean {
    fn dimension(&self) -> usize {
        1
    }
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        gradient[0] = self.0.iter().map(|y| y - x[0]).sum::<f64>() - x[0];
        Ok(-0.5 * (self.0.iter().map(|y| (y - x[0]).powi(2)).sum::<f64>() + x[0] * x[0]))
    }
}

impl Model for Mean {
    fn quantities(&self) -> Vec<Quantity> {
        let quantity = |name: &str| Quantity { name: name.into(), unit: String::new(), scale: "lin".into() };
        vec![quantity("mu"), quantity("mu^2")]
    }
    fn constrain(&self, x: &[f64], quantities: &mut [f64]) {
        quantities.copy_from_slice(&[x[0], x[0] * x[0]]);
    }
    fn observations(&self) -> Vec<Observation> {
        self.0.iter().enumerate().map(|(i, y)| Observation { series: "y".into(), at: i as f64, value: *y }).collect()
    }
    fn predict(
        &self,
        x: &[f64],
        noise: Stream,
        expected: &mut [f64],
        replicate: &mut [f64],
    ) -> Result<(), LogDensityError> {
        expected.fill(x[0]);
        noise.fill(Noise::StandardNormal, 0, replicate);
        for y in replicate {
            *y += x[0];
        }
        Ok(())
    }
    fn prior_draw(&self, noise: Stream) -> Option<Vec<f64>> {
        Some(vec![noise.draw(Noise::StandardNormal, 0)])
    }
    fn with_observations(&self, values: &[f64]) -> Option<Box<dyn Model + Send>> {
        Some(Box::new(Self(values.to_vec())))
    }
}

/// Draws of the posterior, moved by `shift` and stretched by `stretch` of its standard deviations.
fn posterior(model: &dyn Model, seed: u64, shift: f64, stretch: f64) -> Draws {
    let y: Vec<f64> = model.observations().iter().map(|o| o.value).collect();
    let precision = y.len() as f64 + 1.0;
    let mut draws = vec![0.0; 400];
    Key::new(seed).site("posterior").step(0).fill(Noise::StandardNormal, 0, &mut draws);
    let sum: f64 = y.iter().sum();
    for z in &mut draws {
        *z = sum / precision + (stretch * *z + shift) / precision.sqrt();
    }
    Draws::new(1, draws)
}

fn run(options: &CalibrationOptions, shift: f64, stretch: f64) -> Calibration {
    let fit = |model: &dyn Model, seed: u64| Ok(posterior(model, seed, shift, stretch));
    calibrate(&Mean(vec![0.0; 5]), options, &fit, &[], &mut |_, _| ControlFlow::Continue(())).expect("a calibration")
}

/// The exact p-value is below 1e-6 once in 10^6 for an exact fit. Negative controls beside it: a posterior half as wide as it should be has a
/// third of its ranks at an end, and one moved by one standard deviation has them twice as often above as below: both far beyond it.
#[test]
fn exact_fits_pass_and_others_fail() {
    let options = CalibrationOptions { replicates: 200, ..CalibrationOptions::default() };
    let exact = run(&options, 0.0, 1.0);
    assert_eq!((exact.failures, exact.replicates.len(), exact.interrupted), (0, 200, false));
    assert!(exact.p_value() > 1e-6 && exact.uniformity.iter().all(|u| u.p_chi_square > 1e-6), "{exact:?}");
    for (shift, stretch) in [(0.0, 0.5), (1.0, 1.0), (0.0, 2.5)] {
        let wrong = run(&options, shift, stretch);
        let mu = &wrong.uniformity[0];
        assert!(wrong.p_value() < 1e-6 && mu.p_ecdf < 1e-6 && mu.p_chi_square < 1e-6, "{shift} {stretch}: {mu:?}");
        assert!(mu.ecdf.iter().any(|p| !(p.band[0]..=p.band[1]).contains(&p.found)));
    }
}

/// The sampler as the fit, with one draw in ten of its chain ranked: 1e-6, as above.
#[test]
fn the_sampler_is_calibrated() {
    let fit = |model: &dyn Model, seed: u64| {
        let options = NutsOptions { chains: 1, warmup: 200, seed, ..NutsOptions::default() };
        nuts(model, &[0.0], &options, &|_| ControlFlow::Continue(())).map(|d| d.all()).map_err(|e| e.to_string())
    };
    let options = CalibrationOptions { replicates: 200, ..CalibrationOptions::default() };
    let found = calibrate(&Mean(vec![0.0; 5]), &options, &fit, &[], &mut |_, _| ControlFlow::Continue(()));
    let found = found.expect("a calibration");
    assert!(found.failures == 0 && found.p_value() > 1e-6, "{:?}", found.uniformity);
}

/// All vectors of six ranks from 0 to 3: a p-value of an attainable size comes as often as it says, and the band holds as often.
#[test]
fn the_ecdf_test_is_exact() {
    let all: Vec<Uniformity> = (0..4_usize.pow(6))
        .map(|code| {
            let ranks: Vec<usize> = (0..6).map(|i| code / 4_usize.pow(i) % 4).collect();
            uniformity(&ranks, 3, 4)
        })
        .collect();
    let share = |test: &dyn Fn(&Uniformity) -> bool| all.iter().filter(|u| test(u)).count() as f64 / all.len() as f64;
    for u in all.iter().step_by(37) {
        // Sums of some hundred terms of size 1: rounding below 1e-12.
        assert!((share(&|v| v.p_ecdf <= u.p_ecdf + 1e-12) - u.p_ecdf).abs() < 1e-12, "{u:?}");
    }
    let inside = share(&|u| u.ecdf.iter().all(|p| (p.band[0]..=p.band[1]).contains(&p.found)));
    assert!((0.95..1.0).contains(&inside), "{inside}");
}

/// Bins that do not divide the ranks evenly expect as many ranks as they hold.
#[test]
fn histograms_hold_all_ranks() {
    let ranks: Vec<usize> = (0..=10).collect();
    let found = uniformity(&ranks, 10, 4);
    assert_eq!(found.histogram, [3, 3, 3, 2]);
    assert!(found.expected.iter().zip([3.0, 3.0, 3.0, 2.0]).all(|(a, b)| (a - b).abs() < 1e-12));
    assert!((found.p_chi_square - 1.0).abs() < 1e-12);
}

#[test]
fn a_calibration_goes_on_where_it_was_left() {
    let options = CalibrationOptions { replicates: 40, seed: 3, ..CalibrationOptions::default() };
    let whole = run(&options, 0.0, 1.0);
    let fit = |model: &dyn Model, seed: u64| Ok(posterior(model, seed, 0.0, 1.0));
    let model = Mean(vec![0.0; 5]);
    let mut seen: Vec<Replicate> = Vec::new();
    let part = calibrate(&model, &options, &fit, &[], &mut |_, new| {
        seen.extend_from_slice(new);
        ControlFlow::Break(())
    })
    .expect("a part");
    assert!(part.interrupted && part.replicates == seen && seen.len() < 40);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
    let rest = pool.install(|| calibrate(&model, &options, &fit, &seen, &mut |_, _| ControlFlow::Continue(())));
    assert_eq!(rest.expect("the rest"), whole);
}

#[test]
fn failures_are_counted_and_wrong_options_refused() {
    let options = CalibrationOptions { replicates: 30, ranked: 50, bins: 3, seed: 0 };
    let fit = |model: &dyn Model, seed: u64| match seed % 3 {
        0 => Err("no".to_owned()),
        1 => Ok(Draws::new(1, vec![f64::NAN; 50])),
        _ => Ok(posterior(model, seed, 0.0, 1.0)),
    };
    let go = |model: &Mean, options: &CalibrationOptions, done: &[Replicate]| {
        calibrate(model, options, &fit, done, &mut |_, _| ControlFlow::Continue(()))
    };
    let model = Mean(vec![0.0; 5]);
    let found = go(&model, &options, &[]).expect("a calibration");
    let failed = |r: &&Replicate| matches!(&r.outcome, Outcome::Failed(Failure::Fit(_) | Failure::Draws(_)));
    assert!(found.failures > 0 && found.failures < 30);
    assert_eq!(found.replicates.iter().filter(failed).count(), found.failures);
    assert_eq!(found.uniformity[0].histogram.iter().sum::<u64>() as usize, 30 - found.failures);

    let message = |model: &Mean, options: &CalibrationOptions, done: &[Replicate]| {
        go(model, options, done).expect_err("refused").to_string()
    };
    assert_eq!(message(&Mean(vec![]), &options, &[]), "calibration: the model has no data");
    let zero = CalibrationOptions { bins: 52, ..options.clone() };
    assert_eq!(message(&model, &zero, &[]), "calibration: bins must be from 2 to ranked + 1, got 52");
    let done = |index, rank| Replicate { index, outcome: Outcome::Ranks(vec![rank, 0]) };
    for wrong in [vec![done(30, 0)], vec![done(1, 0), done(1, 0)], vec![done(1, 51)]] {
        assert!(message(&model, &options, &wrong).contains("handed in"));
    }
}
