//! Estimators of the gradient of an expected cost, behind one trait.
//!
//! The gradient of `E[f(z)]`, `z` drawn from a law with parameters, has many estimators. Each is an [`Estimator`] here and returns the same
//! [`Estimate`]: a surrogate, whose backward pass is the gradient estimate, beside the cost that was met on the way.
//!
//! # Shapes
//! A law has a draws axis of size 1 first and the rows of a batch second: parameters `[1, N, …]`. Draws are `[S, N, …]`, costs `[S, N]`: what
//! stands after the second axis belongs to one row, whose cost may depend on all of it. Rows are independent problems: the surrogate has
//! one entry a row, whose gradient in that row's parameters is that row's estimate.
//!
//! # What a cost may do
//! It is any function of the draws that is written on tensors. It may depend on other parameters (a decoder's weights), and on the law's
//! own: gradients that flow to them directly are part of every estimate.
//!
//! [`MuProp`], [`Rebar`] and [`Relax`] differentiate the cost in the draws by backward passes of their own, and Burn uses a graph up as it goes
//! through it. For them a cost takes leaves and constants from outside and computes what it makes of them inside: a decoder's layers
//! within the cost, not a tensor that was made of its weights before.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use reparam::dist::Bernoulli;
//! use reparam::estimator::{Draws, Estimator, ScoreFunction};
//! use reparam::noise::Key;
//! let logits = Tensor::<3>::zeros([1, 1, 1], &Device::flex().autodiff()).require_grad();
//! let coin = Bernoulli::from_logits(logits.clone());
//! let cost = |b: Tensor<3>| (b - 0.45).square().sum_dim(2).squeeze_dim::<2>(2); // [S, N, 1] to [S, N]
//! let draws = Draws::new(100_000, Key::new(0).site("coin"), 0);
//! let estimate = ScoreFunction::leave_one_out().estimate(&coin, &cost, &draws).unwrap();
//! let gradient = logits.grad(&estimate.loss().backward()).unwrap().into_scalar::<f32>();
//! assert!((gradient - 0.025).abs() < 0.001); // p (1 - p) (0.55² - 0.45²)
//! ```

mod arm;
mod baseline;
mod disarm_categorical;
mod discrete;
mod draws;
mod enumerate;
mod estimate;
mod graph;
mod gumbel_softmax;
mod measure_valued;
mod muprop;
mod nvil;
mod optimal_baseline;
mod pathwise;
mod rebar;
mod relax;
mod score_function;
mod slope;
mod straight_through;
mod temperature;
mod term;
mod vimco;

use std::fmt::Debug;

use burn::tensor::Tensor;

pub use arm::{Arm, DisArm};
pub use baseline::{Baseline, RunningMean};
pub use disarm_categorical::DisArmCategorical;
pub use discrete::Discrete;
pub use draws::{Draws, NoisePlan};
pub use enumerate::{Enumerate, LocalExpectation, MOST_OUTCOMES, PartialEnumeration};
pub use estimate::{Bias, Estimate, EstimatorError};
pub use graph::{Node, StochasticGraph};
pub use gumbel_softmax::GumbelSoftmaxGradient;
pub use measure_valued::{MeasureValued, MeasureValuedCategorical, WeakDerivative, WeakPair, weak_gamma, weak_normal};
pub use muprop::MuProp;
pub use nvil::Nvil;
pub use optimal_baseline::{OptimalBaseline, ScoreNorm};
pub use pathwise::Pathwise;
pub use rebar::Rebar;
pub use relax::Relax;
pub use score_function::ScoreFunction;
pub(crate) use slope::slope_at;
pub use straight_through::StraightThrough;
pub use temperature::{Temperature, TemperatureControl, decidedness};
pub use vimco::Vimco;

use crate::dist::Distribution;

/// A cost of draws, `[S, N, …]` to `[S, N]`: a number for each draw of each row, which is minimised.
pub type Cost<'a, const D: usize> = dyn Fn(Tensor<D>) -> Tensor<2> + 'a;

/// Estimates the gradient of an expected cost in the parameters of laws of type `L`, whose tensors have rank `D`.
///
/// It is implemented for the laws that it fits alone: the path of a Bernoulli law does not compile.
pub trait Estimator<L: Distribution<D>, const D: usize>: Debug + Send + Sync {
    /// Kebab-case name.
    fn name(&self) -> &'static str;

    /// Whether the mean of its estimates is the gradient.
    fn bias(&self) -> Bias;

    /// Draws of each row that it needs at least; it takes multiples of them.
    fn least_draws(&self) -> usize {
        1
    }

    /// Draws from the law, meets the cost, and returns the estimate.
    ///
    /// # Errors
    /// A number of draws that it cannot use, or a law too large for it.
    fn estimate(&self, law: &L, cost: &Cost<'_, D>, draws: &Draws) -> Result<Estimate, EstimatorError>;

    /// Learns from an estimate what makes the next one better; what it learns never judges the draws that it was learnt from.
    fn observe(&mut self, _estimate: &Estimate) {}
}
