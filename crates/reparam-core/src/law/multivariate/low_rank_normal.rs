//! Multivariate normal law whose covariance matrix is low-rank plus diagonal.

use std::any::Any;

use super::linear::{
    cholesky, diagonal, dot, gram, identity, log_det_lower, solve_lower, solve_lower_columns, solve_lower_transposed,
    times_vector, transpose, transposed_times_vector,
};
use super::normal::{HALF_LOG_TAU, kl_to_factor};
use super::{
    KlTo, MultivariateFamily, MultivariateLaw, MultivariateNormal, MultivariatePathwise, Parameter, ParameterError,
    Support, add, check_loc, finite, minus, normal_noise, write, wrong_length,
};
use crate::noise::Stream;

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "low-rank-multivariate-normal",
    parameters: &[
        Parameter::vector("loc", Support::Real).explicit(),
        Parameter::vector("cov_factor", Support::Real).transport(),
        Parameter::vector("cov_diag", Support::Positive).transport(),
    ],
    support: "x finite",
    method: "loc + cov_factor · noise + √cov_diag · noise",
    closed_entropy: true,
    build: |v| Ok(Box::new(LowRankMultivariateNormal::new(v[0], v[1], v[2])?)),
};

/// Normal law with mean `loc` and covariance matrix `Σ = W Wᵀ + D`, `W = cov_factor` of few columns, `D` diagonal with `cov_diag`.
///
/// Density and derivatives cost `n k²` for `k` columns: with the capacitance matrix `C = 1 + Wᵀ D⁻¹ W` the inverse is
/// `D⁻¹ - D⁻¹ W C⁻¹ Wᵀ D⁻¹` (Woodbury) and `det Σ = det C det D`.
///
/// A draw has `k + n` noise numbers, more than can be recovered from it. The path is their derivative's mean given the draw:
/// `∂z_i/∂W_ij = (Wᵀ y)_j` and `∂z_i/∂D_i = ½ y_i` with `y = Σ⁻¹ (z - loc)`, which has less variance than the derivative at fixed
/// noise.
///
/// ```
/// use reparam_core::law::{LowRankMultivariateNormal, MultivariateLaw};
/// let law = LowRankMultivariateNormal::new(&[0.0, 0.0], &[2.0, 1.0], &[1.0, 3.0]).unwrap();
/// assert_eq!(law.variance(), [5.0, 4.0]);
/// assert_eq!(law.covariance_matrix(), [5.0, 2.0, 2.0, 4.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LowRankMultivariateNormal {
    loc: Vec<f64>,
    cov_factor: Vec<f64>,
    cov_diag: Vec<f64>,
    /// Cholesky factor of the capacitance matrix.
    capacitance: Vec<f64>,
    columns: usize,
}

impl LowRankMultivariateNormal {
    /// The law with this mean, this `n` by `k` factor, row-major, and these `n` diagonal entries; `k` may be 0.
    ///
    /// # Errors
    ///
    /// `loc` empty or not finite; `cov_factor` not finite or no whole number of columns; `cov_diag` not `n` positive numbers.
    pub fn new(loc: &[f64], cov_factor: &[f64], cov_diag: &[f64]) -> Result<Self, ParameterError> {
        let n = loc.len();
        check_loc(FAMILY.name, loc)?;
        FAMILY.check(&[loc, cov_factor, cov_diag])?;
        if cov_diag.len() != n {
            return Err(wrong_length(FAMILY.name, "cov_diag", n, cov_diag.len()));
        }
        if !cov_factor.len().is_multiple_of(n) {
            let rule = format!("cov_factor must have a multiple of {n} numbers, got {}", cov_factor.len());
            return Err(ParameterError::Together { law: FAMILY.name, rule });
        }
        let columns = cov_factor.len() / n;
        // D^-½ W, whose Gram matrix from the left is C - 1.
        let scaled: Vec<f64> = cov_factor.iter().enumerate().map(|(k, w)| w / cov_diag[k / columns].sqrt()).collect();
        let mut c = if columns == 0 { Vec::new() } else { gram(&transpose(&scaled, columns), n) };
        add(&mut c, &identity(columns));
        let capacitance = cholesky(&c, columns).ok_or_else(|| ParameterError::Together {
            law: FAMILY.name,
            rule: "cov_factor is too large beside cov_diag for double precision".into(),
        })?;
        let own = |x: &[f64]| x.to_vec();
        Ok(Self { loc: own(loc), cov_factor: own(cov_factor), cov_diag: own(cov_diag), capacitance, columns })
    }

