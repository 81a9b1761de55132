//! Rows of relaxed laws.

use super::{Chart, Row, around, charted};

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    // Panels in the log-odds. Beside 1 the nodes keep digits up to log-odds of 30 or so: mass beyond must not count.
    let row = |temperature: f64, logits: f64| {
        let width = 1.0 / temperature.max(1.0);
        charted(
            "binary-concrete",
            &[temperature, logits],
            Chart::Sigmoid(0.0, 1.0),
            around(logits / temperature, width, 45),
        )
    };
    vec![row(0.7, -12.0), row(1.0, -2.0), row(2.5, 1.0), row(1.7, 0.0)]
}
