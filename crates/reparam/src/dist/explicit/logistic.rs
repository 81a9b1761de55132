//! Logistic law.

use std::f64::consts::PI;

use burn::tensor::{Tensor, activation::sigmoid};

use crate::dist::{Cdf, Entropy, Icdf, LogProb, Moments, Rsample, Support, face::face};

face! {
    /// Logistic distribution with mean `loc` and scale `scale`.
    ///
    /// `p(x) = e^-z / (scale (1 + e^-z)²)`, `z = (x - loc) / scale`.
    /// # Shapes      `loc`, `scale`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = loc + scale · noise`, logistic noise
    /// # Errors      `loc` not finite, `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Cdf, Logistic};
    /// let zero = Tensor::<1>::zeros([1], &Device::flex());
    /// let logistic = Logistic::new(zero.clone(), zero.ones_like()).unwrap();
    /// assert_eq!(logistic.cdf(zero).into_scalar::<f32>(), 0.5);
    /// ```
    pub struct Logistic("logistic") {
        /// Mean, as given.
        loc: Real,
        /// Scale, as given.
        scale: Positive,
    }
    /// The law with this location and scale.
    pub fn new;
    support: |_| Support::Real;
    mode: |law| law.mean();
    path: Logistic;
}

impl<const D: usize> Logistic<D> {
    fn standardise(&self, value: Tensor<D>) -> Tensor<D> {
        (value - self.loc()) / self.scale()
    }
}

impl<const D: usize> Moments<D> for Logistic<D> {
    fn mean(&self) -> Tensor<D> {
        self.fill(self.loc())
    }

    fn variance(&self) -> Tensor<D> {
        self.fill(self.scale().square() * (PI * PI / 3.0))
    }
}

impl<const D: usize> Rsample<D> for Logistic<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.loc() + self.scale() * noise
    }
}

impl<const D: usize> LogProb<D> for Logistic<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        let size = self.standardise(value).abs();
        size.clone().neg() - size.neg().exp().log1p() * 2.0 - self.scale().log()
    }
}

impl<const D: usize> Entropy<D> for Logistic<D> {
    fn entropy(&self) -> Tensor<D> {
        self.fill(self.scale().log() + 2.0)
    }
}

impl<const D: usize> Cdf<D> for Logistic<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        sigmoid(self.standardise(value))
    }
}

impl<const D: usize> Icdf<D> for Logistic<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.rsample(probability.clone().log() - probability.neg().log1p())
    }
}
