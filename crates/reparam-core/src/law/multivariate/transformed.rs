//! A multivariate law seen through a bijector.

use std::any::Any;
use std::sync::Arc;

use super::{MultivariateFamily, MultivariateLaw, MultivariatePathwise, ParameterError};
use crate::bijector::Bijector;
use crate::noise::Stream;

/// Of laws that are made from others; the parameters are those of the base.
const FAMILY: MultivariateFamily = MultivariateFamily {
    name: "transformed-multivariate",
    parameters: &[],
    support: "the image of the base's",
    method: "a draw of the base through the map",
    closed_entropy: false,
    build: |_| {
        let rule = "is made from another law, by TransformedMultivariate::new".to_owned();
        Err(ParameterError::Together { law: "transformed-multivariate", rule })
    },
};

/// The law of `map(X)`: density `p(x) / |det ∂map/∂x|` at `map(x)`, with respect to the coordinates that the map names.
///
/// Parameters and score are those of the base, and the path goes back through the map. Mean, variance, mode and entropy are `NaN`: there
/// is no closed form in general ([`entropy_monte_carlo`](super::entropy_monte_carlo) estimates the last). A draw so far out that the map
/// rounds it to the edge of the support has log-density `-inf`.
///
/// ```
/// use reparam_core::{bijector::StickBreaking, law::{MultivariateLaw, MultivariateNormal, TransformedMultivariate}};
/// let normal = MultivariateNormal::from_scale_tril(&[0.0, 0.0], &[1.0, 0.0, 0.0, 1.0]).unwrap();
/// let law = TransformedMultivariate::new(normal, StickBreaking::new(3).unwrap()).unwrap();
/// assert!(law.contains(&[0.2, 0.3, 0.5]) && !law.contains(&[0.2, 0.3, 0.6]));
/// ```
#[derive(Clone, Debug)]
pub struct TransformedMultivariate {
    base: Arc<dyn MultivariateLaw>,
    map: Arc<dyn Bijector>,
}

impl TransformedMultivariate {
    /// `base` seen through `map`.
    ///
    /// # Errors
    ///
    /// A map that takes another number of numbers than the law has.
    pub fn new(base: impl MultivariateLaw, map: impl Bijector + 'static) -> Result<Self, ParameterError> {
        Self::of(Box::new(base), Box::new(map))
    }

    /// The same for a law and a map whose types are known at run time only.
    ///
    /// # Errors
    ///
    /// A map that takes another number of numbers than the law has.
    pub fn of(base: Box<dyn MultivariateLaw>, map: Box<dyn Bijector>) -> Result<Self, ParameterError> {
        let (has, takes) = (base.len(), map.input_len());
        if has != takes {
            let rule = format!("the map takes {takes} numbers, {} has {has}", base.family().name);
            return Err(ParameterError::Together { law: FAMILY.name, rule });
        }
        Ok(Self { base: base.into(), map: map.into() })
    }

    /// The law of `X`.
    pub fn base(&self) -> &dyn MultivariateLaw {
        &*self.base
    }

    /// The map.
    pub fn map(&self) -> &dyn Bijector {
        &*self.map
    }

    /// `x` for a value inside the support.
    fn inside(&self, y: &[f64]) -> Option<Vec<f64>> {
        if y.len() != self.map.output_len() || !self.map.output().contains(y) {
            return None;
        }
        let mut x = vec![0.0; self.map.input_len()];
        self.map.inverse(y, &mut x);
        self.base.contains(&x).then_some(x)
    }

    fn unknown(&self) -> Vec<f64> {
        vec![f64::NAN; self.map.output_len()]
    }
}

impl MultivariateLaw for TransformedMultivariate {
    fn family(&self) -> &'static MultivariateFamily {
        &FAMILY
    }

    fn parameters(&self) -> Vec<Vec<f64>> {
        self.base.parameters()
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.map.output_len()]
    }

    fn contains(&self, y: &[f64]) -> bool {
        self.inside(y).is_some()
    }

    fn log_prob(&self, y: &[f64]) -> f64 {
        self.inside(y).map_or(f64::NEG_INFINITY, |x| self.base.log_prob(&x) - self.map.log_det(&x))
    }

    /// `NaN`.
    fn mean(&self) -> Vec<f64> {
        self.unknown()
    }

    /// `NaN`.
    fn variance(&self) -> Vec<f64> {
        self.unknown()
    }

    /// `NaN`.
    fn mode(&self) -> Vec<f64> {
        self.unknown()
    }

    /// `NaN`.
    fn entropy(&self) -> f64 {
        f64::NAN
    }

    fn score(&self, y: &[f64], out: &mut [f64]) {
        match self.inside(y) {
            Some(x) => self.base.score(&x, out),
            None => out.fill(f64::NAN),
        }
    }

    fn log_prob_slope(&self, y: &[f64], out: &mut [f64]) {
        let Some(x) = self.inside(y) else { return out.fill(f64::NAN) };
        let mut slope = vec![0.0; x.len()];
        self.base.log_prob_slope(&x, &mut slope);
        self.map.pull_back(&x, &vec![0.0; y.len()], -1.0, &mut slope);
        let mut pulled = vec![0.0; y.len()];
        self.map.pull_back_inverse(&x, y, &slope, &mut pulled);
        super::write(out, &pulled);
    }

    fn draw(&self, stream: &Stream, index: u64, out: &mut [f64]) {
        let mut x = vec![0.0; self.map.input_len()];
        self.base.draw(stream, index, &mut x);
        let mut y = vec![0.0; self.map.output_len()];
        self.map.forward(&x, &mut y);
        super::write(out, &y);
    }

    fn as_pathwise(&self) -> Option<&dyn MultivariatePathwise> {
        self.base.as_pathwise().is_some().then_some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MultivariatePathwise for TransformedMultivariate {
    fn pull_back(&self, z: &[f64], cotangent: &[f64], out: &mut [f64]) {
        let (Some(x), Some(base)) = (self.inside(z), self.base.as_pathwise()) else { return out.fill(f64::NAN) };
        let mut pulled = vec![0.0; x.len()];
        self.map.pull_back(&x, cotangent, 0.0, &mut pulled);
        base.pull_back(&x, &pulled, out);
    }
}
