//! Laplace law.

use burn::tensor::Tensor;
use reparam_core::law;

use crate::dist::{Cdf, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, Support, bridge, face::face};

face! {
    /// Laplace distribution with mean `loc` and mean absolute deviation `scale`.
    ///
    /// `p(x) = exp(-|x - loc| / scale) / (2 scale)`.
    /// # Shapes      `loc`, `scale`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = loc + scale · F⁻¹(noise)`, uniform noise; 0 for `log_prob` in `loc` at the corner `x = loc`
    /// # Errors      `loc` not finite, `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Laplace, Rsample};
    /// let device = Device::flex();
    /// let laplace = Laplace::new(Tensor::<1>::from_floats([3.0], &device), Tensor::ones([1], &device)).unwrap();
    /// let median = laplace.rsample(Tensor::from_floats([0.5], &device));
    /// assert_eq!(median.into_scalar::<f32>(), 3.0);
    /// ```
    pub struct Laplace("laplace") {
        /// Mean, as given.
        loc: Real,
        /// Mean absolute deviation, as given.
        scale: Positive,
    }
    /// The law with this location and scale.
    pub fn new;
    support: |_| Support::Real;
    mode: |law| law.mean();
    path: Uniform;
}

impl<const D: usize> Laplace<D> {
    fn standardise(&self, value: Tensor<D>) -> Tensor<D> {
        (value - self.loc()) / self.scale()
    }
}

/// The Laplace law of location 0 and scale 1 in `f64`.
#[allow(clippy::unnecessary_wraps, reason = "as the bridge builds laws")]
fn standard(_: &[f64]) -> bridge::Built<law::Laplace> {
    Ok(law::Laplace::standard())
}

impl<const D: usize> Moments<D> for Laplace<D> {
    fn mean(&self) -> Tensor<D> {
        self.fill(self.loc())
    }

    fn variance(&self) -> Tensor<D> {
        self.fill(self.scale().square() * 2.0)
    }
}

impl<const D: usize> Rsample<D> for Laplace<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        // In terms of the nearer tail u < ½, where 1 - 2|noise - ½| would round to 0 and give an infinite draw.
        let tail = noise.clone().min_pair(noise.clone().neg() + 1.0);
        let standard = (tail * 2.0).log().neg() * (noise - 0.5).sign();
        self.loc() + self.scale() * standard
    }
}

impl<const D: usize> LogProb<D> for Laplace<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        self.standardise(value).abs().neg() - (self.scale() * 2.0).log()
    }
}

impl<const D: usize> Entropy<D> for Laplace<D> {
    fn entropy(&self) -> Tensor<D> {
        self.fill((self.scale() * 2.0).log() + 1.0)
    }
}

impl<const D: usize> Cdf<D> for Laplace<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        bridge::cdf([self.standardise(value)], standard)
    }
}

impl<const D: usize> Icdf<D> for Laplace<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.loc() + self.scale() * bridge::icdf([probability], standard)
    }
}

impl<const D: usize> KlTo<Laplace<D>, D> for Laplace<D> {
    /// `r (d + e^-d - 1) + r - 1 - log r`, `r = scale_q / scale_p`, `d = |loc_q - loc_p| / scale_q`; exactly 0 at `q = p`.
    fn kl(&self, p: &Laplace<D>) -> Tensor<D> {
        let ratio = self.scale() / p.scale();
        let distance = (self.loc() - p.loc()).abs() / self.scale();
        let moved = distance.clone() + (distance.neg().exp() - 1.0);
        ratio.clone() * moved + (ratio.clone() - 1.0 - ratio.log())
    }
}
