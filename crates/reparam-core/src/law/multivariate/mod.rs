//! Laws of vectors and matrices.
//!
//! A value is a slice: matrices are row-major, and what a law fixes (the zeros of a triangle) is written out. What every law knows is
//! [`MultivariateLaw`]; laws with a pathwise derivative are [`MultivariatePathwise`]. Programs that learn the family at run time look
//! it up by [`multivariate_family`].
//!
//! ```
//! use reparam_core::law::{MultivariateLaw, multivariate_family};
//! let family = multivariate_family("multivariate-normal").unwrap();
//! let normal = family.build(&[&[1.0, 2.0], &[2.0, 0.0, 1.0, 1.0]]).unwrap(); // loc, scale_tril
//! assert_eq!(normal.mean(), [1.0, 2.0]);
//! assert_eq!(normal.variance(), [4.0, 2.0]);
//! ```

mod components;
mod diagonal_normal_mixture;
mod dirichlet;
mod gumbel_softmax;
mod kl;
mod linear;
mod lkj_cholesky;
mod low_rank_normal;
mod multinomial;
mod normal;
mod normal_mixture;
mod one_hot_categorical;
mod power_spherical;
mod relaxed_counts;
mod student_t;
#[cfg(test)]
mod tests;
mod transformed;
mod wishart;

use std::any::Any;
use std::fmt::Debug;

pub use diagonal_normal_mixture::DiagonalNormalMixture;
pub use dirichlet::Dirichlet;
pub use gumbel_softmax::GumbelSoftmax;
pub use kl::{MultivariatePair, entropy_monte_carlo, kl, kl_monte_carlo, kl_pairs};
pub use lkj_cholesky::LkjCholesky;
pub use low_rank_normal::LowRankMultivariateNormal;
pub use multinomial::Multinomial;
pub use normal::MultivariateNormal;
pub use normal_mixture::MultivariateNormalMixture;
pub use one_hot_categorical::OneHotCategorical;
pub use power_spherical::PowerSpherical;
pub use relaxed_counts::{Relaxable, RelaxedBinomial, RelaxedCounts, RelaxedNegativeBinomial, RelaxedPoisson};
pub use student_t::MultivariateStudentT;
pub use transformed::TransformedMultivariate;
pub use wishart::Wishart;

use super::{Estimate, KlTo, NoClosedForm, Parameter, ParameterError, Support, write};
use crate::noise::{Noise, Stream};

/// The multivariate families of this crate, by name.
pub fn multivariate_families() -> impl Iterator<Item = &'static MultivariateFamily> {
    FAMILIES.iter().copied()
}

const FAMILIES: &[&MultivariateFamily] = &[
    &diagonal_normal_mixture::FAMILY,
    &dirichlet::FAMILY,
    &gumbel_softmax::FAMILY,
    &lkj_cholesky::FAMILY,
    &low_rank_normal::FAMILY,
    &multinomial::FAMILY,
    &one_hot_categorical::FAMILY,
    &normal::FAMILY,
    &normal::COVARIANCE_FAMILY,
    &normal::PRECISION_FAMILY,
    &normal_mixture::FAMILY,
    &student_t::FAMILY,
    &power_spherical::FAMILY,
    &relaxed_counts::BINOMIAL,
    &relaxed_counts::NEGATIVE_BINOMIAL,
    &relaxed_counts::POISSON,
    &wishart::FAMILY,
];

/// The multivariate family with this kebab-case name.
pub fn multivariate_family(name: &str) -> Option<&'static MultivariateFamily> {
    multivariate_families().find(|f| f.name == name)
}

/// Makes a law from the numbers of each parameter; how many parameters there are has been checked.
type Build = fn(&[&[f64]]) -> Result<Box<dyn MultivariateLaw>, ParameterError>;

