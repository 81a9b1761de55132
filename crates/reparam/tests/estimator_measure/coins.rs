//! Coins: variances by enumeration of draws, pairs and noise.

use burn::tensor::Tensor;
use reparam::measure::{Verdict, exact};

use crate::support::{LIMIT, coins, report, row};

const DRAWS: usize = 100_000;

fn cost(b: f64) -> f64 {
    (b - 0.45) * (b - 0.45)
}

/// Mean and variance of what takes these values with these probabilities.
fn moments(outcomes: &[(f64, f64)]) -> [f64; 2] {
    let mean: f64 = outcomes.iter().map(|(p, g)| p * g).sum();
    [mean, outcomes.iter().map(|(p, g)| p * (g - mean) * (g - mean)).sum()]
}

fn mass(p: f64, b: f64) -> f64 {
    if b == 1.0 { p } else { 1.0 - p }
}

/// Mean and variance of one estimate, by enumeration; of ARM by the integral over its noise, piece by piece.
fn enumerated(p: f64) -> [(&'static str, [f64; 2]); 4] {
    let sides = [0.0, 1.0];
    let single: Vec<(f64, f64)> = sides.iter().map(|b| (mass(p, *b), cost(*b) * (b - p))).collect();
    let pairs = sides.iter().flat_map(|a| sides.iter().map(move |b| (*a, *b)));
    let double: Vec<(f64, f64)> = pairs
        .map(|(a, b)| {
            (mass(p, a) * mass(p, b), 0.5 * (cost(a) - cost(b)) * (a - p) + 0.5 * (cost(b) - cost(a)) * (b - p))
        })
        .collect();
    // u falls into pieces on which both coins of the pair are constant: first = 1[u > 1 - p], second = 1[u < p].
    let ends = [0.0, p.min(1.0 - p), p.max(1.0 - p), 1.0];
    let (mut arm, mut coupled) = ([0.0; 2], Vec::new());
    for piece in ends.windows(2) {
        let (low, high, middle) = (piece[0] - 0.5, piece[1] - 0.5, 0.5 * (piece[0] + piece[1]));
        let (first, second) = (f64::from(middle > 1.0 - p), f64::from(middle < p));
        let gap = cost(first) - cost(second);
        arm[0] += gap * (high * high - low * low) / 2.0;
        arm[1] += gap * gap * (high.powi(3) - low.powi(3)) / 3.0;
        coupled.push((piece[1] - piece[0], 0.5 * gap * (first - second) * p.max(1.0 - p)));
    }
    [
        ("score-function", moments(&single)),
        ("rloo", moments(&double)),
        ("arm", [arm[0], arm[1] - arm[0] * arm[0]]),
        ("disarm", moments(&coupled)),
    ]
}

#[test]
fn the_report_has_the_variances_of_enumeration() {
    for (seed, p) in [0.1, 0.35, 0.5, 0.8, 0.97].into_iter().enumerate() {
        let problem = coins(&[p], |b| (b - 0.45).square().squeeze_dim::<2>(2));
        let found = report(&problem, &["enumerate", "score-function", "rloo", "arm", "disarm"], DRAWS, seed as u64);
        let gradient = p * (1.0 - p) * 0.1;
        let all = row(&found, "enumerate", "logits");
        assert!((all.mean - gradient).abs() < 1e-15 && all.variance == 0.0, "{all:?}");
        for (name, [mean, variance]) in enumerated(p) {
            assert!((mean - gradient).abs() < 1e-14, "{name}");
            let row = row(&found, name, "logits");
            println!("p = {p}, {name}: {:.4e}, by enumeration {variance:.4e}", row.variance);
            assert!((row.mean - gradient).abs() <= LIMIT * (variance / DRAWS as f64).sqrt() + 1e-15, "{row:?}");
            // Bounded estimates; of a rare coin the sample variance is a share of hits: skewness below 0.03 at 1e5 draws, so 6 for 1e-6.
            assert!((row.variance - variance).abs() <= 6.0 * row.variance_standard_error + 1e-16, "{row:?} {variance}");
            assert_eq!(row.verdict, Verdict::Unbiased, "{row:?}");
        }
    }
}

#[test]
fn at_one_half_the_variances_are_those_of_the_literature() {
    let found = enumerated(0.5);
    let stated = [1.594e-2, 6.25e-4, 2.08e-4, 0.0];
    for ((name, [_, variance]), stated) in found.into_iter().zip(stated) {
        // Stated to three or four digits.
        assert!((variance - stated).abs() <= 2e-3 * stated + 1e-18, "{name}: {variance}");
    }
    let problem = coins(&[0.5], |b| (b - 0.45).square().squeeze_dim::<2>(2));
    let found = report(&problem, &["score-function", "rloo", "arm", "disarm"], DRAWS, 3);
    // The negative control: no two of the four pass for one another.
    for a in &found.rows {
        for (name, [_, variance]) in enumerated(0.5) {
            let near = (a.variance - variance).abs() <= 6.0 * a.variance_standard_error + 1e-16;
            assert_eq!(near, a.estimator == name, "{} for {name}", a.estimator);
        }
    }
}

/// A cost in which two coins meet, of numbers.
fn joint(a: f64, b: f64) -> f64 {
    (a + 2.0 * b - 0.7).powi(2) + 1.5 * a * b
}

#[test]
fn two_coins_that_meet_have_the_variances_of_enumeration() {
    let p = [0.6, 0.25];
    let problem = coins(&p, |b: Tensor<3>| {
        let (first, second) = (b.clone().narrow(2, 0, 1), b.narrow(2, 1, 1));
        ((first.clone() + second.clone() * 2.0 - 0.7).square() + first * second * 1.5).squeeze_dim::<2>(2)
    });
    let found = report(&problem, &["score-function", "rloo", "local-expectation"], DRAWS, 11);
    let known = exact(&problem).unwrap();
    let outcomes: Vec<(f64, [f64; 2])> = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
        .into_iter()
        .map(|b| (mass(p[0], b[0]) * mass(p[1], b[1]), b))
        .collect();
    for (k, parameter) in ["logits[0]", "logits[1]"].into_iter().enumerate() {
        let score = |b: [f64; 2]| b[k] - p[k];
        let single: Vec<_> = outcomes.iter().map(|(w, b)| (*w, joint(b[0], b[1]) * score(*b))).collect();
        let pairs = outcomes.iter().flat_map(|(v, a)| outcomes.iter().map(move |(w, b)| (v * w, *a, *b)));
        let double: Vec<_> =
            pairs.map(|(w, a, b)| (w, 0.5 * (joint(a[0], a[1]) - joint(b[0], b[1])) * (score(a) - score(b)))).collect();
        let local: Vec<_> = outcomes
            .iter()
            .map(|(w, b)| {
                let at = |x: f64| if k == 0 { joint(x, b[1]) } else { joint(b[0], x) };
                (*w, p[k] * (1.0 - p[k]) * (at(1.0) - at(0.0)))
            })
            .collect();
        for (name, outcomes) in [("score-function", single), ("rloo", double), ("local-expectation", local)] {
            let [mean, variance] = moments(&outcomes);
            assert!((mean - known.gradient[k]).abs() < 1e-13, "{name}: {mean}");
            let row = row(&found, name, parameter);
            assert!((row.variance - variance).abs() <= 6.0 * row.variance_standard_error, "{row:?} {variance}");
            assert!((row.mean - mean).abs() <= LIMIT * (variance / DRAWS as f64).sqrt(), "{row:?}");
        }
    }
}
