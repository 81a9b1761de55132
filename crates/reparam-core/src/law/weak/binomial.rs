//! Weak derivative of the binomial law.

use super::{Binomial, Law, Stream, WeakDerivative};

impl WeakDerivative for Binomial {
    /// Logits: `x + 1` and `x`, a draw of one trial less; constant `total_count probs (1 - probs)`. The count has no derivative.
    fn fill_weak(
        &self,
        parameter: usize,
        stream: &Stream,
        first: u64,
        plus: &mut [f64],
        minus: &mut [f64],
    ) -> Option<f64> {
        if parameter != 1 {
            return None;
        }
        let count = plus.len().min(minus.len());
        let (plus, minus) = (&mut plus[..count], &mut minus[..count]);
        if self.total_count() < 1.0 {
            plus.fill(0.0);
            minus.fill(0.0);
            return Some(0.0);
        }
        Binomial::from_probs(self.total_count() - 1.0, self.probs()).ok()?.fill(stream, first, minus);
        plus.iter_mut().zip(minus).for_each(|(plus, x)| *plus = *x + 1.0);
        Some(self.variance())
    }
}
