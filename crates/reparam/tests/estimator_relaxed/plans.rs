//! Noise plans beside the pathwise estimator.

use burn::tensor::{DType, Tensor, TensorData};
use reparam::dist::{Distribution, Gamma, Normal, Poisson};
use reparam::estimator::{
    Draws, Estimator, GumbelSoftmaxGradient, MeasureValued, MeasureValuedCategorical, NoisePlan, Pathwise,
    StraightThrough,
};
use reparam::noise::Key;
use reparam_core::diagnose::Moments;

use crate::support::{SIGMAS, coin, device, die, draws, numbers, only, rows, variance_score};

fn scale_gradients(noise: &Draws, n: usize) -> Vec<f64> {
    let loc = Tensor::<3>::from_data(TensorData::new(vec![1.5; n], [1, n, 1]), (&device(), DType::F64));
    let scale = rows(&[0.5], n);
    let law = Normal::new(loc, scale.clone()).expect("the shapes fit");
    let cost = |z: Tensor<3>| only(z) * 3.0;
    let estimate = Pathwise.estimate(&law, &cost, noise).expect("the question fits");
    numbers(scale.grad(&estimate.loss().backward()).expect("the scale is in the graph"))
}

#[test]
fn antithetic_pairs_take_the_variance_of_a_linear_cost_away() {
    let n = 20_000;
    // The mirrored noise is the noise with the other sign, exactly: a sum of two such is 0.
    assert!(scale_gradients(&draws(2).plan(NoisePlan::Antithetic), n).iter().all(|g| *g == 0.0));
    // Independent pairs: a² / 2.
    let free = scale_gradients(&draws(2), n);
    let off = variance_score(&free, 4.5);
    assert!(off.abs() < SIGMAS, "{off} standard errors");
    assert!(Moments::of(&free).variance() > 4.0);
}

#[test]
fn common_numbers_repeat_from_step_to_step_and_others_do_not() {
    let at = |step: u64, plan: NoisePlan| scale_gradients(&Draws::new(1, Key::new(1).site("z"), step).plan(plan), 50);
    assert_eq!(at(0, NoisePlan::Common), at(7, NoisePlan::Common));
    assert_ne!(at(0, NoisePlan::Independent), at(7, NoisePlan::Independent));
    assert_ne!(at(0, NoisePlan::Antithetic), at(7, NoisePlan::Antithetic));
}

#[test]
fn a_part_of_a_batch_gives_the_rows_that_the_whole_gives() {
    for plan in [NoisePlan::Antithetic, NoisePlan::Common, NoisePlan::Independent] {
        let whole = scale_gradients(&draws(4).plan(plan), 12);
        let part = scale_gradients(&draws(4).plan(plan).of_rows(5, 12), 3);
        assert_eq!(part, whole[5..8], "{plan:?}");
    }
}

/// Gradients of each row, of `count` draws.
fn gradients<L: Distribution<3>>(
    estimator: &dyn Estimator<L, 3>,
    build: &dyn Fn(&Tensor<3>) -> L,
    at: &[f64],
    n: usize,
    noise: &Draws,
) -> Vec<f64> {
    let parameter = rows(at, n);
    let cost = |x: Tensor<3>| x.sum_dim(2).squeeze_dim::<2>(2).square();
    let estimate = estimator.estimate(&build(&parameter), &cost, noise).expect("the question fits");
    numbers(parameter.grad(&estimate.loss().backward()).expect("the parameter is in the graph"))
}

/// The rows from 5 to 7 of 12, as a part and cut out of the whole.
fn same_in_parts<L: Distribution<3>>(estimator: &dyn Estimator<L, 3>, build: &dyn Fn(&Tensor<3>) -> L, at: &[f64]) {
    for plan in [NoisePlan::Independent, NoisePlan::Antithetic, NoisePlan::Common] {
        let noise = draws(4).plan(plan);
        let whole = gradients(estimator, build, at, 12, &noise.of_rows(0, 12));
        let part = gradients(estimator, build, at, 3, &noise.of_rows(5, 12));
        assert_eq!(part, whole[5 * at.len()..8 * at.len()], "{} {plan:?}", estimator.name());
    }
}

#[test]
fn every_estimator_gives_the_rows_of_a_part_what_they_get_in_the_whole() {
    let at = [0.4, -0.3, 0.1];
    let hard = [
        StraightThrough::new(),
        StraightThrough::reinmax(),
        StraightThrough::gumbel(0.7),
        StraightThrough::gapped(0.7, 1.0),
        StraightThrough::rao_blackwell(0.7, 3),
    ];
    for estimator in &hard {
        same_in_parts(estimator, &coin, &at);
        same_in_parts(estimator, &die, &at);
    }
    same_in_parts(&GumbelSoftmaxGradient::new(0.7), &coin, &at);
    same_in_parts(&GumbelSoftmaxGradient::new(0.7), &die, &at);
    same_in_parts(&MeasureValued, &coin, &at);
    same_in_parts(&MeasureValuedCategorical, &die, &at);
    let positive = [0.4, 2.0];
    same_in_parts(&MeasureValued, &|p| Poisson::new(p.clone()), &positive);
    let constant = |p: &Tensor<3>| p.clone().detach().ones_like();
    same_in_parts(&MeasureValued, &|p| Gamma::new(p.clone(), constant(p)).expect("it fits"), &positive);
    same_in_parts(&MeasureValued, &|p| Gamma::new(constant(p), p.clone()).expect("it fits"), &positive);
    same_in_parts(&MeasureValued, &|p| Normal::new(p.clone(), constant(p)).expect("it fits"), &positive);
    same_in_parts(&MeasureValued, &|p| Normal::new(constant(p), p.clone()).expect("it fits"), &positive);
}
