//! The doubly reparameterised gradient of IWAE.

use burn::module::Module;
use reparam::objective::{EntropyTerm, Objective};

use crate::model::{LATENTS, Model, Parameters, batch, gradient, run};
use crate::support::{UNIT, mean_and_error, normals};

fn iwae(draws: usize, doubly_reparameterized: bool) -> Objective {
    Objective::Iwae { draws, doubly_reparameterized }
}

/// Sums of some 50 products below 20, as in the tests of the ELBO.
const TOLERANCE: f64 = 50.0 * 20.0 * 2.0 * UNIT;

#[test]
fn with_one_draw_it_is_sticking_the_landing() {
    let model = Parameters::shifted(0.7).vae().train();
    let landing = Objective::Elbo { entropy: EntropyTerm::StickingTheLanding, draws: 1 };
    for draw in normals("one", 50 * LATENTS).chunks_exact(LATENTS) {
        let (value, doubly) = run(&model, iwae(1, true), draw, 1, 1);
        let (elbo, sticking) = run(&model, landing, draw, 1, 1);
        assert!((value - elbo).abs() < crate::bounds::TOLERANCE);
        for (a, b) in doubly.iter().zip(&sticking) {
            assert!((a - b).abs() < TOLERANCE, "{a} is not {b}");
        }
    }
}

#[test]
fn the_decoder_gets_the_plain_gradient_at_equal_noise() {
    let model = Parameters::shifted(0.7).vae().train();
    for (at, noise) in normals("decoder", 20 * 4 * 3 * LATENTS).chunks_exact(4 * 3 * LATENTS).enumerate() {
        let (bound, doubly) = run(&model, iwae(4, true), noise, 4, 3);
        let (plain_bound, plain) = run(&model, iwae(4, false), noise, 4, 3);
        assert_eq!(bound, plain_bound);
        assert_eq!(doubly[Parameters::ENCODER..], plain[Parameters::ENCODER..], "noise {at}");
        assert_ne!(doubly[..Parameters::ENCODER], plain[..Parameters::ENCODER]);
    }
}

/// Encoder gradients with squared weights, and with the weights alone (the factor taken as 1).
fn both(model: &Model, noise: &[f32], draws: usize) -> [Vec<f64>; 2] {
    [true, false].map(|squared| {
        let mut surrogate = iwae(draws, true).surrogate(model, batch(noise, draws, 1), 1.0, 0.0);
        if !squared && let Some(stage) = &mut surrogate.second {
            stage.factor = stage.factor.ones_like();
        }
        let mut g = gradient(model, &surrogate);
        g.truncate(Parameters::ENCODER);
        g
    })
}

fn largest_deviation(samples: &[Vec<f64>]) -> f64 {
    (0..samples[0].len())
        .map(|k| {
            let values: Vec<f64> = samples.iter().map(|s| s[k]).collect();
            let (mean, error) = mean_and_error(&values);
            mean.abs() / error
        })
        .fold(0.0, f64::max)
}

/// The mean of the difference from the plain gradient over 4,000 noises, at equal noise, is 0 for each of 20 encoder parameters to
/// 5.5 standard errors (two-sided 3.8e-8 each, false alarm below 1e-6). Negative control: with weights in place of their squares the
/// mean is another, by far more.
#[test]
fn its_mean_is_that_of_the_plain_gradient() {
    let model = Parameters::shifted(0.7).vae().train();
    let draws = 4;
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for noise in normals("mean", 4000 * draws * LATENTS).chunks_exact(draws * LATENTS) {
        let (_, plain) = run(&model, iwae(draws, false), noise, draws, 1);
        let [squared, weights] = both(&model, noise, draws);
        let less = |a: &[f64]| a.iter().zip(&plain).map(|(a, b)| a - b).collect::<Vec<f64>>();
        right.push(less(&squared));
        wrong.push(less(&weights));
    }
    let (right, wrong) = (largest_deviation(&right), largest_deviation(&wrong));
    println!("squared weights: {right:.2} standard errors; weights: {wrong:.1}");
    assert!(right < 5.5, "{right}");
    assert!(wrong > 11.0, "{wrong}");
}

/// The point of it: near the posterior its variance is the smaller, the more so with many draws. The ratio of variances, summed over the
/// encoder, from 20 blocks of 100 noises; the mean of its logarithm lies below 0 by 5 standard errors and more.
#[test]
fn its_variance_is_smaller_than_that_of_the_plain_gradient() {
    let model = Parameters::shifted(0.2).vae().train();
    for draws in [4, 64] {
        let mut logs = Vec::new();
        for block in
            normals(&format!("variance {draws}"), 20 * 100 * draws * LATENTS).chunks_exact(100 * draws * LATENTS)
        {
            let variance = |doubly: bool| {
                let samples: Vec<Vec<f64>> = block
                    .chunks_exact(draws * LATENTS)
                    .map(|noise| run(&model, iwae(draws, doubly), noise, draws, 1).1)
                    .collect();
                (0..Parameters::ENCODER)
                    .map(|k| {
                        let values: Vec<f64> = samples.iter().map(|s| s[k]).collect();
                        mean_and_error(&values).1.powi(2)
                    })
                    .sum::<f64>()
            };
            logs.push((variance(true) / variance(false)).ln());
        }
        let (mean, error) = mean_and_error(&logs);
        println!(
            "{draws} draws: variance ratio {:.4}, {:.4} to {:.4}",
            mean.exp(),
            (mean - 5.0 * error).exp(),
            (mean + 5.0 * error).exp()
        );
        assert!(mean + 5.0 * error < 0.0);
    }
}
