//! What laws of counts with more zeros share.

use burn::tensor::{Tensor, activation::sigmoid};

use crate::dist::Moments;
use crate::dist::stable::{log_sigmoid, softplus};

/// `log p(x)` of counts whose own is `counted`, 0 besides with log-odds `gate`: `log(e^gate + counts(0)) + log(1 - gate)` at 0.
pub(super) fn log_prob<const D: usize>(gate: Tensor<D>, counted: Tensor<D>, x: Tensor<D>) -> Tensor<D> {
    let added = counted.clone() + softplus(gate.clone() - counted.clone());
    log_sigmoid(gate.neg()) + counted.mask_where(x.equal_scalar(0.0), added)
}

pub(super) fn mean<const D: usize>(gate: Tensor<D>, counts: &impl Moments<D>) -> Tensor<D> {
    sigmoid(gate.neg()) * counts.mean()
}

/// `(1 - gate) (variance + gate mean²)`.
pub(super) fn variance<const D: usize>(gate: Tensor<D>, counts: &impl Moments<D>) -> Tensor<D> {
    sigmoid(gate.clone().neg()) * (counts.variance() + sigmoid(gate) * counts.mean().square())
}
