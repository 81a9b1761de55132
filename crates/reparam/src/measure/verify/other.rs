//! Other laws of numbers: gradients in closed form.

use reparam_core::law::family;

use super::{Case, means};
use crate::measure::{Options, Problem, Subject};

const SCORE: [&str; 4] = ["score-function", "score-function-running-mean", "rloo", "score-function-optimal"];

pub(super) fn cases() -> Vec<Case> {
    let (a, b) = (2.5_f64, 0.7_f64);
    let mean = a + b;
    vec![
        // E x² = a (a + 1)/b².
        case("gamma", &[a, b], "x^2", &[(2.0 * a + 1.0) / (b * b), -2.0 * a * (a + 1.0) / b.powi(3)], true, true),
        // E x² = 2/b².
        case("exponential", &[b], "x^2", &[-4.0 / b.powi(3)], true, true),
        // E x² = r + r².
        case("poisson", &[a], "x^2", &[1.0 + 2.0 * a], false, true),
        // E x² = a (a + 1)/((a + b)(a + b + 1)).
        case("beta", &[a, b], "x^2", &beta_slopes(a, b, mean), true, false),
        // E x² = s² 2 + m².
        case("laplace", &[0.4, 1.2], "x^2", &[0.8, 4.8], true, false),
        // E x² = e^{2 m + 2 s²}.
        case("log-normal", &[0.1, 0.3], "x^2", &[2.0 * (0.38_f64).exp(), 1.2 * (0.38_f64).exp()], true, true),
    ]
}

/// Derivatives of `a (a + 1)/(t (t + 1))`, `t = a + b`.
fn beta_slopes(a: f64, b: f64, t: f64) -> [f64; 2] {
    debug_assert!((a + b - t).abs() < 1e-12);
    let value = a * (a + 1.0) / (t * (t + 1.0));
    let down = -value * (1.0 / t + 1.0 / (t + 1.0));
    [value * (1.0 / a + 1.0 / (a + 1.0)) + down, down]
}

fn case(name: &str, parameters: &[f64], cost: &str, gradient: &[f64], has_path: bool, is_weak: bool) -> Case {
    let law = family(name).and_then(|f| f.build(parameters).ok()).expect("the laws of this table are valid");
    let path: &[&'static str] = if has_path { &["pathwise"] } else { &[] };
    let weak: &[&'static str] = if is_weak { &["measure-valued"] } else { &[] };
    Case {
        name: format!("{name}{parameters:?}, {cost}"),
        problem: Problem::new(Subject::scalar(law), |z| z.square().squeeze_dim::<2>(2)),
        options: Options::default(),
        claims: [means(path, gradient), means(&SCORE, gradient), means(weak, gradient)].concat(),
    }
}
