//! Gumbel law.

use std::f64::consts::PI;

use burn::tensor::Tensor;

use crate::dist::{Cdf, Entropy, Icdf, LogProb, Moments, Rsample, Support, face::face};

/// Euler's constant, minus the derivative of the Gamma function at 1.
pub(super) const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

face! {
    /// Gumbel distribution of maxima with mode `loc` and scale `scale`.
    ///
    /// `p(x) = exp(-z - e^-z) / scale`, `z = (x - loc) / scale`.
    /// # Shapes      `loc`, `scale`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = loc + scale · noise`, Gumbel noise
    /// # Errors      `loc` not finite, `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Gumbel, LogProb};
    /// let zero = Tensor::<1>::zeros([1], &Device::flex());
    /// let gumbel = Gumbel::new(zero.clone(), zero.ones_like()).unwrap();
    /// assert_eq!(gumbel.log_prob(zero).into_scalar::<f32>(), -1.0);
    /// ```
    pub struct Gumbel("gumbel") {
        /// Mode, as given.
        loc: Real,
        /// Scale, as given.
        scale: Positive,
    }
    /// The law with this location and scale.
    pub fn new;
    support: |_| Support::Real;
    mode: |law| law.fill(law.loc());
    path: Gumbel;
}

impl<const D: usize> Gumbel<D> {
    fn standardise(&self, value: Tensor<D>) -> Tensor<D> {
        (value - self.loc()) / self.scale()
    }
}

impl<const D: usize> Moments<D> for Gumbel<D> {
    fn mean(&self) -> Tensor<D> {
        self.loc() + self.scale() * EULER_GAMMA
    }

    fn variance(&self) -> Tensor<D> {
        self.fill(self.scale().square() * (PI * PI / 6.0))
    }
}

impl<const D: usize> Rsample<D> for Gumbel<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.loc() + self.scale() * noise
    }
}

impl<const D: usize> LogProb<D> for Gumbel<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        let z = self.standardise(value);
        z.clone().neg() - z.neg().exp() - self.scale().log()
    }
}

impl<const D: usize> Entropy<D> for Gumbel<D> {
    fn entropy(&self) -> Tensor<D> {
        self.fill(self.scale().log() + (1.0 + EULER_GAMMA))
    }
}

impl<const D: usize> Cdf<D> for Gumbel<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        self.standardise(value).neg().exp().neg().exp()
    }
}

impl<const D: usize> Icdf<D> for Gumbel<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.rsample(probability.log().neg().log().neg())
    }
}
