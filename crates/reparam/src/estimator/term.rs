//! Surrogates of gradients that are known as numbers, and sums over what belongs to a row.

use burn::tensor::Tensor;

use super::estimate::over_draws;
use crate::dist::{Distribution, LogProb};

/// What one row's entries add up to: `[S, N, …]` to `[S, N]`.
pub(super) fn per_row<const D: usize>(entries: Tensor<D>) -> Tensor<2> {
    let dims = entries.dims();
    let (draws, rows) = (dims[0], dims[1]);
    let width: usize = dims[2..].iter().product();
    entries.reshape([draws, rows, width]).sum_dim(2).squeeze_dim::<2>(2)
}

/// A number for each draw of each row, as a tensor of rank `D` that broadcasts with the draws.
pub(super) fn broadcast<const D: usize>(weight: Tensor<2>) -> Tensor<D> {
    let [draws, rows] = weight.dims();
    let mut shape = [1; D];
    (shape[0], shape[1]) = (draws, rows);
    weight.reshape(shape)
}

/// `Σ weight · log p(value)` of each row, `[N]`, of which only the gradient is meant; `weight` is `[S, N]`.
pub(super) fn score_term<L, const D: usize>(law: &L, value: Tensor<D>, weight: Tensor<2>) -> Tensor<1>
where
    L: LogProb<D> + Distribution<D, Value = Tensor<D>>,
{
    per_row(law.score_term(value, broadcast(weight))).squeeze_dim::<1>(0)
}

/// `[N]`, with the mean over draws of `gradient`, `[S, N, …]`, as its gradient in `parameter`, `[1, N, …]`.
pub(super) fn given_gradient<const D: usize>(parameter: Tensor<D>, gradient: Tensor<D>) -> Tensor<1> {
    // A constant: the product with it has it as derivative.
    per_row(gradient.inner().mean_dim(0) * parameter).squeeze_dim::<1>(0)
}

/// `[N]`, with the gradient of `value` contracted with `slope`, both `[S, N, …]`, averaged over draws: the chain rule at a cut.
pub(super) fn chained<const D: usize>(value: Tensor<D>, slope: Tensor<D>) -> Tensor<1> {
    // A constant: the derivative of the cost in the draw.
    over_draws(per_row(slope.inner() * value))
}
