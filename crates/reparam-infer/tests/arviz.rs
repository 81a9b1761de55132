//! Weights and chain diagnostics against `ArviZ` (`scripts/arviz_golden.py`).

use reparam_infer::{chains::summary, psis::psis};

/// The generator of the script.
fn uniforms(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / 2.0_f64.powi(53)
        })
        .collect()
}

fn log_ratios(seed: u64, count: usize, shape: f64) -> Vec<f64> {
    let lower = |i: usize| f64::from(u8::from(i.is_multiple_of(7)));
    let mut x: Vec<f64> = uniforms(seed, count).iter().enumerate().map(|(i, u)| -shape * u.ln() - lower(i)).collect();
    x[count - 1] = f64::NEG_INFINITY;
    x
}

fn autoregressions(seed: u64, count: usize, length: usize, correlation: f64, shift: f64) -> Vec<Vec<f64>> {
    let u = uniforms(seed, 12 * count * length);
    (0..count)
        .map(|c| {
            let mut x = 0.0;
            let moved = if c == count - 1 { shift } else { 0.0 };
            (0..length)
                .map(|i| {
                    x = correlation * x + u[12 * (c * length + i)..][..12].iter().sum::<f64>() - 6.0;
                    x + moved
                })
                .collect()
        })
        .collect()
}

fn rows(text: &str) -> impl Iterator<Item = Vec<f64>> {
    text.lines().skip(1).map(|line| line.split(',').map(|x| x.parse().expect("a number")).collect())
}

fn assert_close(name: &str, found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs() / expected.abs().max(1.0);
    assert!(error < tolerance, "{name}: {found}, expected {expected}");
}

/// The fit's grid ends in exponentials of sums of some hundred logarithms: 1e-14 each, times the condition of the profile, about 1e3.
#[test]
fn weights_are_those_of_arviz() {
    for row in rows(include_str!("golden/psis.csv")) {
        let found = psis(&log_ratios(row[0] as u64, row[1] as usize, row[2])).expect("ratios");
        let w = &found.log_weights;
        let finite = || w.iter().copied().filter(|w| w.is_finite());
        let name = format!("{row:?}");
        assert_close(&name, found.k_hat, row[3], 1e-10);
        assert_close(&name, found.ess, row[4], 1e-10);
        assert_close(&name, finite().fold(f64::INFINITY, f64::min), row[5], 1e-10);
        assert_close(&name, w[1], row[6], 1e-10);
        assert_close(&name, finite().fold(f64::NEG_INFINITY, f64::max), row[7], 1e-10);
        assert_eq!(w.last(), Some(&f64::NEG_INFINITY));
        assert!((w.iter().map(|w| w.exp()).sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

/// `ArviZ` takes autocovariances by Fourier transforms, whose rounding is some 1e-15 of the variance a lag, and a hundred lags are
/// summed.
#[test]
fn chain_diagnostics_are_those_of_arviz() {
    for row in rows(include_str!("golden/chains.csv")) {
        let chains = autoregressions(row[0] as u64, row[1] as usize, row[2] as usize, row[3], row[4]);
        let found = summary(&chains.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let name = format!("{row:?}");
        // Of one chain, ArviZ gives none; the halves of the chain have one all the same.
        if chains.len() > 1 {
            assert_close(&name, found.r_hat, row[5], 1e-10);
        }
        assert_close(&name, found.ess_bulk, row[6], 1e-10);
        assert_close(&name, found.ess_tail, row[7], 1e-10);
        assert_close(&name, found.mcse_mean, row[8], 1e-10);
        assert_close(&name, found.mcse_sd, row[9], 1e-10);
    }
}

/// Negative control: chains that disagree in place, or in spread alone, are found.
#[test]
fn chains_that_disagree_are_found() {
    let mut chains = autoregressions(7, 4, 500, 0.5, 0.0);
    let r_hat = |chains: &[Vec<f64>]| summary(&chains.iter().map(Vec::as_slice).collect::<Vec<_>>()).r_hat;
    assert!(r_hat(&chains) < 1.02);
    chains[3].iter_mut().for_each(|x| *x *= 3.0);
    assert!(r_hat(&chains) > 1.1);
}

#[test]
fn what_has_no_diagnostics_gets_nan() {
    for chains in [&[&[1.0, 2.0, 3.0][..]][..], &[&[1.0, f64::NAN, 2.0, 3.0]], &[&[1.0; 8], &[1.0; 7]], &[]] {
        let found = summary(chains);
        assert!(found.r_hat.is_nan() && found.ess_bulk.is_nan() && found.ess_tail.is_nan(), "{found:?}");
    }
    assert_eq!(summary(&[&[2.0; 10], &[2.0; 10]]).ess_bulk, 20.0);
}

#[test]
fn ratios_that_are_no_numbers_are_refused() {
    let message = |ratios: &[f64]| psis(ratios).expect_err("refused").to_string();
    assert_eq!(message(&[0.0, f64::NAN]), "log ratio 1: must be a number below infinity, got NaN");
    assert_eq!(message(&[f64::INFINITY]), "log ratio 0: must be a number below infinity, got inf");
    assert_eq!(message(&[f64::NEG_INFINITY; 3]), "log ratios: at least one must be finite, got 3 of -inf");
    assert_eq!(message(&[]), "log ratios: at least one must be finite, got 0 of -inf");
    // Few draws: normalised, not judged.
    let few = psis(&[0.0, 1.0, 2.0]).expect("three ratios");
    assert_eq!((few.k_hat, few.tail), (f64::INFINITY, 0));
    // Half of the draws failed and the others are alike: nothing to fit, so nothing in its favour.
    let mut half = vec![f64::NEG_INFINITY; 50];
    half.extend([0.0; 50]);
    let half = psis(&half).expect("fifty ratios");
    assert_eq!((half.k_hat, half.ess.round()), (f64::INFINITY, 50.0));
    // A guide that is the target, but for rounding.
    let rounding: Vec<f64> = (0..1000).map(|i| 1e-10 * f64::from(i % 7)).collect();
    assert_eq!(psis(&rounding).expect("ratios").k_hat, f64::NEG_INFINITY);
    // One that is nearly: a bounded tail, whatever its scale.
    let nearly: Vec<f64> = uniforms(9, 1000).iter().map(|u| 1e-6 * u).collect();
    assert!(psis(&nearly).expect("ratios").k_hat < 0.0);
    // Ratios thousands of nats apart: one draw has all the weight.
    let far: Vec<f64> = (0..100).map(|i| -1000.0 * f64::from(i)).collect();
    assert!((psis(&far).expect("ratios").ess - 1.0).abs() < 1e-12);
}
