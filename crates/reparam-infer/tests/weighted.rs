//! Weighted draws: moments and quantiles against those of draws that are repeated, resampling, two sides beside each other.

use reparam_core::noise::{Key, Noise};
use reparam_infer::{
    Draws,
    agreement::{Side, agreement},
    correlations::worst_correlations,
    psis::{WeightedColumn, psis, resample},
};

fn normals(site: &str, n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n];
    Key::new(11).site(site).step(0).fill(Noise::StandardNormal, 0, &mut out);
    out
}

fn side(draws: &Draws) -> Side<'_> {
    Side { draws, log_weights: None, ess: None }
}

#[test]
fn a_weight_of_three_counts_as_three_draws() {
    let (values, weights) = ([2.0, -1.0, 0.5, 7.0], [3.0_f64, 1.0, 2.0, 0.0]);
    let logs = weights.map(f64::ln);
    let weighted = WeightedColumn::new(&values, Some(&logs));
    let repeated = WeightedColumn::new(&[2.0, 2.0, 2.0, -1.0, 0.5, 0.5], None);
    assert!((weighted.mean() - repeated.mean()).abs() < 1e-15);
    let mean = weighted.mean();
    let variance = |c: &WeightedColumn| c.expectation(|x| (x - mean).powi(2))[0];
    assert!((variance(&weighted) - variance(&repeated)).abs() < 1e-15);
    assert_eq!((weighted.quantile(0.0), weighted.quantile(1.0)), (-1.0, 2.0));
    assert!(weighted.quantile(1.5).is_nan() && WeightedColumn::new(&[], None).mean().is_nan());
    // Numpy's quantiles of 1 … 5 at 0.1 and 0.9.
    let five = WeightedColumn::new(&[3.0, 1.0, 5.0, 2.0, 4.0], None);
    assert!((five.quantile(0.1) - 1.4).abs() < 1e-12 && (five.quantile(0.9) - 4.6).abs() < 1e-12);
    assert!((five.sd() - 2.5_f64.sqrt()).abs() < 1e-15);
}

/// Draws of N(0, 1) weighted to N(1/2, 1), whose ratios are log-normal with every moment: five standard errors, 6e-7 a comparison; the
/// negative control is the draws without their weights.
#[test]
fn weights_move_one_normal_to_another() {
    let x = normals("weights", 20_000);
    let weights = psis(&x.iter().map(|x| 0.5 * x).collect::<Vec<_>>()).expect("ratios");
    assert!(weights.k_hat < 0.5, "{}", weights.k_hat);
    let found = WeightedColumn::new(&x, Some(&weights.log_weights));
    let [mean, sd] = found.errors();
    assert!((found.mean() - 0.5).abs() < 5.0 * mean && (found.sd() - 1.0).abs() < 5.0 * sd);
    // 1.6448536… above the mean.
    assert!((found.quantile(0.95) - 2.144_853_626_951_472).abs() < 5.0 * found.quantile_error(0.95));
    assert!((WeightedColumn::new(&x, None).mean() - 0.5).abs() > 5.0 * mean);
    // n / E[w²] / E[w]^-2 = n e^(-1/4): within the error of a mean of squares of such ratios, some 1 %.
    assert!((weights.ess / 20_000.0 - (-0.25_f64).exp()).abs() < 0.05);
}

#[test]
fn resampling_takes_each_draw_as_often_as_its_weight_says_within_one() {
    let logs: Vec<f64> = normals("resample", 500);
    let total: f64 = logs.iter().map(|w| w.exp()).sum();
    let taken = resample(&logs, 2000, Key::new(3).site("take").step(0));
    assert_eq!(taken.len(), 2000);
    for (i, w) in logs.iter().enumerate() {
        let count = taken.iter().filter(|t| **t == i).count() as f64;
        assert!((count - 2000.0 * w.exp() / total).abs() < 1.0 + 1e-9);
    }
    let nothing = [f64::NEG_INFINITY, f64::NAN];
    assert!(resample(&nothing, 5, Key::new(3).site("take").step(0)).is_empty());
}

