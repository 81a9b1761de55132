//! What a report notices: broken conditions, heavy tails, biased estimators.

use burn::tensor::Tensor;
use reparam::measure::{Problem, Report, Subject, Verdict, exact};

use crate::support::{coins, report, row, scalar, step};

fn says(report: &Report, words: &str) -> bool {
    report.notes.iter().any(|note| note.contains(words))
}

const JUMPS: &str = "the loss has jumps";
const MOVES: &str = "the support of the law depends on the parameter";

#[test]
fn a_jump_of_the_loss_is_noticed() {
    for (seed, (law, parameters)) in
        [("normal", vec![0.2, 1.0]), ("gamma", vec![2.0, 1.5]), ("laplace", vec![-0.3, 0.5])].into_iter().enumerate()
    {
        for height in [1.0, -0.2] {
            let problem = scalar(law, &parameters, move |z| z.clone().square() + step(z, 0.4) * height);
            let found = report(&problem, &[], 100_000, seed as u64);
            assert!(says(&found, JUMPS), "{law} {height}: {found:?}");
            assert!(found.rows.iter().any(|r| r.estimator == "pathwise" && r.verdict == Verdict::Biased));
            assert!(
                found.rows.iter().all(|r| r.estimator == "pathwise" || r.verdict == Verdict::Unbiased),
                "{found:?}"
            );
            assert_ne!(found.recommended.as_deref(), Some("pathwise"));
        }
    }
}

#[test]
fn a_jump_is_noticed_where_no_exact_gradient_is_known() {
    let law = || family_of_vectors();
    let jump = Problem::new(law(), |z: Tensor<3>| {
        let dtype = z.dtype();
        z.sum_dim(2).greater_scalar(0.3).float().cast(dtype).squeeze_dim::<2>(2)
    });
    assert!(exact(&jump).is_err());
    let found = report(&jump, &[], 100_000, 0);
    assert!(says(&found, JUMPS), "{found:?}");
    assert_ne!(found.recommended.as_deref(), Some("pathwise"));
    // The negative control: the same with a slope.
    let smooth = Problem::new(law(), |z: Tensor<3>| (z.sum_dim(2) - 0.3).tanh().squeeze_dim::<2>(2));
    let found = report(&smooth, &[], 100_000, 0);
    assert!(!says(&found, JUMPS) && !says(&found, MOVES), "{found:?}");
    assert_eq!(found.recommended.as_deref(), Some("pathwise"));
    assert!(found.rows.iter().all(|r| r.verdict == Verdict::Unchecked), "{found:?}");
}

/// Two numbers of a correlated normal law.
fn family_of_vectors() -> Subject {
    let law =
        reparam_core::law::MultivariateNormal::from_covariance_matrix(&[0.3, -0.2], &[1.0, 0.4, 0.4, 0.8]).unwrap();
    Subject::vector(Box::new(law))
}

#[test]
fn a_continuous_loss_gives_no_notice() {
    for (seed, (law, parameters)) in [
        ("normal", vec![0.2, 1.0]),
        ("gamma", vec![2.0, 1.5]),
        ("beta", vec![2.0, 3.0]),
        ("student-t", vec![6.0, 0.0, 1.0]),
    ]
    .into_iter()
    .enumerate()
    {
        // A kink is no jump.
        let problem = scalar(law, &parameters, |z| (z - 0.3).abs() * 2.0);
        let found = report(&problem, &[], 50_000, seed as u64);
        assert!(!says(&found, "broken"), "{law}: {:?}", found.notes);
        assert!(found.rows.iter().all(|r| r.verdict == Verdict::Unbiased), "{law}: {found:?}");
    }
    // On a circle a cost must close to be continuous.
    let closed = report(&scalar("von-mises", &[0.5, 2.0], |z| (z - 0.3).cos()), &[], 50_000, 0);
    assert!(!says(&closed, "broken") && closed.rows.iter().all(|r| r.verdict == Verdict::Unbiased), "{closed:?}");
}

