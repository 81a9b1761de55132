//! Fused loops over slices: the element-wise work of a training step in one pass each, in f32, and logistic likelihoods in f64.
//!
//! A tensor framework runs `softplus`, a product, a difference and a sum as four passes with a temporary each. These loops
//! read their inputs once and write value and slope together. Each has a plain tensor expression beside it in the crate
//! `reparam`, for other devices, and tests hold the two equal.
//!
//! Every loop is compiled for AVX-512, for AVX2 and for the plain target, and chosen at run time. All paths use the same
//! fused multiply-adds in the same order over the same lanes, so that they give the same bits.

mod activation;
mod adam;
mod bernoulli;
mod counts;
pub(crate) mod dispatch;
pub mod double;
mod logistic;
pub mod math;
mod reduce;
mod smooth;

pub use activation::{Activation, activation_backward, bias_activation};
pub use adam::{AdamStep, adam_update};
pub use bernoulli::{bernoulli_rows, scale_rows};
pub use counts::{
    AccessRow, AccessSlopes, CountLaw, CountRow, CountScratch, CountSlopes, CountSums, SparseMatrix, accessibility_row,
    add_scaled, count_row, sparse_product, transposed_sparse_product,
};
pub use logistic::{LOGISTIC_DRAWS, LogisticDesign, logistic_draw, logistic_draws};
pub use reduce::{add_assign, add_rows, sum_of_squares};
pub use smooth::{bounded_with_slope, exp_in_place, log1p_scaled, silu_with_slope};

/// Lanes of the inner loops: one AVX-512 register, two AVX2 registers.
pub(crate) const LANES: usize = 16;
