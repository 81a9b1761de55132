//! Increasing numbers.

use super::{Bijector, BijectorError, Domain, at_least, fits};

/// `y_0 = x_0`, `y_i = y_{i-1} + e^x_i`.
///
/// ```
/// use reparam_core::bijector::{Bijector, Ordered};
/// let mut y = [0.0; 3];
/// let log_det = Ordered::new(3).unwrap().forward_and_log_det(&[-1.0, 0.0, 0.0], &mut y);
/// assert_eq!((y, log_det), ([-1.0, 0.0, 1.0], 0.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ordered {
    len: usize,
}

impl Ordered {
    /// On vectors of this length.
    ///
    /// # Errors
    ///
    /// `len` below 1.
    pub fn new(len: usize) -> Result<Self, BijectorError> {
        at_least("ordered", "len", 1, len)?;
        Ok(Self { len })
    }
}

impl Bijector for Ordered {
    fn input_len(&self) -> usize {
        self.len
    }

    fn output_len(&self) -> usize {
        self.len
    }

    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::Ordered
    }

    fn forward_and_log_det(&self, x: &[f64], y: &mut [f64]) -> f64 {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], y) {
            return f64::NAN;
        }
        y[0] = x[0];
        for i in 1..self.len {
            y[i] = y[i - 1] + x[i].exp();
        }
        x[1..].iter().sum()
    }

    fn inverse(&self, y: &[f64], x: &mut [f64]) {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], x) {
            return;
        }
        x[0] = y[0];
        for i in 1..self.len {
            x[i] = (y[i] - y[i - 1]).ln();
        }
    }

    fn pull_back(&self, x: &[f64], y_cotangent: &[f64], log_det_cotangent: f64, x_cotangent: &mut [f64]) {
        let (inside, outside) = (self.input_len(), self.output_len());
        let lengths = [(x.len(), inside), (y_cotangent.len(), outside), (x_cotangent.len(), inside)];
        if !fits(&lengths, x_cotangent) {
            return;
        }
        let mut after = 0.0;
        for i in (1..self.len).rev() {
            after += y_cotangent[i];
            x_cotangent[i] += after * x[i].exp() + log_det_cotangent;
        }
        x_cotangent[0] += after + y_cotangent[0];
    }

    fn pull_back_inverse(&self, x: &[f64], y: &[f64], x_cotangent: &[f64], y_cotangent: &mut [f64]) {
        let (inside, outside) = (self.input_len(), self.output_len());
        let lengths =
            [(x.len(), inside), (y.len(), outside), (x_cotangent.len(), inside), (y_cotangent.len(), outside)];
        if !fits(&lengths, y_cotangent) {
            return;
        }
        y_cotangent[0] += x_cotangent[0];
        for i in 1..self.len {
            let pull = x_cotangent[i] * (-x[i]).exp();
            y_cotangent[i] += pull;
            y_cotangent[i - 1] -= pull;
        }
    }
}
