//! Student's t law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::trigamma;

use crate::dist::{Entropy, Moments, Support, bridge, bridge::bridged, face::face};

face! {
    /// Student's t distribution with `df` degrees of freedom, location `loc` and scale `scale`.
    ///
    /// `p(x) ∝ (1 + t²/df)^-((df + 1)/2) / scale`, `t = (x - loc) / scale`. The mean is NaN for `df <= 1`, the variance infinite for `df <= 2` and NaN for
    /// `df <= 1`; no gradient flows there.
    /// # Shapes      `df`, `loc`, `scale`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    implicit (Figurnov et al. 2018), as of [`reparam_core::law`]. `rsample` takes uniform noise, through the inverse
    ///   distribution function; `rsample_from` draws by a radius and an angle (Bailey 1994): other numbers of the same law
    /// # Errors      `df` or `scale` not finite and positive, `loc` not finite
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{Moments, StudentT};
    /// let two = Tensor::<1>::from_floats([2.0], &Device::flex());
    /// let robust = StudentT::new(two.clone() * 2.0, two.clone(), two).unwrap();
    /// assert_eq!(robust.variance().into_scalar::<f32>(), 8.0);
    /// ```
    pub struct StudentT("student-t") {
        /// Degrees of freedom, as given.
        df: Positive,
        /// Location, as given.
        loc: Real,
        /// Scale, as given.
        scale: Positive,
    }
    /// The law with these degrees of freedom, location and scale.
    pub fn new;
    support: |_| Support::Real;
    mode: |law| bridge::mode([law.df(), law.loc(), law.scale()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::StudentT> {
    law::StudentT::new(p[0], p[1], p[2])
}

bridged!(StudentT by twin: df, loc, scale);

impl<const D: usize> Moments<D> for StudentT<D> {
    fn mean(&self) -> Tensor<D> {
        bridge::summary([self.df(), self.loc(), self.scale()], twin, law::StudentT::mean, |law, _| {
            [0.0, if law.mean().is_nan() { 0.0 } else { 1.0 }, 0.0]
        })
    }

    /// `scale² df / (df - 2)`.
    fn variance(&self) -> Tensor<D> {
        bridge::summary([self.df(), self.loc(), self.scale()], twin, law::StudentT::variance, |law, [df, _, scale]| {
            let variance = law.variance();
            if df <= 2.0 { [0.0; 3] } else { [variance * (1.0 / df - 1.0 / (df - 2.0)), 0.0, 2.0 * variance / scale] }
        })
    }
}

impl<const D: usize> Entropy<D> for StudentT<D> {
    /// `(df + 1)/2 (ψ((df + 1)/2) - ψ(df/2)) + ½ log df + log B(df/2, ½) + log scale`.
    fn entropy(&self) -> Tensor<D> {
        bridge::summary([self.df(), self.loc(), self.scale()], twin, law::StudentT::entropy, |_, [df, _, scale]| {
            let rise = trigamma(0.5 * df + 0.5) - trigamma(0.5 * df);
            [0.25 * (df + 1.0) * rise + 0.5 / df, 0.0, 1.0 / scale]
        })
    }
}
