//! What every estimator returns, and what can be wrong with the question.

use burn::tensor::Tensor;

/// Whether the mean of an estimator's estimates is the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bias {
    /// It is, under the conditions that the estimator names.
    Unbiased,
    /// It is not; the text says of what else it is the gradient.
    Biased(&'static str),
}

/// A gradient estimate for each row of a batch, and the costs that were met.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Normal;
/// use reparam::estimator::{Draws, Estimator, Pathwise};
/// use reparam::noise::Key;
/// let loc = Tensor::<3>::zeros([1, 5, 1], &Device::flex().autodiff()).require_grad();
/// let normal = Normal::new(loc.clone(), Tensor::ones([1, 5, 1], &loc.device())).unwrap();
/// let linear = |z: Tensor<3>| z.squeeze_dim::<2>(2) * 3.0;
/// let estimate = Pathwise.estimate(&normal, &linear, &Draws::new(2, Key::new(1), 0)).unwrap();
/// assert_eq!(estimate.surrogate.dims(), [5]);
/// let rows = loc.grad(&estimate.loss().backward()).unwrap();
/// assert_eq!(rows.try_to_vec_as::<f32>().unwrap(), [3.0; 5]); // one estimate a row, each exact
/// ```
#[derive(Clone, Debug)]
pub struct Estimate {
    /// `[N]`: the gradient of entry `n` in the parameters of row `n` is the estimate for that row. Its value means nothing.
    pub surrogate: Tensor<1>,
    /// `[N]`, a constant: the mean cost of draws of the law itself. `None` where the cost met relaxed draws alone.
    pub cost: Option<Tensor<1>>,
    /// `[N]`, a constant: the mean cost of relaxed draws, which is not the cost of the model. `None` where there were none.
    pub relaxed_cost: Option<Tensor<1>>,
    /// `[S, N]`, a constant: the costs of single draws of the law itself, for baselines that learn.
    pub costs: Option<Tensor<2>>,
    /// `[N]`, a constant: minus the multi-sample bound, of estimators whose objective it is and not the mean cost.
    pub bound: Option<Tensor<1>>,
}

impl Estimate {
    /// An estimate that met the law's own draws with these costs, `[S, N]`.
    pub(super) fn of_hard(surrogate: Tensor<1>, costs: &Tensor<2>) -> Self {
        // Constants: they are reported, and nothing is learnt through them.
        let costs = costs.clone().inner();
        let cost = over_draws(costs.clone());
        Self { surrogate, cost: Some(cost), relaxed_cost: None, costs: Some(costs), bound: None }
    }

    /// The scalar whose backward pass gives every row its estimate: the sum of the surrogate.
    #[must_use]
    pub fn loss(&self) -> Tensor<1> {
        self.surrogate.clone().sum()
    }
}

/// The mean over draws: `[S, N]` to `[N]`.
pub(super) fn over_draws(costs: Tensor<2>) -> Tensor<1> {
    costs.mean_dim(0).squeeze_dim::<1>(0)
}

/// A question that an estimator cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EstimatorError {
    /// A number of draws that it cannot use.
    #[error("{estimator}: the number of draws must be a multiple of {multiple} and at least {multiple}, got {got}")]
    Draws {
        /// Name of the estimator.
        estimator: &'static str,
        /// What it takes multiples of.
        multiple: usize,
        /// What it was given.
        got: usize,
    },
    /// More outcomes than can be enumerated.
    #[error("{estimator}: a row must have at most {most} outcomes to be enumerated, got {got}")]
    Outcomes {
        /// Name of the estimator.
        estimator: &'static str,
        /// The largest number.
        most: usize,
        /// In words, because it may overflow.
        got: String,
    },
    /// Tensors that do not fit together.
    #[error("{estimator}: {what} must have shape {expected:?}, got {got:?}")]
    Shape {
        /// Name of the estimator.
        estimator: &'static str,
        /// Which tensor.
        what: &'static str,
        /// Its shape as it must be.
        expected: Vec<usize>,
        /// Its shape.
        got: Vec<usize>,
    },
    /// A law or an option that it does not serve.
    #[error("{estimator}: {rule}")]
    Unfit {
        /// Name of the estimator.
        estimator: &'static str,
        /// What must hold, and what was given.
        rule: String,
    },
}

/// Refuses a temperature that is not finite and positive.
pub(super) fn check_temperature(estimator: &'static str, temperature: f64) -> Result<(), EstimatorError> {
    if temperature > 0.0 && temperature.is_finite() {
        return Ok(());
    }
    Err(EstimatorError::Unfit { estimator, rule: format!("the temperature must be finite and > 0, got {temperature}") })
}

impl EstimatorError {
    /// Refuses a number of draws that is no multiple of `multiple`.
    pub(super) fn check_draws(estimator: &'static str, multiple: usize, got: usize) -> Result<(), Self> {
        if got == 0 || !got.is_multiple_of(multiple) {
            return Err(Self::Draws { estimator, multiple, got });
        }
        Ok(())
    }

    /// Refuses costs that are not one number for each draw of each row.
    pub(super) fn check_costs(estimator: &'static str, costs: &Tensor<2>, expected: [usize; 2]) -> Result<(), Self> {
        if costs.dims() != expected {
            return Err(Self::Shape {
                estimator,
                what: "the cost",
                expected: expected.to_vec(),
                got: costs.dims().to_vec(),
            });
        }
        Ok(())
    }
}
