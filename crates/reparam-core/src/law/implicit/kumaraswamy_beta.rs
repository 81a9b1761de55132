//! The divergence from a Kumaraswamy law to a beta law.

use super::{Beta, KlTo, Kumaraswamy, Law};
use crate::law::relaxed::Panels;
use crate::special::{digamma_difference, log_beta, log1m_exp};

impl KlTo<Beta> for Kumaraswamy {
    /// Elementary but for `E[ln(1 - x)]`, which is a series that converges like `m^-b` (Nalisnick and Smyth 2017), and here a quadrature, right
    /// to rounding; for `p` of `concentration0 = 1` it is not needed.
    fn kl(&self, p: &Beta) -> f64 {
        let ([a, b], [c, d]) = (self.concentrations(), p.shapes());
        // -E[ln x] = (ψ(b + 1) + γ) / a.
        let log_x = digamma_difference(1.0, b) / a;
        let log_y = if d == 1.0 { 0.0 } else { mean_log_rest(a, b) };
        (log_beta(c, d) + (c - 1.0) * log_x - (d - 1.0) * log_y - self.entropy()).max(0.0)
    }
}

/// `E[ln(1 - x)]` with `x^a = 1 - e^-s`, s exponential with rate b: over `ln s`, in which all is smooth.
///
/// `ln(1 - x)` bends where `s` is about 1 or `ln(1/a)`, there within 1 or so of it: below e^-4 panels of 2 are short
/// enough, above it of ½, and beside the bend of 2 in `s`.
fn mean_log_rest(a: f64, b: f64) -> f64 {
    let bend = -a.ln();
    // Less of the mass lies below than a sum in double precision sees; above it is e^-45 of what is beyond the bend.
    let (low, high) = ((1e-18 / b.max(1.0)).ln(), (45.0 / b + bend.max(0.0)).ln());
    let (mut edges, mut here) = (vec![low], low);
    while here < high {
        let s = here.exp();
        let bends = 1.7 * s > bend - 7.0 && s < bend + 7.0;
        here += if here < -4.0 {
            2.0
        } else if bends {
            (2.0 / s).min(0.5)
        } else {
            0.5
        };
        edges.push(here.min(high));
    }
    let term = |log_s: f64| {
        let s = log_s.exp();
        // ln(1 - e^-power), power = -ln(x^a) / a, from its logarithm where it is small.
        let log_power = if s < 40.0 { (-log1m_exp(-s)).ln() } else { -s } - a.ln();
        let log_rest = if log_power < -40.0 { log_power } else { log1m_exp(-log_power.exp()) };
        b * s * (-b * s).exp() * log_rest
    };
    Panels::over(&edges).sum(term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_log_of_the_rest_has_closed_forms() {
        // At a = 1 it is -1/b; at b = 1, x = u^(1/a), it is -(ψ(1 + a) + γ). 1000 terms of one sign round by some 1e-15 of the sum.
        for shape in [1e-8, 1e-3, 0.3, 1.0, 7.0, 1e3, 1e8] {
            let at_one = mean_log_rest(1.0, shape);
            assert!((at_one * shape + 1.0).abs() < 1e-13, "b = {shape}: {at_one}");
            let (got, exact) = (mean_log_rest(shape, 1.0), -digamma_difference(1.0, shape));
            assert!((got / exact - 1.0).abs() < 1e-12, "a = {shape}: {got} {exact}");
        }
    }
}
