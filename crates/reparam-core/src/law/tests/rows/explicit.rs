//! Rows of explicit laws.

use super::{Row, around, row, unit};

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    vec![
        row("normal", &[0.0, 1.0], around(0.0, 1.0, 12)),
        row("normal", &[-3.0, 0.2], around(-3.0, 0.2, 12)),
        row("laplace", &[0.0, 1.0], around(0.0, 1.0, 45)),
        row("laplace", &[2.0, 3.5], around(2.0, 3.5, 45)),
        row("continuous-bernoulli", &[0.0], unit()),
        row("continuous-bernoulli", &[0.005], unit()),
        row("continuous-bernoulli", &[-1.1], unit()),
        row("continuous-bernoulli", &[3.0], unit()),
        row("continuous-bernoulli", &[-40.0], unit()),
    ]
}
