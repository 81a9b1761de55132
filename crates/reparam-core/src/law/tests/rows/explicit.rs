//! Rows of explicit laws.

use super::{Chart, Row, around, charted, panels, row, unit};

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    [on_the_line(), on_the_half_line(), on_an_interval()].into_iter().flatten().collect()
}

fn on_the_line() -> Vec<Row> {
    vec![
        row("normal", &[0.0, 1.0], around(0.0, 1.0, 16)),
        row("normal", &[-3.0, 0.2], around(-3.0, 0.2, 12)),
        row("laplace", &[0.0, 1.0], around(0.0, 1.0, 45)),
        row("laplace", &[2.0, 3.5], around(2.0, 3.5, 45)),
        row("logistic", &[0.0, 1.0], around(0.0, 1.0, 45)),
        row("logistic", &[-3.0, 0.2], around(-3.0, 0.2, 45)),
        charted("cauchy", &[0.0, 1.0], Chart::Sinh(0.0, 1.0), around(0.0, 1.0, 40)),
        charted("cauchy", &[-3.0, 0.2], Chart::Sinh(-3.0, 0.2), around(0.0, 1.0, 40)),
        row("gumbel", &[0.0, 1.0], panels(-5.0, 45.0, 100)),
        row("gumbel", &[-3.0, 0.2], panels(-4.0, 6.0, 100)),
        row("gumbel", &[1.0, 2.5], panels(-11.5, 113.5, 100)),
    ]
}

/// Panels of a law on the half-line whose density is a power near 0 and a power or less far out: in `log x`.
fn half_line(name: &'static str, parameters: &[f64], low: f64, high: f64) -> Row {
    charted(name, parameters, Chart::Exp(0.0), panels(low, high, 120))
}

fn on_the_half_line() -> Vec<Row> {
    vec![
        half_line("exponential", &[1.0], -40.0, 4.5),
        half_line("exponential", &[7.5], -42.0, 2.5),
        half_line("half-normal", &[1.0], -40.0, 3.0),
        half_line("half-normal", &[30.0], -36.0, 6.4),
        half_line("half-cauchy", &[1.0], -40.0, 40.0),
        half_line("half-cauchy", &[0.1], -43.0, 37.0),
        half_line("inverse-gaussian", &[1.0, 1.0], -5.0, 5.0),
        half_line("inverse-gaussian", &[2.0, 0.3], -6.5, 7.5),
        half_line("inverse-gaussian", &[0.5, 20.0], -2.8, 1.2),
        half_line("log-normal", &[0.0, 1.0], -12.0, 16.0),
        half_line("log-normal", &[-1.0, 0.25], -4.5, 3.0),
        half_line("weibull", &[1.0, 1.0], -40.0, 4.5),
        half_line("weibull", &[2.0, 0.6], -60.0, 8.0),
        half_line("weibull", &[0.5, 3.7], -14.0, 1.0),
        half_line("weibull", &[3.0, 250.0], 0.9, 1.15),
        charted("pareto", &[1.0, 3.0], Chart::Exp(1.0), panels(-40.0, 40.0, 160)),
        charted("pareto", &[0.2, 0.9], Chart::Exp(0.2), panels(-40.0, 45.0, 160)),
        charted("pareto", &[2.0, 1.6], Chart::Exp(2.0), panels(-40.0, 60.0, 160)),
        charted("pareto", &[5.0, 12.5], Chart::Exp(5.0), panels(-40.0, 12.0, 120)),
    ]
}

/// Panels of a law between two ends in the log-odds of its place between them.
fn between(name: &'static str, parameters: &[f64], ends: [f64; 2], reach: [f64; 2]) -> Row {
    charted(name, parameters, Chart::Sigmoid(ends[0], ends[1]), panels(reach[0], reach[1], 120))
}

fn on_an_interval() -> Vec<Row> {
    vec![
        row("uniform", &[0.0, 1.0], unit()),
        row("uniform", &[-3.0, 0.5], panels(-3.0, 0.5, 16)),
        row("uniform", &[0.25, 0.75], panels(0.25, 0.75, 16)),
        row("uniform", &[2.0, 2.5], panels(2.0, 2.5, 16)),
        row("continuous-bernoulli", &[0.0], unit()),
        row("continuous-bernoulli", &[0.005], unit()),
        row("continuous-bernoulli", &[-1.1], unit()),
        row("continuous-bernoulli", &[3.0], unit()),
        row("continuous-bernoulli", &[-40.0], unit()),
        between("logit-normal", &[0.0, 1.0], [0.0, 1.0], [-12.0, 12.0]),
        between("logit-normal", &[-1.0, 3.0], [0.0, 1.0], [-33.0, 33.0]),
        between("tanh-normal", &[0.0, 1.0], [-1.0, 1.0], [-22.0, 22.0]),
        between("tanh-normal", &[0.7, 0.3], [-1.0, 1.0], [-8.0, 8.0]),
        between("kumaraswamy", &[1.0, 1.0], [0.0, 1.0], [-40.0, 36.0]),
        between("kumaraswamy", &[2.0, 3.0], [0.0, 1.0], [-30.0, 30.0]),
        between("kumaraswamy", &[0.9, 1.5], [0.0, 1.0], [-50.0, 28.0]),
        between("kumaraswamy", &[6.0, 20.0], [0.0, 1.0], [-25.0, 25.0]),
    ]
}
