//! A second difference of `log Γ`, which the variances of powers of exponential and beta draws stand on.

use crate::special::{digamma_difference, log_gamma_difference};

/// Nodes and weights of the three-point Gauss–Legendre rule on `[0, 1]`.
const RULE: [(f64, f64); 3] =
    [(0.112_701_665_379_258_3, 5.0 / 18.0), (0.5, 4.0 / 9.0), (0.887_298_334_620_741_7, 5.0 / 18.0)];

/// From this step on the difference of first differences keeps its digits: 2e-15 of 0.016 in `1.6 e²`.
const SMALL: f64 = 0.01;

/// `log Γ(x + 2e) - 2 log Γ(x + e) + log Γ(x)` for `x >= 1`, `e > 0`: to a relative 2e-13 at `x = 1`.
pub(super) fn second_difference(x: f64, e: f64) -> f64 {
    if e > SMALL {
        return log_gamma_difference(x + e, e) - log_gamma_difference(x, e);
    }
    // ∫ ψ(x + t + e) - ψ(x + t) dt from 0 to e. The rule is off by e⁷ f⁽⁶⁾ / 2016000, f⁽⁶⁾ below e · 7!: 3e-15 of e².
    RULE.iter().map(|(t, w)| w * e * digamma_difference(x + t * e, e)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_meet() {
        for x in [1.0, 1.5, 4.0, 1e3] {
            let e = SMALL * (1.0 + f64::EPSILON);
            let ratio = second_difference(x, e) / second_difference(x, SMALL);
            // Moved by 1 ulp of the step; the first difference cancels to e/x of it, and more where log Γ' = ψ is large.
            assert!((ratio - 1.0).abs() < 2e-13 * (1.0 + x.ln()) * x, "{x}: {ratio}");
        }
    }

    #[test]
    fn nodes_are_those_of_the_rule() {
        // Of degree 5: ∫ t⁵ dt = 1/6.
        let sum: f64 = RULE.iter().map(|(t, w)| w * t.powi(5)).sum();
        assert!((sum - 1.0 / 6.0).abs() < 2.0 * f64::EPSILON);
    }
}
