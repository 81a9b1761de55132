//! Wishart law.

use std::any::Any;
use std::f64::consts::{LN_2, PI};

use super::linear::{
    cholesky, diagonal, gram, inverse_from_cholesky, inverse_lower, keep_lower, log_det_lower, product,
    solve_lower_columns, symmetrised, transpose,
};
use super::{
    KlTo, MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support, add,
    check_tril, finite, normal_noise, write,
};
use crate::law::implicit::log_gamma_draw;
use crate::noise::Stream;
use crate::special::{digamma, gamma_slope, log_gamma};

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "wishart",
    parameters: &[
        Parameter::scalar("df", Support::Positive).implicit(),
        Parameter::vector("scale_tril", Support::Real).explicit(),
    ],
    support: "symmetric positive definite",
    method: "Bartlett: (scale_tril · A)(scale_tril · A)ᵀ, A of normal and chi draws",
    closed_entropy: true,
    build: |v| Ok(Box::new(Wishart::new(v[0][0], v[1])?)),
};

/// Wishart law of symmetric positive definite matrices with `df` degrees of freedom and scale matrix `V = L Lᵀ`, `L = scale_tril`.
///
/// `log p(X) = ½ (df - n - 1) log det X - ½ tr(V⁻¹ X) - ½ df log det V - ½ df n log 2 - log Γ_n(df / 2)`, with respect to the lower
/// triangle of `X`. Draw: `L A Aᵀ Lᵀ`, `A` lower triangular with normal entries below the diagonal and chi draws with `df - i` degrees
/// of freedom on it, `i` from 0 (Bartlett 1933).
///
/// `A` is recovered from a draw: the path in `L` is that at fixed `A`; in `df` the chi draws move at fixed distribution function.
///
/// ```
/// use reparam_core::law::{MultivariateLaw, Wishart};
/// let law = Wishart::new(3.0, &[1.0, 0.0, 0.5, 1.0]).unwrap();
/// assert_eq!(law.mean(), [3.0, 1.5, 1.5, 3.75]); // df V
/// assert!(Wishart::new(1.0, &[1.0, 0.0, 0.5, 1.0]).is_err()); // df must be above n - 1
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Wishart {
    df: f64,
    scale_tril: Vec<f64>,
    n: usize,
}

impl Wishart {
    /// The law with these degrees of freedom and this lower triangular factor of the scale matrix.
    ///
    /// # Errors
    ///
    /// `scale_tril` not square, not finite, not 0 above the diagonal or not positive on it; `df` not finite and above `n - 1`.
    pub fn new(df: f64, scale_tril: &[f64]) -> Result<Self, ParameterError> {
        let n = scale_tril.len().isqrt();
        let together = |rule: String| Err(ParameterError::Together { law: FAMILY.name, rule });
        if n == 0 || n * n != scale_tril.len() {
            return together(format!("scale_tril must be a square matrix, got {} numbers", scale_tril.len()));
        }
        check_tril(FAMILY.name, "scale_tril", scale_tril, n)?;
        if !df.is_finite() || df <= n as f64 - 1.0 {
            return together(format!("df must be > {} for {n} rows, got {df}", n - 1));
        }
        Ok(Self { df, scale_tril: scale_tril.to_vec(), n })
    }

    /// `V`.
    fn scale(&self) -> Vec<f64> {
        gram(&self.scale_tril, self.n)
    }

    /// `f` summed over `df/2, (df - 1)/2, …`, the shapes of the gamma laws of half the squared diagonal of `A`.
    fn over_shapes(&self, f: impl Fn(f64) -> f64) -> f64 {
        (0..self.n).map(|i| f(0.5 * (self.df - i as f64))).sum()
    }

    fn log_multivariate_gamma(&self) -> f64 {
        let n = self.n as f64;
        0.25 * n * (n - 1.0) * PI.ln() + self.over_shapes(log_gamma)
    }

    /// The Cholesky factor of a value, where it is one.
    fn factor(&self, x: &[f64]) -> Option<Vec<f64>> {
        let n = self.n;
        let symmetric = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs());
        if !finite(x, n * n) || !(0..n * n).all(|k| symmetric(x[k], x[k % n * n + k / n])) {
            return None;
        }
        cholesky(x, n)
    }

    /// `A = L⁻¹ C` for a value `C Cᵀ`.
    fn bartlett(&self, factor: &[f64]) -> Vec<f64> {
        let mut a = factor.to_vec();
        solve_lower_columns(&self.scale_tril, &mut a, self.n);
        a
    }
}

