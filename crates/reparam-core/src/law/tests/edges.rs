//! Golden values, extremes and refused parameters.

use super::*;

#[test]
fn continuous_bernoulli_matches_the_golden_table() {
    let table = include_str!("../explicit/golden/continuous_bernoulli.csv");
    let mut rows = 0;
    for line in table.lines().filter(|l| !l.starts_with(['#', 'l'])) {
        let v: Vec<f64> = line.split(',').map(|t| t.parse().expect("the script prints numbers")).collect();
        let g = continuous_bernoulli::Normaliser::at(v[0]);
        let law = ContinuousBernoulli::from_logits(v[0]).unwrap();
        let z = law.quantile(0.3);
        let mut slope = [0.0];
        law.pathwise(v[5], &mut slope);
        let (_, at_once) = law.quantile_and_slopes(0.3);
        let density = law.log_prob(v[5]).exp();
        // As documented for `Normaliser`; the quantile cancels to 1 ulp of 1 for large positive l. For the pathwise
        // derivative see `path_slope`: rounding of `S - z` near the switch, 2⁻⁵³ / (1e-2 · 0.1).
        let checks = [
            (g.value, v[1], 1e-14),
            (g.first, v[2], 1e-14),
            (g.second, v[3], 1e-14),
            (g.third, v[4], 2e-13),
            (z, v[5], 1e-14),
            (slope[0], v[6], 3e-13),
            (at_once[0], v[6], 3e-13),
            (at_once[1] * density, 1.0, 1e-12),
        ];
        for (k, (got, expected, tolerance)) in checks.into_iter().enumerate() {
            let miss = (got - expected).abs() / expected.abs();
            assert!(miss <= tolerance, "column {} at l = {}: {got} is off by {miss:e}", k + 1, v[0]);
        }
        rows += 1;
    }
    assert_eq!(rows, 19);
}

#[test]
fn extreme_logits_give_finite_numbers() {
    for l in [1e4, -1e4, 1e8, -1e8, 1e-300] {
        let (b, c) = (Bernoulli::from_logits(l).unwrap(), ContinuousBernoulli::from_logits(l).unwrap());
        for law in [&b as &dyn Law, &c] {
            for x in [0.0, 1.0] {
                let all = [
                    law.log_prob(x),
                    law.mean(),
                    law.variance(),
                    law.entropy(),
                    law.cdf(x),
                    law.quantile(0.5),
                    score_of(law, x, 0),
                ];
                assert!(all.iter().all(|v| v.is_finite()), "{law:?} at {x}: {all:?}");
            }
        }
        assert!(b.kl(&Bernoulli::from_logits(-l).unwrap()).is_finite());
        assert!(c.kl(&ContinuousBernoulli::from_logits(-l).unwrap()).is_finite());
    }
}

#[test]
fn wrong_parameters_are_named() {
    let message = |name: &str, v: &[f64]| family(name).unwrap().build(v).unwrap_err().to_string();
    assert_eq!(message("normal", &[0.0, -0.3]), "normal: scale must be > 0, got -0.3");
    assert_eq!(message("normal", &[0.0]), "normal: expected 2 parameters, got 1");
    assert_eq!(message("categorical", &[0.0, f64::NAN]), "categorical: logits must be finite, got NaN at index [1]");
    assert_eq!(Bernoulli::from_probs(1.5).unwrap_err().to_string(), "bernoulli: probs must be in [0, 1], got 1.5");
}

#[test]
fn a_tanh_normal_is_right_where_its_values_round_to_one() {
    let law = TanhNormal::new(0.5, 2.0).unwrap();
    let both = |u: f64| {
        let (mut here, mut there) = ([0.0; 2], [0.0; 2]);
        law.pathwise(u.tanh(), &mut here);
        law.pathwise_of_base(u, &mut there);
        [(law.log_prob(u.tanh()), law.log_prob_of_base(u)), (here[0], there[0]), (here[1], there[1])]
    };
    for (u, size) in [(0.0, 1.0), (0.3, 1.0), (-1.7, 10.0), (6.0, 1e5), (-8.0, 4e6)] {
        for (here, there) in both(u) {
            // x is rounded to 2⁻⁵³; 1 - x² is `1 / size` at least, and its logarithm counts twice at worst.
            assert!((here / there - 1.0).abs() < 4.0 * f64::EPSILON * (2.0 + size), "{u}: {here} {there}");
        }
    }
    // log(1 - x²) = 2 log 2 - 2|u| far out, and the density does not end at the last number below 1.
    for u in [40.0, -40.0, 1e3, -1e150] {
        let expected = law.base().log_prob(u) + 2.0 * (u.abs() - std::f64::consts::LN_2);
        assert!((law.log_prob_of_base(u) / expected - 1.0).abs() < 4.0 * f64::EPSILON);
    }
}
