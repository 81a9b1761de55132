//! Multivariate normal law.

use std::any::Any;

use super::linear::{
    cholesky, diagonal, dot, gram, inverse_from_cholesky, inverse_lower, log_det_lower, lower_outer, solve_lower,
    solve_lower_columns, solve_lower_transposed, symmetrised, times_vector, transpose,
};
use super::{
    KlTo, MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support, add,
    check_covariance, check_loc, check_tril, finite, minus, normal_noise, write,
};
use crate::noise::Stream;

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "multivariate-normal",
    parameters: &[
        Parameter::vector("loc", Support::Real).explicit(),
        Parameter::vector("scale_tril", Support::Real).explicit(),
    ],
    support: "x finite",
    method: "loc + scale_tril · noise",
    closed_entropy: true,
    build: |v| Ok(Box::new(MultivariateNormal::from_scale_tril(v[0], v[1])?)),
};

pub(super) const COVARIANCE_FAMILY: MultivariateFamily = MultivariateFamily {
    name: "multivariate-normal-covariance",
    parameters: &[
        Parameter::vector("loc", Support::Real).explicit(),
        Parameter::vector("covariance_matrix", Support::Real).transport(),
    ],
    build: |v| Ok(Box::new(MultivariateNormal::from_covariance_matrix(v[0], v[1])?)),
    ..FAMILY
};

pub(super) const PRECISION_FAMILY: MultivariateFamily = MultivariateFamily {
    name: "multivariate-normal-precision",
    parameters: &[
        Parameter::vector("loc", Support::Real).explicit(),
        Parameter::vector("precision_matrix", Support::Real).transport(),
    ],
    build: |v| Ok(Box::new(MultivariateNormal::from_precision_matrix(v[0], v[1])?)),
    ..FAMILY
};

/// `½ log 2π`.
pub(super) const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

/// Which matrix was given, and so which one derivatives are taken in.
#[derive(Clone, Debug, PartialEq)]
enum Form {
    ScaleTril,
    Covariance(Vec<f64>),
    Precision(Vec<f64>),
}

/// Multivariate normal law with mean `loc` and the covariance matrix `Σ = L Lᵀ`, `L = scale_tril`.
///
/// `log p(x) = -½ |L⁻¹ (x - loc)|² - log det L - ½ n log 2π`. Draw: `loc + L · noise`, standard normal noise.
///
/// Three constructors, by `L`, `Σ` or `Σ⁻¹`; derivatives are in the matrix that was given. In `loc` and `L` the path is that of
/// the draw at fixed noise. In `Σ` it is the velocity `½ dΣ Σ⁻¹ (z - loc)`, which needs no derivative of a factorisation, and in
/// `Σ⁻¹` the same with `dΣ = -Σ dΣ⁻¹ Σ`.
///
/// ```
/// use reparam_core::law::{MultivariateLaw, MultivariateNormal};
/// let given = [4.0, 2.0, 2.0, 2.0];
/// let normal = MultivariateNormal::from_covariance_matrix(&[0.0, 1.0], &given).unwrap();
/// assert_eq!(normal.scale_tril(), [2.0, 0.0, 1.0, 1.0]);
/// assert!(MultivariateNormal::from_covariance_matrix(&[0.0, 1.0], &[1.0, 2.0, 2.0, 1.0]).is_err());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MultivariateNormal {
    loc: Vec<f64>,
    scale_tril: Vec<f64>,
    form: Form,
}

impl MultivariateNormal {
    /// The law with this mean and this lower triangular factor of the covariance matrix.
    ///
    /// # Errors
    ///
    /// `loc` empty or not finite; `scale_tril` of another size, not finite, not 0 above the diagonal or not positive on it.
    pub fn from_scale_tril(loc: &[f64], scale_tril: &[f64]) -> Result<Self, ParameterError> {
        check_loc(FAMILY.name, loc)?;
        check_tril(FAMILY.name, "scale_tril", scale_tril, loc.len())?;
        Ok(Self { loc: loc.to_vec(), scale_tril: scale_tril.to_vec(), form: Form::ScaleTril })
    }

    /// The law with this mean and covariance matrix.
    ///
    /// # Errors
    ///
    /// `loc` empty or not finite; `covariance_matrix` of another size, not symmetric or not positive definite.
    pub fn from_covariance_matrix(loc: &[f64], covariance_matrix: &[f64]) -> Result<Self, ParameterError> {
        check_loc(COVARIANCE_FAMILY.name, loc)?;
        let n = loc.len();
        let scale_tril = check_covariance(COVARIANCE_FAMILY.name, "covariance_matrix", covariance_matrix, n)?;
        Ok(Self { loc: loc.to_vec(), scale_tril, form: Form::Covariance(covariance_matrix.to_vec()) })
    }

