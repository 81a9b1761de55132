//! Lower triangular matrices with positive diagonal.

use super::{Bijector, BijectorError, Domain, at_least, fits};

/// `n (n + 1) / 2` numbers, the rows of a lower triangle one after the other, to a matrix with `e^x` on its diagonal and `x` below;
/// zeros above are written out. Log-determinant in the lower triangle.
///
/// ```
/// use reparam_core::bijector::{Bijector, LowerCholesky};
/// let mut y = [0.0; 4];
/// let log_det = LowerCholesky::new(2).unwrap().forward_and_log_det(&[0.0, 5.0, 1.0], &mut y);
/// assert_eq!((y, log_det), ([1.0, 0.0, 5.0, 1.0_f64.exp()], 1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LowerCholesky {
    dim: usize,
}

impl LowerCholesky {
    /// Onto matrices of this many rows.
    ///
    /// # Errors
    ///
    /// `dim` below 1.
    pub fn new(dim: usize) -> Result<Self, BijectorError> {
        at_least("lower-cholesky", "dim", 1, dim)?;
        Ok(Self { dim })
    }
}

impl Bijector for LowerCholesky {
    fn input_len(&self) -> usize {
        self.dim * (self.dim + 1) / 2
    }

    fn output_len(&self) -> usize {
        self.dim * self.dim
    }

    fn input(&self) -> Domain {
        Domain::Real
    }

    fn output(&self) -> Domain {
        Domain::LowerCholesky
    }

    fn forward_and_log_det(&self, x: &[f64], y: &mut [f64]) -> f64 {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], y) {
            return f64::NAN;
        }
        y.fill(0.0);
        let mut log_det = 0.0;
        for i in 0..self.dim {
            for j in 0..=i {
                let (from, to) = (i * (i + 1) / 2 + j, i * self.dim + j);
                y[to] = if i == j { x[from].exp() } else { x[from] };
            }
            log_det += x[i * (i + 3) / 2];
        }
        log_det
    }

    fn inverse(&self, y: &[f64], x: &mut [f64]) {
        if !fits(&[(x.len(), self.input_len()), (y.len(), self.output_len())], x) {
            return;
        }
        for i in 0..self.dim {
            for j in 0..=i {
                let (from, to) = (i * (i + 1) / 2 + j, i * self.dim + j);
                x[from] = if i == j { y[to].ln() } else { y[to] };
            }
        }
    }

    fn pull_back(&self, x: &[f64], y_cotangent: &[f64], log_det_cotangent: f64, x_cotangent: &mut [f64]) {
        let (inside, outside) = (self.input_len(), self.output_len());
        let lengths = [(x.len(), inside), (y_cotangent.len(), outside), (x_cotangent.len(), inside)];
        if !fits(&lengths, x_cotangent) {
            return;
        }
        for i in 0..self.dim {
            for j in 0..=i {
                let (from, to) = (i * (i + 1) / 2 + j, i * self.dim + j);
                x_cotangent[from] +=
                    if i == j { y_cotangent[to] * x[from].exp() + log_det_cotangent } else { y_cotangent[to] };
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
        for i in 0..self.dim {
            for j in 0..=i {
                let (from, to) = (i * (i + 1) / 2 + j, i * self.dim + j);
                y_cotangent[to] += if i == j { x_cotangent[from] / y[to] } else { x_cotangent[from] };
            }
        }
    }
}
