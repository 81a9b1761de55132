//! Rows of implicit laws.

use super::{Chart, Row, charted, panels, row};

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    gamma_family()
}

/// Panels for a density that is all but a power of `e^t` below `bend`: 60 there, 100 above. A uniform law on from 0 asks for panels
/// of less than a decade of `e^t` from `t = -30` on, also where the density has died away.
fn bent(low: f64, bend: f64, high: f64) -> impl Iterator<Item = f64> {
    panels(low, bend, 60).chain(panels(bend, high, 100).skip(1))
}

fn mirrored(edges: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut edges: Vec<f64> = edges.map(|t| -t).collect();
    edges.reverse();
    edges
}

fn gamma_family() -> Vec<Row> {
    let half_line = |name, parameters: &[f64], edges: Vec<f64>| charted(name, parameters, Chart::Exp(0.0), edges);
    let bent = |low, bend, high| bent(low, bend, high).collect::<Vec<_>>();
    vec![
        half_line("gamma", &[2.0, 1.0], bent(-24.0, -6.0, 4.5)),
        half_line("gamma", &[1.0, 3.0], bent(-45.0, -9.0, 3.0)),
        half_line("gamma", &[0.3, 0.7], bent(-140.0, -6.0, 5.0)),
        half_line("gamma", &[0.1, 20.0], bent(-420.0, -28.0, 1.2)),
        half_line("gamma", &[9.0, 0.5], bent(-30.0, 1.0, 5.5)),
        half_line("gamma", &[300.0, 100.0], bent(-30.0, 0.5, 1.7)),
        half_line("inverse-gamma", &[3.0, 2.0], mirrored(bent(-45.0, -6.0, 3.5).into_iter())),
        half_line("inverse-gamma", &[0.7, 1.0], mirrored(bent(-65.0, -8.0, 4.5).into_iter())),
        half_line("inverse-gamma", &[1.6, 0.3], mirrored(bent(-60.0, -8.0, 5.5).into_iter())),
        half_line("inverse-gamma", &[50.0, 7.0], mirrored(bent(0.4, 1.0, 3.0).into_iter())),
        row("log-gamma", &[2.0, 1.0], bent(-25.0, -5.0, 4.5)),
        row("log-gamma", &[0.5, 3.0], bent(-90.0, -8.0, 3.5)),
        row("log-gamma", &[0.01, 2.0], bent(-4500.0, -8.0, 3.5)),
        row("log-gamma", &[80.0, 0.2], bent(4.6, 5.0, 7.0)),
        half_line("chi2", &[1.0], bent(-90.0, -7.0, 5.0)),
        half_line("chi2", &[5.0], bent(-20.0, -5.0, 5.2)),
        half_line("chi2", &[0.6], bent(-150.0, -7.0, 5.0)),
        half_line("chi2", &[41.0], bent(0.0, 1.0, 5.5)),
    ]
}
