//! ARM and `DisARM`, integrated over their uniform noise; variances against closed forms.

use burn::tensor::Tensor;
use reparam::dist::{Bernoulli, OneHotCategorical};
use reparam::estimator::{Arm, Cost, DisArm, DisArmCategorical, Estimate, Estimator, EstimatorError, ScoreFunction};

use crate::support::{
    Chosen, EXACT, Problem, constant, dice, die, distance, draws, gradients, leaves, mean, problems, tuples, variance,
};

/// Nodes and weights for one uniform number: Gauss's three on each piece between the jumps at `p` and `1 - p`.
///
/// Estimates are of degree 1 in each number and their squares of degree 2, piece by piece; three nodes are exact to degree 5.
fn nodes(p: f64) -> Vec<(f64, f64)> {
    let ends = [0.0, p.min(1.0 - p), p.max(1.0 - p), 1.0];
    let rule = [(-0.6_f64.sqrt(), 5.0 / 18.0), (0.0, 8.0 / 18.0), (0.6_f64.sqrt(), 5.0 / 18.0)];
    let piece = |e: &[f64]| {
        let (middle, half) = (0.5 * (e[0] + e[1]), 0.5 * (e[1] - e[0]));
        rule.map(|(x, w)| (middle + half * x, 2.0 * half * w))
    };
    ends.windows(2).flat_map(piece).filter(|(_, w)| *w > 0.0).collect()
}

/// The product of the nodes of several numbers.
fn grid(probs: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let all = probs.iter().fold(vec![(1.0, vec![])], |all, p| {
        let nodes = nodes(*p);
        all.iter()
            .flat_map(|(w, x): &(f64, Vec<f64>)| {
                nodes.iter().map(move |(u, v)| (w * v, [x.as_slice(), &[*u]].concat())).collect::<Vec<_>>()
            })
            .collect()
    });
    all.into_iter().unzip()
}

