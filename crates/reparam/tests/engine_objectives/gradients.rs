//! Gradients of the ELBO and of IWAE: against finite differences, at the posterior, and against each other.

use burn::module::Module;
use reparam::objective::{EntropyTerm, Objective};

use crate::bounds::{ENTROPIES, SIGNS};
use crate::model::{DATUM, LATENTS, Parameters, batch, gradient, run};
use crate::support::{UNIT, differences, mean_and_error, normals, wide};

/// Gradients here are sums of some 50 products below 20, of residuals over s²; log-scales are off by two roundings of 8.
const TOLERANCE: f64 = 50.0 * 20.0 * 2.0 * UNIT + 20.0 * 16.0 * UNIT;

/// Mean over draws of the log-likelihood, less the divergence in closed form or as the mean over draws: a row's ELBO.
fn elbo(p: &Parameters, noise: &[f64], entropy: EntropyTerm, weight: f64) -> f64 {
    let draws = noise.len() / LATENTS;
    let mean = noise
        .chunks_exact(LATENTS)
        .map(|n| {
            let (likelihood, ratio) = p.log_weight_parts(&DATUM, n);
            let divergence = match entropy {
                EntropyTerm::ClosedForm => p.kl(&DATUM),
                EntropyTerm::MonteCarlo | EntropyTerm::StickingTheLanding => -ratio,
            };
            likelihood - weight * divergence
        })
        .sum::<f64>();
    mean / draws as f64
}

fn iwae(p: &Parameters, noise: &[f64]) -> f64 {
    let weights: Vec<f64> = noise
        .chunks_exact(LATENTS)
        .map(|n| {
            let (likelihood, ratio) = p.log_weight_parts(&DATUM, n);
            likelihood + ratio
        })
        .collect();
    let largest = weights.iter().copied().fold(f64::MIN, f64::max);
    let sum: f64 = weights.iter().map(|w| (w - largest).exp()).sum();
    largest + (sum / weights.len() as f64).ln()
}

/// Central differences with steps of 1e-5 in f64 are right to 1e-8 here, far below the rounding of f32.
#[test]
fn elbo_and_iwae_gradients_are_those_of_finite_differences_at_fixed_noise() {
    let parameters = Parameters::shifted(0.7);
    let model = parameters.vae().train();
    let noise = normals("differences", 5 * LATENTS);
    let draws = wide(&noise);
    for weight in [1.0, 0.3] {
        for entropy in [EntropyTerm::ClosedForm, EntropyTerm::MonteCarlo] {
            let objective = Objective::Elbo { entropy, draws: 5 };
            let surrogate = objective.surrogate(&model, batch(&noise, 5, 1), weight, 0.0);
            let truth =
                differences(&parameters.flat(), 1e-5, |p| elbo(&Parameters::from_flat(p), &draws, entropy, weight));
            for (found, truth) in gradient(&model, &surrogate).iter().zip(&truth) {
                assert!((found + truth).abs() < TOLERANCE, "{entropy:?}: {found} is not -{truth}");
            }
        }
    }
    let objective = Objective::Iwae { draws: 5, doubly_reparameterized: false };
    let (bound, found) = run(&model, objective, &noise, 5, 1);
    assert!((bound - iwae(&parameters, &draws)).abs() < crate::bounds::TOLERANCE);
    let truth = differences(&parameters.flat(), 1e-5, |p| iwae(&Parameters::from_flat(p), &draws));
    // A log-weight is off by 1e-4, and so, relative, is each normalised weight.
    let tolerance = TOLERANCE + 20.0 * crate::bounds::TOLERANCE;
    for (found, truth) in found.iter().zip(&truth) {
        assert!((found + truth).abs() < tolerance, "{found} is not -{truth}");
    }
}

