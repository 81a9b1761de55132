//! Laws of counts where counts are large: golden values, quantiles, draws.

use super::*;
use crate::noise::Key;
use crate::special::log1p_minus;

/// The numbers of the golden rows of a law.
fn golden(name: &str) -> impl Iterator<Item = Vec<f64>> {
    let table = include_str!("../discrete/golden/counts.csv");
    table.lines().filter_map(move |line| {
        let numbers = line.strip_prefix(name)?.strip_prefix(',')?;
        Some(numbers.split(',').map(|v| v.parse().expect("the script prints numbers")).collect())
    })
}

/// Checks log masses and scores: errors against what a rounding of each parameter does, `ε Σ |θ score|`, and of the result itself.
fn check(name: &str, parameters: usize, bound: f64, scale: impl Fn(&[f64], usize) -> f64) {
    let (mut worst_mass, mut worst_score, mut rows) = (0.0_f64, 0.0_f64, 0);
    for v in golden(name) {
        let (theta, x, log_prob) = (&v[..parameters], v[parameters], v[parameters + 1]);
        let scores = &v[parameters + 2..];
        let law = family(name).unwrap().build(theta).unwrap();
        // The scores of a binomial law are that in its logits alone.
        let free = parameters - scores.len();
        let moved: f64 = theta[free..].iter().zip(scores).map(|(t, s)| (t * s).abs()).sum();
        let mass = (law.log_prob(x) - log_prob).abs() / (1.0 + log_prob.abs() + moved);
        assert!(mass <= bound, "{name} {theta:?} at {x}: {} is not {log_prob}", law.log_prob(x));
        worst_mass = worst_mass.max(mass);
        for (i, expected) in scores.iter().enumerate() {
            let score = score_of(&*law, x, free + i);
            let miss = (score - expected).abs() / (expected.abs() + scale(&v, i)).max(1e-300);
            assert!(miss <= bound, "{name} {theta:?} at {x}: score {i} is {score}, not {expected}");
            worst_score = worst_score.max(miss);
        }
        rows += 1;
    }
    println!("{name}: {rows} rows, log mass {worst_mass:.1e}, score {worst_score:.1e}");
    assert!(rows > 20);
}

#[test]
fn masses_and_scores_match_the_golden_table() {
    // Some ten roundings of parts no larger than the sum, and what the special functions add: 20 ε.
    let bound = 20.0 * f64::EPSILON;
    check("poisson", 1, bound, |_, _| 0.0);
    // The two parts of x - n p.
    check("binomial", 2, bound, |v, _| v[2] / (1.0 + v[1].exp()) + (v[0] - v[2]) / (1.0 + (-v[1]).exp()));
    // The part of second order in x - mean; the other is what remains of the score.
    check(
        "negative-binomial",
        2,
        bound,
        |v, i| {
            if i == 0 { 0.0 } else { log1p_minus((v[2] - v[0]) / (v[1] + v[0])).abs() }
        },
    );
}

#[test]
fn entropies_of_wide_laws_match_the_golden_table() {
    for name in ["poisson", "binomial", "negative-binomial"] {
        let mut rows = 0;
        for v in golden(&format!("entropy-{name}")) {
            let (theta, expected) = v.split_at(v.len() - 1);
            let entropy = family(name).unwrap().build(theta).unwrap().entropy();
            let miss = (entropy - expected[0]).abs() / expected[0];
            println!("{name} {theta:?}: {miss:.1e}");
            // Hundreds of masses, each right to a few ε times the count's distance from the mean in deviations, at most 14.
            assert!(miss <= 1e-13, "{name} {theta:?}: {entropy} is off by {miss:e}");
            rows += 1;
        }
        assert!(rows >= 2);
    }
}

/// Laws whose counts are large, far apart, or nearly all 0.
fn wide() -> Vec<Box<dyn Law>> {
    let make = |name: &str, v: &[f64]| family(name).unwrap().build(v).unwrap();
    vec![
        make("poisson", &[1e8]),
        make("poisson", &[1e13]),
        make("binomial", &[1e9, -0.3]),
        make("binomial", &[1e12, 14.0]),
        make("negative-binomial", &[1e8, 0.1]),
        make("negative-binomial", &[1e8, 1e5]),
        make("negative-binomial", &[1e-4, 1e-8]),
        make("zero-inflated-poisson", &[0.5, 1e8]),
        make("geometric", &[-18.0]),
    ]
}

#[test]
fn quantiles_of_wide_laws_are_the_smallest_counts() {
    for law in wide() {
        for p in [1e-12, 1e-3, 0.2, 0.5, 0.9, 0.99999] {
            let x = law.quantile(p);
            // The distribution function is right to some 1e-12 for counts of 1e13, by the rounding of its exponent.
            assert!(law.cdf(x) >= p * (1.0 - 1e-11) && law.cdf(x - 1.0) <= p * (1.0 + 1e-11), "{law:?} at {p}: {x}");
            let x = law.upper_quantile(p);
            assert!(law.survival(x) <= p * (1.0 + 1e-11), "{law:?} above {p}: {x}");
            assert!(law.survival(x - 1.0) >= p * (1.0 - 1e-11), "{law:?} above {p}: {x}");
        }
    }
}

/// Kolmogorov–Smirnov statistic of fast draws over its bound; false alarm below 1e-6 (Massart 1990), the less for a discrete law.
fn kolmogorov(law: &dyn Law, judge: &dyn Law) -> f64 {
    let mut draws = vec![0.0; 20_000];
    law.fill(&Key::new(20).site("wide").step(0), 0, &mut draws);
    draws.sort_by(f64::total_cmp);
    let n = draws.len() as f64;
    // Both functions are steps at counts: they are compared at the last of equal draws.
    let ends = draws.windows(2).enumerate().filter(|(_, w)| w[0] != w[1]);
    let ends = ends.map(|(k, w)| (judge.cdf(w[0]) - (k as f64 + 1.0) / n).abs());
    n.sqrt() * ends.fold(0.0, f64::max) / 2.693_45
}

#[test]
fn draws_of_wide_laws_have_the_law() {
    for law in wide() {
        let statistic = kolmogorov(&*law, &*law);
        assert!(statistic < 1.0, "{law:?}: {statistic}");
    }
    // Negative control: a mean off by 0.06 deviations moves the distribution function by 0.024, n D = 3.4 > 2.7.
    let (law, other) = (Poisson::new(1e8).unwrap(), Poisson::new(1e8 + 600.0).unwrap());
    assert!(kolmogorov(&law, &other) > 1.0);
}
