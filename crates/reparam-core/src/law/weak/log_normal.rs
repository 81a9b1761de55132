//! Weak derivatives of the log-normal law.

use super::{Law, LogNormal, Normal, Stream, WeakDerivative};

impl WeakDerivative for LogNormal {
    /// The exponentials of the normal law's pairs, with its constants.
    fn fill_weak(
        &self,
        parameter: usize,
        stream: &Stream,
        first: u64,
        plus: &mut [f64],
        minus: &mut [f64],
    ) -> Option<f64> {
        let parameters = self.parameters();
        let normal = Normal::new(parameters[0], parameters[1]).ok()?;
        let count = plus.len().min(minus.len());
        let (plus, minus) = (&mut plus[..count], &mut minus[..count]);
        let constant = normal.fill_weak(parameter, stream, first, plus, minus)?;
        for x in plus.iter_mut().chain(minus) {
            *x = x.exp();
        }
        Some(constant)
    }
}
