//! Inverse Gaussian law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};

use super::normal::HALF_LOG_TAU;
use crate::dist::{Entropy, Moments, Support, bridge, bridge::bridged, face::face};

face! {
    /// Inverse Gaussian (Wald) distribution with mean `loc`: the time at which a Brownian motion with drift first reaches a level.
    ///
    /// `p(x) = √(λ / 2πx³) exp(-λ (x - μ)² / (2 μ² x))`, `x > 0`, `μ = loc`, `λ = concentration`; its variance is `μ³/λ`.
    /// # Shapes      `loc`, `concentration`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    through the distribution function, as of [`reparam_core::law::InverseGaussian`]. `rsample` takes uniform noise;
    ///   `rsample_from` draws by the root of a chi-square value (Michael, Schucany and Haas 1976): other numbers of the same law
    /// # Errors      `loc` or `concentration` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{InverseGaussian, Moments};
    /// let two = Tensor::<1>::from_floats([2.0], &Device::flex());
    /// let passage = InverseGaussian::new(two.clone(), two * 2.0).unwrap();
    /// assert_eq!(passage.variance().into_scalar::<f32>(), 2.0);
    /// ```
    pub struct InverseGaussian("inverse-gaussian") {
        /// Mean, as given.
        loc: Positive,
        /// Reciprocal spread, as given.
        concentration: Positive,
    }
    /// The law with this mean and concentration.
    pub fn new;
    support: |_| Support::Positive;
    mode: |law| bridge::mode([law.loc(), law.concentration()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::InverseGaussian> {
    law::InverseGaussian::new(p[0], p[1])
}

bridged!(InverseGaussian by twin: loc, concentration);

impl<const D: usize> Moments<D> for InverseGaussian<D> {
    fn mean(&self) -> Tensor<D> {
        self.fill(self.loc())
    }

    /// `loc³ / concentration`.
    fn variance(&self) -> Tensor<D> {
        self.loc().square() * (self.loc() / self.concentration())
    }
}

impl<const D: usize> Entropy<D> for InverseGaussian<D> {
    /// `½ log(2πe/λ) + (3/2) (log μ - e^t E₁(t))`, `t = 2λ/μ`.
    fn entropy(&self) -> Tensor<D> {
        bridge::summary(
            [self.loc(), self.concentration()],
            twin,
            law::InverseGaussian::entropy,
            |law, [loc, concentration]| {
                let excess = excess(law, loc, concentration);
                [1.5 * (1.0 + excess) / loc, -(0.5 + 1.5 * excess) / concentration]
            },
        )
    }
}

/// `t f'(t) = t f(t) - 1`, `f(t) = e^t E₁(t)`, `t = 2λ/μ`: the slope of the entropy's transcendental term.
fn excess(law: &law::InverseGaussian, loc: f64, concentration: f64) -> f64 {
    let t = 2.0 * concentration / loc;
    if t < 50.0 {
        // f from the entropy; the subtractions lose at most 1/t of its digits.
        let constant = 0.5 + HALF_LOG_TAU - 0.5 * concentration.ln();
        return t * (loc.ln() - (law.entropy() - constant) / 1.5) - 1.0;
    }
    // -1/t + 2!/t² - 3!/t³ + …, summed from the smallest term of 20 on; what is left out is below 21!/50²¹ = 1e-16.
    -(2..=20).rev().fold(1.0, |rest, k| 1.0 - f64::from(k) / t * rest) / t
}
