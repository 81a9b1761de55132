//! Rows of laws made of other laws.

use super::*;
use crate::bijector::{Exp, Tanh};
use crate::law::{DistributionFunction, InverseTransform, Laplace, Mixture, Transformed, Truncated};

pub(in crate::law::tests) fn rows() -> Vec<Row> {
    vec![
        charted("normal-mixture", &[0.0, 1.0, -1.5, 1.0, 0.8, 0.5], Chart::Line, around(0.0, 0.5, 30)),
        charted("normal-mixture", &[0.3, -2.0, 1.0, 1.0, 2.0, 0.5], Chart::Line, around(0.0, 0.5, 50)),
        charted("truncated-normal", &[0.0, 1.0, -1.0, 2.0], Chart::Line, panels(-1.0, 2.0, 16)),
        charted("truncated-normal", &[0.5, 2.0, 3.0, f64::INFINITY], Chart::Line, panels(3.0, 25.0, 40)),
        charted("truncated-normal", &[0.5, 2.0, f64::NEG_INFINITY, -4.0], Chart::Line, panels(-24.0, -4.0, 40)),
        charted("truncated-normal", &[0.0, 1.0, 10.0, 11.0], Chart::Line, panels(10.0, 11.0, 40)),
        row("tabulated", &[-1.0, 0.5, 1.0, 3.0, 0.0, 0.25, 0.625, 1.0], [-1.0, 0.5, 1.0, 3.0]),
        made(truncated_laplace, &[1.0, 0.5, 0.0, 3.0], Chart::Line, panels(0.0, 3.0, 48)),
        made(laplace_and_normal, &[0.0, 0.7, -1.0, 0.5, 2.0, 1.0], Chart::Line, around(-1.0, 0.5, 60)),
        made(log_normal, &[0.3, 0.5], Chart::Exp(0.0), around(0.3, 0.25, 48)),
        made(squashed_laplace, &[0.2, 0.1], Chart::Sigmoid(-1.0, 1.0), around(0.4, 0.2, 45)),
        made(gompertz, &[0.8, 2.0], Chart::Exp(0.0), panels(-40.0, 2.2, 80)),
    ]
}

fn log_normal(p: &[f64]) -> Box<dyn Law> {
    Box::new(Transformed::new(Normal::new(p[0], p[1]).unwrap(), Exp).unwrap())
}

/// In the chart `x = tanh(t/2)` the corner of the Laplace law lies at twice its location, which is an edge.
fn squashed_laplace(p: &[f64]) -> Box<dyn Law> {
    Box::new(Transformed::new(Laplace::new(p[0], p[1]).unwrap(), Tanh).unwrap())
}

fn truncated_laplace(p: &[f64]) -> Box<dyn Law> {
    Box::new(Truncated::new(Laplace::new(p[0], p[1]).unwrap(), p[2], p[3]).unwrap())
}

fn laplace_and_normal(p: &[f64]) -> Box<dyn Law> {
    let parts: Vec<Box<dyn Law>> =
        vec![Box::new(Laplace::new(p[2], p[3]).unwrap()), family("normal").unwrap().build(&p[4..]).unwrap()];
    Box::new(Mixture::new(&p[..2], parts).unwrap())
}

/// `F(x) = 1 - exp(-a (e^(bx) - 1))`.
struct Gompertz;

impl DistributionFunction for Gompertz {
    fn cdf(&self, x: f64, p: &[f64]) -> f64 {
        -self.log_survival(x, p).exp_m1()
    }

    fn log_density(&self, x: f64, p: &[f64]) -> f64 {
        (p[0] * p[1]).ln() + p[1] * x + self.log_survival(x, p)
    }

    fn survival(&self, x: f64, p: &[f64]) -> f64 {
        self.log_survival(x, p).exp()
    }

    fn log_survival(&self, x: f64, p: &[f64]) -> f64 {
        -p[0] * (p[1] * x).exp_m1()
    }
}

fn gompertz(p: &[f64]) -> Box<dyn Law> {
    Box::new(InverseTransform::new(&["a", "b"], p, Support::Positive, Gompertz).unwrap())
}
