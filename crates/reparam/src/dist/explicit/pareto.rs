//! Pareto law.

use burn::tensor::Tensor;

use crate::dist::stable::{exponents, one_minus_exp};
use crate::dist::{Cdf, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, Support, face::face};

face! {
    /// Pareto distribution of values from `scale` on with tail index `alpha`.
    ///
    /// `p(x) = alpha scale^alpha / x^(alpha+1)`, `x >= scale`.
    /// # Shapes      `scale`, `alpha`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = scale · e^(noise / alpha)`, exponential noise
    /// # Errors      `scale` or `alpha` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Moments, Pareto};
    /// let two = Tensor::<1>::from_floats([2.0], &Device::flex());
    /// let tail = Pareto::new(two.clone(), two).unwrap();
    /// assert_eq!(tail.mean().into_scalar::<f32>(), 4.0);
    /// assert!(tail.variance().into_scalar::<f32>().is_infinite());
    /// ```
    pub struct Pareto("pareto") {
        /// Least value, as given.
        scale: Positive,
        /// Tail index, as given.
        alpha: Positive,
    }
    /// The law with this least value and tail index.
    pub fn new;
    support: |_| Support::Positive;
    between: |law| [law.scale(), law.scale.full_like(f64::INFINITY)];
    mode: |law| law.fill(law.scale());
    path: Exponential;
}

impl<const D: usize> Pareto<D> {
    /// `alpha - k` where it is positive, else 1, and where it is not.
    fn beyond(&self, k: f64) -> (Tensor<D>, Tensor<D, burn::tensor::Bool>) {
        let heavy = self.alpha().lower_equal_scalar(k);
        ((self.alpha() - k).mask_fill(heavy.clone(), 1.0), self.fill_mask(heavy))
    }

    fn fill_mask(&self, mask: Tensor<D, burn::tensor::Bool>) -> Tensor<D, burn::tensor::Bool> {
        if mask.dims() == self.dims { mask } else { mask.expand(self.dims) }
    }
}

impl<const D: usize> Moments<D> for Pareto<D> {
    /// Infinite for `alpha <= 1`.
    fn mean(&self) -> Tensor<D> {
        let (rest, heavy) = self.beyond(1.0);
        self.fill(self.scale() * (self.alpha() / rest)).mask_fill(heavy, f64::INFINITY)
    }

    /// Infinite for `alpha <= 2`.
    fn variance(&self) -> Tensor<D> {
        let ((one, _), (two, heavy)) = (self.beyond(1.0), self.beyond(2.0));
        self.fill((self.scale() / one).square() * (self.alpha() / two)).mask_fill(heavy, f64::INFINITY)
    }
}

impl<const D: usize> Rsample<D> for Pareto<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        // Below overflow; the bound on the exponent is a constant, as a clamp's.
        let largest = self.scale().inner().log().clamp_min(0.0).neg() + exponents(&noise).1;
        self.scale() * (noise / self.alpha()).min_pair(largest).exp()
    }
}

impl<const D: usize> LogProb<D> for Pareto<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        let log = value.log();
        self.alpha().log() - self.alpha() * (log.clone() - self.scale().log()) - log
    }
}

impl<const D: usize> Entropy<D> for Pareto<D> {
    fn entropy(&self) -> Tensor<D> {
        self.scale().log() - self.alpha().log() + self.alpha().recip() + 1.0
    }
}

impl<const D: usize> Cdf<D> for Pareto<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        one_minus_exp(self.alpha() * (value.log() - self.scale().log()))
    }
}

impl<const D: usize> Icdf<D> for Pareto<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.rsample(probability.neg().log1p().neg())
    }
}

impl<const D: usize> KlTo<Pareto<D>, D> for Pareto<D> {
    /// `r - 1 - log r + alpha_p log(scale_q / scale_p)`, `r = alpha_p / alpha_q`; infinite where `scale_q < scale_p`.
    fn kl(&self, p: &Pareto<D>) -> Tensor<D> {
        let ratio = p.alpha() / self.alpha();
        let beyond = (self.scale() / p.scale()).lower_scalar(1.0);
        let kl = ratio.clone() - 1.0 - ratio.log() + p.alpha() * (self.scale() / p.scale()).log();
        let dims = kl.dims();
        kl.mask_fill(if beyond.dims() == dims { beyond } else { beyond.expand(dims) }, f64::INFINITY)
    }
}