#[test]
fn at_the_posterior_sticking_the_landing_is_zero_for_every_draw() {
    let model = Parameters::exact().vae().train();
    let noise = normals("landing", 200 * LATENTS);
    let (mut worst, mut others) = (0.0_f64, [f64::MAX; 2]);
    for draw in noise.chunks_exact(LATENTS) {
        let largest = |entropy| {
            let (_, g) = run(&model, Objective::Elbo { entropy, draws: 1 }, draw, 1, 1);
            (g[..Parameters::ENCODER].iter()).fold(0.0_f64, |a, g| a.max(g.abs()))
        };
        worst = worst.max(largest(EntropyTerm::StickingTheLanding));
        // Negative control: neither of the others vanishes, for any of these draws.
        others[0] = others[0].min(largest(EntropyTerm::MonteCarlo));
        others[1] = others[1].min(largest(EntropyTerm::ClosedForm));
    }
    println!("largest entry at the posterior: {worst:e}; of other forms at least {others:?}");
    assert!(worst < TOLERANCE, "{worst:e}");
    assert!(others.iter().all(|g| *g > 10.0 * TOLERANCE), "{others:?}");
}

/// All three gradients are quadratic in the noise, so the sign vectors give their expectations exactly: no statistics needed.
#[test]
fn closed_form_monte_carlo_and_sticking_the_landing_have_one_expectation() {
    let parameters = Parameters::shifted(0.7);
    let model = parameters.vae().train();
    let truth = differences(&parameters.flat(), 1e-5, |p| {
        let p = Parameters::from_flat(p);
        elbo(&p, &wide(&SIGNS), EntropyTerm::ClosedForm, 1.0)
    });
    for entropy in ENTROPIES {
        let (_, found) = run(&model, Objective::Elbo { entropy, draws: 4 }, &SIGNS, 4, 1);
        for (found, truth) in found.iter().zip(&truth) {
            assert!((found + truth).abs() < TOLERANCE, "{entropy:?}: {found} is not -{truth}");
        }
    }
}

/// Largest |mean| / standard error over the parameters.
fn largest_deviation(samples: &[Vec<f64>]) -> f64 {
    (0..samples[0].len())
        .map(|k| {
            let values: Vec<f64> = samples.iter().map(|s| s[k]).collect();
            let (mean, error) = mean_and_error(&values);
            // A component without noise must be 0 to rounding.
            if error < TOLERANCE { mean.abs() / TOLERANCE } else { mean.abs() / error }
        })
        .fold(0.0, f64::max)
}

/// 3 pairs of 32 parameters: with 5.8 standard errors, two-sided 6.6e-9 each, the false alarm is below 1e-6. The negative control
/// drops the divergence, whose gradient is of the order of 1, 20 standard errors and more.
#[test]
fn over_many_draws_the_three_agree() {
    let model = Parameters::shifted(0.7).vae().train();
    let noise = normals("agree", 1500 * LATENTS);
    let mut pairs = [Vec::new(), Vec::new(), Vec::new()];
    let mut control = Vec::new();
    for draw in noise.chunks_exact(LATENTS) {
        let [closed, monte_carlo, landing] =
            ENTROPIES.map(|entropy| run(&model, Objective::Elbo { entropy, draws: 1 }, draw, 1, 1).1);
        let less = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
        pairs[0].push(less(&closed, &monte_carlo));
        pairs[1].push(less(&closed, &landing));
        pairs[2].push(less(&monte_carlo, &landing));
        let dropped = Objective::Elbo { entropy: EntropyTerm::MonteCarlo, draws: 1 }.surrogate(
            &model,
            batch(draw, 1, 1),
            0.0,
            0.0,
        );
        control.push(less(&gradient(&model, &dropped), &landing));
    }
    for (pair, name) in pairs.iter().zip(["closed - Monte Carlo", "closed - landing", "Monte Carlo - landing"]) {
        let deviation = largest_deviation(pair);
        println!("{name}: {deviation:.2} standard errors");
        assert!(deviation < 5.8, "{name}: {deviation}");
    }
    let deviation = largest_deviation(&control);
    assert!(deviation > 20.0, "without the divergence: {deviation}");
}
