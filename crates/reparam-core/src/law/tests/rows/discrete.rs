//! Rows of discrete laws.

use super::{Row, row};

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    vec![
        row("bernoulli", &[0.0], []),
        row("bernoulli", &[-2.5], []),
        row("bernoulli", &[7.0], []),
        row("categorical", &[0.3], []),
        row("categorical", &[0.3, -1.0, 2.0, 0.0], []),
    ]
}
