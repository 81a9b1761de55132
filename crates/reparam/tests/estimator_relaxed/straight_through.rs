//! Straight-through and `ReinMax`, summed over the outcomes of the hard draw.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use reparam::dist::Distribution;
use reparam::estimator::{Discrete, Estimator, StraightThrough};

use crate::support::{Rows, close, coin, die, draws, numbers, per_row, rows, sigmoid, softmax};

/// Ten roundings of terms up to 10 times the result.
const ROUNDING: f64 = 2e-14;

/// The estimate given each outcome of the draw. It depends on nothing else: rows that drew the same must say the same.
fn by_outcome(all: &Rows) -> BTreeMap<Vec<u64>, Vec<f64>> {
    let mut outcomes = BTreeMap::new();
    for (draw, gradient) in all.draws.iter().zip(&all.gradients) {
        let key: Vec<u64> = draw.iter().map(|x| *x as u64).collect();
        let known = outcomes.entry(key).or_insert_with(|| gradient.clone());
        assert_eq!(known, gradient);
    }
    outcomes
}

/// The mean of the estimates over all outcomes, the `k`-th of which has probability `probs[k]`.
fn mean_over_outcomes<L: Distribution<3>>(
    estimator: &dyn Estimator<L, 3>,
    law: &L,
    parameter: &Tensor<3>,
    cost: &dyn Fn(Tensor<3>) -> Tensor<2>,
    probability: impl Fn(&[u64]) -> f64,
) -> Vec<f64> {
    let outcomes = by_outcome(&per_row(estimator, law, parameter, cost, &draws(1)));
    let total: f64 = outcomes.keys().map(|outcome| probability(outcome)).sum();
    assert!((total - 1.0).abs() < 1e-14, "an outcome was never drawn");
    let mut mean = vec![0.0; parameter.dims()[2]];
    for (outcome, gradient) in outcomes {
        for (m, g) in mean.iter_mut().zip(gradient) {
            *m += probability(&outcome) * g;
        }
    }
    mean
}

const LOGITS: [f64; 4] = [0.3, -0.4, 0.7, -0.1];

/// A cost of one-hot draws as a polynomial of the score `w · x`, plus a product of two entries: of degree 3 where `cubic` is not 0.
fn polynomial(x: Tensor<3>, linear: f64, quadratic: f64, cubic: f64) -> Tensor<2> {
    let k = x.dims()[2];
    let weights =
        Tensor::<1>::from_floats(&[1.0, -0.5, 2.0, 0.25][..k], &x.device()).cast(x.dtype()).reshape([1, 1, k]);
    let score = (x.clone() * weights).sum_dim(2).squeeze_dim::<2>(2);
    let product = (x.clone().narrow(2, 0, 1) * x.narrow(2, 1, 1)).squeeze_dim::<2>(2);
    score.clone() * linear + score.clone().square() * quadratic + product * quadratic + score.powi_scalar(3) * cubic
}

/// The same at the category `k`, where the product is 0.
fn at(k: usize, linear: f64, quadratic: f64, cubic: f64) -> f64 {
    let w = [1.0, -0.5, 2.0, 0.25][k];
    linear * w + quadratic * w * w + cubic * w * w * w
}

/// `∂/∂l_k Σ p f = p_k (f_k - E f)`.
fn exact(probs: &[f64], f: impl Fn(usize) -> f64) -> Vec<f64> {
    let mean: f64 = probs.iter().enumerate().map(|(k, p)| p * f(k)).sum();
    probs.iter().enumerate().map(|(k, p)| p * (f(k) - mean)).collect()
}

fn category(outcome: &[u64]) -> usize {
    outcome.iter().position(|x| *x == 1).expect("one entry is 1")
}

