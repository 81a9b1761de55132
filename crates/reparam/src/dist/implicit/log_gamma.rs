//! Log-gamma law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::{tetragamma, trigamma};

use crate::dist::{Entropy, Moments, Support, bridge, bridge::bridged, face::face};

face! {
    /// Distribution of the logarithm of a gamma draw with shape `concentration` and inverse scale `rate`.
    ///
    /// `p(x) = rate^a exp(a x - rate e^x) / Γ(a)`, `a = concentration`. Gamma draws of tiny shapes underflow; their logarithms do not.
    /// # Shapes      `concentration`, `rate`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    implicit (Figurnov et al. 2018), as of [`reparam_core::law`]. `rsample` takes uniform noise, through the inverse
    ///   distribution function; `rsample_from` draws by rejection (Marsaglia and Tsang 2000): other numbers of the same law
    /// # Errors      `concentration` or `rate` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{LogGamma, Moments};
    /// let one = Tensor::<1>::from_floats([1.0], &Device::flex());
    /// let mean = LogGamma::new(one.clone(), one).unwrap().mean().into_scalar::<f32>();
    /// assert_eq!(mean, -0.5772157); // less Euler's constant
    /// ```
    pub struct LogGamma("log-gamma") {
        /// Shape, as given.
        concentration: Positive,
        /// Inverse scale, as given.
        rate: Positive,
    }
    /// The law with this shape and inverse scale.
    pub fn new;
    support: |_| Support::Real;
    mode: |law| bridge::mode([law.concentration(), law.rate()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::LogGamma> {
    law::LogGamma::new(p[0], p[1])
}

bridged!(LogGamma by twin: concentration, rate);

impl<const D: usize> Moments<D> for LogGamma<D> {
    /// `ψ(concentration) - log rate`.
    fn mean(&self) -> Tensor<D> {
        bridge::summary([self.concentration(), self.rate()], twin, law::LogGamma::mean, |_, [a, rate]| {
            [trigamma(a), -1.0 / rate]
        })
    }

    /// `ψ'(concentration)`.
    fn variance(&self) -> Tensor<D> {
        bridge::summary([self.concentration(), self.rate()], twin, law::LogGamma::variance, |_, [a, _]| {
            [tetragamma(a), 0.0]
        })
    }
}

impl<const D: usize> Entropy<D> for LogGamma<D> {
    /// `a + log Γ(a) - a ψ(a)`, `a = concentration`.
    fn entropy(&self) -> Tensor<D> {
        bridge::summary([self.concentration(), self.rate()], twin, law::LogGamma::entropy, |_, [a, _]| {
            [1.0 - a * trigamma(a), 0.0]
        })
    }
}
