//! Weak derivatives of the categorical law.

use super::{Categorical, Noise, Stream, WeakDerivative, in_pieces};

impl WeakDerivative for Categorical {
    /// Logit k: category k, and a draw of the others; constant `p_k (1 - p_k)`.
    ///
    /// The law itself in place of the others, with constant `p_k`, has the same mean, and pairs that are equal and say nothing.
    fn fill_weak(
        &self,
        parameter: usize,
        stream: &Stream,
        first: u64,
        plus: &mut [f64],
        minus: &mut [f64],
    ) -> Option<f64> {
        let here = self.log_probs().get(parameter)?.exp();
        let weight = |k: usize, l: &f64| if k == parameter { 0.0 } else { l.exp() };
        // Summed, not 1 - p_k, which cancels.
        let others: f64 = self.log_probs().iter().enumerate().map(|(k, l)| weight(k, l)).sum();
        // Where the rounded sum ends below the noise, and where no other category has mass.
        let last = self.log_probs().iter().enumerate().rposition(|(k, l)| weight(k, l) > 0.0).unwrap_or(parameter);
        in_pieces([Noise::Uniform], stream, first, [plus, minus], |[u]| {
            let mut below = 0.0;
            let other = self.log_probs().iter().enumerate().position(|(k, l)| {
                below += weight(k, l);
                below > u * others
            });
            [parameter as f64, other.unwrap_or(last) as f64]
        });
        Some(here * others)
    }
}
