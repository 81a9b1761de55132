//! Mixture of normal laws with independent coordinates.

use std::any::Any;

use super::components::{Components, check_components};
use super::{
    MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support, add, finite, write,
    wrong_length,
};
use crate::noise::Stream;

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "diagonal-normal-mixture",
    parameters: &[
        Parameter::vector("logits", Support::Real).implicit(),
        Parameter::vector("loc", Support::Real).implicit(),
        Parameter::vector("scale", Support::Positive).implicit(),
    ],
    support: "x finite",
    method: "a component, then loc + scale · noise",
    closed_entropy: false,
    build: |v| Ok(Box::new(DiagonalNormalMixture::new(v[0], v[1], v[2])?)),
};

/// Mixture of normal laws whose coordinates are independent: `Σ_k w_k ∏_i N(x_i; loc_ki, scale_ki)`, `w = softmax(logits)`.
///
/// The path is the distributional transform (Graves 2016; Figurnov et al. 2018): the conditional distribution functions
/// `F_i(z_i | z_1 … z_{i-1})` stay what they are while parameters move.
///
/// ```
/// use reparam_core::law::{DiagonalNormalMixture, MultivariateLaw};
/// let law = DiagonalNormalMixture::new(&[0.0, 0.0], &[-1.0, 0.0, 1.0, 0.0], &[1.0, 1.0, 1.0, 1.0]).unwrap();
/// assert_eq!(law.mean(), [0.0, 0.0]);
/// assert_eq!(law.variance(), [2.0, 1.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DiagonalNormalMixture {
    components: Components,
    scale: Vec<f64>,
}

impl DiagonalNormalMixture {
    /// The mixture of as many components as `logits`, with the rows of `loc` and `scale`, both row-major.
    ///
    /// # Errors
    ///
    /// No logits; lengths that do not fit; numbers not finite; `scale` not positive.
    pub fn new(logits: &[f64], loc: &[f64], scale: &[f64]) -> Result<Self, ParameterError> {
        let n = check_components(&FAMILY, logits, loc)?;
        FAMILY.check(&[logits, loc, scale])?;
        if scale.len() != loc.len() {
            return Err(wrong_length(FAMILY.name, "scale", loc.len(), scale.len()));
        }
        let mut factors = vec![0.0; logits.len() * n * n];
        for (factor, scale) in factors.chunks_exact_mut(n * n).zip(scale.chunks_exact(n)) {
            factor.iter_mut().step_by(n + 1).zip(scale).for_each(|(f, s)| *f = *s);
        }
        Ok(Self { components: Components::new(logits, loc, factors, n), scale: scale.to_vec() })
    }
}

impl MultivariateLaw for DiagonalNormalMixture {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![self.components.logits.clone(), self.components.loc.clone(), self.scale.clone()]
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.components.n]
    }

    fn contains(&self, x: &[f64]) -> bool {
        finite(x, self.components.n)
    }

    fn log_prob(&self, x: &[f64]) -> f64 {
        if self.contains(x) { self.components.log_prob(x) } else { f64::NEG_INFINITY }
    }

    fn mean(&self) -> Vec<f64> {
        self.components.mean()
    }

    fn variance(&self) -> Vec<f64> {
        self.components.variance()
    }

    /// The mode that the components' means climb to.
    fn mode(&self) -> Vec<f64> {
        self.components.mode()
    }

    fn entropy(&self) -> f64 {
        f64::NAN
    }

    fn score(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        write(out, &self.components.score(x).on_the_diagonal(self.components.n));
    }

    fn log_prob_slope(&self, x: &[f64], out: &mut [f64]) {
        if !self.contains(x) {
            return out.fill(f64::NAN);
        }
        write(out, &self.components.log_prob_slope(x));
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        self.components.draw(stream, index, out);
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MultivariatePathwise for DiagonalNormalMixture {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        if !self.contains(z) || cotangent.len() != z.len() {
            return out.fill(f64::NAN);
        }
        add(out, &self.components.pull_back(z, cotangent).on_the_diagonal(self.components.n));
    }
}
