//! Softmax with the last logit fixed at 0.

use super::{Bijector, BijectorError, Domain, at_least, fits};
use crate::special::log_sum_exp;

/// `n - 1` numbers to a point of the simplex of `n`: `y = softmax(x, 0)`. Log-determinant in all coordinates but the last: `Σ log y`.
///
/// ```
/// use reparam_core::bijector::{Bijector, SoftmaxCentred};
/// let mut y = [0.0; 2];
/// let log_det = SoftmaxCentred::new(2).unwrap().forward_and_log_det(&[0.0], &mut y);
/// assert_eq!((y, log_det), ([0.5, 0.5], 0.25_f64.ln()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftmaxCentred {
    categories: usize,
}

impl SoftmaxCentred {
    /// Onto the simplex of this many categories.
    ///
    /// # Errors
    ///
    /// `categories` below 2.
    pub fn new(categories: usize) -> Result<Self, BijectorError> {
        at_least("softmax-centred", "categories", 2, categories)?;
        Ok(Self { categories })
    }
}

impl Bijector for SoftmaxCentred {
    fn input_len(&self) -> usize {
        self.categories - 1
    }

    fn output_len(&self) -> usize {
        self.categories
    }

    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::Simplex
    }

    fn forward_and_log_det(&self, x: &[f64], y: &mut [f64]) -> f64 {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], y) {
            return f64::NAN;
        }
        let largest = x.iter().fold(0.0_f64, |m, x| m.max(*x));
        let mut terms = x.to_vec();
        terms.push(0.0);
        let total = log_sum_exp(&terms);
        let mut log_det = 0.0;
        for (y, x) in y.iter_mut().zip(&terms) {
            // Both differences to the largest: where logits are huge, no digits are lost to `total`.
            let log = (x - largest) - (total - largest);
            *y = log.exp();
            log_det += log;
        }
        log_det
    }

    fn inverse(&self, y: &[f64], x: &mut [f64]) {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], x) {
            return;
        }
        let last = y[self.categories - 1].ln();
        for (x, y) in x.iter_mut().zip(y) {
            *x = y.ln() - last;
        }
    }

    fn pull_back(&self, x: &[f64], y_cotangent: &[f64], log_det_cotangent: f64, x_cotangent: &mut [f64]) {
        let (inside, outside) = (self.input_len(), self.output_len());
        let lengths = [(x.len(), inside), (y_cotangent.len(), outside), (x_cotangent.len(), inside)];
        if !fits(&lengths, x_cotangent) {
            return;
        }
        let mut y = vec![0.0; outside];
        self.forward(x, &mut y);
        let mean: f64 = y.iter().zip(y_cotangent).map(|(y, c)| y * c).sum();
        for ((out, y), c) in x_cotangent.iter_mut().zip(&y).zip(y_cotangent) {
            *out += y * (c - mean) + log_det_cotangent * (1.0 - self.categories as f64 * y);
        }
    }

    fn pull_back_inverse(&self, x: &[f64], y: &[f64], x_cotangent: &[f64], y_cotangent: &mut [f64]) {
        let (inside, outside) = (self.input_len(), self.output_len());
        let lengths =
            [(x.len(), inside), (y.len(), outside), (x_cotangent.len(), inside), (y_cotangent.len(), outside)];
        if !fits(&lengths, y_cotangent) {
            return;
        }
        let mut total = 0.0;
        for ((out, y), c) in y_cotangent.iter_mut().zip(y).zip(x_cotangent) {
            *out += c / y;
            total += c;
        }
        y_cotangent[inside] -= total / y[inside];
    }
}
