//! Families of laws: what is known before the parameters are.

use super::{Law, Parameter, ParameterError};
use crate::noise::Noise;

/// Makes a law from its parameters; their number has been checked.
pub(super) type Build = fn(&[f64]) -> Result<Box<dyn Law>, ParameterError>;

/// A family of one-dimensional laws: what is known before the parameters are.
///
/// ```
/// use reparam_core::law::{Law, family};
/// let laplace = family("laplace").unwrap();
/// assert_eq!(laplace.build(&[0.0, 2.0]).unwrap().variance(), 8.0);
/// assert_eq!(laplace.build(&[0.0, -2.0]).unwrap_err().to_string(), "laplace: scale must be > 0, got -2");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Kebab-case name.
    pub name: &'static str,
    /// Parameters, in the order of [`Law::parameters`], [`Law::score`] and [`super::Pathwise::pathwise`].
    pub parameters: &'static [Parameter],
    /// The support in words, in terms of the parameters: `x > 0`, `x >= scale`.
    pub support: &'static str,
    /// How [`Law::fill`] draws, in a few words: `inverse distribution function`, `rejection (Marsaglia and Tsang 2000)`.
    pub method: &'static str,
    /// Whether [`Law::entropy`] is a closed form; otherwise it is a sum or quadrature.
    pub closed_entropy: bool,
    /// The base noise of [`Law::draw`].
    pub noise: Noise,
    pub(super) build: Build,
}

impl Family {
    /// The law with these parameters, in order. Vector parameters are as long as each other, one after the other.
    ///
    /// # Errors
    ///
    /// A wrong number of values, or a value that breaks its rule.
    pub fn build(&self, values: &[f64]) -> Result<Box<dyn Law>, ParameterError> {
        let vectors = self.parameters.iter().filter(|p| p.vector).count();
        let expected = self.parameters.len();
        let fits = match values.len().checked_sub(expected) {
            None => false,
            Some(more) if vectors == 0 => more == 0,
            Some(more) => more % vectors == 0,
        };
        if !fits {
            return Err(ParameterError::Count { law: self.name, expected, got: values.len() });
        }
        (self.build)(values)
    }

    /// Checks the values of scalar parameters, in order.
    pub(super) fn check(&self, values: &[f64]) -> Result<(), ParameterError> {
        for (parameter, value) in self.parameters.iter().zip(values) {
            ParameterError::check(self.name, *parameter, &[*value])?;
        }
        Ok(())
    }
}
