//! Laplace law.

use burn::tensor::{Tensor, TensorCreationOptions};
use reparam_core::law;

use super::error::{broadcast, check};
use super::{
    Cdf, Distribution, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, Sample, ShapeError, Support, ValueError,
    transform,
};
use crate::attach::shape::fill;
use crate::noise::Noise;

const NAME: &str = "laplace";

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
#[derive(Clone, Debug)]
pub struct Laplace<const D: usize> {
    loc: Tensor<D>,
    scale: Tensor<D>,
    dims: [usize; D],
}

impl<const D: usize> Laplace<D> {
    /// The law with this location and scale.
    ///
    /// # Errors
    ///
    /// Shapes that do not broadcast.
    pub fn new(loc: Tensor<D>, scale: Tensor<D>) -> Result<Self, ShapeError> {
        let dims = broadcast(NAME, ("loc", &loc), ("scale", &scale))?;
        Ok(Self { loc, scale, dims })
    }

    /// Mean, as given.
    pub fn loc(&self) -> Tensor<D> {
        self.loc.clone()
    }

    /// Mean absolute deviation, as given.
    pub fn scale(&self) -> Tensor<D> {
        self.scale.clone()
    }

    /// The same law of rank `E >= D`: axes of size 1 come first, for draws.
    pub fn unsqueeze<const E: usize>(&self) -> Laplace<E> {
        let mut dims = [1; E];
        dims[E - D..].copy_from_slice(&self.dims);
        Laplace { loc: self.loc().unsqueeze::<E>(), scale: self.scale().unsqueeze::<E>(), dims }
    }

    fn standardise(&self, value: Tensor<D>) -> Tensor<D> {
        (value - self.loc()) / self.scale()
    }
}

/// The Laplace law of location 0 and scale 1 in `f64`.
fn standard() -> law::Laplace {
    law::Laplace::standard()
}

impl<const D: usize> Distribution<D> for Laplace<D> {
    type Value = Tensor<D>;

    fn batch_shape(&self) -> Vec<usize> {
        self.dims.to_vec()
    }

    fn event_shape(&self) -> Vec<usize> {
        Vec::new()
    }

    fn support(&self) -> Support {
        Support::Real
    }

    fn mode(&self) -> Tensor<D> {
        self.mean()
    }

    fn validate(&self) -> Result<(), ValueError> {
        check(NAME, "loc", Support::Real, &self.loc)?;
        check(NAME, "scale", Support::Positive, &self.scale)
    }

    fn validate_value(&self, value: &Tensor<D>) -> Result<(), ValueError> {
        check(NAME, "value", self.support(), value)
    }

    fn detach(&self) -> Self {
        // Removes the score term.
        Self { loc: self.loc().inner(), scale: self.scale().inner(), dims: self.dims }
    }

    fn options(&self) -> TensorCreationOptions {
        (&self.loc.device(), self.loc.dtype()).into()
    }
}

impl<const D: usize> Moments<D> for Laplace<D> {
    fn mean(&self) -> Tensor<D> {
        fill(self.loc(), self.dims)
    }

    fn variance(&self) -> Tensor<D> {
        fill(self.scale().square() * 2.0, self.dims)
    }
}

impl<const D: usize> Sample<D> for Laplace<D> {
    fn noise(&self) -> Noise {
        Noise::Uniform
    }

    fn noise_shape(&self) -> [usize; D] {
        self.dims
    }

    fn sample(&self, noise: Tensor<D>) -> Tensor<D> {
        // Removes the pathwise term.
        self.detach().rsample(noise.inner())
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
        fill((self.scale() * 2.0).log() + 1.0, self.dims)
    }
}

impl<const D: usize> Cdf<D> for Laplace<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        transform::cdf(&standard(), self.standardise(value))
    }
}

impl<const D: usize> Icdf<D> for Laplace<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.loc() + self.scale() * transform::icdf(&standard(), probability)
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
