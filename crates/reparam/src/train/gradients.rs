//! What an objective hands to the trainer, and the gradients of one shard.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

/// A scalar whose backward pass is the gradient estimate, beside what it estimates.
///
/// Most objectives have one stage. A doubly reparameterised one has two: the first backward pass stops at the draws, where
/// its gradient is rescaled and sent on to the encoder by a second one (Tucker et al. 2019).
#[derive(Debug)]
pub struct Surrogate {
    /// Minimised: the sum over the rows of the shard, divided by the rows of the whole batch. Losses of shards add up to that of the batch
    /// where rows do not meet in a nonlinear function; free bits do, within a shard.
    pub loss: Tensor<1>,
    /// Where a second backward pass starts, for objectives that have one.
    pub second: Option<SecondStage>,
    /// Sums over the rows of the shard of what is logged, without a graph; the caller gives the entries their meaning.
    pub sums: Tensor<1>,
}

/// Where the second stage of a backward pass starts.
#[derive(Debug)]
pub struct SecondStage {
    /// The draws, with the path to the encoder behind them, `[rows, latents]`.
    pub draws: Tensor<2>,
    /// The leaf that stood in for them in the first stage.
    pub leaf: Tensor<2>,
    /// What the gradient of each row is multiplied by, `[rows]`.
    pub factor: Tensor<1>,
}

/// The results of the backward passes of one surrogate; a parameter's gradient is the sum of those it is found in.
pub struct GradientSets(Vec<Gradients>);

impl std::fmt::Debug for GradientSets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GradientSets({})", self.0.len())
    }
}

impl Surrogate {
    /// Runs the backward passes.
    #[must_use]
    pub fn backward(&self) -> GradientSets {
        let first = self.loss.backward();
        let Some(stage) = &self.second else {
            return GradientSets(vec![first]);
        };
        let resumed = stage.leaf.grad(&first).map(|gradient| {
            let gradient = gradient * stage.factor.clone().inner().unsqueeze_dim::<2>(1);
            // The product with a constant has that constant as its gradient: the chain rule across the cut.
            (stage.draws.clone() * Tensor::from_inner(gradient)).sum().backward()
        });
        GradientSets([Some(first), resumed].into_iter().flatten().collect())
    }
}

impl GradientSets {
    /// The gradient of every float parameter in the module's order, flattened; `None` where there is none.
    #[must_use]
    pub fn collect<M: Module>(mut self, model: &M) -> Vec<Option<Tensor<1>>> {
        let mut visitor = Collector { sets: &mut self.0, found: Vec::new() };
        model.visit(&mut visitor);
        visitor.found
    }
}

struct Collector<'a> {
    sets: &'a mut [Gradients],
    found: Vec<Option<Tensor<1>>>,
}

impl ModuleVisitor for Collector<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let total = self.sets.iter_mut().filter_map(|set| value.grad_remove(set)).reduce(|a, b| a + b);
        self.found.push(total.map(|gradient| gradient.flatten(0, D - 1)));
    }
}
