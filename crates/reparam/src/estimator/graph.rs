//! Networks with several stochastic layers: a surrogate that gives each score only the costs downstream of it.

use std::collections::BTreeSet;

use burn::tensor::Tensor;

use super::estimate::over_draws;
use super::{Baseline, Estimate, EstimatorError};

/// A random variable of a [`StochasticGraph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(usize);

/// A stochastic computation graph (Schulman et al. 2015): random variables, costs, and who depends on whom.
///
/// The surrogate is `Σ costs + Σ_w log p(w) · (costs downstream of w)`, the factors in brackets constant (their corollary 1); its first
/// derivative is that of `DiCE` (Foerster et al. 2018). Gradients along paths, also from one variable into the law of another, are those of the
/// tensors themselves: a variable that is drawn by its path is registered so that what it depends on is known. Unbiased where every
/// dependence is registered.
///
/// # Shapes      log-probabilities and costs `[S, N]`: a number for each draw of each row
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use reparam::dist::{Bernoulli, LogProb};
/// use reparam::estimator::{Draws, StochasticGraph};
/// use reparam::noise::Key;
/// let logits = Tensor::<3>::zeros([1, 1, 1], &Device::flex().autodiff()).require_grad();
/// let coin = Bernoulli::from_logits(logits.clone());
/// let b = Draws::new(1000, Key::new(0), 0).sample(&coin);
/// let mut graph = StochasticGraph::new();
/// let node = graph.by_score(coin.log_prob(b.clone()).squeeze_dim::<2>(2), &[]);
/// graph.cost(b.squeeze_dim::<2>(2) * 4.0, &[node]);
/// let slope = logits.grad(&graph.surrogate().unwrap().loss().backward()).unwrap().into_scalar::<f32>();
/// assert!((slope - 1.0).abs() < 0.1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct StochasticGraph {
    /// Of each node: its log-probability, where its score is taken, and all nodes that it depends on.
    nodes: Vec<(Option<Tensor<2>>, BTreeSet<Node>)>,
    costs: Vec<(Tensor<2>, BTreeSet<Node>)>,
    /// The first parent that is no node of this graph.
    unknown: Option<Node>,
    baseline: Baseline,
}

const NAME: &str = "stochastic-graph";

impl StochasticGraph {
    /// An empty graph, without a baseline.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a baseline for the costs downstream of each variable.
    #[must_use]
    pub fn with_baseline(self, baseline: Baseline) -> Self {
        Self { baseline, ..self }
    }

    /// A variable whose gradient is taken by its score: the log-probability of its draw, and the variables that its law depends on.
    pub fn by_score(&mut self, log_prob: Tensor<2>, parents: &[Node]) -> Node {
        self.add(Some(log_prob), parents)
    }

    /// A variable whose gradient is taken by its path, in the tensors themselves, and the variables that its law depends on.
    pub fn by_path(&mut self, parents: &[Node]) -> Node {
        self.add(None, parents)
    }

    /// A cost, and the variables that it depends on directly.
    pub fn cost(&mut self, cost: Tensor<2>, parents: &[Node]) {
        let all = self.ancestors(parents);
        self.costs.push((cost, all));
    }

    fn add(&mut self, log_prob: Option<Tensor<2>>, parents: &[Node]) -> Node {
        let all = self.ancestors(parents);
        self.nodes.push((log_prob, all));
        Node(self.nodes.len() - 1)
    }

    /// The variables themselves and all that they depend on. One that is not known is kept for [`surrogate`](Self::surrogate) to refuse.
    fn ancestors(&mut self, parents: &[Node]) -> BTreeSet<Node> {
        let unknown = parents.iter().copied().find(|node| node.0 >= self.nodes.len());
        self.unknown = self.unknown.or(unknown);
        let known = parents.iter().filter(|node| node.0 < self.nodes.len());
        known.flat_map(|node| self.nodes[node.0].1.iter().copied().chain([*node])).collect()
    }

    /// The surrogate, and the sum of the costs.
    ///
    /// # Errors
    /// No cost, tensors of different shapes, or a parent that this graph does not have.
    pub fn surrogate(&self) -> Result<Estimate, EstimatorError> {
        if let Some(Node(index)) = self.unknown {
            let rule =
                format!("a parent must be a node of this graph, which has {}, got node {index}", self.nodes.len());
            return Err(EstimatorError::Unfit { estimator: NAME, rule });
        }
        let Some((first, _)) = self.costs.first() else {
            return Err(EstimatorError::Unfit { estimator: NAME, rule: "at least 1 cost is needed, got 0".into() });
        };
        let dims = first.dims();
        for (cost, _) in &self.costs {
            EstimatorError::check_costs(NAME, cost, dims)?;
        }
        let total = self.costs.iter().skip(1).fold(first.clone(), |sum, (cost, _)| sum + cost.clone());
        let mut surrogate = over_draws(total.clone());
        for (i, (log_prob, _)) in self.nodes.iter().enumerate() {
            let Some(log_prob) = log_prob else { continue };
            if log_prob.dims() != dims {
                let (expected, got) = (dims.to_vec(), log_prob.dims().to_vec());
                return Err(EstimatorError::Shape { estimator: NAME, what: "a log-probability", expected, got });
            }
            let downstream = self.costs.iter().filter(|(_, ancestors)| ancestors.contains(&Node(i)));
            // Constants: they weigh the score.
            let Some(downstream) = downstream.map(|(cost, _)| cost.clone().inner()).reduce(|a, b| a + b) else {
                continue;
            };
            let advantage = self.baseline.advantage(NAME, downstream)?;
            surrogate = surrogate + over_draws(Tensor::from_inner(advantage) * log_prob.clone());
        }
        Ok(Estimate::of_hard(surrogate, &total))
    }
}
