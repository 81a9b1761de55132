//! Distribution functions and quantiles of parameter-free laws as kernels: value from the `f64` law, slope from its density.

use burn::tensor::Tensor;
use reparam_core::law::Law;

use crate::attach::{self, Point};

/// `F(x)` of `law`, with slope `p(x)`.
pub(super) fn cdf<const D: usize>(law: &impl Law, x: Tensor<D>) -> Tensor<D> {
    attach::map([x], &|[x]: [f64; 1]| Point { value: law.cdf(x), slopes: [law.log_prob(x).exp()] })
}

/// `F⁻¹(probability)` of `law`, with slope `1 / p`.
pub(super) fn icdf<const D: usize>(law: &impl Law, probability: Tensor<D>) -> Tensor<D> {
    attach::map([probability], &|[p]: [f64; 1]| {
        let x = law.quantile(p);
        Point { value: x, slopes: [(-law.log_prob(x)).exp()] }
    })
}
