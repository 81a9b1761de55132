//! Weak derivative of the geometric law.

use super::{Geometric, Stream, WeakDerivative, fill_stepped};

impl WeakDerivative for Geometric {
    /// Logits: a draw and the sum of it and another; constant 1.
    ///
    /// The law is Poisson with an exponential rate of rate `b = e^logits`, and `b ∂/∂b` of that has the constant 1.
    fn fill_weak(
        &self,
        parameter: usize,
        stream: &Stream,
        first: u64,
        plus: &mut [f64],
        minus: &mut [f64],
    ) -> Option<f64> {
        if parameter > 0 {
            return None;
        }
        fill_stepped(self, self, stream, first, plus, minus);
        Some(1.0)
    }
}
