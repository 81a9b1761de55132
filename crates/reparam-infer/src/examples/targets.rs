//! Densities whose moments are known, and on which guides are known to fail or not.

use super::{ExampleError, check};
use crate::{LogDensity, LogDensityError};
use std::f64::consts::{PI, TAU};

/// Multivariate normal law of given mean and precision matrix; normalised.
///
/// The best full-rank guide is the law itself; the best mean-field guide has the variances `1 / precision[i, i]`.
#[derive(Clone, Debug, PartialEq)]
pub struct MultivariateNormal {
    mean: Vec<f64>,
    precision: Vec<f64>,
    constant: f64,
}

impl MultivariateNormal {
    /// From `D` means and a `D × D` matrix.
    ///
    /// # Errors
    /// [`ExampleError`]: a matrix of another size, numbers that are not finite, a matrix that is not symmetric and positive definite.
    pub fn new(mean: &[f64], precision: &[f64]) -> Result<Self, ExampleError> {
        let n = mean.len();
        if precision.len() != n * n {
            return Err(ExampleError::Length { what: "precision", expected: n * n, found: precision.len() });
        }
        check("mean", "finite", mean, f64::is_finite)?;
        check("precision", "finite", precision, f64::is_finite)?;
        // Cholesky's factor, for the determinant and as the test of positivity.
        let mut factor = precision.to_vec();
        let mut half_log_determinant = 0.0;
        for i in 0..n {
            for j in 0..=i {
                if precision[i * n + j] != precision[j * n + i] {
                    return Err(ExampleError::Precision(i));
                }
                let dot: f64 = (0..j).map(|k| factor[i * n + k] * factor[j * n + k]).sum();
                let rest = factor[i * n + j] - dot;
                if i == j && (rest <= 0.0 || rest.is_nan()) {
                    return Err(ExampleError::Precision(i));
                }
                factor[i * n + j] = if i == j { rest.sqrt() } else { rest / factor[j * n + j] };
            }
            half_log_determinant += factor[i * n + i].ln();
        }
        let constant = half_log_determinant - 0.5 * n as f64 * TAU.ln();
        Ok(Self { mean: mean.to_vec(), precision: precision.to_vec(), constant })
    }

    /// The mean.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The precision matrix, by rows.
    pub fn precision(&self) -> &[f64] {
        &self.precision
    }
}

impl LogDensity for MultivariateNormal {
    fn dimension(&self) -> usize {
        self.mean.len()
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let mut square = 0.0;
        for ((row, slope), (x_i, m_i)) in
            self.precision.chunks_exact(x.len()).zip(gradient.iter_mut()).zip(x.iter().zip(&self.mean))
        {
            let dot: f64 = row.iter().zip(x.iter().zip(&self.mean)).map(|(p, (x, m))| p * (x - m)).sum();
            *slope = -dot;
            square += dot * (x_i - m_i);
        }
        Ok(self.constant - 0.5 * square)
    }
}

/// Neal's funnel (2003): `x[0] ~ N(0, 3²)`, the others `N(0, e^(x[0]))`; normalised. No normal guide holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funnel {
    /// Its dimension, at least 1.
    pub dimension: usize,
}

impl LogDensity for Funnel {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let (v, others) = (x[0], (x.len() - 1) as f64);
        let precision = (-v).exp();
        let mut squares = 0.0;
        for (slope, x) in gradient.iter_mut().zip(x).skip(1) {
            *slope = -precision * x;
            squares += precision * x * x;
        }
        gradient[0] = -v / 9.0 + 0.5 * (squares - others);
        Ok(-v * v / 18.0 - 3.0_f64.ln() - 0.5 * (squares + others * v + (others + 1.0) * TAU.ln()))
    }
}

/// Twisted normal laws, in pairs: `x[0] ~ N(0, 10²)`, `x[1] | x[0] ~ N(bend (x[0]² - 100), 1)`, and so on; normalised.
///
/// Means 0, 0; variances 100 and `1 + 2 · 10⁴ bend²`; no correlations. No normal guide holds it; a flow does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Banana {
    /// How far it is bent.
    pub bend: f64,
    /// Independent pairs, at least 1.
    pub pairs: usize,
}

impl Default for Banana {
    /// One pair with a bend of 0.03.
    fn default() -> Self {
        Self { bend: 0.03, pairs: 1 }
    }
}

impl LogDensity for Banana {
    fn dimension(&self) -> usize {
        2 * self.pairs
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let mut value = -(self.pairs as f64) * (10.0_f64.ln() + TAU.ln());
        for ([x, y], [of_x, of_y]) in x.as_chunks::<2>().0.iter().zip(gradient.as_chunks_mut::<2>().0) {
            let residual = y - self.bend * (x * x - 100.0);
            *of_x = -x / 100.0 + 2.0 * self.bend * x * residual;
            *of_y = -residual;
            value -= 0.5 * (x * x / 100.0 + residual * residual);
        }
        Ok(value)
    }
}

/// Independent standard Cauchy laws; normalised. Their tails outweigh those of every guide made of normal noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cauchy {
    /// Its dimension, at least 1.
    pub dimension: usize,
}

impl LogDensity for Cauchy {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, LogDensityError> {
        let mut value = -PI.ln() * x.len() as f64;
        for (slope, x) in gradient.iter_mut().zip(x) {
            *slope = -2.0 * x / (1.0 + x * x);
            value -= (x * x).ln_1p();
        }
        Ok(value)
    }
}
