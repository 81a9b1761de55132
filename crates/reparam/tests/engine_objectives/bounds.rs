//! The bounds against the evidence.

use burn::module::Module;
use reparam::objective::{EntropyTerm, Objective};

use crate::model::{DATUM, LATENTS, PIXELS, Parameters, batch, evidence, run};
use crate::support::{UNIT, mean_and_error, normals, numbers};

pub const ENTROPIES: [EntropyTerm; 3] =
    [EntropyTerm::ClosedForm, EntropyTerm::MonteCarlo, EntropyTerm::StickingTheLanding];

/// All vectors of signs: as four draws they have mean 0 and covariance I, so the mean over them of a quadratic in the noise is
/// its expectation, exactly.
pub const SIGNS: [f32; 8] = [1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0];

/// Some 40 roundings of terms that add up to less than 40 nats; the log-scale comes out of `softplus(r + 8) - 8` with two roundings
/// of 8, to which a log-weight at a draw of at most 4 is 15 times as sensitive.
pub const TOLERANCE: f64 = (40.0 * 40.0 + 15.0 * 16.0) * UNIT;

#[test]
fn at_the_posterior_every_form_of_the_elbo_is_the_evidence() {
    let model = Parameters::exact().vae().train();
    let truth = evidence(&DATUM);
    for entropy in ENTROPIES {
        let objective = Objective::Elbo { entropy, draws: 4 };
        let (elbo, _) = run(&model, objective, &SIGNS, 4, 1);
        assert!((elbo - truth).abs() < TOLERANCE, "{entropy:?}: {elbo}, evidence {truth}");
    }
    println!("log-evidence {truth}");
}

#[test]
fn at_the_posterior_every_single_draw_has_the_evidence_as_its_log_weight() {
    let model = Parameters::exact().vae().train();
    let truth = evidence(&DATUM);
    let noise = normals("draws", 200 * LATENTS);
    let mut worst = 0.0_f64;
    for draw in noise.chunks_exact(LATENTS) {
        for entropy in [EntropyTerm::MonteCarlo, EntropyTerm::StickingTheLanding] {
            let (elbo, _) = run(&model, Objective::Elbo { entropy, draws: 1 }, draw, 1, 1);
            worst = worst.max((elbo - truth).abs());
        }
    }
    assert!(worst < TOLERANCE, "off by {worst:e}");
    println!("log-weight off by at most {worst:e}");
    for dreg in [false, true] {
        let objective = Objective::Iwae { draws: 50, doubly_reparameterized: dreg };
        let (bound, _) = run(&model, objective, &noise[..50 * LATENTS], 50, 1);
        assert!((bound - truth).abs() < TOLERANCE);
    }
}

#[test]
fn away_from_it_the_elbo_is_short_by_the_divergence() {
    // By the sign vectors, exactly: evidence - ELBO = KL(q ‖ posterior), here in closed form between diagonal normals.
    let parameters = Parameters::shifted(1.0);
    let (exact, model) = (Parameters::exact(), parameters.vae().train());
    let ((loc, log_scale), (true_loc, true_scale)) = (parameters.posterior(&DATUM), exact.posterior(&DATUM));
    let gap: f64 = (0..LATENTS)
        .map(|l| {
            let ratio = (2.0 * (log_scale[l] - true_scale[l])).exp();
            let off = ((loc[l] - true_loc[l]) / true_scale[l].exp()).powi(2);
            0.5 * (ratio + off - 1.0) - (log_scale[l] - true_scale[l])
        })
        .sum();
    assert!(gap > 0.5, "the encoder is to be wrong by a good deal: {gap}");
    for entropy in ENTROPIES {
        let (elbo, _) = run(&model, Objective::Elbo { entropy, draws: 4 }, &SIGNS, 4, 1);
        assert!((elbo + gap - evidence(&DATUM)).abs() < TOLERANCE, "{entropy:?}");
    }
}

/// Bounds rise with k up to the evidence. Each is the mean over 4,000 rows of independent draws; a difference in the wrong order is
/// accepted up to 5 standard errors (one-sided false alarm 3e-7 each, three of them: below 1e-6).
#[test]
fn elbo_iwae_and_evidence_are_ordered() {
    let model = Parameters::shifted(0.6).vae().train();
    let (rows, blocks) = (100, 40);
    let truth = evidence(&DATUM);
    let mut last: Option<(f64, f64)> = None;
    for k in [1, 5, 50, 2000] {
        // 2,000 draws: fewer rows, as each is nearly exact.
        let rows = if k > 1000 { 10 } else { rows };
        let noise = normals(&format!("order {k}"), blocks * k * rows * LATENTS);
        let means: Vec<f64> = noise
            .chunks_exact(k * rows * LATENTS)
            .map(|noise| {
                let objective = Objective::Iwae { draws: k, doubly_reparameterized: false };
                let surrogate = objective.surrogate(&model, batch(noise, k, rows), 1.0, 0.0);
                f64::from(numbers(surrogate.sums)[0]) / rows as f64
            })
            .collect();
        let (bound, error) = mean_and_error(&means);
        println!("IWAE-{k}: {bound:.5} ± {error:.5}, evidence {truth:.5}");
        if let Some((lower, lower_error)) = last {
            assert!(bound - lower > -5.0 * error.hypot(lower_error));
        }
        assert!(bound - truth < 5.0 * error + TOLERANCE);
        if k == 1 {
            // IWAE-1 is the ELBO, whose exact value the sign vectors give.
            let elbo = Objective::Elbo { entropy: EntropyTerm::ClosedForm, draws: 4 };
            let (exact, _) = run(&model, elbo, &SIGNS, 4, 1);
            assert!((bound - exact).abs() < 5.3 * error + TOLERANCE);
            // Negative control: that bound is told from the evidence.
            assert!(truth - bound > 5.0 * error);
        }
        if k == 2000 {
            // What is left is var(w) / (2 k) (Domke and Sheldon 2018, theorem 3), of the order of 1e-3 here.
            assert!((bound - truth).abs() < 5.3 * error + 2e-3);
        }
        last = Some((bound, error));
    }
}

#[test]
fn the_logged_parts_are_the_likelihood_and_the_divergence() {
    let parameters = Parameters::shifted(0.6);
    let model = parameters.vae().train();
    let noise = normals("parts", 3 * 5 * LATENTS);
    let draws: Vec<f64> = noise.iter().map(|n| f64::from(*n)).collect();
    let likelihood: f64 =
        draws.chunks_exact(LATENTS).map(|draw| parameters.log_weight_parts(&DATUM, draw).0).sum::<f64>() / 3.0;
    let mut objectives = ENTROPIES.map(|entropy| Objective::Elbo { entropy, draws: 3 }).to_vec();
    objectives.extend([false, true].map(|doubly_reparameterized| Objective::Iwae { draws: 3, doubly_reparameterized }));
    for objective in objectives {
        let surrogate = objective.surrogate(&model, batch(&noise, 3, 5), 0.3, 0.0);
        let sums = numbers(surrogate.sums);
        let size = 5.0 * PIXELS as f64 * 40.0;
        assert!((f64::from(sums[1]) - likelihood).abs() < 40.0 * UNIT * size);
        assert!((f64::from(sums[2]) - 5.0 * parameters.kl(&DATUM)).abs() < 40.0 * UNIT * size);
        if let Objective::Elbo { entropy: EntropyTerm::ClosedForm, .. } = objective {
            // The weight does not touch what is logged.
            assert!((sums[0] - sums[1] + sums[2]).abs() < 1e-4);
        }
    }
}
