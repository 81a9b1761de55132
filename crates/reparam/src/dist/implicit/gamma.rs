//! Gamma law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::trigamma;

use crate::dist::{Entropy, Moments, Support, bridge, bridge::bridged, face::face};

face! {
    /// Gamma distribution with shape `concentration` and inverse scale `rate`.
    ///
    /// `p(x) = rate^a x^(a-1) e^(-rate x) / Γ(a)`, `a = concentration`, `x >= 0`. Draws are held within the positive numbers of their type: in `f32`
    /// that is felt for shapes below 0.1, where [`LogGamma`](super::LogGamma) has the law of the logarithm.
    /// # Shapes      `concentration`, `rate`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    implicit (Figurnov et al. 2018), as of [`reparam_core::law`]. `rsample` takes uniform noise, through the inverse
    ///   distribution function; `rsample_from` draws by rejection (Marsaglia and Tsang 2000): other numbers of the same law
    /// # Errors      `concentration` or `rate` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::{dist::{Gamma, Rsample}, noise::Key};
    /// let shape = Tensor::<1>::from_floats([0.5, 3.0], &Device::flex().autodiff()).require_grad();
    /// let gamma = Gamma::new(shape.clone(), Tensor::from_floats([2.0], &Device::flex().autodiff())).unwrap();
    /// let z = gamma.rsample_from(&Key::new(0).site("z").step(0));
    /// let slopes = shape.grad(&z.backward()).unwrap(); // dz/dconcentration
    /// assert!(slopes.greater_scalar(0.0).all().into_scalar::<bool>());
    /// ```
    pub struct Gamma("gamma") {
        /// Shape, as given.
        concentration: Positive,
        /// Inverse scale, as given.
        rate: Positive,
    }
    /// The law with this shape and inverse scale.
    pub fn new;
    support: |_| Support::NonNegative;
    mode: |law| bridge::mode([law.concentration(), law.rate()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::Gamma> {
    law::Gamma::new(p[0], p[1])
}

bridged!(Gamma by twin: concentration, rate);

impl<const D: usize> Moments<D> for Gamma<D> {
    fn mean(&self) -> Tensor<D> {
        self.concentration() / self.rate()
    }

    fn variance(&self) -> Tensor<D> {
        self.concentration() / self.rate() / self.rate()
    }
}

impl<const D: usize> Entropy<D> for Gamma<D> {
    /// `a - log rate + log Γ(a) + (1 - a) ψ(a)`, `a = concentration`.
    fn entropy(&self) -> Tensor<D> {
        bridge::summary([self.concentration(), self.rate()], twin, law::Gamma::entropy, |_, [a, rate]| {
            [1.0 + (1.0 - a) * trigamma(a), -1.0 / rate]
        })
    }
}
