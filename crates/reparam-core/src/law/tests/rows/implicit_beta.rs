//! Rows of the implicit laws about the beta law, and of the von Mises law.

use super::{Chart, Row, around, charted, panels, row};
use std::f64::consts::PI;

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    // In the log-odds. Beside 1 the nodes keep digits up to log-odds of 30 or so, so a pole there is left to the law's own test, which
    // exchanges the shapes and the ends.
    let beta = |shapes: [f64; 2], low: f64, high: f64| {
        charted("beta", &shapes, Chart::Sigmoid(0.0, 1.0), panels(low, high, 240))
    };
    let student_t = |df: f64, [loc, scale]: [f64; 2], reach: i32| {
        charted("student-t", &[df, loc, scale], Chart::Sinh(loc, scale), around(0.0, 0.5, 2 * reach))
    };
    let fisher_snedecor =
        |df: [f64; 2], low: f64, high: f64| charted("fisher-snedecor", &df, Chart::Exp(0.0), panels(low, high, 160));
    // The whole circle.
    let von_mises = |loc: f64, concentration: f64| row("von-mises", &[loc, concentration], panels(-PI, PI, 64));
    vec![
        beta([2.0, 3.0], -30.0, 30.0),
        beta([1.0, 1.0], -40.0, 36.0),
        beta([0.4, 1.5], -100.0, 28.0),
        beta([0.9, 4.0], -50.0, 30.0),
        beta([60.3, 250.0], -30.0, 30.0),
        beta([30.0, 7.0], -30.0, 30.0),
        student_t(0.7, [0.0, 1.0], 75),
        student_t(1.5, [1.0, 3.0], 75),
        student_t(2.5, [-3.0, 0.2], 75),
        student_t(5.0, [0.0, 1.0], 40),
        student_t(40.0, [2.0, 0.5], 8),
        fisher_snedecor([2.0, 6.0], -45.0, 50.0),
        fisher_snedecor([0.8, 5.0], -90.0, 75.0),
        fisher_snedecor([7.0, 3.0], -15.0, 75.0),
        fisher_snedecor([5.0, 1.5], -20.0, 60.0),
        fisher_snedecor([40.0, 30.0], -6.0, 6.0),
        von_mises(0.0, 1.0),
        von_mises(2.5, 0.01),
        von_mises(-1.2, 4.0),
        von_mises(9.0, 0.7),
        von_mises(0.4, 60.0),
    ]
}
