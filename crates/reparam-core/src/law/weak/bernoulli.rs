//! Weak derivative of the Bernoulli law.

use super::{Bernoulli, Law, Stream, WeakDerivative};

impl WeakDerivative for Bernoulli {
    /// Logits: 1 and 0; constant `probs (1 - probs)`. Nothing is random: the estimate is the derivative.
    fn fill_weak(
        &self,
        parameter: usize,
        stream: &Stream,
        first: u64,
        plus: &mut [f64],
        minus: &mut [f64],
    ) -> Option<f64> {
        let _ = (stream, first);
        if parameter > 0 {
            return None;
        }
        for (plus, minus) in plus.iter_mut().zip(minus) {
            (*plus, *minus) = (1.0, 0.0);
        }
        Some(self.variance())
    }
}
