//! Two stochastic layers: coins, and a normal law that follows them. The gradient is checked by the sum over all coins.

use burn::tensor::{DType, Device, Tensor};
use reparam::dist::{Bernoulli, LogProb, Normal};
use reparam::estimator::{Baseline, Draws, StochasticGraph};
use reparam::noise::Key;

const LOGITS: [f64; 3] = [0.4, -0.8, 0.1];
const WEIGHTS: [f64; 3] = [1.0, -0.5, 2.0];
const SCALE: f64 = 0.5;

/// `∂/∂l Σ_b p(b) E[(z - 1)² | b]` of one logit: the normal law in closed form, the coins by all their outcomes.
fn enumerated(coin: usize) -> f64 {
    let p = LOGITS.map(|l| 1.0 / (1.0 + (-l).exp()));
    let outcomes = (0..8_u32).map(|code| [0, 1, 2].map(|i| f64::from(code >> i & 1)));
    let terms = outcomes.map(|b| {
        let chance: f64 = (0..3).map(|i| if b[i] == 1.0 { p[i] } else { 1.0 - p[i] }).product();
        let loc: f64 = (0..3).map(|i| b[i] * WEIGHTS[i]).sum();
        chance * (b[coin] - p[coin]) * ((loc - 1.0).powi(2) + SCALE * SCALE)
    });
    terms.sum()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex().autodiff();
    let (rows, draws) = (1000, Draws::new(100, Key::new(0), 0));
    let of = |x: [f64; 3]| Tensor::<1>::from_data(x, (&device, DType::F64)).reshape([1, 1, 3]);
    let logits = of(LOGITS).repeat_dim(1, rows).require_grad();

    let mut graph = StochasticGraph::new().with_baseline(Baseline::LeaveOneOut);
    let coins = Bernoulli::from_logits(logits.clone());
    let b = draws.site("b").sample(&coins);
    let first = graph.by_score(coins.log_prob(b.clone()).sum_dim(2).squeeze_dim(2), &[]);

    // The second layer has a law for each draw of the first: its parameters are `[S, N, 1]`.
    let loc = (b * of(WEIGHTS)).sum_dim(2);
    let normal = Normal::new(loc.clone(), loc.ones_like() * SCALE)?;
    let z = draws.with_count(1).site("z").rsample(&normal);
    let second = graph.by_path(&[first]);
    graph.cost((z - 1.0).square().squeeze_dim(2), &[second]);

    // A gradient for each row: their mean, and the standard error of it.
    let estimate = graph.surrogate()?;
    let gradient = logits.grad(&estimate.loss().backward()).ok_or("the logits are in the graph")?;
    let error = (gradient.clone().var(1) / rows as f64).sqrt().try_to_vec_as::<f64>()?;
    let mean = gradient.mean_dim(1).try_to_vec_as::<f64>()?;
    for i in 0..3 {
        println!("logit {i}: {:.4} ± {:.4}, exactly {:.4}", mean[i], error[i], enumerated(i));
        assert!((mean[i] - enumerated(i)).abs() < 5.0 * error[i] && error[i] < 0.01);
    }
    Ok(())
}