    /// The law with this mean and inverse covariance matrix.
    ///
    /// # Errors
    ///
    /// `loc` empty or not finite; `precision_matrix` of another size, not symmetric or not positive definite.
    pub fn from_precision_matrix(loc: &[f64], precision_matrix: &[f64]) -> Result<Self, ParameterError> {
        check_loc(PRECISION_FAMILY.name, loc)?;
        let (law, name, n) = (PRECISION_FAMILY.name, "precision_matrix", loc.len());
        check_covariance(law, name, precision_matrix, n)?;
        // With rows and columns in reverse order, P = R Rᵀ; turned back, P = U Uᵀ with U upper, and L = U⁻ᵀ is lower. Unlike
        // the factor of P⁻¹ this does not square the condition number.
        let reversed: Vec<f64> = precision_matrix.iter().rev().copied().collect();
        let scale_tril = cholesky(&reversed, n)
            .map(|r| inverse_lower(&transpose(&r.into_iter().rev().collect::<Vec<f64>>(), n), n))
            .filter(|l| finite(l, n * n))
            .ok_or_else(|| ParameterError::Together { law, rule: format!("{name} must be positive definite") })?;
        Ok(Self { loc: loc.to_vec(), scale_tril, form: Form::Precision(precision_matrix.to_vec()) })
    }

    /// The mean.
    pub fn loc(&self) -> &[f64] {
        &self.loc
    }

    /// The lower triangular factor of the covariance matrix, row-major.
    pub fn scale_tril(&self) -> &[f64] {
        &self.scale_tril
    }

    /// The covariance matrix, row-major.
    pub fn covariance_matrix(&self) -> Vec<f64> {
        match &self.form {
            Form::Covariance(given) => given.clone(),
            _ => gram(&self.scale_tril, self.loc.len()),
        }
    }

    /// `noise = L⁻¹ (x - loc)` and `Σ⁻¹ (x - loc)`.
    fn whiten(&self, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut noise = minus(x, &self.loc);
        solve_lower(&self.scale_tril, &mut noise);
        let mut pull = noise.clone();
        solve_lower_transposed(&self.scale_tril, &mut pull);
        (noise, pull)
    }
}

impl MultivariateLaw for MultivariateNormal {
    fn family(&self) -> &'static MultivariateFamily {
        match self.form {
            Form::ScaleTril => &FAMILY,
            Form::Covariance(_) => &COVARIANCE_FAMILY,
            Form::Precision(_) => &PRECISION_FAMILY,
        }
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        let matrix = match &self.form {
            Form::ScaleTril => &self.scale_tril,
            Form::Covariance(given) | Form::Precision(given) => given,
        };
        vec![self.loc.clone(), matrix.clone()]
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
        let (noise, _) = self.whiten(x);
        let n = noise.len();
        -0.5 * dot(&noise, &noise) - log_det_lower(&self.scale_tril, n) - n as f64 * HALF_LOG_TAU
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
        let n = self.loc.len();
        n as f64 * (0.5 + HALF_LOG_TAU) + log_det_lower(&self.scale_tril, n)
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let n = self.loc.len();
        let (noise, pull) = self.whiten(x);
        let matrix: Vec<f64> = match &self.form {
            Form::ScaleTril => {
                // L⁻ᵀ (noise noiseᵀ - 1), of which the lower triangle counts; L⁻ᵀ is upper.
                let mut slopes = lower_outer(&pull, &noise);
                for (i, l) in diagonal(&self.scale_tril, n).enumerate() {
                    slopes[i * n + i] -= 1.0 / l;
                }
                slopes
            }
            Form::Covariance(_) => {
                let precision = inverse_from_cholesky(&self.scale_tril, n);
                (0..n * n).map(|k| 0.5 * (pull[k / n] * pull[k % n] - precision[k])).collect()
            }
            Form::Precision(_) => {
                let (covariance, off) = (self.covariance_matrix(), minus(x, &self.loc));
                (0..n * n).map(|k| 0.5 * (covariance[k] - off[k / n] * off[k % n])).collect()
            }
        };
        write(out, &[pull, matrix].concat());
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let (_, pull) = self.whiten(x);
        write(out, &pull.iter().map(|p| -p).collect::<Vec<f64>>());
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let z = times_vector(&self.scale_tril, &normal_noise(stream, index, self.loc.len()));
        write(out, &self.loc);
        add(out, &z);
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MultivariatePathwise for MultivariateNormal {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        let n = self.loc.len();
        if !self.contains(z) || cotangent.len() != n {
            return out.fill(f64::NAN);
        }
        let (noise, pull) = self.whiten(z);
        let outer = |a: &[f64], b: &[f64], factor: f64| -> Vec<f64> {
            symmetrised(&(0..n * n).map(|k| factor * a[k / n] * b[k % n]).collect::<Vec<f64>>(), n)
        };
        let matrix = match &self.form {
            Form::ScaleTril => lower_outer(cotangent, &noise),
            Form::Covariance(_) => outer(cotangent, &pull, 0.5),
            // ½ dΣ Σ⁻¹ off = -½ Σ dP off.
            Form::Precision(_) => {
                let spread = times_vector(&self.covariance_matrix(), cotangent);
                outer(&spread, &minus(z, &self.loc), -0.5)
            }
        };
        add(out, &[cotangent, &matrix].concat());
    }
}