fn categories(estimator: StraightThrough, k: usize, [linear, quadratic, cubic]: [f64; 3]) -> (Vec<f64>, Vec<f64>) {
    let logits = rows(&LOGITS[..k], 300);
    let probs = softmax(&LOGITS[..k]);
    let cost = |x: Tensor<3>| polynomial(x, linear, quadratic, cubic);
    let mean = mean_over_outcomes(&estimator, &die(&logits), &logits, &cost, |outcome| probs[category(outcome)]);
    (mean, exact(&probs, |k| at(k, linear, quadratic, cubic)))
}

#[test]
fn straight_through_is_exact_for_linear_costs_and_biased_for_quadratic_ones() {
    for k in 2..=4 {
        let (mean, expected) = categories(StraightThrough::new(), k, [1.5, 0.0, 0.0]);
        for (got, expected) in mean.iter().zip(&expected) {
            close("straight-through, linear", *got, *expected, ROUNDING);
        }
        let (mean, expected) = categories(StraightThrough::new(), k, [1.5, 1.0, 0.0]);
        let bias = mean.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(bias > 0.01, "the check must see a bias");
    }
}

#[test]
fn reinmax_is_exact_for_quadratic_costs_and_has_the_known_bias_for_cubic_ones() {
    for k in 2..=4 {
        let (mean, expected) = categories(StraightThrough::reinmax(), k, [1.5, -0.7, 0.0]);
        for (got, expected) in mean.iter().zip(&expected) {
            close("reinmax, quadratic", *got, *expected, ROUNDING);
        }
        // The trapezoidal rule for the difference of w³ between two categories is (a - b) 3/2 (a² + b²), off by (a - b)³/2.
        let (mean, expected) = categories(StraightThrough::reinmax(), k, [0.0, 0.0, 1.0]);
        let probs = softmax(&LOGITS[..k]);
        let weight = |i: usize| at(i, 1.0, 0.0, 0.0);
        for i in 0..k {
            let bias: f64 = (0..k).map(|j| probs[i] * probs[j] * 0.5 * (weight(i) - weight(j)).powi(3)).sum();
            close("reinmax, cubic", mean[i] - expected[i], bias, 2.0 * ROUNDING);
            assert!(bias.abs() > 0.01, "the cubic cost must have a bias");
        }
    }
}

#[test]
fn coins_have_the_same_exactness() {
    let logits = rows(&[0.4], 200);
    let p = sigmoid(0.4);
    let slope = |f: fn(f64) -> f64| p * (1.0 - p) * (f(1.0) - f(0.0));
    let mean = |estimator: StraightThrough, cost: &dyn Fn(Tensor<3>) -> Tensor<2>| {
        let chance = |outcome: &[u64]| if outcome[0] == 1 { p } else { 1.0 - p };
        mean_over_outcomes(&estimator, &coin(&logits), &logits, cost, chance)[0]
    };
    let only = |x: Tensor<3>| x.squeeze_dim::<2>(2);
    close("linear", mean(StraightThrough::new(), &|x| only(x) * 3.0), slope(|x| 3.0 * x), ROUNDING);
    let quadratic = |x: Tensor<3>| only((x - 0.45).square());
    close("quadratic", mean(StraightThrough::reinmax(), &quadratic), slope(|x| (x - 0.45).powi(2)), ROUNDING);
    // The trapezoidal rule for x³ from 0 to 1 is 3/2 and not 1; Euler's at the draw has 3 for heads and 0 for tails.
    let cubic = |x: Tensor<3>| only(x.powi_scalar(3));
    close("reinmax, cubic", mean(StraightThrough::reinmax(), &cubic), 1.5 * p * (1.0 - p), ROUNDING);
    close("straight-through, cubic", mean(StraightThrough::new(), &cubic), 3.0 * p * p * (1.0 - p), ROUNDING);
}

