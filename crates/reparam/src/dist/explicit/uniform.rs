//! Uniform law.

use burn::tensor::Tensor;

use crate::dist::error::check_order;
use crate::dist::{Cdf, Entropy, Icdf, KlTo, LogProb, Moments, Rsample, Support, face::face};

face! {
    /// Uniform distribution on `[low, high]`.
    ///
    /// `p(x) = 1 / (high - low)`; outside `log_prob` is `-inf`.
    /// # Shapes      `low`, `high`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = low + (high - low) · noise`, uniform noise
    /// # Errors      `low` or `high` not finite, `low` not below `high`
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Moments, Uniform};
    /// let low = Tensor::<1>::ones([1], &Device::flex());
    /// let uniform = Uniform::new(low.clone(), low * 4.0).unwrap();
    /// assert_eq!(uniform.variance().into_scalar::<f32>(), 0.75);
    /// ```
    pub struct Uniform("uniform") {
        /// Lower bound, as given.
        low: Real,
        /// Upper bound, as given.
        high: Real,
    }
    /// The law with these bounds.
    pub fn new;
    support: |_| Support::Real;
    together: |law| check_order(NAME, ("low", law.low()), ("high", law.high()));
    between: |law| [law.low(), law.high()];
    mode: |law| law.fill(law.low());
    path: Uniform;
}

impl<const D: usize> Uniform<D> {
    fn width(&self) -> Tensor<D> {
        self.high() - self.low()
    }
}

impl<const D: usize> Moments<D> for Uniform<D> {
    fn mean(&self) -> Tensor<D> {
        self.low() * 0.5 + self.high() * 0.5
    }

    fn variance(&self) -> Tensor<D> {
        self.width().square() * (1.0 / 12.0)
    }
}

impl<const D: usize> Rsample<D> for Uniform<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.low() + self.width() * noise
    }
}

impl<const D: usize> LogProb<D> for Uniform<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        let outside = value.clone().lower(self.low()).bool_or(value.clone().greater(self.high()));
        // The value counts through its shape alone.
        (self.width().log().neg() + value.zeros_like()).mask_fill(outside, f64::NEG_INFINITY)
    }
}

impl<const D: usize> Entropy<D> for Uniform<D> {
    fn entropy(&self) -> Tensor<D> {
        self.width().log()
    }
}

impl<const D: usize> Cdf<D> for Uniform<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        ((value - self.low()) / self.width()).clamp(0.0, 1.0)
    }
}

impl<const D: usize> Icdf<D> for Uniform<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.rsample(probability)
    }
}

impl<const D: usize> KlTo<Uniform<D>, D> for Uniform<D> {
    /// `log(width_p / width_q)`, infinite where this law reaches beyond `p`.
    fn kl(&self, p: &Uniform<D>) -> Tensor<D> {
        let beyond = self.low().lower(p.low()).bool_or(self.high().greater(p.high()));
        (p.width() / self.width()).log().mask_fill(beyond, f64::INFINITY)
    }
}
