//! Stick breaking.

use super::{Bijector, BijectorError, Domain, at_least, fits};
use crate::special::{log1p_exp, sigmoid};

/// `n - 1` numbers to a point of the simplex of `n`: part `z_i = σ(x_i - log(n - 1 - i))` of what is left of a stick is `y_i`, `i` from
/// 0 on, and the rest is the last. Zeros are the centre. Log-determinant in all coordinates but the last.
///
/// The map of the Stan Reference Manual, "Unit simplex".
///
/// ```
/// use reparam_core::bijector::{Bijector, StickBreaking};
/// let map = StickBreaking::new(4).unwrap();
/// let (mut y, mut x) = ([0.0; 4], [0.0; 3]);
/// map.forward(&[1.0, -2.0, 0.5], &mut y);
/// map.inverse(&y, &mut x);
/// assert!((x[1] + 2.0).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StickBreaking {
    categories: usize,
}

impl StickBreaking {
    /// Onto the simplex of this many categories.
    ///
    /// # Errors
    ///
    /// `categories` below 2.
    pub fn new(categories: usize) -> Result<Self, BijectorError> {
        at_least("stick-breaking", "categories", 2, categories)?;
        Ok(Self { categories })
    }

    /// `x_i - offset` is the log-odds of part `i` of the rest.
    fn offset(self, i: usize) -> f64 {
        ((self.categories - 1 - i) as f64).ln()
    }
}

impl Bijector for StickBreaking {
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
        let (mut log_rest, mut log_det) = (0.0, 0.0);
        for (i, x) in x.iter().enumerate() {
            let odds = x - self.offset(i);
            let (part, rest) = (-log1p_exp(-odds), -log1p_exp(odds));
            y[i] = (log_rest + part).exp();
            log_det += log_rest + part + rest;
            log_rest += rest;
        }
        y[self.categories - 1] = log_rest.exp();
        log_det
    }

    fn inverse(&self, y: &[f64], x: &mut [f64]) {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], x) {
            return;
        }
        let mut after = y[self.categories - 1];
        for i in (0..x.len()).rev() {
            x[i] = y[i].ln() - after.ln() + self.offset(i);
            after += y[i];
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
        // Sums over the categories after `i`, of y and of c y.
        let (mut after, mut pull) = (y[inside], y[inside] * y_cotangent[inside]);
        for i in (0..inside).rev() {
            let part = sigmoid(x[i] - self.offset(i));
            let in_log_det = 1.0 - part * (self.categories - i) as f64;
            x_cotangent[i] += part * (y_cotangent[i] * after - pull) + log_det_cotangent * in_log_det;
            after += y[i];
            pull += y_cotangent[i] * y[i];
        }
    }

    fn pull_back_inverse(&self, x: &[f64], y: &[f64], x_cotangent: &[f64], y_cotangent: &mut [f64]) {
        let (inside, outside) = (self.input_len(), self.output_len());
        let lengths =
            [(x.len(), inside), (y.len(), outside), (x_cotangent.len(), inside), (y_cotangent.len(), outside)];
        if !fits(&lengths, y_cotangent) {
            return;
        }
        let mut after = vec![y[inside]; outside];
        for i in (0..inside).rev() {
            after[i] = after[i + 1] + y[i];
        }
        // x_i = log y_i - log Σ_{j > i} y_j + offset.
        let mut total = 0.0;
        for i in 0..inside {
            y_cotangent[i] += x_cotangent[i] / y[i] - total;
            total += x_cotangent[i] / after[i + 1];
        }
        y_cotangent[inside] -= total;
    }
}
