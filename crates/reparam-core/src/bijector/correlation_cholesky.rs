//! Cholesky factors of correlation matrices.

use super::{Bijector, BijectorError, Domain, at_least, fits};
use crate::special::log1p_exp;
use std::f64::consts::LN_2;
use std::ops::Range;

/// `n (n - 1) / 2` numbers, the rows of a strictly lower triangle one after the other, to the Cholesky factor of a correlation matrix.
///
/// `tanh x_ij` is the part of row `i` that entry `j` takes of what is left of its length 1: `L_ij = tanh x_ij √(1 - Σ_{k<j} L_ik²)`
/// (Lewandowski, Kurowicka and Joe 2009; the Stan Reference Manual, "Cholesky factors of correlation matrices"). With
/// `1 - tanh² = sech²` it is `tanh x_ij ∏_{k<j} sech x_ik`, which nothing cancels in. Log-determinant in the strictly lower triangle.
///
/// ```
/// use reparam_core::bijector::{Bijector, CorrelationCholesky};
/// let mut y = [0.0; 4];
/// CorrelationCholesky::new(2).unwrap().forward(&[0.5], &mut y);
/// assert_eq!(y[..3], [1.0, 0.0, 0.5_f64.tanh()]);
/// assert!((y[3] * y[3] + y[2] * y[2] - 1.0).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrelationCholesky {
    dim: usize,
}

impl CorrelationCholesky {
    /// Onto factors of this many rows.
    ///
    /// # Errors
    ///
    /// `dim` below 2.
    pub fn new(dim: usize) -> Result<Self, BijectorError> {
        at_least("correlation-cholesky", "dim", 2, dim)?;
        Ok(Self { dim })
    }

    /// The numbers of row `i`, and where the row starts in the matrix.
    fn row(self, i: usize) -> (Range<usize>, usize) {
        let start = i * (i - 1) / 2;
        (start..start + i, i * self.dim)
    }
}

impl Bijector for CorrelationCholesky {
    fn input_len(&self) -> usize {
        self.dim * (self.dim - 1) / 2
    }

    fn output_len(&self) -> usize {
        self.dim * self.dim
    }

    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::CorrelationCholesky
    }

    fn forward_and_log_det(&self, x: &[f64], y: &mut [f64]) -> f64 {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], y) {
            return f64::NAN;
        }
        y.fill(0.0);
        y[0] = 1.0;
        let mut log_det = 0.0;
        for i in 1..self.dim {
            let (numbers, start) = self.row(i);
            let mut log_rest = 0.0;
            for (j, x) in x[numbers].iter().enumerate() {
                y[start + j] = x.tanh() * f64::exp(log_rest);
                log_det += log_rest + 2.0 * log_sech(*x);
                log_rest += log_sech(*x);
            }
            y[start + i] = log_rest.exp();
        }
        log_det
    }

    fn inverse(&self, y: &[f64], x: &mut [f64]) {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], x) {
            return;
        }
        for i in 1..self.dim {
            let (numbers, start) = self.row(i);
            let mut rest = y[start + i].abs();
            for (j, x) in x[numbers].iter_mut().enumerate().rev() {
                // tanh x √r = L and sech x √r = what is left after it, so that sinh x is their ratio.
                *x = (y[start + j] / rest).asinh();
                rest = rest.hypot(y[start + j]);
            }
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
        for i in 1..self.dim {
            let (numbers, start) = self.row(i);
            // Σ c L over the entries after `j`, each of which has the factor sech x_j; and how many they are, without the last,
            // whose logarithm is not part of the log-determinant.
            let mut pull = y_cotangent[start + i] * y[start + i];
            let row = numbers.clone().map(|k| x[k]).collect::<Vec<f64>>();
            let mut log_rest: f64 = row.iter().map(|x| log_sech(*x)).sum();
            for (j, x) in row.iter().enumerate().rev() {
                log_rest -= log_sech(*x);
                let here = y_cotangent[start + j] * (log_rest + 2.0 * log_sech(*x)).exp();
                let in_log_det = -x.tanh() * (2 + (i - 1 - j)) as f64;
                x_cotangent[numbers.start + j] += here - pull * x.tanh() + log_det_cotangent * in_log_det;
                pull += y_cotangent[start + j] * y[start + j];
            }
        }
    }

    fn pull_back_inverse(&self, x: &[f64], y: &[f64], x_cotangent: &[f64], y_cotangent: &mut [f64]) {
        let (inside, outside) = (self.input_len(), self.output_len());
        let lengths =
            [(x.len(), inside), (y.len(), outside), (x_cotangent.len(), inside), (y_cotangent.len(), outside)];
        if !fits(&lengths, y_cotangent) {
            return;
        }
        for i in 1..self.dim {
            let (numbers, start) = self.row(i);
            // x_j = asinh(L_j / T_j), T_j² = Σ_{k>j} L_k²; `total` gathers -∂x_j/∂L_k / L_k for later k.
            let mut rest = vec![y[start + i].abs(); i + 1];
            for j in (0..i).rev() {
                rest[j] = rest[j + 1].hypot(y[start + j]);
            }
            let mut total = 0.0;
            for j in 0..i {
                let (entry, c) = (y[start + j], x_cotangent[numbers.start + j]);
                y_cotangent[start + j] += c / rest[j] - total * entry;
                total += c * entry / (rest[j + 1] * rest[j + 1] * rest[j]);
            }
            y_cotangent[start + i] -= total * y[start + i];
        }
    }
}

/// `log(1 / cosh x)`, without overflow.
fn log_sech(x: f64) -> f64 {
    LN_2 - x.abs() - log1p_exp(-2.0 * x.abs())
}
