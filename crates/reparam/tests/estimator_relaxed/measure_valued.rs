//! Measure-valued derivatives: closed-form variances, and means from sums and closed forms.

use std::cell::Cell;

use burn::tensor::{DType, Tensor, TensorData};
use reparam::dist::{Gamma, Normal, Poisson};
use reparam::estimator::{Estimator, EstimatorError, MeasureValued, MeasureValuedCategorical, WeakPair, weak_normal};
use reparam::noise::Noise;
use reparam_core::law::{self, Law};

use crate::support::{
    SIGMAS, close, coin, device, die, draws, mean_score, numbers, only, per_row, rows, sigmoid, softmax, variance_score,
};

const ROWS: usize = 100_000;
const LOC: f64 = 1.3;
const SCALE: f64 = 0.7;
const K: f64 = 3.0;

fn constant(value: f64, n: usize) -> Tensor<3> {
    Tensor::from_data(TensorData::new(vec![value; n], [1, n, 1]), (&device(), DType::F64))
}

fn quadratic(x: Tensor<3>) -> Tensor<2> {
    only((x - K).square())
}

fn variances() -> [f64; 2] {
    let d = LOC - K;
    // Mohamed et al. 2020 give the estimators; with W of the Rayleigh law: 4 d W/√(2π); with M Maxwell, U uniform: 2 d M (1 - U) + s M² (1 - U²).
    [d * d * (16.0 / std::f64::consts::PI - 4.0), 4.0 * d * d + 4.0 * SCALE * SCALE]
}

#[test]
fn the_variances_of_a_normal_law_and_a_quadratic_cost_are_the_closed_forms() {
    let (loc, scale) = (rows(&[LOC], ROWS), rows(&[SCALE], ROWS));
    let law = Normal::new(loc.clone(), scale.clone()).expect("the shapes fit");
    let means = [2.0 * (LOC - K), 2.0 * SCALE];
    for (i, parameter) in [loc, scale].iter().enumerate() {
        let all = per_row(&MeasureValued, &law, parameter, &quadratic, &draws(1)).column(0);
        let (off, spread) = (mean_score(&all, means[i]), variance_score(&all, variances()[i]));
        assert!(off.abs() < SIGMAS, "parameter {i}: the mean is {off} standard errors off");
        assert!(spread.abs() < SIGMAS, "parameter {i}: the variance is {spread} standard errors off");
    }
}

#[test]
fn drawn_apart_the_two_parts_have_the_same_mean_and_other_variances() {
    let noise = |site: &str, kind| draws(ROWS).site(site).noise::<1>(kind, [ROWS], (&device(), DType::F64));
    let pairs = |site: &str| {
        let parameter = |value: f64| Tensor::<1>::from_data(TensorData::new(vec![value], [1]), (&device(), DType::F64));
        let maxwell = ["a", "b", "c"].map(|part| noise(&format!("{site}-{part}"), Noise::StandardNormal));
        let (square, uniform) =
            (noise(&format!("{site}-w"), Noise::Exponential), noise(&format!("{site}-u"), Noise::Uniform));
        weak_normal([parameter(LOC), parameter(SCALE)], square, maxwell, uniform)
    };
    let estimates = |plus: &WeakPair<1>, minus: &WeakPair<1>| {
        let cost = |x: &Tensor<1>| (x.clone().inner() - K).square();
        numbers((cost(&plus.plus) - cost(&minus.minus)) * plus.constant.clone().inner())
    };
    let (one, other) = (pairs("one"), pairs("other"));
    for i in 0..2 {
        let coupled = estimates(&one[i], &one[i]);
        assert!(variance_score(&coupled, variances()[i]).abs() < SIGMAS, "parameter {i}");
        // The same laws of both parts, drawn apart: the same mean, and a variance that the check above must refuse.
        let uncoupled = estimates(&one[i], &other[i]);
        assert!(mean_score(&uncoupled, [2.0 * (LOC - K), 2.0 * SCALE][i]).abs() < SIGMAS, "parameter {i}");
        assert!(variance_score(&uncoupled, variances()[i]).abs() > 2.0 * SIGMAS, "parameter {i}");
    }
}

#[test]
fn a_cost_with_a_jump_keeps_its_gradient() {
    let (loc, scale) = (rows(&[LOC], ROWS), rows(&[SCALE], ROWS));
    let law = Normal::new(loc.clone(), scale.clone()).expect("the shapes fit");
    let edge = 1.0;
    let step = |x: Tensor<3>| only(x.greater_scalar(edge).float().cast(DType::F64));
    let density = law::Normal::new(LOC, SCALE).expect("it is valid").log_prob(edge).exp();
    // P(x > e) has slope p(e) in the location and p(e) (e - loc)/scale in the scale.
    let expected = [density, density * (edge - LOC) / SCALE];
    for (parameter, expected) in [loc, scale].iter().zip(expected) {
        let all = per_row(&MeasureValued, &law, parameter, &step, &draws(1)).column(0);
        assert!(mean_score(&all, expected).abs() < SIGMAS);
    }
}

