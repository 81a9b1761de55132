//! Normal law between two bounds.

use reparam_core::law;

use crate::dist::error::check_order;
use crate::dist::{Support, bridge, bridge::bridged, face::face};

face! {
    /// Normal distribution of mean `loc` and standard deviation `scale`, held between `low` and `high`, each of which may be infinite.
    ///
    /// `p(x) = φ(t) / (scale (Φ(b) - Φ(a)))`, `t = (x - loc) / scale`, `a` and `b` the bounds in the same units; outside `log_prob` is `-inf`.
    /// # Shapes      `loc`, `scale`, `low`, `high`: broadcast together; draws and `log_prob` have that shape
    /// # Gradient    implicit (Figurnov et al. 2018), also in the bounds, as of [`reparam_core::law::TruncatedNormal`]; `rsample` takes
    ///   uniform noise, through the inverse distribution function
    /// # Errors      `loc` not finite, `scale` not finite and positive, a bound that is NaN, `low` not below `high`
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use reparam::{dist::{Rsample, TruncatedNormal}, noise::Key};
    /// let one = Tensor::<1>::ones([1], &Device::flex());
    /// let law = TruncatedNormal::new(one.zeros_like(), one.clone(), one.clone() * 3.0, one * f32::INFINITY).unwrap();
    /// assert!(law.rsample_from(&Key::new(0).site("tail").step(0)).into_scalar::<f32>() > 3.0);
    /// ```
    pub struct TruncatedNormal("truncated-normal") {
        /// Mean before the truncation, as given.
        loc: Real,
        /// Standard deviation before the truncation, as given.
        scale: Positive,
        /// Lower bound, as given.
        low: Extended,
        /// Upper bound, as given.
        high: Extended,
    }
    /// The law with these parameters.
    pub fn new;
    support: |_| Support::Real;
    together: |law| check_order(NAME, ("low", law.low()), ("high", law.high()));
    between: |law| [law.low(), law.high()];
    mode: |law| bridge::mode([law.loc(), law.scale(), law.low(), law.high()], twin);
    path: Uniform;
}

fn twin(p: &[f64]) -> bridge::Built<law::TruncatedNormal> {
    law::TruncatedNormal::new(p[0], p[1], p[2], p[3])
}

bridged!(TruncatedNormal by twin: loc, scale, low, high);
