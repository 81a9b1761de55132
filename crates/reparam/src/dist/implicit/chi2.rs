//! Chi-square law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::trigamma;

use crate::dist::{Entropy, Moments, Support, bridge, bridge::bridged, face::face};

face! {
    /// Chi-square distribution with `df` degrees of freedom: the gamma law with shape `df / 2` and inverse scale ½.
    ///
    /// `p(x) = x^(df/2 - 1) e^(-x/2) / (2^(df/2) Γ(df/2))`, `x >= 0`.
    /// # Shapes      draws and `log_prob` have the shape of the parameter
    /// # Gradient    implicit (Figurnov et al. 2018), as of [`reparam_core::law`]. `rsample` takes uniform noise, through the inverse
    ///   distribution function; `rsample_from` draws by rejection (Marsaglia and Tsang 2000): other numbers of the same law
    /// # Errors      `df` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Chi2, Moments};
    /// let law = Chi2::new(Tensor::<1>::from_floats([3.0], &Device::flex()));
    /// assert_eq!(law.variance().into_scalar::<f32>(), 6.0);
    /// ```
    pub struct Chi2("chi2") {
        /// Degrees of freedom, as given.
        df: Positive,
    }
    /// The law with these degrees of freedom.
    pub fn new;
    support: |_| Support::NonNegative;
    mode: |law| bridge::mode([law.df()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::Chi2> {
    law::Chi2::new(p[0])
}

bridged!(Chi2 by twin: df);

impl<const D: usize> Moments<D> for Chi2<D> {
    fn mean(&self) -> Tensor<D> {
        self.df()
    }

    fn variance(&self) -> Tensor<D> {
        self.df() * 2.0
    }
}

impl<const D: usize> Entropy<D> for Chi2<D> {
    /// That of the gamma law.
    fn entropy(&self) -> Tensor<D> {
        bridge::summary([self.df()], twin, law::Chi2::entropy, |_, [df]| {
            let a = 0.5 * df;
            [0.5 + 0.5 * (1.0 - a) * trigamma(a)]
        })
    }
}
