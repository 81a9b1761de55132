//! Normal law.

use burn::tensor::Tensor;
use reparam_core::law;

use crate::dist::{
    Cdf, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, ShapeError, Support, bridge, error::broadcast, face::face,
};

/// `½ log 2π`.
pub(crate) const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

face! {
    /// Normal distribution with mean `loc` and standard deviation `scale`.
    ///
    /// `p(x) = exp(-z²/2) / (scale √(2π))`, `z = (x - loc) / scale`.
    /// # Shapes      `loc`, `scale`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = loc + scale · noise`, standard normal noise
    /// # Errors      `loc` not finite, `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{LogProb, Normal};
    /// let device = Device::flex();
    /// let normal = Normal::new(Tensor::<1>::zeros([3], &device), Tensor::ones([3], &device)).unwrap();
    /// let density = normal.log_prob(Tensor::zeros([3], &device)).exp().try_to_vec_as::<f32>().unwrap();
    /// assert!(density.iter().all(|p| (p - 0.39894228).abs() < 1e-7));
    /// ```
    pub struct Normal("normal") {
        /// Mean, as given.
        loc: Real,
        /// Standard deviation, as given.
        scale: Positive | log_scale: Real,
    }
    /// The law with this mean and standard deviation.
    pub fn new;
    support: |_| Support::Real;
    mode: |law| law.mean();
    path: StandardNormal;
}

impl<const D: usize> Normal<D> {
    /// The law with this mean and logarithm of the standard deviation, which `log_prob` and `kl` then take as it is.
    ///
    /// # Errors
    ///
    /// Shapes that do not broadcast.
    pub fn from_log_scale(loc: Tensor<D>, log_scale: Tensor<D>) -> Result<Self, ShapeError> {
        let dims = broadcast(NAME, &[("loc", &loc), ("log_scale", &log_scale)])?;
        Ok(Self { loc, scale: log_scale.clone().exp(), log_scale: Some(log_scale), dims })
    }

    /// The law of parameters that are known to broadcast to `dims`.
    pub(super) fn of_shape(loc: Tensor<D>, scale: Tensor<D>, dims: [usize; D]) -> Self {
        Self { loc, scale, log_scale: None, dims }
    }

    /// Logarithm of the standard deviation.
    pub fn log_scale(&self) -> Tensor<D> {
        self.log_scale.clone().unwrap_or_else(|| self.scale().log())
    }

    fn standardise(&self, value: Tensor<D>) -> Tensor<D> {
        (value - self.loc()) / self.scale()
    }
}

/// The standard normal law in `f64`.
#[allow(clippy::unnecessary_wraps, reason = "as the bridge builds laws")]
fn standard(_: &[f64]) -> bridge::Built<law::Normal> {
    Ok(law::Normal::standard())
}

impl<const D: usize> Moments<D> for Normal<D> {
    fn mean(&self) -> Tensor<D> {
        self.fill(self.loc())
    }

    fn variance(&self) -> Tensor<D> {
        self.fill(self.scale().square())
    }
}

impl<const D: usize> Rsample<D> for Normal<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.loc() + self.scale() * noise
    }
}

impl<const D: usize> LogProb<D> for Normal<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        self.standardise(value).square() * -0.5 - self.log_scale() - HALF_LOG_TAU
    }
}

impl<const D: usize> Entropy<D> for Normal<D> {
    fn entropy(&self) -> Tensor<D> {
        self.fill(self.log_scale() + (0.5 + HALF_LOG_TAU))
    }
}

impl<const D: usize> Cdf<D> for Normal<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        bridge::cdf([self.standardise(value)], standard)
    }
}

impl<const D: usize> Icdf<D> for Normal<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.rsample(bridge::icdf([probability], standard))
    }
}

impl<const D: usize> KlTo<Normal<D>, D> for Normal<D> {
    /// `(r² - 1)/2 - log r + d²/2` with `r = scale_q / scale_p`, `d = (loc_q - loc_p) / scale_p`; exactly 0 at `q = p`.
    fn kl(&self, p: &Normal<D>) -> Tensor<D> {
        let log_ratio = self.log_scale() - p.log_scale();
        let ratio = self.scale() / p.scale();
        let distance = (self.loc() - p.loc()) / p.scale();
        kl_of_ratio(ratio, log_ratio, distance)
    }
}

/// `(r² - 1)/2 - log r + d²/2`, the square's difference as a product, which does not cancel near `r = 1`.
pub(crate) fn kl_of_ratio<const D: usize>(ratio: Tensor<D>, log_ratio: Tensor<D>, distance: Tensor<D>) -> Tensor<D> {
    (ratio.clone() - 1.0) * (ratio + 1.0) * 0.5 - log_ratio + distance.square() * 0.5
}
