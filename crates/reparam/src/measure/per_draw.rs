//! The gradient estimate of every draw, without a loop.

use burn::tensor::Tensor;

use super::replicated::numbers;
use crate::dist::Distribution;
use crate::estimator::{Cost, Draws, Estimator, EstimatorError};

/// Gradient estimates of equal rows, one a row.
#[derive(Clone, Debug, Default)]
pub struct PerDraw {
    /// `[rows, P]`, row-major: all entries of all parameters.
    pub gradients: Vec<f64>,
    /// Mean cost of the law's own draws, row by row, where they met it.
    pub costs: Option<Vec<f64>>,
    /// Mean cost of relaxed draws, where there were any.
    pub relaxed_costs: Option<Vec<f64>>,
}

/// One estimate for each of `rows` equal rows: the parameters, `[1, 1, …]` each, are repeated as leaves, and one backward pass gives every row
/// its own gradient.
///
/// # Errors
/// What the estimator refuses.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::Normal;
/// use reparam::estimator::{Draws, Pathwise};
/// use reparam::{measure::per_draw_gradients, noise::Key};
/// let [loc, scale] = [1.0, 0.5].map(|x| Tensor::<3>::full([1, 1, 1], x, &Device::flex()));
/// let normal = |p: &[Tensor<3>]| Normal::new(p[0].clone(), p[1].clone()).unwrap();
/// let cost = |z: Tensor<3>| z.squeeze_dim::<2>(2) * 3.0;
/// let found = per_draw_gradients(&Pathwise, &[loc, scale], &normal, &cost, 1000, &Draws::new(1, Key::new(0), 0)).unwrap();
/// assert!(found.gradients.chunks(2).all(|row| row[0] == 3.0)); // the location's path is exact in every draw
/// ```
pub fn per_draw_gradients<L: Distribution<D>, const D: usize>(
    estimator: &dyn Estimator<L, D>,
    parameters: &[Tensor<D>],
    build: &dyn Fn(&[Tensor<D>]) -> L,
    cost: &Cost<'_, D>,
    rows: usize,
    draws: &Draws,
) -> Result<PerDraw, EstimatorError> {
    let leaf = |parameter: &Tensor<D>| {
        let mut shape = parameter.dims();
        shape[1] = rows;
        // A leaf of its own in every row.
        parameter.clone().inner().expand(shape).autodiff().require_grad()
    };
    let leaves: Vec<Tensor<D>> = parameters.iter().map(leaf).collect();
    let estimate = estimator.estimate(&build(&leaves), cost, draws)?;
    let width: usize = parameters.iter().map(|p| p.shape().num_elements()).sum();
    let mut gradients = vec![0.0; rows * width];
    // A cost that depends on nothing has no graph: its gradient is 0.
    if estimate.surrogate.is_tracked() {
        let found = estimate.loss().backward();
        let mut at = 0;
        for leaf in &leaves {
            let each = leaf.shape().num_elements() / rows.max(1);
            if let Some(gradient) = leaf.grad(&found) {
                let values = numbers(gradient);
                for (row, values) in gradients.chunks_exact_mut(width.max(1)).zip(values.chunks_exact(each.max(1))) {
                    row[at..at + each].copy_from_slice(values);
                }
            }
            at += each;
        }
    }
    Ok(PerDraw { gradients, costs: estimate.cost.map(numbers), relaxed_costs: estimate.relaxed_cost.map(numbers) })
}
