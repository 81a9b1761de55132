//! The gamma family against golden values, extremes included.

use std::collections::BTreeMap;

use super::*;

/// Rows of a table of the gamma family: the words before the first number, and the numbers; `NaN` for an empty cell.
fn rows(table: &str) -> impl Iterator<Item = (&str, Vec<f64>)> {
    table.lines().skip(1).map(|line| {
        let (name, numbers) = if line.starts_with(|c: char| c.is_ascii_digit()) {
            ("", line)
        } else {
            line.split_once(',').expect("a name is followed by numbers")
        };
        let number = |v: &str| if v.is_empty() { f64::NAN } else { v.parse().expect("the script prints numbers") };
        (name, numbers.split(',').map(number).collect())
    })
}

#[test]
fn gamma_laws_match_the_golden_table() {
    let names = ["log_prob", "log_cdf", "log_survival", "score", "pathwise"];
    // By law and region of shapes.
    let mut worst = BTreeMap::<(String, &str), [f64; 5]>::new();
    for (name, v) in rows(include_str!("../implicit/golden/gamma.csv")) {
        let [a, rate, x] = [v[0], v[1], v[2]];
        let law = family(name).unwrap().build(&[a, rate]).unwrap();
        let path = path_of(law.as_pathwise().unwrap(), x, 0);
        let got = [law.log_prob(x), law.log_cdf(x), law.log_survival(x), score_of(&*law, x, 0), path];
        // What a rounding of `ln z` does: the density's slope in it, the tails' hazards, the score's 1, and the path's own size.
        // A rounding of `x` is that of `ln z`, but of the logarithm `x` it is `|x|` times it.
        let rounding = 1.0 + if name == "log-gamma" { x.abs() } else { 0.0 };
        let slope = law.log_prob_slope(x) * if name == "log-gamma" { 1.0 } else { x };
        let hazard =
            |log_tail: f64| (law.log_prob(x) + if name == "log-gamma" { 0.0 } else { x.ln() } - log_tail).exp();
        let sizes = [
            1.0 + v[3].abs() + slope.abs() * rounding + if name == "log-gamma" { 0.0 } else { x.ln().abs() },
            v[4].abs() + (1.0 + v[4].abs()) * hazard(v[4]) * rounding,
            v[5].abs() + (1.0 + v[5].abs()) * hazard(v[5]) * rounding,
            v[6].abs() + rounding,
            v[7].abs(),
        ];
        let extreme = !(1e-3..=1e4).contains(&a);
        // Some roundings each, the tails' as of `gamma_p`, the path's as of `log_gamma_slope`.
        let bounds = if extreme { [1e-15, 4e-15, 4e-15, 1e-15, 2e-15] } else { [1e-15, 4e-15, 4e-15, 1e-15, 2e-13] };
        let entry = worst.entry((name.to_owned(), if extreme { "extreme" } else { "1e-3..1e4" })).or_default();
        for k in 0..5 {
            if v[k + 3].is_nan() {
                continue;
            }
            let miss = apart(got[k], v[k + 3], sizes[k]);
            assert!(
                miss <= bounds[k],
                "{} of {law:?} at {x}: {} is not {}, off by {miss:e}",
                names[k],
                got[k],
                v[k + 3]
            );
            entry[k] = entry[k].max(miss);
        }
    }
    for ((name, region), entry) in &worst {
        let shown: Vec<String> = names.iter().zip(entry).map(|(n, e)| format!("{n} {e:.1e}")).collect();
        println!("{name} {region}: {}", shown.join(", "));
    }
    assert_eq!(worst.len(), 6);
}

#[test]
fn gamma_divergences_match_the_golden_table() {
    let mut worst = 0.0_f64;
    for (_, v) in rows(include_str!("../implicit/golden/gamma_kl.csv")) {
        let (q, p) = (Gamma::new(v[0], v[1]).unwrap(), Gamma::new(v[2], v[3]).unwrap());
        let miss = (q.kl(&p) - v[4]).abs() / v[4];
        // Relative, also where the laws are nearly the same: where up to nine parts of either sign leave a tenth, each with a
        // rounding or two.
        assert!(miss <= 5e-15, "KL({q:?} ‖ {p:?}) is {}, not {}, off by {miss:e}", q.kl(&p), v[4]);
        worst = worst.max(miss);
    }
    println!("gamma divergences: {worst:.1e}");
}

