//! Cauchy law.

use burn::tensor::Tensor;

use crate::dist::stable::{half_turns, log_one_plus_square, tan_half_turn};
use crate::dist::{Cdf, Entropy, Icdf, KlTo, LogProb, Rsample, Support, face::face};

/// `log π`.
pub(super) const LOG_PI: f64 = 1.144_729_885_849_400_2;

face! {
    /// Cauchy distribution with median `loc` and half of the interquartile range `scale`. It has no mean and no variance.
    ///
    /// `p(x) = 1 / (π scale (1 + z²))`, `z = (x - loc) / scale`.
    /// # Shapes      `loc`, `scale`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = loc + scale · tan(π (noise - ½))`, uniform noise
    /// # Errors      `loc` not finite, `scale` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Cauchy, Icdf};
    /// let zero = Tensor::<1>::zeros([1], &Device::flex());
    /// let quartile = Cauchy::new(zero.clone(), zero.ones_like()).unwrap().icdf(zero + 0.75);
    /// assert!((quartile.into_scalar::<f32>() - 1.0).abs() < 1e-6);
    /// ```
    pub struct Cauchy("cauchy") {
        /// Median, as given.
        loc: Real,
        /// Half of the interquartile range, as given.
        scale: Positive,
    }
    /// The law with this location and scale.
    pub fn new;
    support: |_| Support::Real;
    mode: |law| law.fill(law.loc());
    path: Uniform;
}

impl<const D: usize> Cauchy<D> {
    fn standardise(&self, value: Tensor<D>) -> Tensor<D> {
        (value - self.loc()) / self.scale()
    }
}

impl<const D: usize> Rsample<D> for Cauchy<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.icdf(noise)
    }
}

impl<const D: usize> LogProb<D> for Cauchy<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        log_one_plus_square(self.standardise(value)).neg() - self.scale().log() - LOG_PI
    }
}

impl<const D: usize> Entropy<D> for Cauchy<D> {
    fn entropy(&self) -> Tensor<D> {
        self.fill(self.scale().log() + (LOG_PI + 2.0 * std::f64::consts::LN_2))
    }
}

impl<const D: usize> Cdf<D> for Cauchy<D> {
    /// By the nearer tail, `½ - atan(|z|)/π`, which keeps its digits: `atan(1/|z|)/π`.
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        let z = self.standardise(value);
        let below = z.clone().lower_scalar(-1.0);
        let far = z.clone().mask_fill(below.clone().bool_not(), -1.0);
        let near = z.clone().mask_fill(below.clone(), -1.0);
        // Odd in z, by |z| and sign; at 0, where the sign has no derivative, the gradient is that of the product's other half.
        let above = near.clone().greater_equal_scalar(0.0);
        let size = near.clone().mask_where(above.clone().bool_not(), near.neg());
        let half = half_turns(size) * 0.5;
        let inside = half.clone().mask_where(above.bool_not(), half.neg()) + 0.5;
        inside.mask_where(below, half_turns(far.recip().neg()) * 0.5)
    }
}

impl<const D: usize> Icdf<D> for Cauchy<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        // |z| = tan(π/2 (1 - 2 tail)) = 1 / tan(π tail), tail <= ½ the nearer one.
        let low = probability.clone().lower_scalar(0.5);
        let upper = probability.clone().neg() + 1.0;
        let tail = upper.mask_where(low.clone(), probability) * 2.0;
        let middle = tail.clone().greater_scalar(0.5);
        // Far out 1 / tan; in the middle the tangent of the rest, which is exactly 0 at the median.
        let far = tan_half_turn(tail.clone().mask_fill(middle.clone(), 0.5)).recip();
        let size = far.mask_where(middle.clone(), tan_half_turn(tail.mask_fill(middle.bool_not(), 1.0).neg() + 1.0));
        self.loc() + self.scale() * size.clone().mask_where(low, size.neg())
    }
}

impl<const D: usize> KlTo<Cauchy<D>, D> for Cauchy<D> {
    /// `log(1 + ((s_q - s_p)² + (loc_q - loc_p)²) / (4 s_q s_p))` (Chyzak and Nielsen 2019).
    fn kl(&self, p: &Cauchy<D>) -> Tensor<D> {
        let root = (self.scale() * p.scale()).sqrt() * 2.0;
        let spread = ((self.scale() - p.scale()) / root.clone()).square();
        (spread + ((self.loc() - p.loc()) / root).square()).log1p()
    }
}