/// Five standard errors, 6e-7 a comparison; the negative control is moved by twice and stretched by three times as many.
#[test]
fn two_sets_of_one_law_agree_within_their_errors() {
    let [a, b] = ["a", "b"].map(|name| normals(name, 4000));
    let moved: Vec<f64> = a.iter().map(|x| 1.3 * x + 0.4).collect();
    let [a, b, moved] = [a, b, moved].map(|x| Draws::new(1, x));
    let same = agreement(side(&a), side(&b)).expect("two sides")[0];
    assert!(same.mean_difference.abs() < 5.0 * same.mean_difference_se, "{same:?}");
    assert!((same.sd_ratio - 1.0).abs() < 5.0 * same.sd_ratio_se, "{same:?}");
    // The distance of one law is a sum of absolute values, with a relative spread of about one half.
    assert!(same.wasserstein < 4.0 * same.wasserstein_by_chance && same.wasserstein_by_chance < 0.03, "{same:?}");
    let other = agreement(side(&moved), side(&b)).expect("two sides")[0];
    assert!(other.mean_difference > 10.0 * other.mean_difference_se, "{other:?}");
    assert!(other.sd_ratio - 1.0 > 10.0 * other.sd_ratio_se && other.wasserstein > 10.0 * other.wasserstein_by_chance);
    // Chains worth a quarter of their draws have twice the error.
    let chain = Side { ess: Some(&[1000.0]), ..side(&a) };
    let slow = agreement(chain, Side { ess: Some(&[1000.0]), ..side(&b) }).expect("two sides")[0];
    assert!((slow.mean_difference_se / same.mean_difference_se - 2.0).abs() < 1e-9);
}

#[test]
fn the_distance_is_exact_for_sets_of_different_sizes() {
    // F: 0, 1 with 1/2 each; G: 0, 1, 2 with 1/3 each: |F - G| is 1/6 on (0, 1) and 1/3 on (1, 2).
    let (a, b) = (Draws::new(1, vec![1.0, 0.0]), Draws::new(1, vec![2.0, 0.0, 1.0]));
    let found = agreement(side(&a), side(&b)).expect("two sides")[0];
    assert!((found.wasserstein - 0.5).abs() < 1e-15, "{found:?}");
    // As many draws as weights say.
    let logs = [0.0, f64::NEG_INFINITY, 2.0_f64.ln()];
    let weighted = agreement(Side { log_weights: Some(&logs), ..side(&b) }, side(&b)).expect("two sides")[0];
    // 2 with 1/3 and 1 with 2/3 against thirds at 0, 1, 2: 1/3 on (0, 1), 0 on (1, 2).
    assert!((weighted.wasserstein - 1.0 / 3.0).abs() < 1e-15, "{weighted:?}");
}

#[test]
fn sides_that_do_not_fit_are_refused() {
    let (a, b) = (Draws::new(1, vec![0.0, 1.0]), Draws::new(2, vec![0.0, 1.0, f64::NAN, 2.0]));
    let message = |a, b| agreement(a, b).expect_err("refused").to_string();
    assert_eq!(message(side(&a), side(&b)), "first draws: dimension must be 2, got 1");
    assert!(message(side(&b), side(&b)).starts_with("first draws: coordinate 0: needs at least two"));
    let short = Side { log_weights: Some(&[0.0]), ..side(&a) };
    assert_eq!(message(short, side(&a)), "first draws: number of weights must be 2, got 1");
}

#[test]
fn the_worst_correlation_comes_first() {
    let (x, y, z) = (normals("x", 5000), normals("y", 5000), normals("z", 5000));
    let mut rows: Vec<f64> = (0..5000).flat_map(|i| [x[i], 0.6 * y[i] - 0.8 * x[i], z[i] + 0.3 * x[i], 1.0]).collect();
    let mut logs = vec![0.0; 5000];
    // A failed draw is no number and has no weight.
    rows[..4].fill(f64::NAN);
    logs[0] = f64::NEG_INFINITY;
    let names = ["a", "b", "c", "flat"].map(String::from);
    let found = worst_correlations(&Draws::new(4, rows), Some(&logs), &names, 2);
    assert_eq!([&found[0].first, &found[0].second, &found[1].second], ["a", "b", "c"]);
    // Standard error (1 - r²)/√n = 0.005.
    assert!((found[0].correlation + 0.8).abs() < 0.025);
}
