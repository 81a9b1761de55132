//! Weak derivative of the exponential law.

use super::{Exponential, Law, Stream, WeakDerivative, fill_stepped};

impl WeakDerivative for Exponential {
    /// Rate: a draw and the sum of it and another (Gamma of shape 2); constant `1 / rate`.
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
        Some(1.0 / self.parameters()[0])
    }
}
