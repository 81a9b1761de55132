//! Quadrature of products of a smooth function and a step whose width is the temperature.

use super::super::discrete::gauss_legendre;

/// Edges from `low` to `high` such that no panel is wider than 1, nor than its distance from 0 or `width`.
///
/// A function of scale 1 times a function of `v / width` is then smooth on each panel: 20 Gauss–Legendre nodes leave some 1e-15.
pub(in crate::law) fn uneven(low: f64, high: f64, width: f64) -> Vec<f64> {
    let mut edges = vec![low];
    let mut here = low;
    while here < high {
        let step = if here < 0.0 { (-0.5 * here).max(width) } else { here.max(width) }.min(1.0);
        // 0, and the end, are edges.
        let next = if here < 0.0 && here + step > 0.0 { 0.0 } else { here + step };
        if next >= high || next <= here {
            break;
        }
        edges.push(next);
        here = next;
    }
    edges.push(high);
    edges
}

/// Nodes and weights over panels.
pub(in crate::law) struct Panels(pub(in crate::law) Vec<(f64, f64)>);

impl Panels {
    pub(in crate::law) fn over(edges: &[f64]) -> Self {
        let rule = gauss_legendre();
        let panel = |e: &[f64]| {
            let (middle, half) = (0.5 * (e[0] + e[1]), 0.5 * (e[1] - e[0]));
            rule.map(|(t, w)| (middle + half * t, half * w))
        };
        Self(edges.windows(2).flat_map(panel).collect())
    }

    pub(in crate::law) fn sum(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.0.iter().map(|(v, w)| w * f(*v)).sum()
    }
}
