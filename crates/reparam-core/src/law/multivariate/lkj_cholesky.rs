//! LKJ law of Cholesky factors of correlation matrices.

use std::any::Any;
use std::f64::consts::PI;

use super::linear::{dot, identity};
use super::{
    MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support, add, normal_noise,
    write,
};
use crate::bijector::Domain;
use crate::law::implicit::log_gamma_draw;
use crate::noise::Stream;
use crate::special::{beta_slopes, digamma_difference, log_gamma_difference};

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "lkj-cholesky",
    parameters: &[
        Parameter::scalar("dim", Support::CountTo(MOST)),
        Parameter::scalar("concentration", Support::Positive).implicit(),
    ],
    support: "lower triangular with positive diagonal and rows of length 1",
    method: "onion: each row a direction times the root of a Beta draw",
    closed_entropy: true,
    build: |v| {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], v[0])?;
        Ok(Box::new(LkjCholesky::new(v[0][0] as usize, v[1][0])?))
    },
};

/// A value has `dim²` numbers.
const MOST: u64 = 10_000;

/// Diagonal entries are no smaller, so that their squares do not underflow.
const SMALLEST: f64 = 1e-153;

/// Law of the Cholesky factor `L` of a correlation matrix `R = L Lᵀ` with density proportional to `det R^(concentration - 1)`.
///
/// `p(L) ∝ ∏_i L_ii^(2 concentration + dim - 3 - i)`, `i` from 0, with respect to the entries below the diagonal (Lewandowski,
/// Kurowicka and Joe 2009). At concentration 1 correlation matrices are uniform; above, they are closer to the identity.
///
/// Rows are independent: the squared length of row `i` left of the diagonal is Beta(i/2, b), `b = concentration + (dim - 1 - i)/2`,
/// in a uniform direction. The path moves each row along its direction, at fixed distribution function of that length.
///
/// ```
/// use reparam_core::law::{LkjCholesky, MultivariateLaw};
/// let law = LkjCholesky::new(2, 1.0).unwrap();
/// // The correlation of a pair is uniform on (-1, 1).
/// assert!((law.log_prob(&[1.0, 0.0, 0.6, 0.8]) - 0.5_f64.ln()).abs() < 1e-15);
/// assert!((law.variance()[2] - 1.0 / 3.0).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LkjCholesky {
    dim: usize,
    concentration: f64,
}

impl LkjCholesky {
    /// The law of factors of this many rows.
    ///
    /// # Errors
    ///
    /// `dim` below 2 or above 10,000; `concentration` not finite and positive.
    pub fn new(dim: usize, concentration: f64) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], &[dim as f64])?;
        ParameterError::check(FAMILY.name, FAMILY.parameters[1], &[concentration])?;
        if dim < 2 {
            let rule = format!("dim must be at least 2, got {dim}");
            return Err(ParameterError::Together { law: FAMILY.name, rule });
        }
        Ok(Self { dim, concentration })
    }

    /// Of each row from the second on: its number, and the shapes of its Beta law.
    fn rows(&self) -> impl Iterator<Item = (usize, f64, f64)> {
        let (dim, concentration) = (self.dim, self.concentration);
        (1..dim).map(move |i| (i, 0.5 * i as f64, concentration + 0.5 * (dim - 1 - i) as f64))
    }

    /// `log ∫ (1 - |w|²)^(b - 1) dw` over the unit ball of `2a` dimensions: `π^a Γ(b) / Γ(a + b)`.
    fn log_volume(a: f64, b: f64) -> f64 {
        a * PI.ln() - log_gamma_difference(b, a)
    }
}

