//! Rows of relaxed laws.

use super::{Chart, Row, charted, panels};

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    // Panels in the log-odds. Beside 1 the nodes keep digits up to log-odds of 30 or so: mass beyond must not count.
    let row = |temperature: f64, logits: f64| {
        let edges = panels(-75.0, 35.0, 220);
        charted("binary-concrete", &[temperature, logits], Chart::Sigmoid(0.0, 1.0), edges)
    };
    vec![row(1.0, -2.0), row(1.3, -4.0), row(2.5, 1.0), row(1.7, 0.0)]
}
