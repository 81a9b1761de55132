//! A network of coins and a normal law: its surrogate against the sum over all outcomes.

use burn::tensor::{DType, Tensor, TensorData};
use reparam::dist::{Bernoulli, LogProb, Normal, Rsample};
use reparam::estimator::{Baseline, EstimatorError, Node, StochasticGraph};
use reparam::noise::{Key, Noise};
use reparam_core::diagnose::Moments;

use crate::support::{SIGMAS, close, device, mean_score, numbers, sigmoid};

/// First coin 3/4, second coin 1/4 after tails and 1/2 after heads: eighths count all outcomes, each as often as its probability says.
const FIRST: f64 = 0.75;
const SECOND: [f64; 2] = [0.25, 0.5];
const SCALE: f64 = 0.5;

/// Whom the costs and variables are said to depend on.
#[derive(Clone, Copy, PartialEq)]
enum Said {
    All,
    /// Every score is given every cost.
    Upstream,
    /// The cost of the normal draw is said not to depend on the first coin.
    Missing,
}

struct Network {
    /// Logit of the first coin; logits of the second after tails and heads; location of the normal law after tails and heads.
    parameters: [Tensor<2>; 5],
}

fn tensor(values: Vec<f64>, shape: [usize; 2]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), (&device(), DType::F64))
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

impl Network {
    /// For this many rows.
    fn new(rows: usize) -> Self {
        let values = [logit(FIRST), logit(SECOND[0]), logit(SECOND[1]), -0.4, 0.9];
        Self { parameters: values.map(|value| tensor(vec![value; rows], [1, rows]).require_grad()) }
    }

    /// The graph at these coins, and this normal noise, `[S, N]`: the normal law follows both coins, with costs at every layer.
    fn graph(&self, b: Tensor<2>, c: Tensor<2>, noise: Tensor<2>, said: Said) -> StochasticGraph {
        let [first, after_tails, after_heads, at_tails, at_heads] = self.parameters.clone();
        let mut graph = StochasticGraph::new();
        let of_b = graph.by_score(Bernoulli::from_logits(first).log_prob(b.clone()), &[]);
        let either = |tails: Tensor<2>, heads: Tensor<2>| tails * (b.clone().neg() + 1.0) + heads * b.clone();
        let second = Bernoulli::from_logits(either(after_tails, after_heads));
        let of_c = graph.by_score(second.log_prob(c.clone()), &[of_b]);
        let loc = either(at_tails, at_heads) + c.clone() * 0.5;
        let scale = noise.ones_like() * SCALE;
        let z = Normal::new(loc, scale).expect("the shapes fit").rsample(noise);
        let of_z = if said == Said::Missing { graph.by_path(&[]) } else { graph.by_path(&[of_b, of_c]) };
        let everything = [of_b, of_c, of_z];
        let all = |usual: &[Node]| if said == Said::Upstream { everything.to_vec() } else { usual.to_vec() };
        graph.cost(tensor(vec![2.0], [1, 1]).expand(b.dims()), &all(&[]));
        graph.cost(b * 3.0, &all(&[of_b]));
        graph.cost((c - 0.3).square(), &all(&[of_c]));
        graph.cost((z - 0.2).square(), &all(&[of_z]));
        graph
    }

    fn gradient(&self, graph: &StochasticGraph) -> Vec<Vec<f64>> {
        let grads = graph.surrogate().expect("the shapes fit").loss().backward();
        self.parameters.iter().map(|p| numbers(p.grad(&grads).expect("it is in the graph"))).collect()
    }
}

fn expected_cost(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for b in [0, 1] {
        for c in [0, 1] {
            let side = |p: f64, x: i32| if x == 1 { p } else { 1.0 - p };
            let chance = side(sigmoid(x[0]), b) * side(sigmoid(x[1 + b as usize]), c);
            let loc = x[3 + b as usize] + 0.5 * f64::from(c);
            // E (z - k)² = (loc - k)² + scale².
            let cost = 2.0 + 3.0 * f64::from(b) + (f64::from(c) - 0.3).powi(2) + (loc - 0.2).powi(2) + SCALE * SCALE;
            total += chance * cost;
        }
    }
    total
}

fn exact() -> Vec<f64> {
    let at = [logit(FIRST), logit(SECOND[0]), logit(SECOND[1]), -0.4, 0.9];
    (0..5)
        .map(|k| {
            let moved = |h: f64| {
                let mut x = at;
                x[k] += h;
                expected_cost(&x)
            };
            let central = |h: f64| (moved(h) - moved(-h)) / (2.0 * h);
            (4.0 * central(5e-4) - central(1e-3)) / 3.0
        })
        .collect()
}

/// All outcomes of both coins, each as often as its probability says, with normal noise of ±1: exact for polynomials of degree 3.
fn outcomes() -> [Tensor<2>; 3] {
    let (mut b, mut c, mut noise) = (vec![], vec![], vec![]);
    for sixteenth in 0..16 {
        let heads = sixteenth >= 4;
        let chance = SECOND[usize::from(heads)];
        let place = if heads { f64::from(sixteenth - 4) / 12.0 } else { f64::from(sixteenth) / 4.0 };
        for sign in [-1.0, 1.0] {
            b.push(f64::from(u8::from(heads)));
            c.push(f64::from(u8::from(place < chance)));
            noise.push(sign);
        }
    }
    [b, c, noise].map(|values| tensor(values, [32, 1]))
}