/// A family of laws of vectors or matrices: what is known before the parameters are.
///
/// ```
/// use reparam_core::law::multivariate_family;
/// let family = multivariate_family("multivariate-normal").unwrap();
/// let error = family.build(&[&[0.0, 0.0], &[1.0]]).unwrap_err();
/// assert_eq!(error.to_string(), "multivariate-normal: scale_tril must have 4 numbers, got 1");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MultivariateFamily {
    /// Kebab-case name.
    pub name: &'static str,
    /// Parameters, in the order of [`MultivariateLaw::parameters`] and [`MultivariateLaw::score`]. Matrices are row-major vectors.
    pub parameters: &'static [Parameter],
    /// The support in words.
    pub support: &'static str,
    /// How [`MultivariateLaw::draw`] draws, in a few words.
    pub method: &'static str,
    /// Whether [`MultivariateLaw::entropy`] is a closed form; where it is not, it is `NaN` and [`entropy_monte_carlo`] estimates it.
    pub closed_entropy: bool,
    pub(super) build: Build,
}

impl MultivariateFamily {
    /// The law with these parameters, in order, each a list of numbers (one for a scalar).
    ///
    /// # Errors
    ///
    /// A wrong number of parameters, sizes that do not fit, or a value that breaks its rule.
    pub fn build(&self, values: &[&[f64]]) -> Result<Box<dyn MultivariateLaw>, ParameterError> {
        let (expected, got) = (self.parameters.len(), values.len());
        if expected != got {
            return Err(ParameterError::Count { law: self.name, expected, got });
        }
        for (parameter, values) in self.parameters.iter().zip(values) {
            if !parameter.vector && values.len() != 1 {
                return Err(wrong_length(self.name, parameter.name, 1, values.len()));
            }
        }
        (self.build)(values)
    }

    /// Checks each number of each parameter against its rule.
    fn check(&self, values: &[&[f64]]) -> Result<(), ParameterError> {
        for (parameter, values) in self.parameters.iter().zip(values) {
            ParameterError::check(self.name, *parameter, values)?;
        }
        Ok(())
    }
}

fn wrong_length(law: &'static str, what: &str, expected: usize, got: usize) -> ParameterError {
    ParameterError::Together { law, rule: format!("{what} must have {expected} numbers, got {got}") }
}

/// What every law of vectors or matrices knows, in `f64`.
///
/// Nothing here panics. A value of the wrong length, or outside the support, has log-density `-inf` and derivatives `NaN`; of `out`
/// slices that are too short the first places are written.
pub trait MultivariateLaw: Debug + Send + Sync + Any {
    /// Name and parameters.
    fn family(&self) -> &'static MultivariateFamily;

    /// The numbers of each parameter, in the order of the family.
    fn parameters(&self) -> Vec<Vec<f64>>;

    /// The shape of a value: `[n]`, or `[rows, columns]`.
    fn shape(&self) -> Vec<usize>;

    /// How many numbers a value has.
    fn len(&self) -> usize {
        self.shape().iter().product()
    }

    /// Whether a value has no numbers; no law of this crate has.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `x` has the right length and lies in the support; equations (a sum of 1, symmetry) must hold up to rounding.
    fn contains(&self, x: &[f64]) -> bool;

    /// `log p(x)` in nats, with respect to the measure that the law's documentation names; `-inf` outside the support.
    fn log_prob(&self, x: &[f64]) -> f64;

    /// `E[X]`, element by element; `NaN` where it does not exist, or, for a transformed law, no formula is known.
    fn mean(&self) -> Vec<f64>;

    /// `E[(X - E[X])²]`, element by element; infinite or `NaN` where it is or does not exist.
    fn variance(&self) -> Vec<f64>;

    /// A value of highest density.
    fn mode(&self) -> Vec<f64>;

    /// `-E[log p(X)]` in nats; `NaN` where no closed form is known ([`MultivariateFamily::closed_entropy`]).
    fn entropy(&self) -> f64;

    /// `∂ log p(x) / ∂ parameter`, all numbers of all parameters one after the other, written to `out`.
    ///
    /// For a parameter under a constraint (the zeros of a triangle, an integer) entries that are not free have slope 0, and a symmetric
    /// matrix has the symmetric slopes of its entries as if each were free.
    fn score(&self, x: &[f64], out: &mut [f64]);

