//! Weak derivative of the Poisson law.

use super::{Law, Poisson, Stream, WeakDerivative};

impl WeakDerivative for Poisson {
    /// Rate: `x + 1` and `x`, a draw; constant 1.
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
        let count = plus.len().min(minus.len());
        self.fill(stream, first, &mut minus[..count]);
        plus.iter_mut().zip(minus).for_each(|(plus, x)| *plus = *x + 1.0);
        Some(1.0)
    }
}
