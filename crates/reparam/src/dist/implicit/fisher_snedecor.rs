//! Fisher–Snedecor law.

use burn::tensor::Tensor;
use reparam_core::law::{self, Law};
use reparam_core::special::trigamma;

use crate::dist::{Entropy, Moments, Support, bridge, bridge::bridged, face::face};

face! {
    /// Fisher–Snedecor distribution (F distribution): the ratio of two chi-square draws, each over its degrees of freedom.
    ///
    /// `x = (df2 / df1) u / (1 - u)` with `u` of Beta(df1/2, df2/2). The mean is infinite for `df2 <= 2`, the variance for `df2 <= 4`; no gradient flows
    /// there.
    /// # Shapes      `df1`, `df2`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    implicit (Figurnov et al. 2018), as of [`reparam_core::law`]. `rsample` takes uniform noise, through the inverse
    ///   distribution function; `rsample_from` draws by rejection in the logarithm: other numbers of the same law
    /// # Errors      `df1` or `df2` not finite and positive
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::dist::{FisherSnedecor, Moments};
    /// let two = Tensor::<1>::from_floats([2.0], &Device::flex());
    /// let mean = FisherSnedecor::new(two.clone(), two + 4.0).unwrap().mean();
    /// assert_eq!(mean.into_scalar::<f32>(), 1.5);
    /// ```
    pub struct FisherSnedecor("fisher-snedecor") {
        /// Degrees of freedom above the line, as given.
        df1: Positive,
        /// Degrees of freedom below the line, as given.
        df2: Positive,
    }
    /// The law with these degrees of freedom.
    pub fn new;
    support: |_| Support::NonNegative;
    mode: |law| bridge::mode([law.df1(), law.df2()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::FisherSnedecor> {
    law::FisherSnedecor::new(p[0], p[1])
}

bridged!(FisherSnedecor by twin: df1, df2);

impl<const D: usize> Moments<D> for FisherSnedecor<D> {
    /// `df2 / (df2 - 2)`.
    fn mean(&self) -> Tensor<D> {
        bridge::summary([self.df1(), self.df2()], twin, law::FisherSnedecor::mean, |_, [_, df2]| {
            let rest = df2 - 2.0;
            [0.0, if rest <= 0.0 { 0.0 } else { -2.0 / rest / rest }]
        })
    }

    /// `2 df2² (df1 + df2 - 2) / (df1 (df2 - 2)² (df2 - 4))`.
    fn variance(&self) -> Tensor<D> {
        bridge::summary([self.df1(), self.df2()], twin, law::FisherSnedecor::variance, |law, [df1, df2]| {
            let (variance, sum) = (law.variance(), df1 + df2 - 2.0);
            let below = 2.0 / df2 + 1.0 / sum - 2.0 / (df2 - 2.0) - 1.0 / (df2 - 4.0);
            if df2 <= 4.0 { [0.0; 2] } else { [variance * (1.0 / sum - 1.0 / df1), variance * below] }
        })
    }
}

impl<const D: usize> Entropy<D> for FisherSnedecor<D> {
    /// That of the log-odds of `u`, and `E[log x]`.
    fn entropy(&self) -> Tensor<D> {
        bridge::summary([self.df1(), self.df2()], twin, law::FisherSnedecor::entropy, |_, [df1, df2]| {
            let (a, b) = (0.5 * df1, 0.5 * df2);
            let sum = (a + b) * trigamma(a + b);
            let above = 0.5 * (sum + (1.0 - a) * trigamma(a)) - 1.0 / df1;
            [above, 0.5 * (sum - (1.0 + b) * trigamma(b)) + 1.0 / df2]
        })
    }
}