#[test]
fn the_mean_over_all_outcomes_is_the_gradient() {
    let network = Network::new(1);
    let [b, c, noise] = outcomes();
    let exact = exact();
    let run = |said: Said| network.gradient(&network.graph(b.clone(), c.clone(), noise.clone(), said));
    for said in [Said::All, Said::Upstream] {
        for (got, expected) in run(said).iter().zip(&exact) {
            // Differences of a sum of size 10: 10 · 2⁻⁵³/1e-3, and h⁴ times a fifth derivative below 10.
            close("gradient", got[0], *expected, 2e-11);
        }
    }
    // A control: the score of the first coin must miss what it is said not to cause.
    let missing = run(Said::Missing);
    assert!((missing[0][0] - exact[0]).abs() > 0.05, "{missing:?} {exact:?}");
    let cost = network.graph(b, c, noise, Said::All).surrogate().expect("it fits").cost.expect("it is known");
    close(
        "cost",
        numbers(cost)[0],
        expected_cost(&[logit(FIRST), logit(SECOND[0]), logit(SECOND[1]), -0.4, 0.9]),
        1e-14,
    );
}

/// Draws of the network, one or more for each row.
fn drawn(draws: usize, rows: usize) -> [Tensor<2>; 3] {
    let numbers = |site: &str, noise: Noise| {
        let mut out = vec![0.0_f64; draws * rows];
        Key::new(2).site(site).step(0).fill(noise, 0, &mut out);
        out
    };
    let b: Vec<f64> = numbers("b", Noise::Uniform).iter().map(|u| f64::from(*u < FIRST)).collect();
    let uniform = numbers("c", Noise::Uniform);
    let c = uniform.iter().zip(&b).map(|(u, b)| f64::from(*u < SECOND[*b as usize])).collect();
    [b, c, numbers("z", Noise::StandardNormal)].map(|values| tensor(values, [draws, rows]))
}

#[test]
fn costs_upstream_of_a_score_add_variance_and_no_mean() {
    let rows = 40_000;
    let network = Network::new(rows);
    let [b, c, noise] = drawn(1, rows);
    let run = |said: Said| network.gradient(&network.graph(b.clone(), c.clone(), noise.clone(), said));
    let (tight, loose) = (run(Said::All), run(Said::Upstream));
    let exact = exact();
    for k in 0..5 {
        // Ten tests: 1e-5 in all.
        assert!(mean_score(&tight[k], exact[k]).abs() < SIGMAS, "parameter {k}");
        assert!(mean_score(&loose[k], exact[k]).abs() < SIGMAS, "parameter {k}");
    }
    // The second coin's scores are given the costs of the first, of size 2 and 3, for nothing.
    for k in [1, 2] {
        let (a, b) = (Moments::of(&tight[k]), Moments::of(&loose[k]));
        let error = (a.variance_error() / a.variance()).hypot(b.variance_error() / b.variance());
        let ratio = (b.variance() / a.variance()).ln();
        assert!(ratio - SIGMAS * error > 2.0_f64.ln(), "parameter {k}: ln of the ratio {ratio} ± {error}");
    }
    let missing = run(Said::Missing);
    assert!(mean_score(&missing[0], exact[0]).abs() > SIGMAS, "a missing dependence must be seen");
}

#[test]
fn the_leave_one_out_baseline_keeps_the_mean_and_takes_variance_away() {
    let rows = 20_000;
    let network = Network::new(rows);
    let [b, c, noise] = drawn(4, rows);
    // With the costs of all layers, whose mean is far from 0: that is what a baseline takes away.
    let graph = || network.graph(b.clone(), c.clone(), noise.clone(), Said::Upstream);
    let without = network.gradient(&graph());
    let with = network.gradient(&graph().with_baseline(Baseline::LeaveOneOut));
    let exact = exact();
    for k in 0..5 {
        assert!(mean_score(&with[k], exact[k]).abs() < SIGMAS, "parameter {k}");
    }
    // Parameters 0 and 2 belong to most draws. The second coin after tails (1) is judged by rows that are mostly heads: there it does not help.
    for k in [0, 2] {
        let (a, b) = (Moments::of(&without[k]), Moments::of(&with[k]));
        let error = (a.variance_error() / a.variance()).hypot(b.variance_error() / b.variance());
        assert!((b.variance() / a.variance()).ln() + SIGMAS * error < 0.0, "parameter {k}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let empty = StochasticGraph::new().surrogate().expect_err("there is no cost");
    assert!(matches!(empty, EstimatorError::Unfit { .. }), "{empty}");
    let one = |shape: [usize; 2]| tensor(vec![0.0; shape[0] * shape[1]], shape);
    let mut graph = StochasticGraph::new();
    let node = graph.by_score(one([2, 3]), &[]);
    graph.cost(one([2, 2]), &[node]);
    assert!(matches!(graph.surrogate(), Err(EstimatorError::Shape { .. })));
    let mut graph = StochasticGraph::new();
    let node = graph.by_score(one([1, 2]), &[]);
    graph.cost(one([1, 2]), &[node]);
    let alone = graph.clone().with_baseline(Baseline::LeaveOneOut).surrogate();
    assert!(matches!(alone, Err(EstimatorError::Draws { .. })));
    // A node of a larger graph is not left out in silence.
    let mut larger = StochasticGraph::new();
    let other = [0, 1].map(|_| larger.by_path(&[]))[1];
    graph.cost(one([1, 2]), &[other]);
    let error = graph.surrogate().expect_err("the node is unknown");
    assert_eq!(error.to_string(), "stochastic-graph: a parent must be a node of this graph, which has 1, got node 1");
}
