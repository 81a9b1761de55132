//! Laws of vectors and matrices.
//!
//! A value is a slice: matrices are row-major, and what a law fixes (the zeros of a triangle) is written out. What every law knows is
//! [`MultivariateLaw`]; laws with a pathwise derivative are [`MultivariatePathwise`]. Programs that learn the family at run time look
//! it up by [`multivariate_family`].

use std::any::Any;
use std::fmt::Debug;

use super::{Parameter, ParameterError};
use crate::noise::Stream;

/// The multivariate families of this crate, by name.
pub fn multivariate_families() -> impl Iterator<Item = &'static MultivariateFamily> {
    FAMILIES.iter().copied()
}

const FAMILIES: &[&MultivariateFamily] = &[];

/// The multivariate family with this kebab-case name.
pub fn multivariate_family(name: &str) -> Option<&'static MultivariateFamily> {
    multivariate_families().find(|f| f.name == name)
}

/// Makes a law from the numbers of each parameter; how many parameters there are has been checked.
type Build = fn(&[&[f64]]) -> Result<Box<dyn MultivariateLaw>, ParameterError>;

/// A family of laws of vectors or matrices: what is known before the parameters are.
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
    /// Whether [`MultivariateLaw::entropy`] is a closed form.
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
        (self.build)(values)
    }
}

/// What every law of vectors or matrices knows, in `f64`. Nothing here panics on a value of the right length.
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

    /// `log p(x)` in nats, with respect to the measure that the law's documentation names; `-inf` outside the support.
    fn log_prob(&self, x: &[f64]) -> f64;

    /// `E[X]`, element by element; `NaN` where it does not exist.
    fn mean(&self) -> Vec<f64>;

    /// `E[(X - E[X])²]`, element by element; infinite or `NaN` where it is or does not exist.
    fn variance(&self) -> Vec<f64>;

    /// A value of highest density.
    fn mode(&self) -> Vec<f64>;

    /// `-E[log p(X)]` in nats.
    fn entropy(&self) -> f64;

    /// `∂ log p(x) / ∂ parameter`, all numbers of all parameters one after the other, written to `out`.
    ///
    /// For a parameter under a constraint (the zeros of a triangle, symmetry) entries that are not free have slope 0, and a symmetric
    /// matrix has the slopes of its entries as if each were free.
    fn score(&self, x: &[f64], out: &mut [f64]);

    /// `∂ log p(x) / ∂x`, written to `out`; 0 for a discrete law.
    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]);

    /// Draw `index` of a stream, written to `out`; it depends on stream and index alone.
    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]);

    /// This law as [`MultivariatePathwise`], where it is.
    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        None
    }

    /// This law as [`Any`], to learn its type.
    fn as_any(&self) -> &dyn Any;
}

/// A multivariate law whose draw is differentiable in its parameters.
pub trait MultivariatePathwise: MultivariateLaw {
    /// Carries a gradient at a draw back to the parameters: `out[k] += Σ_i cotangent[i] ∂z_i/∂parameter_k`.
    ///
    /// `∂z/∂parameter` is a function of the draw alone: the velocity with which it moves so that its law stays that of the parameters.
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]);
}