#[test]
fn a_support_that_moves_breaks_the_score_function_and_not_the_path() {
    let problem = scalar("uniform", &[1.0, 3.0], |z| z.powi_scalar(2));
    let found = report(&problem, &["pathwise", "score-function", "rloo"], 50_000, 0);
    assert!(says(&found, MOVES) && !says(&found, JUMPS), "{:?}", found.notes);
    for row in &found.rows {
        let expected = if row.estimator == "pathwise" { Verdict::Unbiased } else { Verdict::Biased };
        assert_eq!(row.verdict, expected, "{row:?}");
    }
    assert_eq!(found.recommended.as_deref(), Some("pathwise"));
}

#[test]
fn a_wide_log_normal_is_warned_of_and_a_narrow_one_is_not() {
    let wide = scalar("log-normal", &[0.0, 3.0], |z| z);
    for seed in 0..8 {
        let found = report(&wide, &["pathwise", "score-function", "rloo"], 20_000, seed);
        // (e^9 - 1) e^9
        assert!(says(&found, "log-normal with scale 3") && says(&found, "6.565e7"), "{:?}", found.notes);
        let tail = row(&found, "pathwise", "loc");
        assert!(tail.tail_index.unwrap() > 0.5 && tail.verdict == Verdict::VarianceMayBeInfinite, "{tail:?}");
        // Means that have not settled prove nothing of jumps.
        assert!(!says(&found, "broken"), "seed {seed}: {:?}", found.notes);
    }
    let narrow = scalar("log-normal", &[0.1, 0.3], |z| z);
    let found = report(&narrow, &[], 20_000, 0);
    assert!(found.notes.is_empty(), "{:?}", found.notes);
    // The closed form itself, where draws can show it: (e^{s²} - 1) e^{2m + s²} in the location.
    let path = row(&found, "pathwise", "loc");
    let closed = (0.09_f64).exp_m1() * (0.2_f64 + 0.09).exp();
    assert!((path.variance - closed).abs() <= 6.0 * path.variance_standard_error, "{path:?} {closed}");
}

#[test]
fn a_biased_estimator_is_called_biased() {
    let problem = coins(&[0.3, 0.6], |b: Tensor<3>| {
        let sum = b.clone().sum_dim(2);
        (sum.powi_scalar(3) - b.narrow(2, 0, 1) * 2.0).squeeze_dim::<2>(2)
    });
    let found = report(&problem, &[], 50_000, 0);
    for row in &found.rows {
        if row.biased_by_design {
            assert_eq!(row.verdict, Verdict::Biased, "{row:?}");
            let (bias, error) = (row.bias.unwrap(), row.bias_standard_error.unwrap());
            assert!((bias - (row.mean - row.exact.unwrap())).abs() < 1e-12 && error >= row.standard_error);
            assert!(bias.abs() > 3.0 * error, "{row:?}");
        } else {
            assert_eq!(row.verdict, Verdict::Unbiased, "{row:?}");
        }
    }
    let chosen = found.recommended.as_deref().unwrap();
    assert!(found.rows.iter().all(|r| r.estimator != chosen || !r.biased_by_design));
    // A relaxed cost is never the cost of the law.
    let cost = exact(&problem).unwrap().cost;
    assert!((found.cost.unwrap() - cost).abs() < 1e-12);
    assert!(
        found.relaxed_costs.iter().any(|(name, relaxed)| name == "gumbel-softmax" && (relaxed - cost).abs() > 0.01)
    );
}

#[test]
fn a_cauchy_law_has_no_mean_and_the_report_says_so() {
    let problem = scalar("cauchy", &[0.0, 1.0], |z| z.powi_scalar(2));
    let found = report(&problem, &["pathwise", "score-function"], 20_000, 0);
    assert!(found.rows.iter().all(|r| r.exact.is_none()), "{found:?}");
    assert!(found.exact_method.starts_with("none"), "{}", found.exact_method);
    assert!(found.rows.iter().any(|r| r.verdict == Verdict::VarianceMayBeInfinite), "{found:?}");
    assert!(says(&found, "variance may be infinite"), "{:?}", found.notes);
}