/// Sum of `f` over a Poisson law of this rate.
fn poisson_mean(rate: f64, f: impl Fn(f64) -> f64) -> f64 {
    let law = law::Poisson::new(rate).expect("it is valid");
    (0..200).map(|x| law.log_prob(f64::from(x)).exp() * f(f64::from(x))).sum()
}

#[test]
fn poisson_draws_give_the_difference_to_their_neighbour_whose_mean_is_the_gradient() {
    let rate = rows(&[2.5], 2000);
    let law = Poisson::new(rate.clone());
    let all = per_row(&MeasureValued, &law, &rate, &|x| only(x.sin()), &draws(1));
    for (draw, gradient) in all.draws.iter().zip(&all.gradients) {
        // Sines of numbers below 20 in f64, and their difference.
        close("one draw", gradient[0], (draw[0] + 1.0).sin() - draw[0].sin(), 1e-14);
    }
    let mean = poisson_mean(2.5, |x| (x + 1.0).sin() - x.sin());
    let score = poisson_mean(2.5, |x| (x / 2.5 - 1.0) * x.sin());
    close("the sum over draws", mean, score, 1e-14);
    assert!(mean_score(&all.column(0), score).abs() < SIGMAS);
}

type Case<'a> = (&'a str, &'a dyn Fn(Tensor<3>) -> Tensor<2>, &'a dyn Fn(f64, f64) -> f64);

/// `E[cos X]` of Gamma(a, b), the real part of `(1 - i/b)^-a`, by its angle and size.
fn gamma_cosine(a: f64, b: f64) -> f64 {
    (1.0 + 1.0 / (b * b)).powf(-0.5 * a) * (a * (1.0 / b).atan()).cos()
}

fn difference(f: impl Fn(f64) -> f64) -> f64 {
    let central = |h: f64| (f(h) - f(-h)) / (2.0 * h);
    (4.0 * central(5e-4) - central(1e-3)) / 3.0
}