type FromNoise<'a, L, const D: usize> = &'a dyn Fn(&L, &Cost<'_, D>, Tensor<D>) -> Result<Estimate, EstimatorError>;

/// What a pair of this noise says, noise by noise.
fn of_pairs<L, const D: usize>(
    from_noise: FromNoise<'_, L, D>,
    build: impl Fn(Tensor<D>) -> L,
    problem: &Problem,
    noise: &[Vec<f64>],
    shape: [usize; D],
) -> Vec<Vec<f64>> {
    let (logits, w) = leaves::<D>(problem, noise.len());
    let law = build(logits.clone());
    let cost = Problem::tensor_cost(&logits, &w);
    let estimate = from_noise(&law, &cost, constant(&noise.concat(), shape)).expect("the noise fits");
    gradients(&estimate, &logits, &w)
}

fn of_coins(from_noise: FromNoise<'_, Bernoulli<3>, 3>, problem: &Problem) -> (Vec<f64>, Vec<Vec<f64>>) {
    let (weights, noise) = grid(&problem.probs());
    let shape = problem.shape(1, noise.len());
    let found = of_pairs(from_noise, Bernoulli::from_logits, problem, &noise, shape);
    (weights, found)
}

const ARM: FromNoise<'_, Bernoulli<3>, 3> = &|law, cost, noise| Arm.estimate_from_noise(law, cost, noise);
const DISARM: FromNoise<'_, Bernoulli<3>, 3> = &|law, cost, noise| DisArm.estimate_from_noise(law, cost, noise);

#[test]
fn integrals_over_the_noise_of_pairs_of_coins_are_the_gradient() {
    for problem in problems().into_iter().filter(|p| p.categories == 1) {
        let exact = problem.gradient();
        let (weights, arm) = of_coins(ARM, &problem);
        let (_, disarm) = of_coins(DISARM, &problem);
        for (name, found) in [("arm", &arm), ("disarm", &disarm)] {
            let off = distance(&mean(&weights, found), &exact);
            assert!(off < EXACT, "{name} on {problem:?}: off by {off:e}");
        }
        // DisARM is ARM's mean given the pair.
        let (with, without) = (variance(&weights, &disarm), variance(&weights, &arm));
        for i in 0..problem.width() {
            assert!(with[i] < without[i], "{problem:?}: {with:?} {without:?}");
        }
    }
}

#[test]
fn noise_that_is_not_uniform_is_seen() {
    // A fault: numbers between 0 and ½.
    let problem = &problems()[1];
    let (weights, noise) = grid(&problem.probs());
    let half: Vec<Vec<f64>> = noise.iter().map(|u| u.iter().map(|u| 0.5 * u).collect()).collect();
    let found = of_pairs(DISARM, Bernoulli::from_logits, problem, &half, problem.shape(1, half.len()));
    assert!(distance(&mean(&weights, &found), &problem.gradient()) > 1e-2);
}

/// Probabilities of stopping at each category but the last.
fn stick(probs: &[f64]) -> Vec<f64> {
    (0..probs.len() - 1).map(|k| probs[k] / probs[k..].iter().sum::<f64>()).collect()
}

fn of_dice<const D: usize>(problem: &Problem) -> (Vec<f64>, Vec<Vec<f64>>) {
    let coins: Vec<f64> = problem.probs().chunks(problem.categories).flat_map(stick).collect();
    let (weights, noise) = grid(&coins);
    let mut shape = problem.shape::<D>(1, noise.len());
    shape[D - 1] -= 1;
    let build = |l| OneHotCategorical::from_logits(l).expect("there are categories");
    let from_noise: FromNoise<'_, OneHotCategorical<D>, D> =
        &|law, cost, noise| DisArmCategorical.estimate_from_noise(law, cost, noise);
    (weights, of_pairs(from_noise, build, problem, &noise, shape))
}

#[test]
fn integrals_over_the_noise_of_pairs_of_categories_are_the_gradient() {
    let extreme = Problem { logits: vec![3.0, -4.0, 0.5], categories: 3 };
    let level = Problem { logits: vec![0.0; 4], categories: 4 };
    for (problem, found) in [die(), extreme, level].map(|p| (p.clone(), of_dice::<3>(&p))) {
        let off = distance(&mean(&found.0, &found.1), &problem.gradient());
        assert!(off < EXACT, "{problem:?}: off by {off:e}");
    }
    let (weights, found) = of_dice::<4>(&dice());
    let off = distance(&mean(&weights, &found), &dice().gradient());
    assert!(off < EXACT, "two variables: off by {off:e}");
}

#[test]
fn two_categories_are_a_coin() {
    // Logits (l, 0): the coin of log-odds l, where the first category is its 1.
    let (coin, two) = (Problem { logits: vec![0.8], categories: 1 }, Problem { logits: vec![0.8, 0.0], categories: 2 });
    let noise: Vec<Vec<f64>> = (1..20).map(|i| vec![f64::from(i) / 20.0]).collect();
    let (logits, w) = leaves::<3>(&coin, 19);
    let cost = |b: Tensor<3>| (b.narrow(2, 0, 1) * 1.3 - 0.4).square().squeeze_dim::<2>(2);
    let of_coin = DisArm
        .estimate_from_noise(&Bernoulli::from_logits(logits.clone()), &cost, constant(&noise.concat(), [1, 19, 1]))
        .unwrap();
    let of_coin = gradients(&of_coin, &logits, &w);
    let (logits, w) = leaves::<3>(&two, 19);
    let law = OneHotCategorical::from_logits(logits.clone()).unwrap();
    let of_two = DisArmCategorical.estimate_from_noise(&law, &cost, constant(&noise.concat(), [1, 19, 1])).unwrap();
    let of_two = gradients(&of_two, &logits, &w);
    for (a, b) in of_coin.iter().zip(&of_two) {
        assert!(distance(&[a[0], -a[0]], &b[..2]) < EXACT, "{a:?} {b:?}");
    }
}

/// `(b - 0.45)²`, the gradient in the logit: variance by integration or enumeration of what the estimators give.
fn variances(p: f64) -> [(&'static str, f64, f64); 4] {
    let problem = Problem { logits: vec![(p / (1.0 - p)).ln()], categories: 1 };
    let cost = |b: Tensor<3>| (b - 0.45).square().squeeze_dim::<2>(2);
    let (weights, noise) = grid(&[p]);
    let rows = noise.len();
    let uniform = constant::<3>(&noise.concat(), [1, rows, 1]);
    let pair = |which: FromNoise<'_, Bernoulli<3>, 3>| {
        let (logits, w) = leaves::<3>(&problem, rows);
        let estimate = which(&Bernoulli::from_logits(logits.clone()), &cost, uniform.clone()).unwrap();
        let found = gradients(&estimate, &logits, &w);
        (mean(&weights, &found)[0], variance(&weights, &found)[0])
    };
    let drawn = |estimator: &ScoreFunction, count: usize| {
        let (weights, values) = tuples(&problem, count);
        let (logits, w) = leaves::<3>(&problem, values.len());
        let entries: Vec<f64> = (0..count).flat_map(|s| values.iter().map(move |v| v[s])).collect();
        let value = constant::<3>(&entries, [count, values.len(), 1]).inner();
        let law = Chosen {
            law: Bernoulli::from_logits(logits.clone()),
            value: value.clone(),
            noise: value.clone(),
            uniform: value,
            cut: false,
        };
        let estimate = estimator.estimate(&law, &cost, &draws(count)).unwrap();
        let found = gradients(&estimate, &logits, &w);
        (mean(&weights, &found)[0], variance(&weights, &found)[0])
    };
    let rows = [
        ("score-function", drawn(&ScoreFunction::new(), 1)),
        ("rloo", drawn(&ScoreFunction::leave_one_out(), 2)),
        ("arm", pair(ARM)),
        ("disarm", pair(DISARM)),
    ];
    rows.map(|(name, (mean, variance))| (name, mean, variance))
}

/// Closed forms, with `g = p (1 - p) (f₁ - f₀)`, `d = f₁ - f₀`, `q` the larger of the two probabilities.
fn closed_forms(p: f64) -> [f64; 4] {
    let (one, zero) = (0.55_f64.powi(2), 0.45_f64.powi(2));
    let (d, r, q) = (one - zero, p * (1.0 - p), p.max(1.0 - p));
    let g = r * d;
    [
        // One draw: f₁ (1 - p) with probability p, -f₀ p else.
        p * (one * (1.0 - p)).powi(2) + (1.0 - p) * (zero * p).powi(2) - g * g,
        // Two draws: d/2 where they differ, with probability 2 r.
        d * d * r / 2.0 - g * g,
        // They differ for |u - ½| > q - ½, where the estimate is ±d (u - ½).
        2.0 / 3.0 * d * d * (0.125 - (q - 0.5).powi(3)) - g * g,
        // d q/2 where they differ, with probability 2 (1 - q).
        d * d * q * q * (1.0 - q) / 2.0 - g * g,
    ]
}

#[test]
fn variances_are_the_closed_forms() {
    for p in [0.03, 0.2, 0.35, 0.5, 0.7, 0.9, 0.99] {
        for ((name, mean, variance), exact) in variances(p).into_iter().zip(closed_forms(p)) {
            // Estimates are below 0.3, so squares below 0.1 and their rounding below 1e-16 each.
            assert!((mean - p * (1.0 - p) * 0.1).abs() < 1e-14, "{name} at {p}: mean {mean}");
            assert!((variance - exact).abs() < 1e-15, "{name} at {p}: {variance} {exact}");
        }
    }
    // At one half, as the literature has them.
    for ((name, _, variance), stated) in variances(0.5).into_iter().zip([1.594e-2, 6.25e-4, 2.08e-4, 0.0]) {
        assert!((variance - stated).abs() <= 2e-3 * stated + 1e-18, "{name}: {variance}");
    }
}

#[test]
fn disarm_has_less_variance_than_two_draws_and_arm() {
    for p in [0.03, 0.2, 0.35, 0.5, 0.7, 0.9, 0.99] {
        let [_, rloo, arm, disarm] = closed_forms(p);
        assert!(disarm < rloo && disarm < arm, "{p}");
    }
}
