//! Negative binomial law.

use burn::tensor::Tensor;
use reparam_core::law;

use crate::attach::{self, Kernel, Point};
use crate::dist::{LogProb, Moments, Support, bridge, face::face};
use crate::special::log_gamma;

face! {
    /// Negative binomial distribution with mean `mean` and variance `mean + mean² / dispersion`.
    ///
    /// `p(x) = Γ(x + d) / (Γ(d) x!) (d / (d + mean))^d (mean / (d + mean))^x`, `d = dispersion`, `x = 0, 1, 2, …`. `dispersion` is the inverse
    /// dispersion, the θ of single-cell work: the larger, the closer to a Poisson law. On the CPU `log_prob` is computed in
    /// `f64`, without the cancellation of its terms; on other devices it is a tensor expression.
    /// # Shapes      `mean`, `dispersion`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    none through the draw: [`rsample`](Self::rsample) does not compile, and the message names the estimators that fit
    /// # Errors      a parameter not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Moments, NegativeBinomial};
    /// let three = Tensor::<1>::from_floats([3.0], &Device::flex());
    /// let counts = NegativeBinomial::new(three.clone(), three - 1.0).unwrap();
    /// assert_eq!(counts.variance().into_scalar::<f32>(), 7.5);
    /// ```
    pub struct NegativeBinomial("negative-binomial") {
        /// Mean, as given.
        count_mean: Positive,
        /// Inverse dispersion, as given.
        dispersion: Positive,
    }
    /// The law with this mean and inverse dispersion.
    pub fn new;
    support: |_| Support::Count;
    mode: |law| bridge::mode([law.count_mean(), law.dispersion()], twin);
    counts: Uniform, |law, twin| [law.count_mean(), law.dispersion()];
}

impl<const D: usize> NegativeBinomial<D> {
    /// The law of parameters that are known to broadcast to `dims`.
    pub(super) fn of_shape(count_mean: Tensor<D>, dispersion: Tensor<D>, dims: [usize; D]) -> Self {
        Self { count_mean, dispersion, dims }
    }

    /// Log-odds of a success, of the trials whose failures are counted to `dispersion`.
    pub fn logits(&self) -> Tensor<D> {
        self.count_mean().log() - self.dispersion().log()
    }
}

fn twin(p: &[f64]) -> bridge::Built<law::NegativeBinomial> {
    law::NegativeBinomial::new(p[0], p[1])
}

/// `log p(x)` in mean, inverse dispersion and count.
pub(super) struct LogMass;

impl Kernel<3> for LogMass {
    fn point(&self, at: [f64; 3]) -> Point<3> {
        bridge::log_prob_at(at, twin)
    }

    fn value(&self, at: [f64; 3]) -> f64 {
        bridge::log_prob_value(&at, twin)
    }

    fn plain<const D: usize>(&self, [mean, d, x]: [Tensor<D>; 3]) -> Tensor<D> {
        let ways = log_gamma(x.clone() + d.clone()) - log_gamma(d.clone()) - log_gamma(x.clone() + 1.0);
        let fail = (mean.clone() / d.clone()).log1p().neg();
        let succeed = (d.clone() / mean).log1p().neg();
        ways + d * fail + x * succeed
    }
}

impl<const D: usize> Moments<D> for NegativeBinomial<D> {
    fn mean(&self) -> Tensor<D> {
        self.fill(self.count_mean())
    }

    fn variance(&self) -> Tensor<D> {
        let mean = self.count_mean();
        mean.clone() + mean.clone() * (mean / self.dispersion())
    }
}

impl<const D: usize> LogProb<D> for NegativeBinomial<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        attach::map([self.count_mean(), self.dispersion(), value], &LogMass)
    }
}
