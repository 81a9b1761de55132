//! The mean of a step's gradient is the enumerated gradient of the ELBO, and the bound that is reported is that of hard latents.

use reparam::vae::{LatentEstimator, LatentLaw};

use crate::small::{LAWS, STRAIGHT, Seen, UNBIASED, encoder_width, exact, fits, frozen, mean_and_error, watch};

const ROWS: usize = 512;
const STEPS: u64 = 200;

/// Standard errors that the mean of 200 steps exceeds in any one of up to 80 weights once in 10⁶ tests: Student's law with 199 degrees of freedom,
/// two sides, at 1e-6/80. Its quantile is z (1 + (z² + 1)/(4 · 199)) to first order, with z = 5.72 that of the normal law: 5.96.
const LIMIT: f64 = 6.0;
/// Of gradients of order 1 in f32: some 40 roundings in a chain, and means of 512 rows, 2^-24 each; with room for larger intermediates.
const ROUNDING: f64 = 1e-5;

/// The largest deviation in units of what chance and rounding allow, over these weights.
fn worst(seen: &Seen, exact: &[f64], weights: std::ops::Range<usize>) -> f64 {
    let deviation = |k: usize| {
        let column: Vec<f64> = seen.gradients.iter().map(|g| g[k]).collect();
        let (mean, error) = mean_and_error(&column);
        (mean - exact[k]).abs() / (LIMIT * error + ROUNDING)
    };
    weights.map(deviation).fold(0.0, f64::max)
}

/// Frozen steps, and that the bound which they report is that of hard latents.
fn run(estimator: LatentEstimator, law: LatentLaw) -> Seen {
    let seen = watch(law, frozen(estimator, 1, ROWS, STEPS));
    let (reconstruction, kl, _) = exact(law);
    let (mean, error) = mean_and_error(&seen.reconstructions);
    let off = (mean - reconstruction).abs() / (LIMIT * error + ROUNDING);
    assert!(off < 1.0 && error > 0.0, "{estimator:?}, {law:?}: {mean} is not {reconstruction}");
    for found in &seen.kls {
        assert!((found - kl).abs() < ROUNDING, "{estimator:?}, {law:?}: {found} is not {kl}");
    }
    seen
}

#[test]
fn unbiased_estimators_have_the_enumerated_gradient_and_report_the_enumerated_bound() {
    for law in LAWS {
        let (_, _, gradient) = exact(law);
        for estimator in UNBIASED.into_iter().filter(|e| fits(*e, law)) {
            let seen = run(estimator, law);
            assert_eq!((seen.gradients.len() as u64, seen.gradients[0].len()), (STEPS, gradient.len()));
            let worst = worst(&seen, &gradient, 0..gradient.len());
            assert!(worst < 1.0, "{estimator:?}, {law:?}: {worst}");
        }
    }
}

/// The negative control of the test above, and what straight-through still gets right.
#[test]
fn biased_estimators_bias_the_encoder_and_report_the_bound_of_hard_latents() {
    for law in LAWS {
        let (_, _, gradient) = exact(law);
        let (encoder, decoder) = (0..encoder_width(law), encoder_width(law)..gradient.len());
        for estimator in STRAIGHT {
            let seen = run(estimator, law);
            let found = worst(&seen, &gradient, decoder.clone());
            assert!(found < 1.0, "{estimator:?}, {law:?}: {found}");
            let found = worst(&seen, &gradient, encoder.clone());
            assert!(found > 1.0, "{estimator:?}, {law:?}: no bias seen: {found}");
        }
        // The decoder is trained on relaxed latents, too.
        let seen = run(LatentEstimator::GumbelSoftmax, law);
        assert!(worst(&seen, &gradient, encoder) > 1.0 && worst(&seen, &gradient, decoder) > 1.0, "{law:?}");
    }
}

#[test]
fn gumbel_softmax_is_judged_at_the_hard_draws_of_its_own_noise() {
    for law in LAWS {
        let run = |estimator| watch(law, frozen(estimator, 1, ROWS, 10));
        // Straight-through makes hard draws of the same noise, and its cost is met at them.
        let relaxed = run(LatentEstimator::GumbelSoftmax);
        let hard = run(LatentEstimator::GumbelStraightThrough);
        for (a, b) in relaxed.reconstructions.iter().zip(&hard.reconstructions) {
            assert!((a - b).abs() < ROUNDING, "{law:?}: {a} is not {b}");
        }
        // Negative control: other draws of the same law are told apart.
        let mut other = frozen(LatentEstimator::GumbelStraightThrough, 1, ROWS, 10);
        other.seed += 1;
        let other = watch(law, other);
        assert!(other.reconstructions.iter().zip(&hard.reconstructions).all(|(a, b)| (a - b).abs() > 10.0 * ROUNDING));
    }
}