#[test]
fn several_coins_of_a_row_are_exact_with_their_products() {
    let at = [0.4, -0.3, 0.8];
    let p = at.map(sigmoid);
    let logits = rows(&at, 400);
    // x0 + x1 + x2 squared has the products.
    let cost = |x: Tensor<3>| x.sum_dim(2).squeeze_dim::<2>(2).square();
    let chance = |outcome: &[u64]| outcome.iter().zip(p).map(|(x, p)| if *x == 1 { p } else { 1.0 - p }).product();
    let mean = mean_over_outcomes(&StraightThrough::reinmax(), &coin(&logits), &logits, &cost, chance);
    for i in 0..3 {
        let others: f64 = (0..3).filter(|j| *j != i).map(|j| p[j]).sum();
        close("products", mean[i], p[i] * (1.0 - p[i]) * (1.0 + 2.0 * others), ROUNDING);
    }
}

#[test]
fn gapped_logits_lead_by_the_gap_and_give_the_known_path() {
    let (temperature, gap, logit) = (0.7, 1.0, 0.4);
    let logits = rows(&[logit], 200);
    let cost = |x: Tensor<3>| (x - 0.45).square().squeeze_dim::<2>(2);
    let estimator = StraightThrough::gapped(temperature, gap);
    for (outcome, gradient) in by_outcome(&per_row(&estimator, &coin(&logits), &logits, &cost, &draws(1))) {
        // Heads: the logit is lifted to the gap; tails: pushed below it, to the other side.
        let (side, moved) = if outcome[0] == 1 { (1.0, 1.0) } else { (0.0, -1.0) };
        let soft = sigmoid(moved / temperature);
        close("path", gradient[0], 2.0 * (side - 0.45) * soft * (1.0 - soft) / temperature, ROUNDING);
    }
    let law = die(&rows(&LOGITS, 1));
    for k in 0..4 {
        let mut hard = [0.0; 4];
        hard[k] = 1.0;
        let moved = numbers(law.gap(rows(&hard, 1).inner(), gap) + law.parameter().inner());
        let others = (0..4).filter(|i| *i != k).map(|i| moved[i]).fold(f64::NEG_INFINITY, f64::max);
        // One rounding of numbers below 2.
        assert!(moved[k] - others >= gap - 4.0 * f64::EPSILON, "{moved:?}");
    }
    // A category that leads by more already is not moved.
    let far = die(&rows(&[3.0, 0.0, -1.0], 1));
    assert_eq!(numbers(far.gap(rows(&[1.0, 0.0, 0.0], 1).inner(), gap)), [0.0; 3]);
}

#[test]
fn the_cost_is_that_of_hard_draws_and_other_parameters_get_its_gradient_once() {
    let estimators = [
        StraightThrough::new(),
        StraightThrough::reinmax(),
        StraightThrough::gumbel(0.5),
        StraightThrough::gapped(0.5, 1.0),
        StraightThrough::rao_blackwell(0.5, 4),
    ];
    for estimator in estimators {
        let logits = rows(&LOGITS[..3], 50);
        let weight = rows(&[1.0, -2.0, 0.5], 1);
        let cost = |x: Tensor<3>| (x * weight.clone()).sum_dim(2).squeeze_dim::<2>(2);
        let noise = draws(1);
        // Burn uses a graph up in its backward pass: a law for each.
        let seen = per_row(&estimator, &die(&logits), &logits, &cost, &noise);
        let estimate = estimator.estimate(&die(&logits), &cost, &noise).expect("the question fits");
        let name = Estimator::<reparam::dist::OneHotCategorical<3>, 3>::name(&estimator);
        assert!(seen.draws.iter().flatten().all(|x| *x == 0.0 || *x == 1.0), "{name}: the cost must meet hard draws");
        assert!(estimate.relaxed_cost.is_none(), "{name}");
        let grads = estimate.loss().backward();
        let slopes = numbers(weight.grad(&grads).expect("the weight is in the graph"));
        for (k, slope) in slopes.iter().enumerate() {
            let count: f64 = seen.draws.iter().map(|x| x[k]).sum();
            assert_eq!(*slope, count, "{name}: the gradient of a weight is the number of draws of its category");
        }
    }
}