    /// The covariance matrix, row-major.
    pub fn covariance_matrix(&self) -> Vec<f64> {
        let n = self.loc.len();
        let mut out = if self.columns == 0 { vec![0.0; n * n] } else { gram(&self.cov_factor, self.columns) };
        for (i, d) in self.cov_diag.iter().enumerate() {
            out[i * n + i] += d;
        }
        out
    }

    /// `log det Σ / 2`.
    fn half_log_det(&self) -> f64 {
        log_det_lower(&self.capacitance, self.columns) + 0.5 * self.cov_diag.iter().map(|d| d.ln()).sum::<f64>()
    }

    /// `Σ⁻¹ b`: with `b' = D⁻¹ b` it is `b' - D⁻¹ W C⁻¹ Wᵀ b'`.
    fn solve(&self, b: &[f64]) -> Vec<f64> {
        let scaled: Vec<f64> = b.iter().zip(&self.cov_diag).map(|(b, d)| b / d).collect();
        let mut inner = transposed_times_vector(&self.cov_factor, &scaled);
        solve_lower(&self.capacitance, &mut inner);
        solve_lower_transposed(&self.capacitance, &mut inner);
        let back = self.spread(&inner);
        (0..b.len()).map(|i| scaled[i] - back[i] / self.cov_diag[i]).collect()
    }

    /// `W h`, zeros where there are no columns.
    fn spread(&self, h: &[f64]) -> Vec<f64> {
        if self.columns == 0 { vec![0.0; self.loc.len()] } else { times_vector(&self.cov_factor, h) }
    }

    /// `Σ⁻¹ (x - loc)`.
    fn pull(&self, x: &[f64]) -> Vec<f64> {
        self.solve(&minus(x, &self.loc))
    }

    /// `Σ⁻¹ W = D⁻¹ W C⁻¹`, and the diagonal of `Σ⁻¹`: `1/d_i - |(C^-½ Wᵀ)_i|² / d_i²`.
    fn inverse_parts(&self) -> (Vec<f64>, Vec<f64>) {
        let (k, n) = (self.columns, self.loc.len());
        if k == 0 {
            return (Vec::new(), self.cov_diag.iter().map(|d| 1.0 / d).collect());
        }
        let mut half = transpose(&self.cov_factor, k);
        solve_lower_columns(&self.capacitance, &mut half, k);
        let half = transpose(&half, n);
        let mut factor = Vec::with_capacity(n * k);
        let mut ends = Vec::with_capacity(n);
        for (row, d) in half.chunks_exact(k).zip(&self.cov_diag) {
            ends.push((1.0 - dot(row, row) / d) / d);
            let mut row = row.to_vec();
            solve_lower_transposed(&self.capacitance, &mut row);
            factor.extend(row.iter().map(|x| x / d));
        }
        (factor, ends)
    }
}

impl MultivariateLaw for LowRankMultivariateNormal {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![self.loc.clone(), self.cov_factor.clone(), self.cov_diag.clone()]
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.loc.len()]
    }

    fn contains(&self, x: &[f64]) -> bool {
        finite(x, self.loc.len())
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        if !self.contains(x) {
            return f64::NEG_INFINITY;
        }
        let off = minus(x, &self.loc);
        -0.5 * dot(&off, &self.solve(&off)) - self.half_log_det() - x.len() as f64 * HALF_LOG_TAU
    }

    fn mean(&self) -> Vec<f64> {
        self.loc.clone()
    }

    fn variance(&self) -> Vec<f64> {
        diagonal(&self.covariance_matrix(), self.loc.len()).collect()
    }

    fn mode(&self) -> Vec<f64> {
        self.loc.clone()
    }

    fn entropy(&self) -> f64 {
        self.loc.len() as f64 * (0.5 + HALF_LOG_TAU) + self.half_log_det()
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        // G = ½ (y yᵀ - Σ⁻¹); in W it is 2 G W, in D the diagonal of G.
        let y = self.pull(x);
        let (factor, ends) = self.inverse_parts();
        let latent = transposed_times_vector(&self.cov_factor, &y);
        let k = self.columns;
        let in_factor = (0..factor.len()).map(|p| y[p / k] * latent[p % k] - factor[p]);
        let in_diag = y.iter().zip(&ends).map(|(y, e)| 0.5 * (y * y - e));
        write(out, &y.iter().copied().chain(in_factor).chain(in_diag).collect::<Vec<f64>>());
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        write(out, &self.pull(x).iter().map(|y| -y).collect::<Vec<f64>>());
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let noise = normal_noise(stream, index, self.columns + self.loc.len());
        let (latent, own) = noise.split_at(self.columns);
        write(out, &self.loc);
        add(out, &self.spread(latent));
        add(out, &own.iter().zip(&self.cov_diag).map(|(e, d)| e * d.sqrt()).collect::<Vec<f64>>());
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MultivariatePathwise for LowRankMultivariateNormal {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        if !self.contains(z) || cotangent.len() != z.len() {
            return out.fill(f64::NAN);
        }
        let y = self.pull(z);
        let latent = transposed_times_vector(&self.cov_factor, &y);
        let in_factor = cotangent.iter().flat_map(|c| latent.iter().map(move |l| c * l));
        let in_diag = cotangent.iter().zip(&y).map(|(c, y)| 0.5 * c * y);
        add(out, &cotangent.iter().copied().chain(in_factor).chain(in_diag).collect::<Vec<f64>>());
    }
}

