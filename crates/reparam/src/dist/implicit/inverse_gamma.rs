//! Inverse gamma law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::trigamma;

use crate::dist::{Entropy, Moments, Support, bridge, bridge::bridged, face::face};

face! {
    /// Inverse gamma distribution: of `1 / G`, `G` a gamma draw with shape `concentration` and inverse scale `rate`.
    ///
    /// `p(x) = rate^a x^(-a-1) e^(-rate/x) / Γ(a)`, `a = concentration`, `x > 0`. The mean is infinite for `a <= 1`, the variance for `a <= 2`; no
    /// gradient flows there.
    /// # Shapes      `concentration`, `rate`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    implicit (Figurnov et al. 2018), as of [`reparam_core::law`]. `rsample` takes uniform noise, through the inverse
    ///   distribution function; `rsample_from` draws by rejection (Marsaglia and Tsang 2000): other numbers of the same law
    /// # Errors      `concentration` or `rate` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{InverseGamma, Moments};
    /// let four = Tensor::<1>::from_floats([4.0], &Device::flex());
    /// let prior = InverseGamma::new(four.clone() - 1.0, four).unwrap();
    /// assert_eq!(prior.mean().into_scalar::<f32>(), 2.0);
    /// ```
    pub struct InverseGamma("inverse-gamma") {
        /// Shape, as given.
        concentration: Positive,
        /// Inverse scale of the reciprocal, as given.
        rate: Positive,
    }
    /// The law with this shape and inverse scale of the reciprocal.
    pub fn new;
    support: |_| Support::Positive;
    mode: |law| bridge::mode([law.concentration(), law.rate()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::InverseGamma> {
    law::InverseGamma::new(p[0], p[1])
}

bridged!(InverseGamma by twin: concentration, rate);

impl<const D: usize> Moments<D> for InverseGamma<D> {
    /// `rate / (a - 1)`.
    fn mean(&self) -> Tensor<D> {
        bridge::summary([self.concentration(), self.rate()], twin, law::InverseGamma::mean, |law, [a, rate]| {
            if a <= 1.0 { [0.0; 2] } else { [-law.mean() / (a - 1.0), law.mean() / rate] }
        })
    }

    /// `rate² / ((a - 1)² (a - 2))`.
    fn variance(&self) -> Tensor<D> {
        bridge::summary([self.concentration(), self.rate()], twin, law::InverseGamma::variance, |law, [a, rate]| {
            let variance = law.variance();
            let shape = variance * (2.0 / (a - 1.0) + 1.0 / (a - 2.0));
            if a <= 2.0 { [0.0; 2] } else { [-shape, 2.0 * variance / rate] }
        })
    }
}

impl<const D: usize> Entropy<D> for InverseGamma<D> {
    /// `a + log rate + log Γ(a) - (1 + a) ψ(a)`, `a = concentration`.
    fn entropy(&self) -> Tensor<D> {
        bridge::summary([self.concentration(), self.rate()], twin, law::InverseGamma::entropy, |_, [a, rate]| {
            [1.0 - (1.0 + a) * trigamma(a), 1.0 / rate]
        })
    }
}
