//! Rows of relaxed laws.

use super::{Chart, Row, charted, panels};

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    // Panels in the log-odds. Beside 1 the nodes keep digits up to log-odds of 30 or so: mass beyond must not count.
    let row = |temperature: f64, logits: f64| {
        let edges = panels(-75.0, 32.0, 214);
        charted("binary-concrete", &[temperature, logits], Chart::Sigmoid(0.0, 1.0), edges)
    };
    vec![row(0.7, -12.0), row(1.0, -2.0), row(2.5, 1.0), row(1.7, 0.0)]
}
