//! The gradient variance that a run logs.

use burn::tensor::Device;
use reparam::vae::{Event, Fit, FitConfig, LatentEstimator, LatentLaw, Rows};

use crate::small::{IMAGE, LAWS, WIDTH, encoder_width, frozen, vae, watch};

const ROWS: usize = 32;

/// Variance and signal-to-noise ratio that an epoch of one frozen step logs.
fn logged(law: LatentLaw, config: FitConfig) -> (f64, f64) {
    let pixels = IMAGE.repeat(ROWS);
    let (rows, none) = (Rows::new(&pixels, WIDTH), Rows::new(&[], WIDTH));
    let mut fit = Fit::new(vae(law), rows, none, config, 1, &Device::flex()).expect("a run");
    let Event::Epoch { row, .. } = fit.advance().expect("a step") else { panic!("an epoch has one step") };
    (row.gradient_variance.expect("measured"), row.gradient_snr.expect("measured"))
}

#[test]
fn logged_variances_are_those_of_the_encoders_gradient_from_step_to_step() {
    const SEEDS: u64 = 100;
    const STEPS: u64 = 400;
    for law in LAWS {
        let mut variances = Vec::new();
        for draws in [2, 8] {
            let config = frozen(LatentEstimator::Rloo, draws, ROWS, STEPS);
            let mean = (0..SEEDS)
                .map(|seed| logged(law, FitConfig { seed, epochs: 1, gradient_noise_every: 1, ..config }).0)
                .sum::<f64>()
                / SEEDS as f64;
            let seen = watch(law, config).gradients;
            let steps = seen.len() as f64;
            let variance: f64 = (0..encoder_width(law))
                .map(|k| {
                    let mean = seen.iter().map(|g| g[k]).sum::<f64>() / steps;
                    seen.iter().map(|g| (g[k] - mean).powi(2)).sum::<f64>() / (steps - 1.0)
                })
                .sum();
            // Near normal, for 32 rows are averaged. A sum of variances in n degrees of freedom deviates by sqrt(2/n) of itself at most, as when all of
            // it is in one direction: 0.053 for 100 times 7, 0.071 for 399, together 0.089; 4.892 of it has a false alarm once in 10⁶.
            let ratio = mean / variance;
            assert!((ratio - 1.0).abs() < 4.892 * 0.089, "{draws} draws, {law:?}: {ratio}");
            variances.push(variance);
        }
        // Negative control: two numbers of draws lie further apart than that.
        assert!(variances[0] / variances[1] > 2.0, "{variances:?}");
    }
}

#[test]
fn it_is_measured_in_the_epochs_that_were_asked_for_and_moves_nothing() {
    for law in [LatentLaw::Normal, LatentLaw::Bernoulli] {
        let pixels = IMAGE.repeat(ROWS);
        let none = Rows::new(&[], WIDTH);
        let config = FitConfig { learning_rate: 1e-2, ..frozen(LatentEstimator::Rloo, 2, ROWS, 6) };
        let history = |every: u64| {
            let config = FitConfig { gradient_noise_every: every, ..config };
            let rows = Rows::new(&pixels, WIDTH);
            let mut fit = Fit::new(vae(law), rows, none, config, 1, &Device::flex()).expect("a run");
            crate::small::finish(&mut fit);
            fit.history().to_vec()
        };
        let (with, without) = (history(2), history(0));
        for (a, b) in with.iter().zip(&without) {
            assert_eq!(a.gradient_variance.is_some(), a.epoch % 2 == 0);
            assert_eq!((a.elbo.to_bits(), b.gradient_variance), (b.elbo.to_bits(), None));
            assert!(a.gradient_variance.is_none_or(|v| v > 0.0) && a.gradient_snr.is_none_or(|s| s >= 0.0));
        }
    }
}
