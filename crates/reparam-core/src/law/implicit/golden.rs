//! The laws about the beta law, and the von Mises law, against `golden/beta_family.csv`.

use crate::law::family;

/// The worst misses of one law: log-density, distribution function, score, path; in units of what is allowed.
#[derive(Default)]
struct Worst([(f64, String); 4]);

impl Worst {
    fn see(&mut self, what: usize, miss: f64, line: &str) {
        if miss > self.0[what].0 || miss.is_nan() {
            self.0[what] = (miss, line.to_owned());
        }
    }
}

fn numbers(cells: &[&str]) -> Vec<f64> {
    cells.iter().filter(|c| !c.is_empty()).map(|c| c.parse().expect("the script prints numbers")).collect()
}

fn check(name: &str, wide: bool, bounds: [f64; 4]) {
    let mut worst = Worst::default();
    let mut rows = 0;
    for line in include_str!("golden/beta_family.csv").lines() {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[0] != name {
            continue;
        }
        let (parameters, at) = (numbers(&cells[1..4]), numbers(&cells[4..7]));
        let shapes = if name == "student-t" { &parameters[..1] } else { &parameters[..] };
        let inside = |p: &f64| *p == 0.0 || (1e-3..=1e4).contains(p);
        if shapes.iter().all(inside) == wide {
            continue;
        }
        rows += 1;
        let (x, log_prob, tail) = (at[0], at[1], at[2]);
        let (scores, paths) = (numbers(&cells[7..10]), numbers(&cells[10..13]));
        let law = family(name).expect("the law is in the catalogue").build(&parameters).expect("parameters are valid");
        // Large shapes: x moves by standard deviations when it is rounded, √size of them at worst, and every formula with it.
        let rounding = 1.0 + shapes.iter().fold(0.0_f64, |m, s| m.max(*s)).sqrt();
        worst.see(0, (law.log_prob(x) - log_prob).abs() / (1.0 + log_prob.abs()) / rounding, line);
        let got = if tail > 0.0 { law.cdf(x) } else { law.survival(x) };
        worst.see(1, (got / tail.abs() - 1.0).abs() / (1.0 + tail.abs().ln().abs()) / rounding, line);
        let (mut score, mut path) = (vec![0.0; parameters.len()], vec![0.0; parameters.len()]);
        law.score(x, &mut score);
        law.as_pathwise().expect("the law has paths").pathwise(x, &mut path);
        for i in 0..parameters.len() {
            // A score passes through 0, where a rounding of x is seen: relative to its standard deviation, 1/|parameter| or less.
            let unit = scores[i].abs() + deviation(name, &parameters, i);
            worst.see(2, (score[i] - scores[i]).abs() / unit / rounding, line);
            // The F law's are sums of two parts of the size x / df.
            let unit = paths[i].abs() + if name == "fisher-snedecor" { x / parameters[i] } else { 0.0 };
            worst.see(3, (path[i] - paths[i]).abs() / unit, line);
        }
    }
    for ((miss, line), (what, bound)) in worst.0.iter().zip(["log_prob", "cdf", "score", "pathwise"].iter().zip(bounds))
    {
        println!("{name}{}: {rows} rows, {what}: {miss:.1e}, {line}", if wide { ", wide" } else { "" });
        assert!(*miss <= bound, "{name}: {what} is off by {miss:e}, {line}");
    }
    assert!(rows > 10);
}

/// The size of a score by its law's variance in the limit of large and small shapes.
fn deviation(name: &str, parameters: &[f64], i: usize) -> f64 {
    use crate::special::trigamma;
    let half = |df: f64| 0.5 * (trigamma(0.5 * df) - trigamma(0.5 * df + 0.5)).max(0.0).sqrt();
    match (name, i) {
        ("beta", _) => (trigamma(parameters[i]) - trigamma(parameters[0] + parameters[1])).max(0.0).sqrt(),
        ("fisher-snedecor", _) => 1.0 / parameters[i],
        ("student-t", 0) => half(parameters[0]).min(1.0 / parameters[0].powi(2)),
        ("student-t", _) => 1.0 / parameters[2],
        (_, 0) => parameters[1].min(parameters[1].sqrt()),
        _ => 1.0 / (1.0 + parameters[1]),
    }
}

#[test]
fn laws_agree_with_the_table_for_shapes_from_1e_3_to_1e4() {
    check("beta", false, [1e-14, 1e-14, 1e-13, 1e-12]);
    check("fisher-snedecor", false, [1e-14, 1e-14, 1e-13, 1e-12]);
    check("student-t", false, [1e-14, 1e-14, 1e-13, 1e-12]);
    check("von-mises", false, [1e-14, 1e-14, 1e-13, 1e-12]);
}

#[test]
fn laws_agree_with_the_table_for_shapes_from_1e_8_to_1e8() {
    check("beta", true, [1e-14, 1e-14, 1e-13, 1e-9]);
    check("student-t", true, [1e-14, 1e-14, 1e-13, 1e-9]);
}
