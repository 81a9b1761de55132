//! Weak derivative of the negative binomial law by logits.

use super::{Geometric, Law, NegativeBinomialClassical, Stream, WeakDerivative, fill_stepped};

impl WeakDerivative for NegativeBinomialClassical {
    /// Logits: the sum of a draw and a geometric one (`total_count + 1` of them), and the draw; constant `total_count`. Count: none.
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
        let parameters = self.parameters();
        let step = Geometric::from_logits(-parameters[1]).ok()?;
        fill_stepped(self, &step, stream, first, minus, plus);
        Some(parameters[0])
    }
}
