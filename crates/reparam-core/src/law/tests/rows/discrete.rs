//! Rows of discrete laws.

use super::{Row, row};

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    vec![
        row("bernoulli", &[0.0], []),
        row("bernoulli", &[-2.5], []),
        row("bernoulli", &[7.0], []),
        row("binomial", &[1.0, 0.3], []),
        row("binomial", &[12.0, -1.3], []),
        row("binomial", &[90.0, 1.7], []),
        row("binomial", &[400.0, -0.2], []),
        row("categorical", &[0.3], []),
        row("categorical", &[0.3, -1.0, 2.0, 0.0], []),
        row("geometric", &[0.4], []),
        row("geometric", &[-3.1], []),
        row("negative-binomial", &[3.1, 2.0], []),
        row("negative-binomial", &[40.3, 0.31], []),
        row("negative-binomial", &[7.7, 1.3e4], []),
        row("negative-binomial", &[200.5, 33.3], []),
        row("negative-binomial-classical", &[2.6, 0.7], []),
        row("negative-binomial-classical", &[40.1, -1.1], []),
        row("poisson", &[0.03], []),
        row("poisson", &[2.7], []),
        row("poisson", &[150.3], []),
        row("zero-inflated-negative-binomial", &[-1.2, 3.1, 2.0], []),
        row("zero-inflated-negative-binomial", &[0.4, 40.3, 0.31], []),
        row("zero-inflated-poisson", &[-2.0, 2.7], []),
        row("zero-inflated-poisson", &[1.5, 30.7], []),
    ]
}
