//! Weak derivative of the negative binomial law by mean.

use super::{Geometric, Law, NegativeBinomial, Stream, WeakDerivative, fill_stepped};

impl WeakDerivative for NegativeBinomial {
    /// Mean: the sum of a draw and a geometric one of mean `mean / dispersion` (`dispersion + 1` of them), and the draw; constant
    /// `dispersion / mean`. Dispersion: none.
    ///
    /// The law is Poisson with a Gamma rate of rate `dispersion / mean`, whose derivative is a difference of neighbouring shapes.
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
        let constant = self.dispersion() / self.mean();
        let step = Geometric::from_logits(constant.ln()).ok()?;
        fill_stepped(self, &step, stream, first, minus, plus);
        Some(constant)
    }
}
