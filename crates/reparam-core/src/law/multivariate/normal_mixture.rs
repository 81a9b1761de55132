//! Mixture of multivariate normal laws.

use std::any::Any;

use super::components::{Components, check_components};
use super::{
    MultivariateFamily, MultivariateLaw, MultivariatePathwise, Parameter, ParameterError, Support, add, check_tril,
    finite, write, wrong_length,
};
use crate::noise::Stream;

pub(super) const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "multivariate-normal-mixture",
    parameters: &[
        Parameter::vector("logits", Support::Real).implicit(),
        Parameter::vector("loc", Support::Real).implicit(),
        Parameter::vector("scale_tril", Support::Real).implicit(),
    ],
    support: "x finite",
    method: "a component, then loc + scale_tril · noise",
    closed_entropy: false,
    build: |v| Ok(Box::new(MultivariateNormalMixture::new(v[0], v[1], v[2])?)),
};

/// Mixture of multivariate normal laws: `Σ_k w_k N(x; loc_k, L_k L_kᵀ)`, `w = softmax(logits)`, `L = scale_tril`.
///
/// The path is the distributional transform, as in [`DiagonalNormalMixture`](super::DiagonalNormalMixture): given the earlier coordinates, coordinate `i` of
/// component `k` is normal with scale `L_k,ii`, and its weight is that of the earlier coordinates' responsibilities.
///
/// ```
/// use reparam_core::law::{MultivariateLaw, MultivariateNormalMixture};
/// let one = MultivariateNormalMixture::new(&[0.0], &[1.0, 2.0], &[1.0, 0.0, 1.0, 1.0]).unwrap();
/// assert_eq!((one.mean(), one.variance()), (vec![1.0, 2.0], vec![1.0, 2.0]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MultivariateNormalMixture {
    components: Components,
}

impl MultivariateNormalMixture {
    /// The mixture of as many components as `logits`, with the rows of `loc` and, one matrix after the other, `scale_tril`.
    ///
    /// # Errors
    ///
    /// No logits; lengths that do not fit; numbers not finite; a factor that is not lower triangular with positive diagonal.
    pub fn new(logits: &[f64], loc: &[f64], scale_tril: &[f64]) -> Result<Self, ParameterError> {
        let n = check_components(&FAMILY, logits, loc)?;
        FAMILY.check(&[logits, loc, scale_tril])?;
        if scale_tril.len() != logits.len() * n * n {
            return Err(wrong_length(FAMILY.name, "scale_tril", logits.len() * n * n, scale_tril.len()));
        }
        for factor in scale_tril.chunks_exact(n * n) {
            check_tril(FAMILY.name, "scale_tril", factor, n)?;
        }
        Ok(Self { components: Components::new(logits, loc, scale_tril.to_vec(), n) })
    }
}

impl MultivariateLaw for MultivariateNormalMixture {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        vec![self.components.logits.clone(), self.components.loc.clone(), self.components.factors.clone()]
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
        write(out, &self.components.score(x).all());
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

impl MultivariatePathwise for MultivariateNormalMixture {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        if !self.contains(z) || cotangent.len() != z.len() {
            return out.fill(f64::NAN);
        }
        add(out, &self.components.pull_back(z, cotangent).all());
    }
}
