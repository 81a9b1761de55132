//! Von Mises law.

use std::f64::consts::PI;

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::bessel_ratio_slope;

use crate::dist::{Entropy, Moments, Support, bridge, bridge::bridged, face::face};

face! {
    /// Von Mises distribution of an angle on the circle `[-π, π]`.
    ///
    /// `p(x) = exp(κ cos(x - loc)) / (2π I_0(κ))`, `κ = concentration`. `loc` counts modulo 2π. [`mean`](Moments::mean) is the circular mean, `loc` brought into `[-π, π]`;
    /// [`variance`](Moments::variance) the circular variance `1 - I_1(κ) / I_0(κ)`.
    /// # Shapes      `loc`, `concentration`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    implicit (Figurnov et al. 2018), as of [`reparam_core::law`]. `rsample` takes uniform noise, through the inverse
    ///   distribution function; `rsample_from` draws by rejection (Best and Fisher 1979): other numbers of the same law.
    ///   Right for periodic functions of the angle; the jump of another at ±π no path sees
    /// # Errors      `loc` not finite, `concentration` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::{dist::{Rsample, VonMises}, noise::Key};
    /// let one = Tensor::<1>::ones([5], &Device::flex());
    /// let angles = VonMises::new(one.clone(), one).unwrap().rsample_from(&Key::new(0).site("angle").step(0));
    /// assert!(angles.abs().lower_scalar(3.1415927).all().into_scalar::<bool>());
    /// ```
    pub struct VonMises("von-mises") {
        /// Mean direction, as given.
        loc: Real,
        /// Concentration about it, as given.
        concentration: Positive,
    }
    /// The law with this direction and concentration.
    pub fn new;
    support: |_| Support::Closed(-PI, PI);
    mode: |law| bridge::mode([law.loc(), law.concentration()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::VonMises> {
    law::VonMises::new(p[0], p[1])
}

bridged!(VonMises by twin: loc, concentration);

impl<const D: usize> Moments<D> for VonMises<D> {
    fn mean(&self) -> Tensor<D> {
        bridge::summary([self.loc(), self.concentration()], twin, law::VonMises::mean, |_, _| [1.0, 0.0])
    }

    fn variance(&self) -> Tensor<D> {
        bridge::summary([self.loc(), self.concentration()], twin, law::VonMises::variance, |_, [_, k]| {
            [0.0, -bessel_ratio_slope(1.0, k)]
        })
    }
}

impl<const D: usize> Entropy<D> for VonMises<D> {
    /// `log(2π I_0(κ)) - κ I_1(κ) / I_0(κ)`.
    fn entropy(&self) -> Tensor<D> {
        bridge::summary([self.loc(), self.concentration()], twin, law::VonMises::entropy, |_, [_, k]| {
            [0.0, -k * bessel_ratio_slope(1.0, k)]
        })
    }
}