#[test]
fn laws_of_one_family_agree() {
    // An exponential law is a gamma law of shape 1; a chi-squared law one of rate ½; a log-gamma law that of its logarithm.
    let (exponential, gamma) = (Exponential::new(2.5).unwrap(), Gamma::new(1.0, 2.5).unwrap());
    let (inverse, logarithm) = (InverseGamma::new(0.7, 3.0).unwrap(), LogGamma::new(0.7, 3.0).unwrap());
    for x in [0.01, 0.1, 1.0, 7.0] {
        assert!((exponential.log_prob(x) - gamma.log_prob(x)).abs() < 1e-14);
        assert!((exponential.survival(x) / gamma.survival(x) - 1.0).abs() < 1e-14);
        // A rounding of the logarithm is that of `G`, times G p(G) / P(G > g), which is less than `a + rate / x`.
        let allowed = 1e-15 * (1.0 + x.ln().abs()) * (1.7 + 3.0 / x);
        assert!((inverse.cdf(x) / logarithm.survival(-x.ln()) - 1.0).abs() < 10.0 * allowed.max(1e-15));
    }
    let zero = |q: f64| assert!((0.0..1e-15).contains(&q), "{q}");
    zero(exponential.kl(&gamma));
    zero(gamma.kl(&exponential));
    zero(Chi2::new(5.0).unwrap().kl(&Gamma::new(2.5, 0.5).unwrap()));
    zero(Gamma::new(2.5, 0.5).unwrap().kl(&Chi2::new(5.0).unwrap()));
    assert_eq!(Gamma::new(1.0, 2.5).unwrap().log_prob(0.0), 2.5_f64.ln());
    assert_eq!(Gamma::new(0.5, 2.5).unwrap().log_prob(0.0), f64::INFINITY);
    assert_eq!(Gamma::new(1.5, 2.5).unwrap().log_prob(0.0), f64::NEG_INFINITY);
}

#[test]
fn tiny_shapes_keep_their_logarithms() {
    // a log G is minus an exponential draw, up to terms of the order of a: the median of log G is -ln 2 / a.
    let law = LogGamma::new(1e-8, 1.0).unwrap();
    let (mut draws, mut slopes) = (vec![0.0; 4001], vec![0.0; 2 * 4001]);
    law.fill_pathwise(&crate::noise::Key::new(4).site("tiny").step(0), 0, &mut draws, &mut slopes);
    for (z, slope) in draws.iter().zip(slopes.as_chunks::<2>().0) {
        // d(log z)/da = -log z / a, up to terms of the size 1 + log z.
        assert!((slope[0] * -1e-8 / z - 1.0).abs() < 1e-4 || z.abs() < 1e5, "{z}: {slope:?}");
    }
    draws.sort_by(f64::total_cmp);
    // Five standard errors (false alarm 1e-6) of a median: √(1/4n) / p = 0.016, with the density p = ½ of an exponential draw there.
    assert!((draws[2000] * 1e-8 + std::f64::consts::LN_2).abs() < 0.08);
}

#[test]
fn entropies_of_large_shapes_are_those_of_normal_laws() {
    // ½ ln(2πe a) - 1/(3a) and, of the logarithm, ½ ln(2πe/a) + 1/(6a): up to 1/a².
    for a in [1e6_f64, 1e8] {
        let normal = 0.5 + 0.5 * std::f64::consts::TAU.ln();
        let gamma = Gamma::new(a, 1.0).unwrap().entropy();
        let logarithm = LogGamma::new(a, 1.0).unwrap().entropy();
        let half = 0.5 * a.ln();
        // Three parts of size 10.
        let allowed = 1e-14 + 1.0 / (a * a);
        assert!((gamma - (normal + half - 1.0 / (3.0 * a))).abs() < allowed, "{a}: {gamma}");
        assert!((logarithm - (normal - half + 1.0 / (6.0 * a))).abs() < allowed, "{a}: {logarithm}");
    }
    // Where the formulas meet.
    let [below, above] = [8.0_f64.next_down(), 8.0].map(|a| Gamma::new(a, 1.0).unwrap().entropy());
    assert!((below - above).abs() < 1e-14);
}
