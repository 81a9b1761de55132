//! The derivative of a cost at given draws.

use burn::tensor::Tensor;

use super::Cost;

/// A cost at given draws, and its derivative in them; constants both.
#[derive(Clone, Debug)]
pub(crate) struct Slope<const D: usize> {
    /// `[S, N]`.
    pub cost: Tensor<2>,
    /// `[S, N, …]`.
    pub slope: Tensor<D>,
}

/// The cost at `value` and its derivative there, by a backward pass of its own.
///
/// Everything but the draws counts as a constant: gradients of other parameters come from the cost of hard draws, once.
pub(crate) fn slope_at<const D: usize>(cost: &Cost<'_, D>, value: Tensor<D>) -> Slope<D> {
    // A leaf of its own: the backward pass stops here.
    let leaf = value.inner().autodiff().require_grad();
    let costs = cost(leaf.clone());
    let zero = || leaf.clone().inner().zeros_like();
    // A cost that does not depend on the draws may have no graph.
    let slope =
        if costs.is_tracked() { leaf.grad(&costs.clone().sum().backward()).unwrap_or_else(zero) } else { zero() };
    Slope { cost: costs.inner(), slope }
}
