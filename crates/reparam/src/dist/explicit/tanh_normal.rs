//! Normal law squashed by a hyperbolic tangent.

use burn::tensor::Tensor;
use reparam_core::law;

use super::Normal;
use crate::dist::stable::inside;
use crate::dist::{Cdf, Icdf, KlTo, LogProb, Rsample, Support, bridge, face::face};

face! {
    /// Tanh-normal distribution: the hyperbolic tangent of a normal draw with mean `loc` and standard deviation `scale`. Its moments
    /// have no closed form.
    ///
    /// `p(x) = exp(-z²/2) / ((1 - x²) scale √(2π))`, `z = (atanh x - loc) / scale`, `-1 < x < 1`. Right up to the last number below ±1:
    /// every logarithm is one of `1 + x` or `1 - x`.
    /// # Shapes      `loc`, `scale`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = tanh(loc + scale · noise)`, standard normal noise; 0 where the draw would round to ±1
    /// # Errors      `loc` not finite, `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{LogProb, Rsample, TanhNormal};
    /// let one = Tensor::<1>::ones([1], &Device::flex());
    /// let action = TanhNormal::new(one.clone() * 50.0, one.clone()).unwrap();
    /// let draw = action.rsample(one);
    /// assert!(draw.clone().into_scalar::<f32>() < 1.0 && action.log_prob(draw).into_scalar::<f32>().is_finite());
    /// ```
    pub struct TanhNormal("tanh-normal") {
        /// Mean before the tangent, as given.
        loc: Real,
        /// Standard deviation before the tangent, as given.
        scale: Positive,
    }
    /// The law of the tangent of a normal draw with this mean and standard deviation.
    pub fn new;
    support: |_| Support::Open(-1.0, 1.0);
    mode: |law| bridge::mode([law.loc(), law.scale()], |p| law::TanhNormal::new(p[0], p[1]));
    path: StandardNormal;
}

impl<const D: usize> TanhNormal<D> {
    /// The law before the tangent.
    pub fn base(&self) -> Normal<D> {
        Normal::of_shape(self.loc(), self.scale(), self.dims)
    }
}

/// `log(1 + x)` and `log(1 - x)`.
fn logs<const D: usize>(x: Tensor<D>) -> [Tensor<D>; 2] {
    [x.clone().log1p(), x.neg().log1p()]
}

fn atanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let [above, below] = logs(x);
    (above - below) * 0.5
}

impl<const D: usize> Rsample<D> for TanhNormal<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        inside(self.base().rsample(noise).tanh(), -1.0, 1.0)
    }
}

impl<const D: usize> LogProb<D> for TanhNormal<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        let [above, below] = logs(value);
        self.base().log_prob((above.clone() - below.clone()) * 0.5) - above - below
    }
}

impl<const D: usize> Cdf<D> for TanhNormal<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        self.base().cdf(atanh(value))
    }
}

impl<const D: usize> Icdf<D> for TanhNormal<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        inside(self.base().icdf(probability).tanh(), -1.0, 1.0)
    }
}

impl<const D: usize> KlTo<TanhNormal<D>, D> for TanhNormal<D> {
    /// As before the tangent: a divergence does not see a change of variable.
    fn kl(&self, p: &TanhNormal<D>) -> Tensor<D> {
        self.base().kl(&p.base())
    }
}