/// `KL` between normal laws from what they share: `M = L_p⁻¹ S` with `S Sᵀ = Σ_q`, the difference of means, and both `log det L`.
///
/// `½ (|M|² - n + |L_p⁻¹ (loc_q - loc_p)|²) + log det L_p - log det L_q`.
pub(super) fn kl_to_factor(p_loc: &[f64], p_tril: &[f64], q_loc: &[f64], q_factor: &[f64], q_log_det: f64) -> f64 {
    let n = p_loc.len();
    let mut off = minus(q_loc, p_loc);
    solve_lower(p_tril, &mut off);
    let mut m = q_factor.to_vec();
    solve_lower_columns(p_tril, &mut m, n);
    0.5 * (dot(&m, &m) - n as f64 + dot(&off, &off)) + log_det_lower(p_tril, n) - q_log_det
}

impl KlTo<MultivariateNormal> for MultivariateNormal {
    /// `NaN` for laws of different lengths.
    fn kl(&self, p: &MultivariateNormal) -> f64 {
        let n = self.loc.len();
        if p.loc.len() != n {
            return f64::NAN;
        }
        // M = L_p⁻¹ L_q is lower, so that log det belongs to its diagonal: Σ (m² - 1)/2 - log m >= 0 term by term.
        let mut m = self.scale_tril.clone();
        solve_lower_columns(&p.scale_tril, &mut m, n);
        let mut off = minus(&self.loc, &p.loc);
        solve_lower(&p.scale_tril, &mut off);
        let squares: f64 = (0..n * n).filter(|k| k % n < k / n).map(|k| m[k] * m[k]).sum();
        let ends: f64 = diagonal(&m, n).map(|m| 0.5 * (m - 1.0) * (m + 1.0) - m.ln()).sum();
        0.5 * (squares + dot(&off, &off)) + ends
    }
}

#[cfg(test)]
mod tests {
    use super::super::linear::product;
    use super::*;

    #[test]
    fn the_three_forms_are_one_law() {
        let l = [1.5, 0.0, 0.0, -0.4, 0.7, 0.0, 0.3, 0.2, 2.0];
        let loc = [0.3, -1.0, 2.0];
        let covariance = gram(&l, 3);
        let precision = inverse_from_cholesky(&l, 3);
        assert!((product(&covariance, &precision, 3)[4] - 1.0).abs() < 1e-13);
        let laws = [
            MultivariateNormal::from_scale_tril(&loc, &l).unwrap(),
            MultivariateNormal::from_covariance_matrix(&loc, &covariance).unwrap(),
            MultivariateNormal::from_precision_matrix(&loc, &precision).unwrap(),
        ];
        for law in &laws {
            for (a, b) in law.scale_tril().iter().zip(&l) {
                // Condition number of Σ below 20, a dozen roundings.
                assert!((a - b).abs() < 1e-13, "{law:?}");
            }
        }
    }

    #[test]
    fn wrong_matrices_are_named() {
        let error = |e: Result<MultivariateNormal, ParameterError>| e.unwrap_err().to_string();
        let loc = [0.0, 0.0];
        assert_eq!(
            error(MultivariateNormal::from_scale_tril(&loc, &[1.0, 0.5, 0.0, 1.0])),
            "multivariate-normal: scale_tril must be in [0, 0], got 0.5 at index [0, 1]"
        );
        assert_eq!(
            error(MultivariateNormal::from_scale_tril(&loc, &[1.0, 0.0, 0.0, -1.0])),
            "multivariate-normal: scale_tril must be > 0, got -1 at index [1, 1]"
        );
        assert_eq!(
            error(MultivariateNormal::from_covariance_matrix(&loc, &[1.0, 0.5, 0.4, 1.0])),
            "multivariate-normal-covariance: covariance_matrix must be symmetric, got 0.4 at [1, 0] and 0.5 at [0, 1]"
        );
        assert_eq!(
            error(MultivariateNormal::from_precision_matrix(&loc, &[1.0, 2.0, 2.0, 1.0])),
            "multivariate-normal-precision: precision_matrix must be positive definite"
        );
        assert!(error(MultivariateNormal::from_scale_tril(&[], &[])).contains("at least one number"));
    }
}
