//! Log-space expressions whose value and gradient are right everywhere, 0 included.
//!
//! The usual `max(l, 0) + log1p(e^-|l|)` takes its gradient from three pieces with a corner at 0, where frameworks put subgradients that
//! do not add up to ½. Here the corner `|l|` and its partner meet in one even function, whose subgradient at 0 is 0, as it must be.

use burn::tensor::Tensor;

/// `log(1 + e^l) = l/2 + ( |l|/2 + log1p(e^-|l|) )`.
///
/// `l/2 + |l|/2` is exact, so far below 0 what is left is `e^l` itself.
pub(super) fn softplus<const D: usize>(l: Tensor<D>) -> Tensor<D> {
    let size = l.clone().abs();
    (l + size.clone()) * 0.5 + size.neg().exp().log1p()
}

/// `log(1 / (1 + e^-l))`.
pub(super) fn log_sigmoid<const D: usize>(l: Tensor<D>) -> Tensor<D> {
    let size = l.clone().abs();
    (l - size.clone()) * 0.5 - size.neg().exp().log1p()
}
