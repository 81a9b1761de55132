//! The report as data: keys, threads, refusals.

use burn::tensor::Tensor;
use reparam::measure::{CompareConfig, MeasureError, Problem, Report, Subject, compare};
use serde_json::Value;

use crate::support::{coins, report, row, scalar};

fn problems() -> Vec<Problem> {
    vec![
        scalar("normal", &[1.0, 0.5], |z| (z - 3.0).square()),
        scalar("gamma", &[0.7, 2.0], Tensor::sqrt),
        scalar("poisson", &[3.5], |z| (z - 3.0).square()),
        coins(&[0.3, 0.6, 0.5], |b: Tensor<3>| (b.sum_dim(2) - 0.7).square().squeeze_dim::<2>(2)),
        Problem::new(Subject::Categories(vec![vec![0.0, 0.7, -0.4], vec![1.0, 0.0, 0.5]]), |x: Tensor<3>| {
            x.cumsum(2).square().mean_dim(2).squeeze_dim::<2>(2)
        }),
    ]
}

/// All but what a clock decides.
fn without_times(report: &Report) -> Value {
    let mut value = serde_json::to_value(report).unwrap();
    let fields = value.as_object_mut().unwrap();
    for key in ["recommended", "reason"] {
        assert!(fields.remove(key).is_some(), "{key}");
    }
    for row in fields["rows"].as_array_mut().unwrap() {
        for key in ["seconds_per_draw", "efficiency"] {
            assert!(row.as_object_mut().unwrap().remove(key).is_some(), "{key}");
        }
    }
    value
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    for (i, problem) in problems().into_iter().enumerate() {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            without_times(&pool.install(|| report(&problem, &[], 10_000, 5)))
        };
        let one = on(1);
        assert_eq!(one, on(2), "problem {i}");
        // The negative control: another seed gives other numbers.
        assert!(i > 0 || one != without_times(&report(&problem, &[], 10_000, 6)));
    }
}

#[test]
fn the_json_has_the_promised_keys_and_no_number_that_is_none() {
    let keys = [
        "estimator",
        "parameter",
        "mean",
        "standard_error",
        "exact",
        "bias",
        "bias_standard_error",
        "verdict",
        "variance",
        "snr",
        "seconds_per_draw",
        "efficiency",
        "tail_index",
    ];
    for problem in problems() {
        let found = report(&problem, &[], 2000, 1);
        let text = serde_json::to_string(&found).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        for key in ["rows", "recommended", "seed", "draws"] {
            assert!(value.get(key).is_some(), "{key}");
        }
        for row in value["rows"].as_array().unwrap() {
            for key in keys {
                assert!(row.get(key).is_some(), "{key}: {row}");
            }
            for key in ["mean", "standard_error", "variance", "seconds_per_draw"] {
                assert!(row[key].is_number(), "{key}: {row}");
            }
        }
        let back: Report = serde_json::from_str(&text).unwrap();
        // Not digit for digit: numbers are read back to within a unit of the last place.
        assert_eq!(back.rows.len(), found.rows.len());
    }
}

#[test]
fn no_variance_is_no_efficiency_and_wins() {
    let problem = coins(&[0.3], |b: Tensor<3>| b.squeeze_dim::<2>(2));
    let found = report(&problem, &["enumerate", "score-function"], 1000, 0);
    let all = row(&found, "enumerate", "logits");
    assert_eq!((all.variance, all.snr, all.efficiency), (0.0, None, None));
    assert_eq!(found.recommended.as_deref(), Some("enumerate"));
    assert_eq!(serde_json::to_value(all).unwrap()["efficiency"], Value::Null);
}

#[test]
fn rows_add_up() {
    let problem = scalar("normal", &[1.0, 0.5], |z| (z - 3.0).square());
    let found = report(&problem, &[], 5000, 0);
    for row in &found.rows {
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs().max(b.abs());
        assert!(close(row.standard_error, (row.variance / 5000.0).sqrt()), "{row:?}");
        assert!(close(row.snr.unwrap(), row.mean.abs() / row.variance.sqrt()), "{row:?}");
        assert!(close(row.efficiency.unwrap(), 1.0 / (row.variance * row.seconds_per_draw)), "{row:?}");
        assert!(close(row.bias.unwrap(), row.mean - row.exact.unwrap()), "{row:?}");
    }
    let least = |name: &str| row(&found, name, "loc").draws_per_estimate;
    assert_eq!([least("score-function"), least("rloo"), least("pathwise")], [1, 2, 1]);
}

#[test]
fn what_cannot_be_measured_is_refused_in_words() {
    let problem = scalar("normal", &[1.0, 0.5], |z| z);
    let run = |problem: &Problem, estimators: &[&str], draws: usize| {
        let estimators = estimators.iter().map(|n| (*n).to_owned()).collect();
        compare(problem, &CompareConfig { estimators, draws, ..CompareConfig::default() }, &mut |_| {})
    };
    let unknown = run(&problem, &["arm"], 1000).unwrap_err();
    assert!(matches!(&unknown, MeasureError::Unknown { name, .. } if name == "arm"));
    assert!(unknown.to_string().contains("pathwise, score-function"), "{unknown}");
    let few = run(&problem, &[], 99).unwrap_err();
    assert_eq!(few.to_string(), "draws must be from 100 to 100000000, got 99");
    let flat = Problem::new(problem.subject().clone(), |z: Tensor<3>| z.sum_dim(1).squeeze_dim::<2>(2));
    let shape = run(&flat, &["pathwise"], 1000).unwrap_err();
    assert!(shape.to_string().contains("the cost must have shape"), "{shape}");
}

#[test]
fn categories_of_unlike_lengths_and_nothing_at_all_are_refused() {
    let cost = |x: Tensor<3>| x.sum_dim(2).squeeze_dim::<2>(2);
    for subject in [
        Subject::Categories(vec![vec![0.0, 1.0], vec![0.5]]),
        Subject::Categories(vec![]),
        Subject::Categories(vec![vec![]]),
        Subject::Coins(vec![]),
        Subject::Coins(vec![0.0, f64::NAN]),
    ] {
        let found = compare(&Problem::new(subject.clone(), cost), &CompareConfig::default(), &mut |_| {});
        assert!(matches!(found, Err(MeasureError::Subject { .. })), "{subject:?}: {found:?}");
    }
}

#[test]
fn a_row_of_many_outcomes_is_measured_in_small_parts() {
    // 2^14 outcomes of 14 coins in 4096 rows at once would be 7 GiB.
    let problem = coins(&[0.4; 14], |b: Tensor<3>| (b.sum_dim(2) - 5.0).square().squeeze_dim::<2>(2));
    let found = report(&problem, &["enumerate", "rloo", "partial-enumeration"], 200, 0);
    // E = (14 (p - 5/14))² + 14 p (1 - p): in each logit p (1 - p) (2 (14 p - 5) + 1 - 2 p).
    let exact = 0.24 * (2.0 * (14.0 * 0.4 - 5.0) + 0.2);
    assert!((row(&found, "enumerate", "logits[3]").mean - exact).abs() < 1e-12);
}
