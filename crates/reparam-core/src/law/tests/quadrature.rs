//! Gauss–Legendre panels in a chart.

/// Nodes of a panel.
pub const NODES: usize = 20;

/// A smooth map of the line onto the support, so that the panels of the quadrature meet no singularity and reach into heavy tails.
#[derive(Clone, Copy, Debug)]
pub enum Chart {
    /// `x = t`.
    Line,
    /// `x = base + e^t`.
    Exp(f64),
    /// `x = low + (high - low) / (1 + e^-t)`.
    Sigmoid(f64, f64),
    /// `x = loc + scale · sinh(t)`.
    Sinh(f64, f64),
}

impl Chart {
    /// `x` and `dx/dt` at `t`.
    pub fn at(self, t: f64) -> (f64, f64) {
        match self {
            Self::Line => (t, 1.0),
            Self::Exp(base) => (base + t.exp(), t.exp()),
            Self::Sigmoid(low, high) => {
                let (up, down) = (1.0 / (1.0 + (-t).exp()), 1.0 / (1.0 + t.exp()));
                // From the nearer end, where x = low + small keeps its digits.
                let x = if t < 0.0 { low + (high - low) * up } else { high - (high - low) * down };
                (x, (high - low) * up * down)
            }
            Self::Sinh(loc, scale) => (loc + scale * t.sinh(), scale * t.cosh()),
        }
    }

    /// The `t` of `x`; not finite outside the chart.
    pub fn inverse(self, x: f64) -> f64 {
        match self {
            Self::Line => x,
            Self::Exp(base) => (x - base).ln(),
            Self::Sigmoid(low, high) => ((x - low) / (high - x)).ln(),
            Self::Sinh(loc, scale) => ((x - loc) / scale).asinh(),
        }
    }

    /// `(x, dx)` of the nodes of all panels.
    pub fn nodes(self, edges: &[f64]) -> Vec<(f64, f64)> {
        let rule = gauss_legendre();
        let panel = |e: &[f64]| {
            let (middle, half) = (0.5 * (e[0] + e[1]), 0.5 * (e[1] - e[0]));
            rule.iter().map(|(t, w)| (self.at(middle + half * t), half * w)).collect::<Vec<_>>()
        };
        edges.windows(2).flat_map(panel).map(|((x, dx), w)| (x, w * dx)).collect()
    }
}

/// Nodes and weights of the rule on `[-1, 1]`, from left to right, by Newton steps on the Legendre recurrence.
fn gauss_legendre() -> Vec<(f64, f64)> {
    let n = NODES as u32;
    (0..n)
        .map(|i| {
            let mut x = -(std::f64::consts::PI * (f64::from(i) + 0.75) / (f64::from(n) + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..8 {
                let (mut before, mut here) = (1.0, x);
                for k in 1..n {
                    let k = f64::from(k);
                    (before, here) = (here, ((2.0 * k + 1.0) * x * here - k * before) / (k + 1.0));
                }
                slope = f64::from(n) * (before - x * here) / (1.0 - x * x);
                x -= here / slope;
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

#[test]
fn twenty_nodes_integrate_degree_thirty_nine_and_the_charts_are_onto() {
    let square = |chart: Chart, low: f64, high: f64| {
        let nodes = chart.nodes(&[chart.inverse(low), chart.inverse(high)]);
        nodes.iter().map(|(x, dx)| x.powi(2) * dx).sum::<f64>()
    };
    let even: f64 = Chart::Line.nodes(&[-1.0, 1.0]).iter().map(|(x, w)| w * x.powi(38)).sum();
    // Twenty terms of size at most 1; the charts' integrands are entire, or analytic within 3 of the panel.
    assert!((even - 2.0 / 39.0).abs() < 1e-14);
    for chart in [Chart::Line, Chart::Exp(-1.0), Chart::Sigmoid(-1.0, 4.0), Chart::Sinh(0.5, 2.0)] {
        assert!((square(chart, 0.5, 2.0) - (8.0 - 0.125) / 3.0).abs() < 1e-12, "{chart:?}");
    }
}