/// `[W, D^½]`, whose product with its transpose is `Σ`.
fn factor_of(law: &LowRankMultivariateNormal) -> Vec<f64> {
    let (n, k) = (law.loc.len(), law.columns);
    let mut out = vec![0.0; n * (k + n)];
    for (i, row) in out.chunks_exact_mut(k + n).enumerate() {
        row[..k].copy_from_slice(&law.cov_factor[i * k..(i + 1) * k]);
        row[k + i] = law.cov_diag[i].sqrt();
    }
    out
}

impl KlTo<MultivariateNormal> for LowRankMultivariateNormal {
    /// `NaN` for laws of different lengths.
    fn kl(&self, p: &MultivariateNormal) -> f64 {
        if p.loc().len() != self.loc.len() {
            return f64::NAN;
        }
        kl_to_factor(p.loc(), p.scale_tril(), &self.loc, &factor_of(self), self.half_log_det())
    }
}

/// `½ (tr(Σ_p⁻¹ S Sᵀ) - n + offᵀ Σ_p⁻¹ off) + ½ log det Σ_p - ½ log det Σ_q` for `Σ_q = S Sᵀ`, `S` of `columns` columns.
fn kl_to_low_rank(
    p: &LowRankMultivariateNormal,
    loc: &[f64],
    factor: &[f64],
    columns: usize,
    half_log_det: f64,
) -> f64 {
    let off = minus(loc, &p.loc);
    let trace: f64 =
        transpose(factor, columns).chunks_exact(loc.len()).map(|column| dot(column, &p.solve(column))).sum();
    0.5 * (trace - loc.len() as f64 + dot(&off, &p.solve(&off))) + p.half_log_det() - half_log_det
}

impl KlTo<LowRankMultivariateNormal> for LowRankMultivariateNormal {
    /// `NaN` for laws of different lengths.
    fn kl(&self, p: &LowRankMultivariateNormal) -> f64 {
        if p.loc.len() != self.loc.len() {
            return f64::NAN;
        }
        kl_to_low_rank(p, &self.loc, &factor_of(self), self.columns + self.loc.len(), self.half_log_det())
    }
}

impl KlTo<LowRankMultivariateNormal> for MultivariateNormal {
    /// `NaN` for laws of different lengths.
    fn kl(&self, p: &LowRankMultivariateNormal) -> f64 {
        let n = self.loc().len();
        if p.loc.len() != n {
            return f64::NAN;
        }
        kl_to_low_rank(p, self.loc(), self.scale_tril(), n, log_det_lower(self.scale_tril(), n))
    }
}

#[cfg(test)]
mod tests {
    use super::super::linear::product;
    use super::*;

    #[test]
    fn woodbury_gives_the_inverse() {
        let law =
            LowRankMultivariateNormal::new(&[0.0; 3], &[1.0, 0.5, -2.0, 0.3, 0.0, 4.0], &[0.5, 2.0, 1.0]).unwrap();
        let covariance = law.covariance_matrix();
        let back = product(&covariance, &law.solve(&[1.0, -2.0, 3.0]), 3);
        for (b, e) in back.iter().zip([1.0, -2.0, 3.0]) {
            // Condition number below 100.
            assert!((b - e).abs() < 1e-12);
        }
        let full = MultivariateNormal::from_covariance_matrix(&[0.0; 3], &covariance).unwrap();
        assert!((full.entropy() - law.entropy()).abs() < 1e-13);
        assert!(KlTo::<MultivariateNormal>::kl(&law, &full).abs() < 1e-13);
        assert!(KlTo::<LowRankMultivariateNormal>::kl(&full, &law).abs() < 1e-13);
    }
}
