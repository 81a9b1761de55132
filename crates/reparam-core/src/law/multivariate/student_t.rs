//! Multivariate Student t law.

use std::any::Any;

use super::linear::{
    diagonal, dot, gram, log_det_lower, lower_outer, solve_lower, solve_lower_transposed, times_vector,
};
use super::{
    MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support, add, check_loc,
    check_tril, finite, minus, normal_noise, write,
};
use crate::law::implicit::log_gamma_draw;
use crate::noise::Stream;
use crate::special::{beta_slopes, digamma_difference, log_gamma_difference};

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "multivariate-student-t",
    parameters: &[
        Parameter::scalar("df", Support::Positive).implicit(),
        Parameter::vector("loc", Support::Real).explicit(),
        Parameter::vector("scale_tril", Support::Real).explicit(),
    ],
    support: "x finite",
    method: "loc + scale_tril · normal noise · √(df / chi-square)",
    closed_entropy: true,
    build: |v| Ok(Box::new(MultivariateStudentT::new(v[0][0], v[1], v[2])?)),
};

/// Draws further away than this many scales are put there: their squares stay finite. Met from `df` of about 0.1 down.
const FAR: f64 = 1e150;

/// Multivariate t law with `df` degrees of freedom, location `loc` and scale matrix `L Lᵀ`, `L = scale_tril`.
///
/// `p(x) ∝ (1 + q / df)^-((df + n)/2)`, `q = |L⁻¹ (x - loc)|²`. Draw: `loc + L · noise · √(df / C)` with a chi-square draw `C`.
///
/// In `loc` and `L` the path is that of the draw at fixed noise. In `df` draws move along their ray from `loc`, at fixed distribution
/// function of the radius: `q / (df + q)` has the law Beta(n/2, df/2).
///
/// ```
/// use reparam_core::law::{MultivariateLaw, MultivariateStudentT};
/// let law = MultivariateStudentT::new(4.0, &[0.0, 1.0], &[1.0, 0.0, 1.0, 1.0]).unwrap();
/// assert_eq!(law.variance(), [2.0, 4.0]); // df / (df - 2) times the scale matrix
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MultivariateStudentT {
    df: f64,
    loc: Vec<f64>,
    scale_tril: Vec<f64>,
}

/// What density and derivatives are made of.
struct Parts {
    noise: Vec<f64>,
    pull: Vec<f64>,
    /// `|noise|²`.
    q: f64,
}

impl MultivariateStudentT {
    /// The law with these degrees of freedom, location and lower triangular factor of the scale matrix.
    ///
    /// # Errors
    ///
    /// `df` not finite and positive; `loc` empty or not finite; `scale_tril` of another size, not finite, not 0 above the diagonal or not
    /// positive on it.
    pub fn new(df: f64, loc: &[f64], scale_tril: &[f64]) -> Result<Self, ParameterError> {
        ParameterError::check(FAMILY.name, FAMILY.parameters[0], &[df])?;
        check_loc(FAMILY.name, loc)?;
        check_tril(FAMILY.name, "scale_tril", scale_tril, loc.len())?;
        Ok(Self { df, loc: loc.to_vec(), scale_tril: scale_tril.to_vec() })
    }

    fn parts(&self, x: &[f64]) -> Parts {
        let mut noise = minus(x, &self.loc);
        solve_lower(&self.scale_tril, &mut noise);
        let mut pull = noise.clone();
        solve_lower_transposed(&self.scale_tril, &mut pull);
        let q = dot(&noise, &noise);
        Parts { noise, pull, q }
    }

    fn half_len(&self) -> f64 {
        0.5 * self.loc.len() as f64
    }

    /// `-log` of the density at `loc`.
    fn log_volume(&self) -> f64 {
        let n = self.loc.len();
        self.half_len() * (self.df * std::f64::consts::PI).ln() - log_gamma_difference(0.5 * self.df, self.half_len())
            + log_det_lower(&self.scale_tril, n)
    }
}

impl MultivariateLaw for MultivariateStudentT {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![vec![self.df], self.loc.clone(), self.scale_tril.clone()]
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
        -(0.5 * self.df + self.half_len()) * (self.parts(x).q / self.df).ln_1p() - self.log_volume()
    }

    fn mean(&self) -> Vec<f64> {
        if self.df > 1.0 { self.loc.clone() } else { vec![f64::NAN; self.loc.len()] }
    }

    fn variance(&self) -> Vec<f64> {
        let n = self.loc.len();
        let factor = match self.df {
            df if df > 2.0 => df / (df - 2.0),
            df if df > 1.0 => f64::INFINITY,
            _ => f64::NAN,
        };
        diagonal(&gram(&self.scale_tril, n), n).map(|v| factor * v).collect()
    }

    fn mode(&self) -> Vec<f64> {
        self.loc.clone()
    }

    fn entropy(&self) -> f64 {
        let half = 0.5 * self.df;
        (half + self.half_len()) * digamma_difference(half, self.half_len()) + self.log_volume()
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let (df, n) = (self.df, self.loc.len());
        let Parts { noise, pull, q } = self.parts(x);
        let weight = (df + n as f64) / (df + q);
        let in_df =
            0.5 * (digamma_difference(0.5 * df, self.half_len()) - (q / df).ln_1p() + (q - n as f64) / (df + q));
        let in_loc: Vec<f64> = pull.iter().map(|p| weight * p).collect();
        let mut in_tril = lower_outer(&in_loc, &noise);
        for (i, l) in diagonal(&self.scale_tril, n).enumerate() {
            in_tril[i * n + i] -= 1.0 / l;
        }
        write(out, &[vec![in_df], in_loc, in_tril].concat());
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        let Parts { pull, q, .. } = self.parts(x);
        let weight = (self.df + self.loc.len() as f64) / (self.df + q);
        write(out, &pull.iter().map(|p| -weight * p).collect::<Vec<f64>>());
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let half = 0.5 * self.df;
        let log_stretch = 0.5 * (half.ln() - log_gamma_draw(&stream.branch(1), index, half));
        let stretch = log_stretch.exp().min(FAR);
        let noise: Vec<f64> =
            normal_noise(&stream.branch(0), index, self.loc.len()).iter().map(|e| stretch * e).collect();
        write(out, &self.loc);
        add(out, &times_vector(&self.scale_tril, &noise));
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MultivariatePathwise for MultivariateStudentT {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        if !self.contains(z) || cotangent.len() != z.len() {
            return out.fill(f64::NAN);
        }
        let Parts { noise, q, .. } = self.parts(z);
        // q = df x / y with x = q / (df + q), y = 1 - x: d log q = 1/df + dx (1/x + 1/y).
        let (x, y) = (q / (self.df + q), self.df / (self.df + q));
        let [_, slope] = beta_slopes(self.half_len(), 0.5 * self.df, x, y);
        let stretch = if q > 0.0 { 0.5 * (1.0 / self.df + 0.5 * (slope / x) / y) } else { 0.0 };
        let along = dot(cotangent, &minus(z, &self.loc)) * stretch;
        add(out, &[vec![along], cotangent.to_vec(), lower_outer(cotangent, &noise)].concat());
    }
}