#[test]
fn gamma_laws_have_gradients_in_both_parameters() {
    for (a, b) in [(2.5, 1.5), (0.4, 1.0), (30.0, 4.0)] {
        let (concentration, rate) = (rows(&[a], ROWS), rows(&[b], ROWS));
        let law = Gamma::new(concentration.clone(), rate.clone()).expect("the shapes fit");
        let twin = |a: f64, b: f64| law::Gamma::new(a, b).expect("it is valid");
        let edge = a / b;
        let jump = |x: Tensor<3>| only(x.greater_scalar(edge).float().cast(DType::F64));
        let costs: [Case<'_>; 2] =
            [("cosine", &|x| only(x.cos()), &gamma_cosine), ("jump", &jump, &|a, b| twin(a, b).survival(edge))];
        for (name, cost, mean) in costs {
            let expected = [difference(|h| mean(a + h, b)), difference(|h| mean(a, b + h))];
            for (what, parameter, expected) in
                [("concentration", &concentration, expected[0]), ("rate", &rate, expected[1])]
            {
                let all = per_row(&MeasureValued, &law, parameter, cost, &draws(1)).column(0);
                let off = mean_score(&all, expected);
                assert!(off.abs() < SIGMAS, "{name}, {what} of ({a}, {b}): {off} standard errors");
                // A control: a tenth more, and a hundredth, so that a gradient near 0 is told apart as well.
                assert!(mean_score(&all, 1.1 * expected + 0.1 * expected.signum()).abs() > SIGMAS, "{name}, {what}");
            }
        }
    }
}

#[test]
fn one_coin_has_its_gradient_in_every_draw() {
    let logits = rows(&[0.8], 100);
    let p = sigmoid(0.8);
    let all = per_row(&MeasureValued, &coin(&logits), &logits, &|x| only((x - 0.45).square()), &draws(1));
    for gradient in all.gradients {
        close("coin", gradient[0], p * (1.0 - p) * (0.55_f64.powi(2) - 0.45_f64.powi(2)), 1e-15);
    }
}

#[test]
fn coins_of_a_row_keep_their_common_draw_and_their_mean_is_the_gradient() {
    let at = [0.8, -0.3, 0.2];
    let p = at.map(sigmoid);
    let logits = rows(&at, 400);
    let value = |x: &[f64]| (x[0] + 2.0 * x[1] - x[2] - 0.3).powi(3);
    let cost = |x: Tensor<3>| {
        let weights = Tensor::<1>::from_floats([1.0, 2.0, -1.0], &device()).cast(DType::F64).reshape([1, 1, 3]);
        // 0.3 in f64, as below.
        only((x * weights).sum_dim(2) - 0.3).powi_scalar(3)
    };
    let all = per_row(&MeasureValued, &coin(&logits), &logits, &cost, &draws(1));
    let gap = |x: &[f64], i: usize| {
        let with = |side: f64| {
            let mut x = x.to_vec();
            x[i] = side;
            value(&x)
        };
        p[i] * (1.0 - p[i]) * (with(1.0) - with(0.0))
    };
    for (draw, gradient) in all.draws.iter().zip(&all.gradients) {
        for (i, gradient) in gradient.iter().enumerate() {
            close("one draw", *gradient, gap(draw, i), 1e-13);
        }
    }
    // Over all eight outcomes the mean is that of the score.
    for i in 0..3 {
        let (mut mean, mut score) = (0.0, 0.0);
        for code in 0..8 {
            let x = [code & 1, code >> 1 & 1, code >> 2 & 1].map(f64::from);
            let chance: f64 = x.iter().zip(p).map(|(x, p)| if *x == 1.0 { p } else { 1.0 - p }).product();
            mean += chance * gap(&x, i);
            score += chance * (x[i] - p[i]) * value(&x);
        }
        close("over outcomes", mean, score, 1e-13);
    }
}

#[test]
fn categories_have_the_gradient_as_the_mean_over_outcomes() {
    let at = [0.8, -0.3, 0.2, 1.0];
    let p = softmax(&at);
    let values = [1.0, -2.0, 0.5, 3.0];
    let logits = rows(&at, 300);
    let cost = |x: Tensor<3>| {
        let table = Tensor::<1>::from_floats([1.0, -2.0, 0.5, 3.0], &device()).cast(DType::F64).reshape([1, 1, 4]);
        only((x * table).sum_dim(2))
    };
    let met = Cell::new(0);
    let counted = |x: Tensor<3>| {
        met.set(met.get() + 1);
        cost(x)
    };
    let all = per_row(&MeasureValuedCategorical, &die(&logits), &logits, &counted, &draws(1));
    assert_eq!(met.get(), 5, "the row's own draw and each category once");
    let mean: f64 = p.iter().zip(values).map(|(p, f)| p * f).sum();
    let mut over_outcomes = [0.0; 4];
    for j in 0..4 {
        let row = all.draws.iter().position(|x| x[j] == 1.0).expect("it was drawn");
        for k in 0..4 {
            close("one draw", all.gradients[row][k], p[k] * (values[k] - values[j]), 1e-14);
            over_outcomes[k] += p[j] * all.gradients[row][k];
        }
    }
    for k in 0..4 {
        close("over outcomes", over_outcomes[k], p[k] * (values[k] - mean), 1e-14);
    }
}

#[test]
fn the_cost_is_met_twice_for_each_entry_and_a_row_too_wide_is_refused() {
    let met = Cell::new(0);
    let cost = |x: Tensor<3>| {
        met.set(met.get() + 1);
        x.sum_dim(2).squeeze_dim::<2>(2)
    };
    let logits = rows(&[0.1, 0.2, 0.3], 2);
    let estimate = MeasureValued.estimate(&coin(&logits), &cost, &draws(5)).expect("it fits");
    assert_eq!((met.get(), estimate.surrogate.dims()), (7, [2]));
    let wide = rows(&[0.0; 1025], 1);
    let error = MeasureValued.estimate(&coin(&wide), &cost, &draws(1)).expect_err("it is too wide");
    assert!(matches!(error, EstimatorError::Outcomes { most: 1024, .. }), "{error}");
    let error = MeasureValuedCategorical.estimate(&die(&wide), &cost, &draws(1)).expect_err("it is too wide");
    assert!(matches!(error, EstimatorError::Outcomes { most: 1024, .. }), "{error}");
}

#[test]
fn parameters_that_a_row_shares_and_parts_of_a_batch_get_what_belongs_to_them() {
    // One rate of all rows: its gradient is the sum of theirs.
    let shared = rows(&[2.0], 1);
    let law = Gamma::new(constant(3.0, 4), shared.clone()).expect("the shapes fit");
    let cost = |x: Tensor<3>| only(x.square());
    let together = MeasureValued.estimate(&law, &cost, &draws(6)).expect("it fits");
    let together = numbers(shared.grad(&together.loss().backward()).expect("it is in the graph"))[0];
    let own = rows(&[2.0], 4);
    let law = Gamma::new(constant(3.0, 4), own.clone()).expect("the shapes fit");
    let apart = MeasureValued.estimate(&law, &cost, &draws(6)).expect("it fits");
    let apart = numbers(own.grad(&apart.loss().backward()).expect("it is in the graph"));
    close("shared", together, apart.iter().sum(), 1e-13);
}
