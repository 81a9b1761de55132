//! Beta law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::trigamma;

use crate::dist::{Entropy, Moments, Support, bridge, bridge::bridged, face::face};

face! {
    /// Beta distribution on `[0, 1]`.
    ///
    /// `p(x) = x^(a-1) (1 - x)^(b-1) / B(a, b)`, `a = concentration1`, `b = concentration0`. Draws stay within the open interval.
    /// # Shapes      `concentration1`, `concentration0`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    implicit (Figurnov et al. 2018), as of [`reparam_core::law`]. `rsample` takes uniform noise, through the inverse
    ///   distribution function; `rsample_from` draws by rejection in the log-odds: other numbers of the same law;
    ///   half the variance of a ratio of gamma draws' gradients
    /// # Errors      `concentration1` or `concentration0` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Beta, Moments};
    /// let two = Tensor::<1>::from_floats([2.0], &Device::flex());
    /// let mean = Beta::new(two.clone(), two + 6.0).unwrap().mean();
    /// assert!((mean.into_scalar::<f32>() - 0.2).abs() < 1e-7);
    /// ```
    pub struct Beta("beta") {
        /// Power of `x`, plus 1; as given.
        concentration1: Positive,
        /// Power of `1 - x`, plus 1; as given.
        concentration0: Positive,
    }
    /// The law with these concentrations.
    pub fn new;
    support: |_| Support::UnitInterval;
    mode: |law| bridge::mode([law.concentration1(), law.concentration0()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::Beta> {
    law::Beta::new(p[0], p[1])
}

bridged!(Beta by twin: concentration1, concentration0);

impl<const D: usize> Moments<D> for Beta<D> {
    /// `a / (a + b)`.
    fn mean(&self) -> Tensor<D> {
        bridge::summary([self.concentration1(), self.concentration0()], twin, law::Beta::mean, |_, [a, b]| {
            let s = a + b;
            [b / s / s, -a / s / s]
        })
    }

    /// `a b / ((a + b)² (a + b + 1))`.
    fn variance(&self) -> Tensor<D> {
        bridge::summary([self.concentration1(), self.concentration0()], twin, law::Beta::variance, |law, [a, b]| {
            let (s, variance) = (a + b, law.variance());
            let sum = 2.0 / s + 1.0 / (s + 1.0);
            [variance * (1.0 / a - sum), variance * (1.0 / b - sum)]
        })
    }
}

impl<const D: usize> Entropy<D> for Beta<D> {
    /// `log B(a, b) - (a - 1) ψ(a) - (b - 1) ψ(b) + (a + b - 2) ψ(a + b)`.
    fn entropy(&self) -> Tensor<D> {
        bridge::summary([self.concentration1(), self.concentration0()], twin, law::Beta::entropy, |_, [a, b]| {
            let sum = (a + b - 2.0) * trigamma(a + b);
            [sum - (a - 1.0) * trigamma(a), sum - (b - 1.0) * trigamma(b)]
        })
    }
}
