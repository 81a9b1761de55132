//! Normal laws, `z = m + s e`: closed forms of mean and variance (the book's primer derives them).

use std::f64::consts::PI;

use reparam_core::law::family;

use super::{Case, both, means};
use crate::measure::{Options, Problem, Subject};

/// Locations and scales.
const LAWS: [[f64; 2]; 3] = [[1.0, 0.5], [-0.7, 2.0], [3.2, 0.3]];

fn subject(law: [f64; 2]) -> Subject {
    Subject::scalar(family("normal").and_then(|f| f.build(&law).ok()).expect("a finite location and a positive scale"))
}

pub(super) fn cases() -> Vec<Case> {
    LAWS.into_iter().flat_map(|law| [linear(law, 2.0), quadratic(law, 3.0), wave(law, 1.5)]).collect()
}

fn linear([m, s]: [f64; 2], a: f64) -> Case {
    let gradient = [a, 0.0];
    let (a2, m2, s2) = (a * a, m * m, s * s);
    Case {
        name: format!("normal({m}, {s}), {a} x"),
        problem: Problem::new(subject([m, s]), move |z| z.squeeze_dim::<2>(2) * a),
        options: Options::default(),
        claims: [
            both("pathwise", &gradient, &[0.0, a2]),
            both("score-function", &gradient, &[a2 * m2 / s2 + 2.0 * a2, 2.0 * a2 * m2 / s2 + 10.0 * a2]),
            means(&["score-function-running-mean", "rloo", "score-function-optimal", "measure-valued"], &gradient),
        ]
        .concat(),
    }
}

fn quadratic([m, s]: [f64; 2], k: f64) -> Case {
    let d = m - k;
    let gradient = [2.0 * d, 2.0 * s];
    let (d2, s2) = (d * d, s * s);
    let score = [d2 * d2 / s2 + 14.0 * d2 + 15.0 * s2, 2.0 * d2 * d2 / s2 + 60.0 * d2 + 74.0 * s2];
    Case {
        name: format!("normal({m}, {s}), (x - {k})^2"),
        problem: Problem::new(subject([m, s]), move |z| (z - k).square().squeeze_dim::<2>(2)),
        options: Options::default(),
        claims: [
            both("pathwise", &gradient, &[4.0 * s2, 4.0 * d2 + 8.0 * s2]),
            both("score-function", &gradient, &score),
            both("measure-valued", &gradient, &[d2 * (16.0 / PI - 4.0), 4.0 * d2 + 4.0 * s2]),
            means(&["score-function-running-mean", "rloo", "score-function-optimal"], &gradient),
        ]
        .concat(),
    }
}

fn wave([m, s]: [f64; 2], k: f64) -> Case {
    let ks2 = k * k * s * s;
    let fade = (-ks2 / 2.0).exp();
    let gradient = [-k * (k * m).sin() * fade, -k * k * s * (k * m).cos() * fade];
    // Of the location; q and r as in the book.
    let (q, r) = ((-2.0 * ks2).exp(), (-ks2).exp());
    let sine = (k * m).sin().powi(2);
    let path = k * k * ((1.0 - q * (2.0 * k * m).cos()) / 2.0 - r * sine);
    let score = (1.0 + (1.0 - 4.0 * ks2) * q * (2.0 * k * m).cos()) / (2.0 * s * s) - k * k * r * sine;
    Case {
        name: format!("normal({m}, {s}), cos({k} x)"),
        problem: Problem::new(subject([m, s]), move |z| (z * k).cos().squeeze_dim::<2>(2)),
        options: Options::default(),
        claims: [
            both("pathwise", &gradient, &[path]),
            both("score-function", &gradient, &[score]),
            means(&["score-function-running-mean", "rloo", "score-function-optimal", "measure-valued"], &gradient),
        ]
        .concat(),
    }
}