impl MultivariateLaw for Wishart {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![vec![self.df], self.scale_tril.clone()]
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.n, self.n]
    }

    fn contains(&self, x: &[f64]) -> bool {
        self.factor(x).is_some()
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        let Some(factor) = self.factor(x) else { return f64::NEG_INFINITY };
        let (n, df) = (self.n as f64, self.df);
        let trace: f64 = self.bartlett(&factor).iter().map(|a| a * a).sum();
        (df - n - 1.0) * log_det_lower(&factor, self.n)
            - 0.5 * trace
            - df * log_det_lower(&self.scale_tril, self.n)
            - 0.5 * df * n * LN_2
            - self.log_multivariate_gamma()
    }

    fn mean(&self) -> Vec<f64> {
        self.scale().iter().map(|v| self.df * v).collect()
    }

    fn variance(&self) -> Vec<f64> {
        let (v, n) = (self.scale(), self.n);
        (0..n * n).map(|k| self.df * (v[k] * v[k] + v[k / n * (n + 1)] * v[k % n * (n + 1)])).collect()
    }

    /// `(df - n - 1) V`; zeros, to which the density grows, for `df` below `n + 1`.
    fn mode(&self) -> Vec<f64> {
        let factor = (self.df - self.n as f64 - 1.0).max(0.0);
        self.scale().iter().map(|v| factor * v).collect()
    }

    fn entropy(&self) -> f64 {
        let n = self.n as f64;
        (n + 1.0) * log_det_lower(&self.scale_tril, self.n) + 0.5 * n * (n + 1.0) * LN_2 + self.log_multivariate_gamma()
            - 0.5 * (self.df - n - 1.0) * self.over_shapes(digamma)
            + 0.5 * n * self.df
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        let Some(factor) = self.factor(x) else { return out.fill(f64::NAN) };
        let n = self.n;
        let a = self.bartlett(&factor);
        // ½ (log det (X / V) - n log 2 - Σ ψ), the first from the diagonal of A.
        let in_df = log_det_lower(&a, n) - 0.5 * n as f64 * LN_2 - 0.5 * self.over_shapes(digamma);
        // L⁻ᵀ (A Aᵀ - df), of which the lower triangle counts.
        let mut inner = gram(&a, n);
        inner.iter_mut().step_by(n + 1).for_each(|d| *d -= self.df);
        let mut in_tril = product(&transpose(&inverse_lower(&self.scale_tril, n), n), &inner, n);
        keep_lower(&mut in_tril, n);
        write(out, &[vec![in_df], in_tril].concat());
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        let Some(factor) = self.factor(x) else { return out.fill(f64::NAN) };
        let n = self.n;
        let own = inverse_from_cholesky(&factor, n);
        let scale = inverse_from_cholesky(&self.scale_tril, n);
        let half = 0.5 * (self.df - n as f64 - 1.0);
        write(out, &own.iter().zip(&scale).map(|(x, v)| half * x - 0.5 * v).collect::<Vec<f64>>());
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let n = self.n;
        let noise = normal_noise(&stream.branch(n as u64), index, n * n);
        let mut a = noise;
        keep_lower(&mut a, n);
        for i in 0..n {
            let log_gamma = log_gamma_draw(&stream.branch(i as u64), index, 0.5 * (self.df - i as f64));
            a[i * (n + 1)] = (0.5 * (log_gamma + LN_2)).exp();
        }
        write(out, &gram(&product(&self.scale_tril, &a, n), n));
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MultivariatePathwise for Wishart {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        let n = self.n;
        let factor = match self.factor(z) {
            Some(factor) if cotangent.len() == n * n => factor,
            _ => return out.fill(f64::NAN),
        };
        let a = self.bartlett(&factor);
        // X = M Mᵀ, M = L A: the gradient in M is (G + Gᵀ) M.
        let doubled: Vec<f64> = symmetrised(cotangent, n).iter().map(|g| 2.0 * g).collect();
        let in_m = product(&doubled, &factor, n);
        let mut in_tril = product(&in_m, &transpose(&a, n), n);
        keep_lower(&mut in_tril, n);
        let in_a = product(&transpose(&self.scale_tril, n), &in_m, n);
        // A_ii² = 2 G with a gamma draw G of shape (df - i)/2: dA_ii/ddf = (dG/dshape) / (2 A_ii).
        let in_df = diagonal(&in_a, n)
            .zip(diagonal(&a, n))
            .enumerate()
            .map(|(i, (g, a))| 0.5 * g * gamma_slope(0.5 * (self.df - i as f64), 0.5 * a * a) / a)
            .sum();
        add(out, &[vec![in_df], in_tril].concat());
    }
}

impl KlTo<Wishart> for Wishart {
    /// `NaN` for laws of different sizes.
    fn kl(&self, p: &Wishart) -> f64 {
        let n = self.n;
        if p.n != n {
            return f64::NAN;
        }
        let mut m = self.scale_tril.clone();
        solve_lower_columns(&p.scale_tril, &mut m, n);
        let trace: f64 = m.iter().map(|m| m * m).sum();
        0.5 * self.df * (trace - n as f64) - p.df * log_det_lower(&m, n) + p.log_multivariate_gamma()
            - self.log_multivariate_gamma()
            + 0.5 * (self.df - p.df) * self.over_shapes(digamma)
    }
}
