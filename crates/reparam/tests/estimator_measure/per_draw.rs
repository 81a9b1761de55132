//! One backward pass over many rows against a loop over single rows.

use burn::tensor::{Device, Tensor, TensorData};
use reparam::dist::{Bernoulli, Distribution, Gamma, Normal, OneHotCategorical};
use reparam::estimator::{
    Cost, DisArm, Draws, Estimator, GumbelSoftmaxGradient, LocalExpectation, MeasureValued, MuProp, OptimalBaseline,
    Pathwise, Rebar, ScoreFunction, StraightThrough,
};
use reparam::measure::per_draw_gradients;
use reparam::noise::Key;

use crate::support::DOUBLE;

const ROWS: usize = 37;

fn parameter<const D: usize>(values: &[f64], shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), (&Device::flex(), DOUBLE))
}

/// Largest relative difference of all rows at once from one row after the other.
fn gap<L: Distribution<D>, const D: usize>(
    estimator: &dyn Estimator<L, D>,
    parameters: &[Tensor<D>],
    build: &dyn Fn(&[Tensor<D>]) -> L,
    cost: &Cost<'_, D>,
    draws: usize,
) -> f64 {
    let draws = Draws::new(draws, Key::new(4).site("rows"), 2);
    let run = |rows, draws| per_draw_gradients(estimator, parameters, build, cost, rows, &draws).unwrap().gradients;
    let all = run(ROWS, draws.of_rows(0, ROWS));
    let single: Vec<f64> = (0..ROWS).flat_map(|row| run(1, draws.of_rows(row, ROWS))).collect();
    assert_eq!(all.len(), single.len());
    let distinct = all.iter().any(|g| (g - all[0]).abs() > 1e-9);
    assert!(distinct, "{}: all estimates are alike", estimator.name());
    let off = |(a, b): (&f64, &f64)| (a - b).abs() / a.abs().max(1.0);
    all.iter().zip(&single).map(off).fold(0.0, f64::max)
}

/// The same sums of a few numbers, perhaps in another order.
const TOLERANCE: f64 = 1e-13;

#[test]
fn rows_of_a_normal_law_are_single_estimates() {
    let parameters = [parameter(&[1.0], [1, 1, 1]), parameter(&[0.5], [1, 1, 1])];
    let normal = |p: &[Tensor<3>]| Normal::new(p[0].clone(), p[1].clone()).unwrap();
    let cost = |z: Tensor<3>| (z.clone() - 3.0).square().squeeze_dim::<2>(2) + z.sin().squeeze_dim::<2>(2);
    let estimators: [(usize, &dyn Estimator<Normal<3>, 3>); 5] = [
        (1, &Pathwise),
        (3, &ScoreFunction::new()),
        (2, &ScoreFunction::leave_one_out()),
        (4, &OptimalBaseline),
        (2, &MeasureValued),
    ];
    for (draws, estimator) in estimators {
        let found = gap(estimator, &parameters, &normal, &cost, draws);
        assert!(found < TOLERANCE, "{}: {found:e}", estimator.name());
    }
    let rate = |p: &[Tensor<3>]| Gamma::new(p[0].clone(), p[1].clone()).unwrap();
    let found = gap(&Pathwise, &parameters, &rate, &cost, 2);
    assert!(found < TOLERANCE, "gamma: {found:e}");
}

#[test]
fn rows_of_coins_and_categories_are_single_estimates() {
    let logits = [parameter(&[0.4, -1.1, 0.2], [1, 1, 3])];
    let coins = |p: &[Tensor<3>]| Bernoulli::from_logits(p[0].clone());
    let cost = |b: Tensor<3>| (b.sum_dim(2) - 0.7).square().squeeze_dim::<2>(2);
    let estimators: [(usize, &dyn Estimator<Bernoulli<3>, 3>); 7] = [
        (1, &ScoreFunction::new()),
        (2, &DisArm),
        (1, &Rebar::new(0.5)),
        (1, &MuProp),
        (1, &LocalExpectation),
        (1, &GumbelSoftmaxGradient::new(0.5)),
        (1, &StraightThrough::new()),
    ];
    for (draws, estimator) in estimators {
        let found = gap(estimator, &logits, &coins, &cost, draws);
        assert!(found < TOLERANCE, "{}: {found:e}", estimator.name());
    }
    let dice = |p: &[Tensor<3>]| OneHotCategorical::from_logits(p[0].clone()).unwrap();
    let table = parameter(&[1.0, 0.3, 2.0], [1, 1, 3]);
    let cost = |x: Tensor<3>| (x * Tensor::from_inner(table.clone())).sum_dim(2).squeeze_dim::<2>(2).square();
    for (draws, estimator) in [(1, &Rebar::new(0.7) as &dyn Estimator<_, 3>), (2, &ScoreFunction::leave_one_out())] {
        let found = gap(estimator, &logits, &dice, &cost, draws);
        assert!(found < TOLERANCE, "{}: {found:e}", estimator.name());
    }
}

#[test]
fn a_cost_that_mixes_rows_is_not_the_loop() {
    // The negative control: the mean over the batch enters every row's cost.
    let parameters = [parameter(&[1.0], [1, 1, 1]), parameter(&[0.5], [1, 1, 1])];
    let normal = |p: &[Tensor<3>]| Normal::new(p[0].clone(), p[1].clone()).unwrap();
    let cost = |z: Tensor<3>| (z.clone() - z.mean_dim(1)).square().squeeze_dim::<2>(2) + 0.1;
    let draws = Draws::new(1, Key::new(4), 2);
    let run = |rows, draws| per_draw_gradients(&Pathwise, &parameters, &normal, &cost, rows, &draws).unwrap().gradients;
    let (all, one) = (run(ROWS, draws.of_rows(0, ROWS)), run(1, draws.of_rows(0, ROWS)));
    assert!((all[1] - one[1]).abs() > 1e-6);
}