impl MultivariateLaw for LkjCholesky {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![vec![self.dim as f64], vec![self.concentration]]
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.dim, self.dim]
    }

    fn contains(&self, x: &[f64]) -> bool {
        x.len() == self.dim * self.dim
            && x.iter().step_by(self.dim + 1).all(|l| *l > 0.0)
            && Domain::CorrelationCholesky.contains(x)
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        if !self.contains(x) {
            return f64::NEG_INFINITY;
        }
        self.rows().map(|(i, a, b)| 2.0 * (b - 1.0) * x[i * (self.dim + 1)].ln() - Self::log_volume(a, b)).sum()
    }

    fn mean(&self) -> Vec<f64> {
        let mut out = identity(self.dim);
        for (i, a, b) in self.rows() {
            // E √(1 - y) for y ~ Beta(a, b).
            out[i * (self.dim + 1)] = (log_gamma_difference(b, 0.5) - log_gamma_difference(a + b, 0.5)).exp();
        }
        out
    }

    fn variance(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.dim * self.dim];
        let mean = self.mean();
        for (i, a, b) in self.rows() {
            let start = i * self.dim;
            out[start..start + i].fill(a / (a + b) / i as f64);
            out[start + i] = (b / (a + b) - mean[start + i].powi(2)).max(0.0);
        }
        out
    }

    /// The identity, where the density has its maximum for concentrations from 1 on. Below, it is infinite at singular matrices, and
    /// the answer is one of them.
    fn mode(&self) -> Vec<f64> {
        let mut out = identity(self.dim);
        for (i, _, b) in self.rows() {
            if b < 1.0 {
                (out[i * self.dim], out[i * (self.dim + 1)]) = (1.0, 0.0);
            }
        }
        out
    }

    fn entropy(&self) -> f64 {
        self.rows().map(|(_, a, b)| Self::log_volume(a, b) + (b - 1.0) * digamma_difference(b, a)).sum()
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let in_row = |(i, a, b): (usize, f64, f64)| 2.0 * x[i * (self.dim + 1)].ln() + digamma_difference(b, a);
        write(out, &[0.0, self.rows().map(in_row).sum()]);
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let mut slope = vec![0.0; x.len()];
        for (i, _, b) in self.rows() {
            slope[i * (self.dim + 1)] = 2.0 * (b - 1.0) / x[i * (self.dim + 1)];
        }
        write(out, &slope);
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let mut z = identity(self.dim);
        for (i, _, b) in self.rows() {
            let place = stream.branch(i as u64);
            // i squares of normal draws are a chi-square draw: with 2 G, G a gamma draw, they are the two parts of a Beta draw, and
            // the normal draws have a uniform direction.
            let noise = normal_noise(&place.branch(0), index, i);
            let root = (0.5 * (log_gamma_draw(&place.branch(1), index, b) + std::f64::consts::LN_2)).exp();
            let length = dot(&noise, &noise).sqrt().hypot(root);
            let start = i * self.dim;
            for (z, e) in z[start..].iter_mut().zip(&noise) {
                *z = e / length;
            }
            z[start + i] = (root / length).max(SMALLEST);
        }
        write(out, &z);
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MultivariatePathwise for LkjCholesky {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        if !self.contains(z) || cotangent.len() != z.len() {
            return out.fill(f64::NAN);
        }
        let mut total = 0.0;
        for (i, a, b) in self.rows() {
            let start = i * self.dim;
            let (row, end) = (&z[start..start + i], z[start + i]);
            let (x, y) = (dot(row, row), end * end);
            if x > 0.0 {
                let [_, slope] = beta_slopes(a, b, x.min(1.0), y.min(1.0));
                total += 0.5 * slope * (dot(&cotangent[start..start + i], row) / x - cotangent[start + i] / end);
            }
        }
        add(out, &[0.0, total]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Key;

    #[test]
    fn squared_correlations_fall_with_the_concentration_as_they_must() {
        // dE[r²]/dη = -2/(2η + d - 1)² for every pair, r the correlation; 10^6 draws in all.
        let stream = Key::new(2).site("lkj").step(0);
        for (dim, concentration, draws) in [(2, 0.5, 700_000), (3, 1.0, 200_000), (4, 2.5, 100_000)] {
            let law = LkjCholesky::new(dim, concentration).unwrap();
            let expected = -2.0 / (2.0 * concentration + dim as f64 - 1.0).powi(2);
            // The last two rows: it holds an entry of each kind.
            let (p, q) = (dim - 2, dim - 1);
            let (mut sum, mut squares) = (0.0, 0.0);
            let mut z = vec![0.0; dim * dim];
            for index in 0..draws {
                law.draw(&stream, index, &mut z);
                let (above, below) = (&z[p * dim..q * dim], &z[q * dim..]);
                let r = dot(above, below);
                let mut cotangent = vec![0.0; dim * dim];
                for j in 0..dim {
                    cotangent[p * dim + j] = 2.0 * r * below[j];
                    cotangent[q * dim + j] = 2.0 * r * above[j];
                }
                let mut slopes = [0.0; 2];
                law.pull_back(&z, &cotangent, &mut slopes);
                sum += slopes[1];
                squares += slopes[1] * slopes[1];
            }
            let n = draws as f64;
            let mean = sum / n;
            let error = ((squares / n - mean * mean) / n).sqrt();
            // |z| < 4.9: a false alarm in 10^6. Half the slope is more than 20 standard errors away.
            assert!((mean - expected).abs() < 4.9 * error, "{dim}: {mean} ± {error} for {expected}");
            assert!((0.5 * mean - expected).abs() > 20.0 * error);
        }
    }

    #[test]
    fn squared_correlations_of_a_pair_by_quadrature() {
        // d = 2: r has density ∝ (1 - r²)^(η - 1); with r = sin t the integrand is smooth and the path is ∫ 2 r dr/dη p dr.
        for concentration in [1.0, 2.0, 5.5] {
            let law = LkjCholesky::new(2, concentration).unwrap();
            let n = 4000;
            let step = PI / f64::from(n);
            let (mut mass, mut slope) = (0.0, 0.0);
            for k in 0..n {
                let t = -0.5 * PI + step * (f64::from(k) + 0.5);
                let z = [1.0, 0.0, t.sin(), t.cos()];
                let weight = law.log_prob(&z).exp() * t.cos() * step;
                let mut out = [0.0; 2];
                law.pull_back(&z, &[0.0, 0.0, 2.0 * t.sin(), 0.0], &mut out);
                mass += weight;
                slope += weight * out[1];
            }
            // The midpoint rule's error is step² = 6e-7 where the integrand's first derivative does not vanish at the ends.
            assert!((mass - 1.0).abs() < 1e-6, "{mass}");
            assert!((slope + 2.0 / (2.0 * concentration + 1.0).powi(2)).abs() < 1e-6, "{concentration}: {slope}");
        }
    }
}
