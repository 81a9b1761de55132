//! What Stirling's formula leaves of a beta law's normaliser and moments, so that large shapes cancel nothing.

use crate::special::{digamma, log_gamma_correction, log_minus_digamma};
use std::f64::consts::TAU;

/// `ln x - ψ(x)`: `1/(2x)` at large x, `1/x` at small ones.
pub(super) fn excess(x: f64) -> f64 {
    if x >= 8.0 { log_minus_digamma(x) } else { x.ln() - digamma(x) }
}

/// `ln(m^a n^b / B(a, b))` at the mean `m = a/(a + b) = 1 - n`.
pub(super) fn log_peak(a: f64, b: f64) -> f64 {
    let s = a + b;
    0.5 * (a / TAU * (b / s)).ln() + (log_gamma_correction(s) - log_gamma_correction(a) - log_gamma_correction(b))
}

/// Entropy of the log-odds of a beta draw. With `ln B(a, b) = a ln m + b ln n - log_peak` and `E ln x = ln m - (excess(a) - excess(a + b))`
/// all that is of the size of the shapes is gone.
pub(super) fn logit_entropy(a: f64, b: f64) -> f64 {
    let whole = excess(a + b);
    a * (excess(a) - whole) + b * (excess(b) - whole) - log_peak(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::{digamma_difference, log_beta};

    #[test]
    fn parts_add_to_the_textbook_forms() {
        for (a, b) in [(1e-8_f64, 3.0_f64), (0.2, 0.7), (1.0, 1.0), (5.0, 30.0), (7.99, 8.01), (400.0, 2e3)] {
            let (s, m) = (a + b, a / (a + b));
            let log_beta_by_parts = a * m.ln() + b * (b / s).ln() - log_peak(a, b);
            // The textbook's terms are of the size of the shapes times their logarithms, and cancel.
            let rounding = 16.0 * f64::EPSILON * (1.0 + s * s.ln().abs() + a.ln().abs());
            assert!((log_beta_by_parts - log_beta(a, b)).abs() < rounding, "{a} {b}");
            let entropy = log_beta(a, b) + a * digamma_difference(a, b) + b * digamma_difference(b, a);
            assert!((logit_entropy(a, b) - entropy).abs() < rounding, "{a} {b}");
        }
        // A normal law of variance 1/a + 1/b in the limit.
        let limit = 0.5 * (TAU * 2e-8).ln() + 0.5;
        assert!((logit_entropy(1e8, 1e8) - limit).abs() < 1e-7);
    }
}