    /// `∂ log p(x) / ∂x`, written to `out`; 0 for a discrete law. Where values are under a constraint, along the constraint only.
    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]);

    /// Draw `index` of a stream, written to `out`; it depends on stream and index alone.
    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]);

    /// Draws `first`, `first + 1`, … one after the other, as many as `out` has room for.
    fn fill(&self, stream: &Stream, first: u64, out: &mut [f64]) {
        for (i, z) in out.chunks_exact_mut(self.len().max(1)).enumerate() {
            self.draw(stream, first.wrapping_add(i as u64), z);
        }
    }

    /// This law as [`MultivariatePathwise`], where it is.
    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        None
    }

    /// This law as [`Any`], to learn its type.
    fn as_any(&self) -> &dyn Any;
}

/// A multivariate law whose draw is differentiable in its parameters.
pub trait MultivariatePathwise: MultivariateLaw {
    /// Carries a gradient at a draw back to the parameters: `out[k] += Σ_i cotangent[i] ∂z_i/∂parameter_k`, in the order and with the
    /// conventions of [`MultivariateLaw::score`].
    ///
    /// `∂z/∂parameter` is a function of the draw alone: a velocity `v` with which draws move so that their law stays that of the
    /// parameters, `∂p/∂parameter + ∇·(p v) = 0` (Jankowiak and Obermeyer 2018). Where the noise can be recovered from the draw it is
    /// the derivative at fixed noise.
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]);
}

/// Adds `values` to the first places of `out`.
fn add(out: &mut [f64], values: &[f64]) {
    for (place, value) in out.iter_mut().zip(values) {
        *place += *value;
    }
}

/// Whether every number is finite, and there are `n`.
fn finite(x: &[f64], n: usize) -> bool {
    x.len() == n && x.iter().all(|x| x.is_finite())
}

/// Standard normal numbers of draw `index`, which takes `count` of them.
fn normal_noise(stream: &Stream, index: u64, count: usize) -> Vec<f64> {
    let mut out = vec![0.0; count];
    stream.fill(Noise::StandardNormal, index.wrapping_mul(count as u64), &mut out);
    out
}

fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// `loc` of at least one finite number.
fn check_loc(law: &'static str, loc: &[f64]) -> Result<(), ParameterError> {
    if loc.is_empty() {
        return Err(ParameterError::Together { law, rule: "loc must have at least one number".into() });
    }
    ParameterError::check(law, Parameter::vector("loc", Support::Real), loc)
}

/// A lower triangular matrix of `n` rows with positive diagonal, finite, with zeros above the diagonal.
fn check_tril(law: &'static str, name: &'static str, l: &[f64], n: usize) -> Result<(), ParameterError> {
    if l.len() != n * n {
        return Err(wrong_length(law, name, n * n, l.len()));
    }
    let wrong = |place: usize, rule, value| ParameterError::Value {
        law,
        parameter: name,
        rule,
        value,
        index: vec![place / n, place % n],
    };
    for (place, &value) in l.iter().enumerate() {
        let rule = match (place / n).cmp(&(place % n)) {
            std::cmp::Ordering::Less => Support::Closed(0.0, 0.0),
            std::cmp::Ordering::Equal => Support::Positive,
            std::cmp::Ordering::Greater => Support::Real,
        };
        if !rule.contains(value) {
            return Err(wrong(place, rule, value));
        }
    }
    Ok(())
}

/// The Cholesky factor of a symmetric positive definite matrix of `n` rows; symmetry must hold to eight digits.
fn check_covariance(law: &'static str, name: &'static str, a: &[f64], n: usize) -> Result<Vec<f64>, ParameterError> {
    if a.len() != n * n {
        return Err(wrong_length(law, name, n * n, a.len()));
    }
    ParameterError::check(law, Parameter::vector(name, Support::Real), a)?;
    for i in 0..n {
        for j in 0..i {
            let (low, high) = (a[i * n + j], a[j * n + i]);
            if (low - high).abs() > 1e-8 * low.abs().max(high.abs()) {
                let rule = format!("{name} must be symmetric, got {low} at [{i}, {j}] and {high} at [{j}, {i}]");
                return Err(ParameterError::Together { law, rule });
            }
        }
    }
    linear::cholesky(a, n)
        .ok_or_else(|| ParameterError::Together { law, rule: format!("{name} must be positive definite") })
}
