//! Kumaraswamy law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::{digamma_difference, log_beta};

use super::gumbel::EULER_GAMMA;
use crate::attach::{self, Point};
use crate::dist::stable::{inside, log1m_exp, one_minus_exp};
use crate::dist::{Cdf, Entropy, Icdf, LogProb, Moments, Rsample, Support, bridge, face::face};
use crate::special::digamma;

face! {
    /// Kumaraswamy distribution on `(0, 1)`, close to a Beta law, with an elementary distribution function.
    ///
    /// `p(x) = a b x^(a-1) (1 - x^a)^(b-1)`, `a = concentration1`, `b = concentration0` (Kumaraswamy 1980).
    /// # Shapes      `concentration1`, `concentration0`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    explicit: `x = (1 - e^(-noise/b))^(1/a)`, exponential noise; 0 where the draw would round to 0 or 1
    /// # Errors      a parameter not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Kumaraswamy, Moments};
    /// let one = Tensor::<1>::ones([1], &Device::flex());
    /// let law = Kumaraswamy::new(one.clone(), one * 3.0).unwrap(); // 1 - x is the largest of three uniform draws
    /// assert_eq!(law.mean().into_scalar::<f32>(), 0.25);
    /// ```
    pub struct Kumaraswamy("kumaraswamy") {
        /// `a`, as given.
        concentration1: Positive,
        /// `b`, as given.
        concentration0: Positive,
    }
    /// The law with these concentrations at 1 and at 0.
    pub fn new;
    support: |_| Support::UnitInterval;
    mode: |law| bridge::mode([law.concentration1(), law.concentration0()], twin);
    path: Exponential;
}

fn twin(p: &[f64]) -> bridge::Built<law::Kumaraswamy> {
    law::Kumaraswamy::new(p[0], p[1])
}

/// `E[x^n] = b B(1 + n/a, b)` and its slopes in `a` and `b`.
fn moment(n: f64, a: f64, b: f64) -> Point<2> {
    let c = 1.0 + n / a;
    let value = b * log_beta(c, b).exp();
    // ψ(c + b) - ψ(c), and 1/b + ψ(b) - ψ(c + b) = ψ(1 + b) - ψ(1 + b + n/a).
    let slopes = [value * digamma_difference(c, b) * n / (a * a), -value * digamma_difference(1.0 + b, n / a)];
    Point { value, slopes }
}

impl<const D: usize> Kumaraswamy<D> {
    /// `-log(1 - x^a)`.
    fn log_rest(&self, x: Tensor<D>) -> Tensor<D> {
        log1m_exp(self.concentration1() * x.log().neg()).neg()
    }

    fn moments(&self, at: impl Fn(&law::Kumaraswamy, [Point<2>; 2]) -> Point<2> + Sync) -> Tensor<D> {
        let parents = [self.concentration1(), self.concentration0()];
        attach::map(parents, &|[a, b]: [f64; 2]| match twin(&[a, b]) {
            Ok(law) => at(&law, [moment(1.0, a, b), moment(2.0, a, b)]),
            Err(_) => Point { value: f64::NAN, slopes: [f64::NAN; 2] },
        })
    }
}

impl<const D: usize> Moments<D> for Kumaraswamy<D> {
    /// `b B(1 + 1/a, b)`.
    fn mean(&self) -> Tensor<D> {
        self.moments(|law, [first, _]| Point { value: law.mean(), ..first })
    }

    /// `b B(1 + 2/a, b)` less the square of the mean.
    fn variance(&self) -> Tensor<D> {
        self.moments(|law, [first, second]| {
            let slope = |k: usize| second.slopes[k] - 2.0 * first.value * first.slopes[k];
            Point { value: law.variance(), slopes: [slope(0), slope(1)] }
        })
    }
}

impl<const D: usize> Rsample<D> for Kumaraswamy<D> {
    fn rsample(&self, noise: Tensor<D>) -> Tensor<D> {
        inside((log1m_exp(noise / self.concentration0()) / self.concentration1()).exp(), 0.0, 1.0)
    }
}

impl<const D: usize> LogProb<D> for Kumaraswamy<D> {
    fn log_prob(&self, value: Tensor<D>) -> Tensor<D> {
        let (a, b) = (self.concentration1(), self.concentration0());
        let log = value.clone().log();
        a.clone().log() + b.clone().log() + (a - 1.0) * log - (b - 1.0) * self.log_rest(value)
    }
}

impl<const D: usize> Entropy<D> for Kumaraswamy<D> {
    /// `1 - 1/b + (1 - 1/a) (ψ(b + 1) + γ) - log a b`.
    fn entropy(&self) -> Tensor<D> {
        let (a, b) = (self.concentration1(), self.concentration0());
        let harmonic = digamma(b.clone() + 1.0) + EULER_GAMMA;
        (a.clone().recip().neg() + 1.0) * harmonic - b.clone().recip() + 1.0 - a.log() - b.log()
    }
}

impl<const D: usize> Cdf<D> for Kumaraswamy<D> {
    fn cdf(&self, value: Tensor<D>) -> Tensor<D> {
        one_minus_exp(self.concentration0() * self.log_rest(value))
    }
}

impl<const D: usize> Icdf<D> for Kumaraswamy<D> {
    fn icdf(&self, probability: Tensor<D>) -> Tensor<D> {
        self.rsample(probability.neg().log1p().neg())
    }
}
